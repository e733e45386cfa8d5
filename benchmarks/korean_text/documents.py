"""Puts personal data and what only looks like it into documents, and says where each stands.

Every kind in every writing comes up equally often, whatever the seed, so that a rate per writing rests on enough cases;
which sentence, genre, neighbour and order it meets is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from korean_text import carriers, negatives, numbers
from korean_text.addresses import ADDRESS_WRITINGS, written
from korean_text.particles import PAIRS, particle
from korean_text.people import EMAIL_WRITINGS, NAME_WRITINGS, email, introduced_name, is_labelled_name
from korean_text.writings import WRITE

NUMBERS = {
    "resident_number": numbers.resident_number,
    "foreigner_number": numbers.foreigner_number,
    "business_number": numbers.business_number,
    "corporate_number": numbers.corporate_number,
    "passport_number": numbers.passport_number,
    "mobile_phone": numbers.mobile_phone,
    "landline": numbers.landline,
    "number_plate": numbers.number_plate,
    "card_number": numbers.card_number,
    "account_number": numbers.account_number,
}
NOT_FOR = {"passport_number": ("without_separators", "dotted")}  # nothing to leave out or to put a dot into
CASES: tuple[tuple[str, str], ...] = (
    *((kind, writing) for kind in NUMBERS for writing in WRITE if writing not in NOT_FOR.get(kind, ())),
    *(("email", writing) for writing in EMAIL_WRITINGS),
    *((kind, writing) for kind in ("road_address", "lot_address") for writing in ADDRESS_WRITINGS),
    *(("name", writing) for writing in NAME_WRITINGS),
)
GENRES = {"sentences": " ", "lines": "\n", "form": "\n", "paragraphs": "\n\n", "memo": " / "}


class Span(NamedTuple):
    """Personal data in a text: its kind, its writing, and where its identifying characters stand."""

    kind: str
    writing: str
    start: int
    end: int


class Negative(NamedTuple):
    """What looks like personal data and is none."""

    what: str
    start: int
    end: int


@dataclass
class Document:
    """A text, the personal data in it, and what is none."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)
    negatives: list[Negative] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Add text that is neither."""
        self.text += text

    def sentence(
        self, template: str, *, personal: tuple[str, str, str, str, str] | None = None, item: tuple[str, str] | None = None
    ) -> None:
        """Add a sentence; ``@`` becomes the personal text (kind, writing, before, core, behind), ``#`` the item (what, text)."""
        place = 0
        while place < len(template):
            pair = PAIRS.match(template, place)
            if pair:
                self.text += particle(self.text, pair)
                place = pair.end()
                continue
            if template[place] == "@" and personal:
                kind, writing, before, core, behind = personal
                start = len(self.text) + len(before)
                self.text += before + core + behind
                self.spans.append(Span(kind, writing, start, start + len(core)))
            elif template[place] == "#" and item:
                self.negatives.append(Negative(item[0], len(self.text), len(self.text) + len(item[1])))
                self.text += item[1]
            else:
                self.text += template[place]
            place += 1


def corpus(seed: int, size: int) -> list[Document]:
    """Return documents with Korean personal data in every writing.

    Parameters
    ----------
    seed : int
        Decides everything; the same seed gives the same texts.
    size : int
        How many documents. Each has one to four pieces of personal data or, one in five, none.

    Returns
    -------
    list of Document

    Examples
    --------
    >>> one = corpus(2017, 3)[0]
    >>> all(one.text[span.start:span.end] for span in one.spans)
    True
    """
    rng = Random(seed)  # noqa: S311 (texts, not secrets)
    deck: list[tuple[str, str]] = []
    documents = []
    for _ in range(size):
        document, genre = Document(), rng.choice(tuple(GENRES))
        wanted = 0 if rng.random() < 0.2 else rng.randrange(1, 5)
        if len(deck) < wanted:
            more = list(CASES)
            rng.shuffle(more)
            deck += more
        pieces: list[tuple[str, str] | None] = [deck.pop(0) for _ in range(wanted)]
        pieces += [None] * rng.randrange(1 if wanted else 2, 5)
        rng.shuffle(pieces)
        for number, case in enumerate(pieces):
            if number:
                document.add(_joint(rng, document.text, GENRES[genre]))
            if case:
                _personal(rng, document, case, form=genre == "form" or rng.random() < 0.1)
            else:
                _other(rng, document)
        documents.append(document)
    return documents


def _joint(rng: Random, text: str, usual: str) -> str:
    """Return what stands between two sentences; behind one without an end no bare space, or no reader could part two numbers."""
    if text.endswith((".", "!", "?", ")")):
        return usual if rng.random() < 0.9 else rng.choice((" ", "\n"))
    return usual if usual != " " else rng.choice((". ", ", ", "\n"))


def _other(rng: Random, document: Document) -> None:
    """Add a neutral sentence, or one with something that looks like personal data."""
    if rng.random() < 0.2:
        document.add(rng.choice(carriers.NEUTRAL))
        return
    what = rng.choice(negatives.WHATS)
    if what in negatives.SENTENCES:
        document.sentence("#", item=(what, negatives.SENTENCES[what](rng)))
    else:
        document.sentence(rng.choice(negatives.CARRIERS[what]), item=(what, negatives.ITEMS[what](rng)))


def _personal(rng: Random, document: Document, case: tuple[str, str], *, form: bool) -> None:
    """Add a sentence or a line of a form with one piece of personal data, now and then with something else before it."""
    kind, writing = case
    before, core, behind = _piece(rng, kind, writing)
    template = _template(rng, kind, writing, before, behind, form=form)
    item = None
    if not form and rng.random() < 0.25:
        what = rng.choice(tuple(negatives.ITEMS))
        item = (what, negatives.ITEMS[what](rng))
        template = rng.choice(negatives.LEADS) + template
    document.sentence(template, personal=(kind, writing, before, core, behind), item=item)


def _piece(rng: Random, kind: str, writing: str) -> tuple[str, str, str]:
    """Return what stands before, the identifying text, and what stands behind."""
    if kind in NUMBERS:
        number = NUMBERS[kind](rng)
        core = WRITE[writing](rng, number)
        if kind == "landline" and writing == "plain" and rng.random() < 0.2:
            area, _, rest = core.partition("-")
            core = f"{area}){rest}"
        glued = number.before[-1:].isdigit() and writing in ("spaced", "hangul_digits")  # +82 before digits that stand apart
        return f"{number.before} " if glued else number.before, core, ""
    if kind == "email":
        return "", email(rng, writing), ""
    if kind == "name":
        return introduced_name(rng, writing)
    region, core = written(rng, writing, lot=kind == "lot_address")
    return region, core, ""


def _template(rng: Random, kind: str, writing: str, before: str, behind: str, *, form: bool) -> str:
    if kind == "name":
        if behind:
            return rng.choice(carriers.NAMES_BEHIND)
        labelled = is_labelled_name(before)
        return rng.choice(carriers.NAMES_IN_FORM if form or labelled else carriers.NAMES_IN_SENTENCE)
    label = rng.choice(carriers.LABELS[kind])
    if form:
        return f"{label}{rng.choice((': ', ' : ', ' ', ':'))}@"
    free = (
        carriers.FREE.get(kind, ())
        if writing in carriers.FREE_WRITINGS or (kind, writing) == ("mobile_phone", "without_separators")
        else ()
    )
    if writing == "half_masked" and kind in carriers.NEVER_FREE_HALF_MASKED:
        free = ()
    choices = (*free, *free, *carriers.SPECIFIC.get(kind, ()), *carriers.LABELLED)
    return rng.choice(choices).replace("!", label)
