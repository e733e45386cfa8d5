"""Finds personal data in Korean text, and masks it."""
