"""The operators' door: parse, call, print."""

from workbench.cli.main import main

__all__ = ["main"]
