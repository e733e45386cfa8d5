"""Attacks on pictures: bars measured in the SVG, numbers typed into a drawing, rows carried into it."""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
import warnings
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from red_city import DRAW, compare, copy_of, refusal, run_city, runs_of
from red_outcomes import Outcome, attack

from demo_city import as_its_kernel_wrote
from workbench.bench import Table, render_svg
from workbench.disclosure import Rules, safe_table
from workbench.files import read_json, write_json
from workbench.project import Project
from workbench.releases.hand_typed import hand_typed

TITLE = {"ko": "민원", "en": "Complaints"}
_BAR = re.compile(r"M ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) z")


def heights(svg: bytes) -> list[float]:
    """The heights of a picture's bars from left to right, in points, those of no height included."""
    found = []
    root = ElementTree.fromstring(svg)  # noqa: S314 (drawn here)
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        outline = _BAR.fullmatch(" ".join((path.get("d") or "").split()))
        if outline and "clip-path" in path.attrib:
            x, bottom, right, _, _, top, _, _ = map(float, outline.groups())
            if right - x < 500:
                found.append((x, bottom - top))
    return [height for _, height in sorted(found)]


def read_back(svg: bytes, truth: list[int], shown: list[bool]) -> int:
    """How many withheld counts can be measured: the scale is known from the tallest bar that is shown."""
    bars = heights(svg)
    if len(bars) != len(truth):
        raise AssertionError(f"{len(bars)} bars of {len(truth)} were found in the picture")
    scale = max((bar, value) for bar, value, seen in zip(bars, truth, shown, strict=True) if seen)
    counts = [round(bar / scale[0] * scale[1]) for bar in bars]
    return sum(value > 0 and count == value for count, value, seen in zip(counts, truth, shown, strict=True) if not seen)


@attack
def bars_of_small_cells(seed: int) -> Outcome:
    """The height of a bar is a number: those of withheld cells are read back."""
    draw = np.random.default_rng([41, seed])
    sizes = [int(size) for size in draw.integers(20, 120, 5)]
    sizes[int(draw.integers(5))] = int(draw.integers(1, 10))
    sizes[int(draw.integers(5))] = int(draw.integers(3, 10))
    frame = pd.DataFrame({"place": np.repeat([f"p{number}" for number in range(5)], sizes)})
    shown = [size >= 10 for size in sizes]
    pictures = [
        render_svg(DRAW.strip(), Table("t", safe_table(frame, rows="place", rules=rules, margins=False), TITLE), "en")
        for rules in (Rules(), Rules(min_contributors=10))
    ]
    before, after = (read_back(svg, sizes, shown) for svg in pictures)
    return Outcome(before > 0, after > 0, f"withheld counts measured: {before} of {5 - sum(shown)}; published: {after}")


@attack
def bars_in_a_release(seed: int) -> Outcome:
    """The same in the figure of a candidate, drawn again from the accepted table."""
    world = run_city(seed)
    by_place = world.rows.groupby("place")["minutes"].sum()
    shown = [place != "south" for place in by_place.index]
    plain = safe_table(world.rows, rows="place", value="minutes", statistic="sum", rules=Rules(), margins=False)
    before = read_back(render_svg(DRAW.strip(), Table("t", plain, TITLE), "en"), by_place.tolist(), shown)
    figures = sorted((world.project.candidates / "noise" / "figures").glob("*.svg"))
    after = sum(read_back(path.read_bytes(), by_place.tolist(), shown) for path in figures)
    return Outcome(before == 1, after > 0, f"withheld count measured: {before}; in {len(figures)} published pictures: {after}")


def _smuggled(count: int) -> dict[str, str]:
    """Drawing functions that carry a withheld number, or rows, past the table.

    The number has three digits: smaller ones stand in every drawing, as sizes and places, and are left to the checkers.
    """
    wide = "".join(chr(0xFF10 + int(digit)) for digit in str(count))
    body = {
        "typed as a bar": f"axes.bar([0, 1], [1000, {count}])",
        "typed as words": f"axes.set_title('south: {count}')",
        "typed in full-width digits": f"axes.set_title('south: {wide}')",
        "calculated": f"axes.set_title('south: ' + str({count + 1000} - 1000))",
        "as a tick of an axis": f"axes.set_yticks([0, {count}])",
        "as invisible words": f"axes.text(0, 0, 'south: {count}', alpha=0)",
        "as the name of an element": f"axes.bar([0], [100], gid='south-{count}')",
        "read from a file": "import pandas\nfound = pandas.read_parquet(PATH)\n"
        "axes.set_title(str(found.loc[found['place'] == 'south', 'minutes'].sum()))",
        "read from the notebook": "axes.set_title(str(rows.loc[rows['place'] == 'south', 'minutes'].sum()))",
    }
    return {name: "def draw(axes, table, language):\n" + textwrap.indent(text, "    ") for name, text in body.items()}


def _drawn_freely(source: str, rows: pd.DataFrame, path: Path) -> str:
    """The picture that a notebook without any protection would show."""
    import matplotlib
    from matplotlib.figure import Figure

    scope = {"rows": rows, "PATH": str(path)}
    exec(source, scope)  # noqa: S102 (written above)
    figure, written = Figure(), io.BytesIO()
    scope["draw"](figure.subplots(), None, "en")  # type: ignore[operator]
    with matplotlib.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings(action="ignore"):
        figure.savefig(written, format="svg")
    return written.getvalue().decode()


def _tells(svg: str, count: int) -> bool:
    """Whether a picture's words, names or bars give a count away."""
    words = unicodedata.normalize("NFKC", " ".join(re.findall(r">([^<]+)<|id=\"([^\"]+)\"", svg).__str__().split()))
    bars = heights(svg.encode())
    ratio = len(bars) == 2 and max(bars) > 0 and round(min(bars) / max(bars) * 1000) == count
    return bool(re.search(rf"(?<!\d){count}(?!\d)", words)) or ratio


def with_drawing(project: Project, source: str) -> None:
    """Replace a figure's drawing in its run, as the kernel might have written it."""
    (run,) = runs_of(project)
    path = run.folder / "results" / "spent.figure.json"
    record = read_json(path)
    record["content"]["draw"] = source
    write_json(path, record)
    as_its_kernel_wrote(run)


@attack
def numbers_smuggled_into_a_figure(seed: int) -> Outcome:
    """The withheld number is typed into the drawing, hidden in it, or read from where the rows lie; half of the ways a seed."""
    world = run_city(seed)
    count = int(world.rows.loc[world.rows["place"] == "south", "minutes"].sum())
    project = copy_of(world)
    data = project.protected / "complaints" / "data.parquet"
    drawn, passed, left = [], [], []
    ways = dict(list(_smuggled(count).items())[seed % 2 :: 2])
    for name, source in ways.items():
        if _tells(_drawn_freely(source, world.rows, data), count):
            drawn.append(name)
        with_drawing(project, source.replace("PATH", repr(str(data))))
        if not refusal(compare, project):
            listed = {number for one in hand_typed(project.candidates / "noise") for number in one.drawn}
            (left if any(str(count) == unicodedata.normalize("NFKC", number) for number in listed) else passed).append(name)
    told = (
        f"in the picture by {len(drawn)} of {len(ways)} ways; published unnoticed: {', '.join(passed) or 'by none'}; "
        f"listed for the checkers: {', '.join(left) or 'none'}"
    )
    return Outcome(len(drawn) == len(ways), bool(passed), told)
