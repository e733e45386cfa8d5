"""Drawing a figure from a table and nothing else: the function's own source, run with a fresh set of names.

The kernel's preview and the released figure are drawn by the same code; the released one in a process of its own.
"""

from __future__ import annotations

import inspect
import io
import textwrap
from collections.abc import Callable
from typing import Any

from workbench.bench.table import Table
from workbench.errors import UsageError

FIGURE_INCHES = (7.2, 4.05)
"""Width and height of an axes' figure; 7.2 in wide text of 10 pt stays readable on a phone 390 px wide."""

PALETTE = ("#1d5a96", "#c2571a", "#5d7f2d", "#7a4d94", "#6b7688", "#b58a00")
"""Colours that stay apart for the colour-blind and in grey: blue, vermilion, olive, purple, slate, ochre."""


def draw_source(draw: Callable[..., None]) -> str:
    """Return the source of a drawing function.

    Parameters
    ----------
    draw : callable
        ``draw(axes, table, language)``, written with ``def`` and importing what it needs inside.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        When the source cannot be read, or the function uses names from outside itself.
    """
    try:
        source = textwrap.dedent(inspect.getsource(draw))
    except (OSError, TypeError) as error:
        raise UsageError(
            f"the drawing function's source cannot be read ({error})", hint="define it with def in a cell"
        ) from error
    if not source.lstrip().startswith("def "):
        raise UsageError("a figure is drawn by a function written with def", hint="def draw(axes, table, language): ...")
    if draw.__closure__:
        names = ", ".join(draw.__code__.co_freevars)
        raise UsageError(
            f"the drawing function uses names from outside itself: {names}", hint="a figure is drawn from its table alone"
        )
    return source


def render_svg(source: str, table: Table, language: str) -> bytes:
    """Draw a figure as SVG, the same bytes for the same table.

    Parameters
    ----------
    source : str
        What :func:`draw_source` returned.
    table : Table
    language : str
        ``"ko"`` or ``"en"``: the language of titles and labels.

    Returns
    -------
    bytes
        UTF-8 SVG with text as text.

    Raises
    ------
    UsageError
        When the drawing fails, with its own error's words.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    names: dict[str, Any] = {}
    exec(compile(source, f"<figure {table.name}>", "exec"), names)  # noqa: S102 (the analyst's own function, by design)
    draw = next(value for key, value in names.items() if callable(value) and key != "__builtins__")
    with matplotlib.rc_context(_style(table.name)):
        figure = Figure(figsize=FIGURE_INCHES, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        try:
            draw(axes, table, language)
        except Exception as error:
            raise UsageError(
                f"figure of table '{table.name}': drawing failed: {type(error).__name__}: {error}",
                hint="the function sees axes, table and language only; import inside it what it needs",
            ) from error
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _style(salt: str) -> Any:
    """One look for every figure; Hangul from the bundled font, identifiers fixed so that bytes repeat."""
    import koreanize_matplotlib
    from cycler import cycler

    koreanize_matplotlib.koreanize()
    return {
        "font.family": ["NanumGothic", "DejaVu Sans"],
        "font.size": 10.5,
        "svg.hashsalt": salt,
        "svg.fonttype": "path",
        "axes.prop_cycle": cycler(color=PALETTE),
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#8a94a6",
        "axes.labelcolor": "#3c4858",
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": "#e3e7ee",
        "axes.axisbelow": True,
        "xtick.color": "#55627a",
        "ytick.color": "#55627a",
        "text.color": "#16233a",
        "legend.frameon": False,
        "figure.facecolor": "white",
    }
