"""Whether a picture holds a drawing and nothing else: no code, no link, no raster, no words that nobody sees.

A figure is drawn by an author's function; what it wrote is read here as a stranger's file before it may be published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from workbench.releases.figure_texts import is_glyph

MAX_BYTES = 4 * 2**20
"""A picture larger than this draws single rows rather than a table; the sample's largest has a tenth."""

STYLE = "*{stroke-linejoin: round; stroke-linecap: butt}"
DOCTYPE = re.compile(rb'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\s+"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">')
METADATA_TEXTS = frozenset({"image/svg+xml"})
METADATA_LINKS = frozenset({"http://purl.org/dc/dcmitype/StillImage"})

ELEMENTS = frozenset({"clipPath", "defs", "g", "path", "pattern", "rect", "style", "svg", "use"})
METADATA = frozenset({"RDF", "Work", "format", "metadata", "type"})

_NUMBERS = r"[\d\s.,+\-eE]*"
_URL = r"url\(#[\w.-]+\)"
_CSS_VALUE = rf"(?:[a-z#][\w#-]*|{_NUMBERS}(?:px|pt)?|{_URL})"
_CSS = re.compile(rf"(?:\s*[a-z-]+:\s*{_CSS_VALUE}\s*(?:;|$))*")
ATTRIBUTES = {
    "clip-path": re.compile(_URL),
    "clip-rule": re.compile(r"evenodd|nonzero"),
    "d": re.compile(r"[MLQCZSTHVAmlqczsthvaeE\d\s.,+\-]*"),
    "fill": re.compile(_CSS_VALUE),
    "height": re.compile(_NUMBERS + "(?:pt|px|%)?"),
    "href": re.compile(r"#[\w.%-]+"),
    "id": re.compile(r"[\w.%-]+"),
    "patternUnits": re.compile(r"userSpaceOnUse"),
    "style": _CSS,
    "transform": re.compile(rf"(?:\s*(?:translate|rotate|scale|matrix|skewX|skewY)\({_NUMBERS}\))*"),
    "type": re.compile(r"text/css"),
    "version": re.compile(r"1\.1"),
    "viewBox": re.compile(_NUMBERS),
    "width": re.compile(_NUMBERS + "(?:pt|px|%)?"),
    "x": re.compile(_NUMBERS),
    "y": re.compile(_NUMBERS),
}
"""What an attribute may say; any other attribute is refused."""

_ID = re.compile(
    r"(?:figure|subfigure|axes|patch|line2d|text|xtick|ytick|legend|table|cell|matplotlib\.axis"
    r"|[A-Z][A-Za-z]*(?:Collection|Mesh|Box|Text|Area|Packer|Set|Quiver|Barbs|Tri))_\d+|[a-z]{1,2}[0-9a-f]{10}|C[0-9a-f]+_[0-9a-f]+_[0-9a-f]{10}"
)
"""The names that matplotlib gives; others are words of the author's that nobody sees."""


def check_svg(svg: bytes) -> list[str]:
    """Name what of a picture is no drawing.

    Parameters
    ----------
    svg : bytes

    Returns
    -------
    list of str
        Empty where it may be published; what is named is the kind of thing, never its words.

    Examples
    --------
    >>> check_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M 0 0 L 1 1"/></svg>')
    []
    >>> check_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script><!-- x --></svg>')
    ['holds a comment', 'holds <script>', 'holds text that is not drawn, in <script>']
    """
    found = list(_of_bytes(svg))
    if any(problem.startswith("is ") for problem in found):
        return found
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 (no entity is declared: _of_bytes)
    except ElementTree.ParseError:
        return [*found, "is no XML"]
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        found.append("is no SVG")
    for element, inside in _walk(root, ""):
        found += _of_element(element, inside)
    return list(dict.fromkeys(found))


def _of_bytes(svg: bytes) -> Iterator[str]:
    if len(svg) > MAX_BYTES:
        yield f"is larger than {MAX_BYTES >> 20} MiB, so it draws more than a table"
    if b"<!--" in svg:
        yield "holds a comment"
    if b"<![CDATA[" in svg or b"<!ENTITY" in svg or b"<!ATTLIST" in svg:
        yield "is no plain XML: it declares entities or sections"
    if svg.count(b"<!DOCTYPE") != len(DOCTYPE.findall(svg)):
        yield "is of another document type than SVG 1.1"
    if svg.count(b"<?") > int(svg.startswith(b"<?xml ")):
        yield "holds a processing instruction"


def _walk(element: ElementTree.Element, inside: str) -> Iterator[tuple[ElementTree.Element, str]]:
    """Each element, with the name of the section that it stands in."""
    yield element, inside
    name = element.tag.rpartition("}")[2]
    for child in element:
        yield from _walk(child, "metadata" if name == "metadata" or inside == "metadata" else name)


def _of_element(element: ElementTree.Element, inside: str) -> Iterator[str]:
    name = element.tag.rpartition("}")[2]
    shown = re.sub(r"\W", "", name)[:30]
    if inside == "metadata" or name == "metadata":
        yield from _of_metadata(element, name)
        return
    if name not in ELEMENTS:
        yield f"holds <{shown}>"
    for words in (element.text or "", *((child.tail or "") for child in element)):
        if words.strip() and not (name == "style" and words.strip() == STYLE):
            yield f"holds text that is not drawn, in <{shown}>"
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2]
        if attribute not in ATTRIBUTES or not ATTRIBUTES[attribute].fullmatch(value):
            yield f"holds an attribute {re.sub(r'[^A-Za-z-]', '', attribute)[:30]} that no drawing needs, in <{shown}>"
        elif attribute == "id" and not _ID.fullmatch(value) and not is_glyph(value):
            yield f"holds a name of its own (gid), in <{shown}>"


def _of_metadata(element: ElementTree.Element, name: str) -> Iterator[str]:
    words = {(element.text or "").strip(), *((child.tail or "").strip() for child in element)} - {""}
    if name not in METADATA or words - METADATA_TEXTS or set(element.attrib.values()) - METADATA_LINKS:
        yield "holds metadata of its own"
