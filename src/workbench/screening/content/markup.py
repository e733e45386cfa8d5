"""HTML, SVG and XML as a reader and a program see them: text, attributes, comments, embedded records and programs.

Words that tags cut in pieces are put together again; the coordinates of drawings are no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from workbench.screening.content.encodings import encoded
from workbench.screening.content.model import Found, Piece, Place

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "desc", "details", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "label"}
    | {
        "legend",
        "li",
        "link",
        "main",
        "meta",
        "metadata",
        "nav",
        "ol",
        "option",
        "p",
        "path",
        "script",
        "section",
        "select",
        "style",
    }
    | {"summary", "svg", "table", "tbody", "template", "text", "tfoot", "thead", "title", "tr", "tspan", "ul", "use"}
)
_DRAWN = frozenset(
    {"cx", "cy", "d", "dx", "dy", "gradienttransform", "height", "offset", "points", "r", "rx", "ry", "stroke-dasharray"}
    | {"stroke-width", "transform", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2"}
)
_NUMBERS = re.compile(
    r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s()%]*|(?:(?:translate|scale|rotate|matrix|skew[XY])\([-0-9.,eE\s]*\)\s*)+"
)
_PLAIN = frozenset({"class", "id", "style", "rel", "type", "charset", "lang", "role", "target", "tabindex"})


def markup(text: str, place: Place) -> Iterator[Found]:
    """Read out HTML, SVG or XML.

    Parameters
    ----------
    text : str
    place : Place

    Yields
    ------
    Piece or Unread
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.finish()
    pairs = [f"{row[0].strip()}: {row[1].strip()}" for row in reader.rows if len(row) == 2]
    yield Piece(
        place.at("text").where, "\n".join(["".join(reader.words), *pairs]), rows=tuple("\t".join(row) for row in reader.rows)
    )
    for name, said in (("attributes", reader.attributes), ("comments", reader.comments)):
        here = place.at(name)
        joined = "\n".join(said)
        if joined:
            yield Piece(here.where, joined)
            yield from encoded(joined, here)
    for code in reader.code:
        yield Piece(place.at("code").where, code, "code")
    for kind, body in reader.scripts:
        if body.strip():
            name = "script.json" if "json" in kind else "script.js"
            yield from place.inside(name, body.encode("utf-8", errors="replace"))
    for name, value in reader.embedded:
        yield from place.inside(f"{name}.txt", value.encode("utf-8", errors="replace"))


class _Reader(HTMLParser):
    """Collects what stands where."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.attributes: list[str] = []
        self.comments: list[str] = []
        self.code: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.embedded: list[tuple[str, str]] = []
        self._row: list[str] | None = None
        self._pre: list[str] | None = None
        self._depth = 0
        self._script: list[str] | None = None
        self._kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        for name, value in attrs:
            if value and not (name in _DRAWN and _NUMBERS.fullmatch(value)):
                self.attributes.append(value if name in _PLAIN else f"{name}: {value}")
                if name.startswith(("data-", "x-")) and value.lstrip()[:1] in ("{", "["):
                    self.embedded.append((name, value))
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag in ("td", "th"):
            self.words.append("\n")
            if self._row is not None:
                self._row.append("")
        if tag == "tr":
            self._row = []
        if tag == "pre":
            self._pre, self._depth = ([], 1) if self._pre is None else (self._pre, self._depth + 1)
        if tag in ("script", "style"):
            self._script, self._kind = [], "css" if tag == "style" else next((v or "" for k, v in attrs if k == "type"), "")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in _BLOCKS or tag in ("td", "th"):
            self.words.append("\n")
        if tag == "tr":
            self._end_row()
        if tag == "pre" and self._pre is not None:
            self._depth -= 1
            if self._depth == 0:
                self._end_pre()
        if tag in ("script", "style") and self._script is not None:
            self._end_script()

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._script is not None:
            self._script.append(data)
        elif self._pre is not None:
            self._pre.append(data)
        else:
            self.words.append(data)
            if self._row:
                self._row[-1] += data

    def handle_comment(self, data: str) -> None:
        """Take a comment."""
        self.comments.append(data)

    def handle_pi(self, data: str) -> None:
        """Take a processing instruction."""
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        """Take a declaration."""
        self.comments.append(decl)

    def unknown_decl(self, data: str) -> None:
        """Take a CDATA section: text of SVG and XML."""
        self.words += ["\n", data.removeprefix("CDATA["), "\n"]

    def finish(self) -> None:
        """End whatever was left open."""
        if self._row is not None:
            self._end_row()
        if self._pre is not None:
            self._end_pre()
        if self._script is not None:
            self._end_script()

    def _end_row(self) -> None:
        if self._row:
            self.rows.append([" ".join(cell.split()) for cell in self._row])
        self._row = None

    def _end_pre(self) -> None:
        self.code.append("".join(self._pre or []))
        self._pre = None

    def _end_script(self) -> None:
        self.scripts.append((self._kind, "".join(self._script or [])))
        self._script = None
