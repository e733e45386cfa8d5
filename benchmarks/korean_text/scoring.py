"""What a scanner finds of a corpus: recall of each kind in each writing, and how often it hits what is no personal data.

The rule of both rests on the letters and digits that identify someone, so that a scanner may include a label or leave
out a bracket without a change of its figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from korean_text.documents import Document, Span

COVERED = 0.9
CONFUSABLE = (
    {"resident_number", "foreigner_number", "corporate_number"},
    {"mobile_phone", "landline"},
    {"card_number", "account_number"},
    {"road_address", "lot_address"},
)
ELSEWHERE = "other text"


class Found(Protocol):
    """A finding of a scanner: positions in the original text."""

    @property
    def kind(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Scan = Callable[[str], Sequence[Found]]
Case = tuple[str, str]


@dataclass
class Score:
    """Counts over a corpus, and the shares that follow from them."""

    spans: Counter[Case] = field(default_factory=Counter)
    found: Counter[Case] = field(default_factory=Counter)
    strict: Counter[Case] = field(default_factory=Counter)
    covered: Counter[Case] = field(default_factory=Counter)
    missed: dict[Case, list[str]] = field(default_factory=dict)
    negatives: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    wrongly: dict[str, list[str]] = field(default_factory=dict)
    findings: int = 0
    false: int = 0

    def recall(self, cases: Iterable[Case], *, of: str = "found") -> float:
        """Return the share of the cases' spans that is ``found``, of ``strict``ly the right kind, or ``covered`` by any kind."""
        chosen = [case for case in cases if self.spans[case]]
        return sum(getattr(self, of)[case] for case in chosen) / max(sum(self.spans[case] for case in chosen), 1)

    def precision(self) -> float:
        """Return the share of findings that touch personal data."""
        return 1 - self.false / max(self.findings, 1)

    def precision_against(self, what: str) -> float:
        """Return the precision on as many negatives of a kind as there is personal data."""
        right, wrong = self.recall(self.spans), self.hit[what] / max(self.negatives[what], 1)
        return right / (right + wrong) if right + wrong else 1.0


def admissible(kind: str) -> frozenset[str]:
    """Return the kinds that count for a kind: itself and those that its digits alone do not tell it from.

    Examples
    --------
    >>> sorted(admissible("mobile_phone"))
    ['landline', 'mobile_phone']
    """
    return frozenset({kind}.union(*(group for group in CONFUSABLE if kind in group)))


def is_covered(text: str, span: Span, findings: Iterable[Found]) -> bool:
    """Return whether findings together hold at least nine tenths of a span's letters and digits."""
    places = {place for place in range(span.start, span.end) if text[place].isalnum()}
    inside = {place for finding in findings for place in range(max(finding.start, span.start), min(finding.end, span.end))}
    return len(places & inside) >= COVERED * len(places)


def score(documents: Iterable[Document], scan: Scan, *, examples: int = 3) -> Score:
    """Measure a scanner.

    Parameters
    ----------
    documents : iterable of Document
    scan : callable
        From a text to findings with ``kind``, ``start`` and ``end``.
    examples : int
        How many misses and wrong hits to keep of each case (generated texts, nobody's data).

    Returns
    -------
    Score

    Examples
    --------
    >>> from korean_text.documents import corpus
    >>> score(corpus(1, 20), lambda text: []).precision()
    1.0
    """
    result = Score()
    for document in documents:
        text, findings = document.text, list(scan(document.text))
        for span in document.spans:
            case = (span.kind, span.writing)
            near = [finding for finding in findings if finding.start < span.end and finding.end > span.start]
            result.spans[case] += 1
            result.covered[case] += is_covered(text, span, near)
            result.strict[case] += is_covered(text, span, [finding for finding in near if finding.kind == span.kind])
            if is_covered(text, span, [finding for finding in near if finding.kind in admissible(span.kind)]):
                result.found[case] += 1
            elif len(kept := result.missed.setdefault(case, [])) < examples:
                kept.append(f"{_context(text, span.start, span.end)}  ->  {[(f.kind, text[f.start : f.end]) for f in near]}")
        _count_wrong(result, document, findings, examples)
    return result


def _count_wrong(result: Score, document: Document, findings: Sequence[Found], examples: int) -> None:
    """Count the findings that touch no personal data, and the negatives that a finding touches."""
    text = document.text
    result.findings += len(findings)
    for finding in findings:
        if any(finding.start < span.end and finding.end > span.start for span in document.spans):
            continue
        result.false += 1
        if not any(finding.start < negative.end and finding.end > negative.start for negative in document.negatives):
            result.hit[ELSEWHERE] += 1
            _keep(result, ELSEWHERE, f"{finding.kind}: {_context(text, finding.start, finding.end)}", examples)
    for negative in document.negatives:
        result.negatives[negative.what] += 1
        over = [finding for finding in findings if finding.start < negative.end and finding.end > negative.start]
        if over:
            result.hit[negative.what] += 1
            _keep(result, negative.what, f"{over[0].kind}: {_context(text, over[0].start, over[0].end)}", examples)


def _keep(result: Score, what: str, example: str, examples: int) -> None:
    kept = result.wrongly.setdefault(what, [])
    if len(kept) < examples:
        kept.append(example)


def _context(text: str, start: int, end: int) -> str:
    return repr(f"{text[max(start - 12, 0) : start]}⟦{text[start:end]}⟧{text[end : end + 8]}")
