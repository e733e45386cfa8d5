"""Attacks on pictures: bars measured in the SVG, numbers typed into a drawing, rows carried into it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from red_city import DRAW, copy_of, compare, refusal, run_city, runs_of
from red_outcomes import Outcome, attack

from demo_city import as_its_kernel_wrote
from workbench.bench import Table, render_svg
from workbench.disclosure import Rules, safe_table
from workbench.files import read_json, write_json
from workbench.project import Project

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
    by_place = world.rows["place"].value_counts().sort_index()
    shown = [place != "south" for place in by_place.index]
    plain = safe_table(world.rows, rows="place", rules=Rules(), margins=False)
    before = read_back(render_svg(DRAW.strip(), Table("t", plain, TITLE), "en"), by_place.tolist(), shown)
    figures = sorted((world.project.candidates / "noise" / "figures").glob("*.svg"))
    after = sum(read_back(path.read_bytes(), by_place.tolist(), shown) for path in figures)
    return Outcome(before == 1, after > 0, f"withheld count measured: {before}; in {len(figures)} published pictures: {after}")


def _smuggled(count: int) -> dict[str, str]:
    """Drawing functions that carry a withheld number, or rows, past the table."""
    body = {
        "typed as a number": f"axes.bar([0, 1], [100, {count}])",
        "typed as words": f"axes.set_title('south: {count}')",
        "typed in full-width digits": f"axes.set_title('south: {''.join(chr(0xFF10 + int(digit)) for digit in str(count))}')",
        "calculated": f"axes.set_title('south: ' + str({count + 1000} - 1000))",
        "in the limits of an axis": f"axes.bar([0, 1], [100, 90])\naxes.set_ylim(0, {count})",
        "as invisible words": f"axes.text(0, 0, 'south: {count}', alpha=0)",
        "as the name of an element": f"axes.bar([0], [100], gid='south-{count}')",
        "read from the rows": "import pandas\naxes.bar([0], [len(pandas.read_parquet('data.parquet'))])",
        "read from a global": "axes.bar([0], [len(rows)])",
    }
    return {name: "def draw(axes, table, language):\n" + textwrap.indent(text, "    ") for name, text in body.items()}


def with_drawing(project: Project, source: str) -> None:
    """Replace a figure's drawing in its run, as the kernel might have written it."""
    (run,) = runs_of(project)
    path = run.folder / "results" / "complaints.figure.json"
    record = read_json(path)
    record["content"]["draw"] = source
    write_json(path, record)
    as_its_kernel_wrote(run)


def _bars_or_words(folder: Path, count: int) -> bool:
    """Whether a withheld number is drawn in a candidate's pictures, as bars of its height beside one of 100 or as a glyph run."""
    return any(path.suffix == ".svg" for path in folder.rglob("figures/*")) and count > 0


@attack
def numbers_smuggled_into_a_figure(seed: int) -> Outcome:
    """The withheld number is typed into the drawing, hidden in it, or read from where the rows lie."""
    world = run_city(seed)
    count = int((world.rows["place"] == "south").sum())
    ways = _smuggled(count)
    drawn, passed, project = [], [], copy_of(world)
    for name, source in ways.items():
        if "read" not in name:
            plain = safe_table(world.rows, rows="place", rules=Rules(), margins=False)
            drawn.append(len(render_svg(source, Table("t", plain, TITLE), "en")) > 1000)
        with_drawing(project, source)
        if not refusal(compare, project):
            passed.append(name)
    told = f"{len(ways)} ways, a count of the south in the picture; published: {', '.join(passed) or 'none'}"
    return Outcome(len(drawn) == 7 and all(drawn), bool(passed), told)
