"""Whether a built page carries the dissent it owes: each no and block in full, beside how each side decided, at equal weight.

The theme is a city's own to change; this is not. A page that leaves out a dissent, shortens it, folds it away or prints it
smaller than the decision is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from workbench.errors import GateRefused, combine
from workbench.governance import SIDES, Vote
from workbench.publish.votings import Voting

BALLOT = "data-ballot"
"""Names the dissent on the page by its ballot's hash."""

SIDE = "data-side"
"""Names what a side decided."""

_FOLDED = {"details", "dialog", "template", "noscript", "script", "style", "del", "small", "sub", "sup"}
_HIDDEN = {"hidden", "style", "aria-hidden", "inert"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class _Piece:
    """An element that stands for a side's decision or for a dissent."""

    key: str
    tag: str
    classes: str
    parent: int
    folded: str
    text: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """The decisions and dissents of a page, each with what surrounds it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[_Piece] = []
        self._open: list[tuple[str, int, str, _Piece | None]] = []
        self._count = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {key: value or "" for key, value in attrs}
        self._count += 1
        fault = f"<{tag}>" if tag in _FOLDED else next((key for key in given if key in _HIDDEN), "")
        if "hidden" in given.get("class", "").split():
            fault = "class hidden"
        folded = next((found for _, _, found, _ in self._open if found), fault)
        piece = None
        if BALLOT in given or SIDE in given:
            key = f"{BALLOT} {given[BALLOT]}" if BALLOT in given else f"{SIDE} {given[SIDE]}"
            parent = self._open[-1][1] if self._open else 0
            piece = _Piece(key=key, tag=tag, classes=given.get("class", ""), parent=parent, folded=folded)
            self.pieces.append(piece)
        elif fault:
            for around in self._around():
                around.folded = around.folded or fault
        self._open.append((tag, self._count, fault, piece))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        for piece in self._around():
            piece.text.append(data)

    def _around(self) -> list[_Piece]:
        return [piece for *_, piece in self._open if piece]


def require_dissent(page: Path, votings: Sequence[Voting], *, language: str) -> None:
    """Hold an urban issue's built page against the dissent that it owes.

    Parameters
    ----------
    page : Path
        The finished HTML.
    votings : sequence of Voting
        Every vote on the urban issue.
    language : str
        The page's.

    Raises
    ------
    GateRefused
    """
    owing = [voting for voting in votings if voting.dissent]
    if not owing:
        return
    pieces = _Page(page.read_text(encoding="utf-8")).pieces if page.is_file() else []
    problems = [problem for voting in owing for vote in voting.dissent for problem in _missing(pieces, voting, vote, language)]
    if problems:
        raise combine(
            problems,
            where=f"{language}/{page.name}",
            kind=GateRefused,
            hint="a dissent stands beside the decision, whole and as large: mend the theme's templates",
        )


def _missing(pieces: Sequence[_Piece], voting: Voting, vote: Vote, language: str) -> list[str]:
    """What a page owes one dissent."""
    name = f"the '{vote.vote}' of {vote.seat} on {voting.name}"
    piece = next((piece for piece in pieces if piece.key == f"{BALLOT} {vote.sha256}"), None)
    if piece is None:
        return [f"{name} is not on the page"]
    beside = [other for other in pieces if other.parent == piece.parent and other.key in {f"{SIDE} {side}" for side in SIDES}]
    if len(beside) != len(SIDES):
        return [f"{name} does not stand beside how both sides decided"]
    problems = []
    said = _plain("".join(piece.text))
    if vote.reason and _plain(vote.reason.shown(language)[1]) not in said:
        problems.append(f"{name} is not quoted in full")
    if vote.seat not in said:
        problems.append(f"{name} does not say whose it is")
    if piece.folded:
        problems.append(f"{name} is folded away or set apart ({piece.folded})")
    if any((piece.tag, piece.classes) != (other.tag, other.classes) for other in beside):
        problems.append(f"{name} has not the weight of the decision: its element is another or of another class")
    return problems


def _plain(text: str) -> str:
    """Letters alone: how lines are broken is no matter."""
    return "".join(text.split())
