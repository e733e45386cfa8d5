"""A figure is drawn from its table and nothing else, the same bytes each time, in both languages."""

from __future__ import annotations

import functools
import warnings

import matplotlib
import pandas as pd
import pytest

from workbench.bench import Table, render_svg
from workbench.bench.drawing import draw_source
from workbench.errors import UsageError

TITLE = {"ko": "자치구별 µg/m³ — 값", "en": "By district"}
COLOUR = "#112233"


@pytest.fixture
def table(at_desk) -> Table:
    frame = pd.DataFrame({"key": ["강남구", "종로구"], "v": [19.75, -3.5]})
    return at_desk.table("t", frame, rows="key", value="v", statistic="value", decimals=2, title=TITLE)


def bars(axes, table, language):
    shown = table.frame(language)
    axes.bar(range(len(shown)), shown["value"], label="쀍 똠방각하")
    axes.set_xticks(range(len(shown)), shown.index)
    axes.set_title(table.title[language])
    axes.legend()


def test_the_same_table_gives_the_same_bytes(table):
    one, two = (render_svg(draw_source(bars), table, "ko") for _ in range(2))
    assert one == two
    assert one.startswith(b"<?xml")
    assert one != render_svg(draw_source(bars), table, "en")


def test_settings_of_the_notebook_change_no_figure(table):
    before = render_svg(draw_source(bars), table, "ko")
    with matplotlib.rc_context({"figure.dpi": 30, "lines.linewidth": 9, "axes.facecolor": "black", "font.family": ["monospace"]}):
        mine = dict(matplotlib.rcParams)
        assert render_svg(draw_source(bars), table, "ko") == before
        assert dict(matplotlib.rcParams) == mine


def test_hangul_is_drawn_without_a_warning(table):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert b"<path" in render_svg(draw_source(bars), table, "ko")


def test_a_character_that_no_font_holds_is_refused(table):
    source = "def draw(axes, table, language):\n    axes.set_title('\\U00013080')\n"
    with pytest.raises(UsageError, match=r"drawing failed: UserWarning: Glyph 77952"):
        render_svg(source, table, "ko")


def test_a_figure_is_written_with_its_source(in_batch, written):
    bench = in_batch()
    made = bench.table("t", pd.DataFrame({"key": ["a"], "v": [1.0]}), rows="key", value="v", statistic="value", title=TITLE)
    bench.figure("t", made, bars, alt={"ko": "막대", "en": "Bars"})
    bench.figure("other", made, bars)
    record = written("t.figure")
    assert record["content"]["draw"].startswith("def bars(axes, table, language):")
    assert (record["content"]["table"], record["title"], record["order"]) == ("t", TITLE, 2)
    assert written("other")["content"]["alt"] is None
    with pytest.raises(UsageError, match="two results are named 't'"):
        bench.figure("t", made, bars)


def with_all_inside(axes, table, language):
    import numpy as np

    class Bar:
        width = 2
        double = width * 2

    if len(table.rows.keys) == 0:
        with_all_inside(axes, table, language)
    axes.bar([0], [np.float64(Bar.double)], label=f"{max(1, 2)}")


def test_a_drawing_may_bring_its_own_names(at_desk, table):
    at_desk.figure("f", table, with_all_inside)


def closure():
    colour = "red"

    def inside(axes, table, language):
        axes.set_title("x", color=colour)

    return inside


def with_global(axes, table, language):
    axes.set_title("x", color=COLOUR)


def with_global_inside(axes, table, language):
    def deeper():
        return [pd.DataFrame() for _ in range(2)]

    deeper()


@functools.cache
def decorated(axes, table, language):
    pass


def with_default(axes, table, language, colour=COLOUR):
    pass


def failing(axes, table, language):
    axes.set_title(1 / 0)


def broken_mathematics(axes, table, language):
    axes.set_title("$\\frac{$")


def with_too_few_parameters(axes):
    pass


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda *_: None, "written with def"),
        (closure(), "names from outside itself: colour"),
        (with_global, "names from outside itself: COLOUR"),
        (with_global_inside, "names from outside itself: pd"),
        (decorated, "written with def|names from outside"),
        (with_default, "NameError: name 'COLOUR' is not defined"),
        (failing, "drawing failed: ZeroDivisionError: division by zero"),
        (broken_mathematics, "drawing failed: ValueError"),
        (with_too_few_parameters, "drawing failed: TypeError"),
        (functools.partial(bars), "cannot be read"),
        (print, "cannot be read"),
        ("bars", "cannot be read"),
        (Table, "written with def"),
    ],
)
def test_a_drawing_that_cannot_be_done_again_is_refused(at_desk, table, draw, reason):
    with pytest.raises(UsageError, match=reason):
        at_desk.figure("f", table, draw)


@pytest.mark.parametrize(
    ("source", "reason"),
    [("def draw(", "SyntaxError"), ("x = 1", "0 functions"), ("raise SystemError('x')", "SystemError"), ("", "0 functions")],
)
def test_a_source_that_is_no_function_is_refused(table, source, reason):
    with pytest.raises(UsageError, match=reason):
        render_svg(source, table, "ko")


def test_a_figure_is_drawn_from_a_table_of_this_notebook(at_desk, table):
    with pytest.raises(UsageError, match=r"drawn from a table that bench\.table made, found DataFrame"):
        at_desk.figure("f", table.frame(), bars)
    with pytest.raises(UsageError, match="unknown table 'elsewhere'"):
        at_desk.figure("f", Table("elsewhere", table.safe, table.title), bars)
    with pytest.raises(UsageError, match="alt: missing in en"):
        at_desk.figure("f", table, bars, alt={"ko": "막대"})
