"""The sample's book, shared by the tests of pages and of the browser."""

from book_sample import sample_book

__all__ = ["sample_book"]
