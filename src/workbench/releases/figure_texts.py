"""The words of a picture, read back glyph by glyph from what is drawn: what a reader sees, not what a comment says of it."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
import urllib.parse
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from workbench.errors import UsageError

XLINK = "{http://www.w3.org/1999/xlink}href"

_TICK = re.compile(r"[xy]tick_\d+")
_TEXT = re.compile(r"(?:text|legend|table|cell)_\d+")
_GLYPH = re.compile(r"(?P<font>[A-Za-z][A-Za-z0-9_.%-]*)-(?P<index>[0-9a-f]+)")


@dataclass(frozen=True)
class DrawnText:
    """One line of text in a picture.

    Parameters
    ----------
    text : str
    axis : str
        The axis whose tick it labels, such as ``matplotlib.axis_1``; empty elsewhere.
    """

    text: str
    axis: str = ""


@dataclass(frozen=True)
class FigureFacts:
    """What a picture holds.

    Parameters
    ----------
    texts : tuple of DrawnText
    marks : int
        Lines, bars, points and other shapes that are no text.
    """

    texts: tuple[DrawnText, ...]
    marks: int


def figure_facts(svg: bytes) -> FigureFacts:
    """Read a picture's texts from its glyphs, and count its marks.

    Parameters
    ----------
    svg : bytes
        As :func:`workbench.bench.render_svg` draws it.

    Returns
    -------
    FigureFacts

    Raises
    ------
    UsageError
        No picture of ours.

    Examples
    --------
    >>> figure_facts(b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M 0 0"/></svg>')
    FigureFacts(texts=(), marks=1)
    """
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 (entities are refused before: check_svg)
    except ElementTree.ParseError as error:
        raise UsageError(f"a picture that is no XML ({error})") from None
    texts: list[DrawnText] = []
    marks = _collect(root, "", "", texts)
    return FigureFacts(tuple(texts), marks)


def is_glyph(name: str) -> bool:
    """Tell whether an id names a glyph of one of the fonts that figures are drawn with.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_glyph("DejaVuSans-24"), is_glyph("secret-42")
    (True, False)
    """
    found = _GLYPH.fullmatch(name)
    return found is not None and _plain(found["font"]) in _fonts()


def _collect(element: ElementTree.Element, axis: str, tick: str, texts: list[DrawnText]) -> int:
    """Walk through the picture in the order of drawing; return how many marks there are."""
    tag, name = element.tag.rpartition("}")[2], element.get("id", "")
    if tag in ("defs", "metadata", "clipPath"):
        return 0
    axis = name if name.startswith("matplotlib.axis") else axis
    tick = axis if _TICK.fullmatch(name) else tick
    if tag == "g":
        glyphs = [child.get(XLINK, "")[1:] for child in element if child.tag.endswith("}use")]
        if glyphs and all(is_glyph(glyph) for glyph in glyphs):
            texts.append(DrawnText("".join(_character(glyph) for glyph in glyphs), tick))
            return 0
    own = int(tag in ("path", "use", "rect") and not tick)
    return own + sum(_collect(child, axis, tick, texts) for child in element)


def _character(glyph: str) -> str:
    found = _GLYPH.fullmatch(glyph)
    assert found is not None  # noqa: S101 (is_glyph has matched it)
    return _characters(_plain(found["font"])).get(int(found["index"], 16), "\ufffd")


def _plain(font: str) -> str:
    return urllib.parse.unquote(font).replace(" ", "_")


@cache
def _fonts() -> dict[str, Path]:
    """The font files that figures are drawn with, by the name that glyphs bear."""
    import matplotlib
    from matplotlib.ft2font import FT2Font

    folders = [Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    bundled = importlib.util.find_spec("koreanize_matplotlib")
    if bundled is not None and bundled.origin is not None:
        folders.append(Path(bundled.origin).parent / "fonts")
    files = sorted(path for folder in folders for path in folder.glob("*.ttf"))
    return {_plain(FT2Font(str(path)).postscript_name): path for path in files}


@cache
def _characters(font: str) -> dict[int, str]:
    """The characters of a font by the number of their glyph; of several that look alike the first that is written."""
    from matplotlib.ft2font import FT2Font

    found: dict[int, str] = {}
    for code, glyph in sorted(FT2Font(str(_fonts()[font])).get_charmap().items()):
        if not unicodedata.category(chr(code)).startswith("C"):
            found.setdefault(int(glyph), chr(code))
    return found
