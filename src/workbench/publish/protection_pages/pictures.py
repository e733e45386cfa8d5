"""Pictures as inline SVG that needs no script, follows the page's colours, and stretches without shrinking its letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

PLOT = 150
"""Height of the tallest column, in CSS pixels."""

ABOVE, BELOW = 22, 40
"""Room for the number above a column and for the words below it."""


@dataclass(frozen=True)
class Series:
    """One row of columns: its name, the class that gives its colour, and for each place a height and a number.

    ``heights`` are shares of one; ``numbers`` are said when a column is pointed at, ``marks`` stand above it.
    """

    name: str
    kind: str
    heights: Sequence[float]
    numbers: Sequence[str]
    marks: Sequence[str] = ()


def columns(series: Sequence[Series], places: Sequence[str], *, title: str) -> Markup:
    """Draw columns side by side at each place.

    Parameters
    ----------
    series : sequence of Series
    places : sequence of str
        What stands below each group of columns; a space may break the line.
    title : str
        What the picture shows, for those who do not see it.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> picture = columns([Series("A", "a", [1.0, 0.5], ["2", "1"])], ["x", "y"], title="<t>")
    >>> picture.count("<rect"), "&lt;t&gt;" in picture
    (2, True)
    """
    tallest = max((height for one in series for height in one.heights), default=0) or 1
    slot = 100 / len(places)
    width = slot * 0.84 / len(series)
    parts = [
        Markup('<svg class="columns" role="img" aria-label="{}" width="100%" height="{}">').format(title, ABOVE + PLOT + BELOW),
        Markup('<line class="ground" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(ABOVE + PLOT),
    ]
    for place, words in enumerate(places):
        for number, one in enumerate(series):
            left = place * slot + slot * 0.08 + number * width
            height = one.heights[place] / tallest * PLOT
            if 0 < height < 2:
                height = 2.0
            parts.append(
                Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" y="{:.1f}" height="{:.1f}"><title>{}</title></rect>').format(
                    one.kind, left, width * 0.92, ABOVE + PLOT - height, height, f"{one.name}, {words}: {one.numbers[place]}"
                )
            )
            if one.marks and one.marks[place]:
                parts.append(
                    Markup('<text class="mark" x="{:.2f}%" y="{:.1f}">{}</text>').format(
                        left + width * 0.46, ABOVE + PLOT - height - 5, one.marks[place]
                    )
                )
        middle = place * slot + slot / 2
        for line, word in enumerate(words.split(" ", 1)):
            parts.append(Markup('<text x="{:.2f}%" y="{}">{}</text>').format(middle, ABOVE + PLOT + 17 + 16 * line, word))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def stacked(pieces: Sequence[tuple[str, float, str]], *, title: str) -> Markup:
    """Draw one bar made of pieces.

    Parameters
    ----------
    pieces : sequence of (str, float, str)
        The class that gives a piece its colour, its share of the whole, and the number written on it where there is room.
    title : str
        What the bar shows, for those who do not see it.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> stacked([("same", 0.75, "3"), ("gone", 0.25, "1")], title="t").count("<rect")
    2
    """
    parts = [Markup('<svg class="stacked" role="img" aria-label="{}" width="100%" height="34">').format(title)]
    left = 0.0
    for kind, share, number in pieces:
        if share <= 0:
            continue
        parts.append(
            Markup('<rect class="{}" x="{:.3f}%" width="{:.3f}%" y="0" height="34"/>').format(kind, 100 * left, 100 * share)
        )
        if share >= 0.035:
            parts.append(
                Markup('<text class="on-{}" x="{:.3f}%" y="22">{}</text>').format(kind, 100 * (left + share / 2), number)
            )
        left += share
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def bar(share: float, kind: str) -> Markup:
    """Draw a share of one as a bar; the number stands beside it in words.

    Parameters
    ----------
    share : float
    kind : str
        The class that gives it its colour.

    Returns
    -------
    markupsafe.Markup
    """
    return Markup(
        '<svg class="share" aria-hidden="true" width="100%" height="10"><rect class="track" width="100%" height="10"/>'
        '<rect class="{}" width="{:.2f}%" height="10"/></svg>'
    ).format(kind, 100 * min(max(share, 0), 1))
