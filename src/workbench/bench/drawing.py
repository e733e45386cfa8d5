"""Drawing a figure from a table and nothing else: the function's own source, run with a fresh set of names.

The kernel's preview and the released figure are drawn by the same code; the released one in a process of its own.
"""

from __future__ import annotations

import builtins
import dis
import importlib.util
import inspect
import io
import re
import textwrap
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from workbench.bench.drawing_source import check_drawing_source
from workbench.bench.table import Table
from workbench.errors import UsageError

FIGURE_INCHES = (7.2, 4.05)
"""Width and height of an axes' figure; 7.2 in wide text of 10 pt stays readable on a phone 390 px wide."""

FONT_PACKAGE = "koreanize_matplotlib"

COMMENT = re.compile(rb"\n *<!--.*?-->", re.DOTALL)
"""Matplotlib writes every text once more beside its outlines; a picture holds what is drawn and nothing beside it."""

SIGNATURE = "def draw(axes, table, language): ..."

PALETTE = ("#1d5a96", "#c2571a", "#5d7f2d", "#7a4d94", "#6b7688", "#b58a00")
"""Colours that stay apart for the colour-blind and in grey: blue, vermilion, olive, purple, slate, ochre."""


def draw_source(draw: Callable[..., None]) -> str:
    """Return the source of a drawing function that uses nothing from outside itself.

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
        raise UsageError(f"the drawing function's source cannot be read ({error})", hint=SIGNATURE + ", in a cell") from error
    if not source.startswith("def "):
        raise UsageError("a figure is drawn by a function written with def, without decorators", hint=SIGNATURE)
    strangers = list(draw.__code__.co_freevars)
    strangers += [name for name in _global_names(draw.__code__) if name not in (*vars(builtins), draw.__name__)]
    if strangers:
        raise UsageError(
            f"the drawing function uses names from outside itself: {', '.join(sorted(set(strangers)))}",
            hint="a figure is drawn from its table alone; import and define inside it what it needs",
        )
    return source


def _global_names(code: CodeType) -> list[str]:
    """The names that a function and those inside it look up outside of themselves."""
    steps = list(dis.get_instructions(code))
    given = {step.argval for step in steps if step.opname == "STORE_NAME"}  # in the body of a class
    own = [step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval not in given]
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [*own, *(name for one in inner for name in _global_names(one))]


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
        UTF-8 SVG with text as outlines: it looks the same where no Korean font is installed.

    Raises
    ------
    UsageError
        When the drawing fails, with its own error's words, or a character is in neither font.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    draw = _compiled(source, table.name)
    with warnings.catch_warnings(), matplotlib.rc_context():
        warnings.filterwarnings("error", message="Glyph .* missing from font")
        _know_hangul()
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_style(table.name))
        figure = Figure(figsize=FIGURE_INCHES, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        buffer = io.BytesIO()
        try:
            draw(axes, table, language)
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        except Exception as error:
            raise _failed(table.name, error) from error
    return COMMENT.sub(b"", buffer.getvalue())


def warm_up() -> None:
    """Load whatever drawing needs of modules and fonts, so that nothing is read once a process has shut its doors."""
    from workbench.disclosure import Axis, Layout, SafeTable

    words = {"ko": "가나 12", "en": "Label 12"}
    axis = Axis("a", (1, 2), words, {"ko": ("가", "나"), "en": ("a", "b")})
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=False)
    table = Table("warm_up", SafeTable(layout, ((1,), (2,)), (("shown",), ("shown",))), words)
    render_svg(WARM_UP, table, "ko")


WARM_UP = """
def draw(axes, table, language):
    import numpy as np

    shown = table.frame(language)
    axes.bar(np.arange(len(shown)), shown["value"], hatch="/", label=table.title[language])
    axes.scatter([0, 1], [1, 2], c=[1.0, 2.0])
    axes.plot([0, 1], [1, 2], linestyle="--")
    axes.fill_between([0, 1], [1, 2])
    axes.annotate("a", (0, 1), xytext=(1, 2), arrowprops={"arrowstyle": "->"})
    axes.set_title("가나 a − $x^2$", fontweight="bold")
    axes.set_xticks(range(len(shown)), shown.index)
    axes.legend(title="a")
"""
"""A drawing that uses most of what drawings use."""


def _compiled(source: str, name: str) -> Callable[..., None]:
    """The drawing function, defined among no other names."""
    check_drawing_source(source, name)
    names: dict[str, Any] = {}
    try:
        exec(compile(source, f"<figure {name}>", "exec"), names)  # noqa: S102 (the analyst's own function, by design)
    except Exception as error:
        raise _failed(name, error) from error
    drawn: list[Callable[..., None]] = [value for key, value in names.items() if callable(value) and key != "__builtins__"]
    if len(drawn) != 1:
        raise UsageError(f"figure of table '{name}': {len(drawn)} functions, needed is one", hint=SIGNATURE)
    return drawn[0]


def _failed(name: str, error: Exception) -> UsageError:
    return UsageError(
        f"figure of table '{name}': drawing failed: {type(error).__name__}: {error}",
        hint="the function sees axes, table and language only; import inside it what it needs",
    )


@cache
def _know_hangul() -> None:
    """Make the bundled Hangul font known to matplotlib, once a process.

    Its package is found and not imported: it would import ``distutils``, which Python 3.12 no longer has.
    """
    from matplotlib import font_manager

    package = importlib.util.find_spec(FONT_PACKAGE)
    files = sorted((Path(package.origin).parent / "fonts").glob("*.ttf")) if package and package.origin else []
    if not files:
        raise UsageError(
            f"the package {FONT_PACKAGE}, which brings the Hangul font, is not installed",
            hint="install the project's dependencies again",
        )
    for file in files:
        font_manager.fontManager.addfont(file)


def _style(salt: str) -> Any:
    """One look for every figure; Hangul from the bundled font, identifiers fixed so that bytes repeat."""
    from cycler import cycler

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
