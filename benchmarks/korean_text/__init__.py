"""A generated corpus of Korean personal data in text, and the measure of a scanner on it.

It was written from the rules by which Koreans write such data, without a look at any scanner, so that a figure measured
on it says something about texts that the scanner's author did not have in mind.
"""

from korean_text.documents import CASES, Document, Negative, Span, corpus
from korean_text.scoring import Score, score

__all__ = ["CASES", "Document", "Negative", "Score", "Span", "corpus", "score"]
