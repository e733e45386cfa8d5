"""A figure carries no more than its table: what its function may do, what a picture may hold, and which numbers are looked at."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.bench import Table, render_svg
from workbench.bench.drawing_source import check_drawing_source
from workbench.disclosure import Axis, Layout, Rules, SafeTable, tabulate
from workbench.errors import GateRefused, UsageError
from workbench.releases.figure_check import check_svg
from workbench.releases.figure_texts import DrawnText, figure_facts
from workbench.releases.redraw import Drawing, redraw
from workbench.releases.typed_numbers import TypedNumber, tells_withheld, typed_numbers, unexplained, withheld_in_drawing

WORDS = {"ko": "자치구", "en": "District"}
TITLE = {"ko": "이동 1,234건", "en": "Trips"}
ANALYSES = Path(__file__).parents[2] / "analyses"

GOOD = """
def draw(axes, table, language):
    import numpy as np

    shown = table.frame(language)["value"]
    places = np.arange(len(shown))
    axes.barh(places, shown.to_numpy(), hatch="/")
    axes.set_yticks(places, shown.index)
    axes.set_xlim(0, np.nanmax(shown.to_numpy()) * 1.1)
    for place, value in enumerate(shown):
        if value == value:
            axes.text(value, place, f"{value:,.0f}")
    axes.set_title(table.title[language])
    axes.legend(["a − b"])
"""


def counted(numbers: dict[str, int], *, k: int = 10) -> SafeTable:
    axis = Axis("gu", tuple(numbers), WORDS, {language: tuple(numbers) for language in WORDS})
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    keys = [key for key, number in numbers.items() for _ in range(number)]
    rows = pd.DataFrame({"row": keys, "column": "", "value": 1.0, "contributor": [f"p{place}" for place in range(len(keys))]})
    return tabulate(rows, layout, rules=Rules(min_contributors=k))


TABLE = counted({"강남구": 1234, "종로구": 310, "중구": 90})


def drawn(body: str, table: SafeTable = TABLE, language: str = "ko") -> bytes:
    source = "def draw(axes, table, language):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return render_svg(source, Table("t", table, TITLE), language)


# --- the function ----------------------------------------------------------------------------------------------------

HOSTILE = [
    "open('/etc/passwd').read()",
    "import os",
    "import subprocess",
    "import socket",
    "import time",
    "import random",
    "import workbench",
    "from workbench.project import Project",
    "from . import secrets",
    "import pandas\npandas.read_csv('x')",
    "table.frame().to_csv('/tmp/x')",
    "import numpy as np\nnp.fromfile('x')",
    "import numpy as np\nnp.load('x')",
    "import numpy as np\nnp.memmap('x')",
    "import numpy as np\nnp.ctypeslib.load_library('x', '.')",
    "import matplotlib\nmatplotlib.sys.modules",
    "import matplotlib.image as image\nimage.imread('x')",
    "__import__('os')",
    "eval('1')",
    "exec('1')",
    "getattr(table, 'sa' + 'fe')",
    "().__class__.__base__.__subclasses__()",
    "'{0.__class__}'.format(table)",
    "table.frame.__globals__",
    "axes.figure.savefig('/tmp/x.svg')",
    "axes.bar([0], [1], gid='secret')",
    "axes.bar([0], [1])[0].set_gid('secret')",
    "axes.text(0, 0, 'x', url='http://x')",
    "axes.set_url('http://x')",
    "axes.set_rasterized(True)",
    "axes.plot([1], rasterized=True)",
    "x = b'secret'",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_drawing_that_does_more_than_draw_is_refused_before_it_runs(body):
    with pytest.raises(UsageError, match=r"the drawing function holds .*\(line \d"):
        drawn(body)


def test_every_line_that_is_refused_is_named_at_once():
    with pytest.raises(UsageError, match=r"import os \(line 2\), open \(line 3\)"):
        check_drawing_source("def draw(a, t, l):\n    import os\n    open('x')\n", "t")


def test_the_drawings_of_the_sample_hold_nothing_else():
    looked_at = 0
    for path in (ANALYSES.parent / "notebooks").rglob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            for node in ast.walk(ast.parse(source)) if cell["cell_type"] == "code" else ():
                if isinstance(node, ast.FunctionDef) and [arg.arg for arg in node.args.args] == ["axes", "table", "language"]:
                    check_drawing_source(ast.unparse(node), path.stem)
                    looked_at += 1
    assert looked_at > 10


ATTEMPTS = {
    "reads a file": "open('/etc/hostname').read()",
    "reads through another door": "__import__('os').open('/etc/hostname', 0)",
    "reads the project": "open({project!r}).read()",
    "writes where it stands": "open('x', 'w')",
    "writes beside the fonts": "open(__import__('sysconfig').get_path('stdlib') + '/x', 'w')",
    "lists a folder": "__import__('os').listdir('/')",
    "starts a program": "__import__('subprocess').run(['true'])",
    "calls the shell": "__import__('os').system('true')",
    "forks": "__import__('os').fork()",
    "connects": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "calls C": "__import__('ctypes').CDLL(None)",
    "imports the workbench": "__import__('workbench.project.anything')",
    "imports the catalogue": "__import__('workbench.catalog.storage')",
    "removes": "__import__('os').remove('x')",
    "goes elsewhere": "__import__('os').chdir('/')",
    "looks for objects": "__import__('gc').get_objects()",
    "reads the environment": "1 / len(__import__('os').environ)",
    "reads by pandas": "__import__('pandas').read_csv({project!r})",
    "reads by numpy": "__import__('numpy').fromfile({project!r})",
}

GUARDED = """
import json, os, sys
attempts = json.load(sys.stdin)
from workbench.bench.drawing import warm_up
from workbench.releases.drawing_guard import limit_resources, shut
import pandas
warm_up()
os.environ.clear()
limit_resources()
shut()
outcomes = {}
for name, code in attempts.items():
    try:
        exec(code, {})
        outcomes[name] = "done"
    except BaseException as error:
        outcomes[name] = type(error).__name__
print(json.dumps(outcomes))
"""


def test_a_drawing_process_that_is_shut_refuses_what_no_drawing_needs(tmp_path):
    attempts = {name: code.format(project=str(Path(__file__))) for name, code in ATTEMPTS.items()}
    done = subprocess.run(
        [sys.executable, "-I", "-c", GUARDED],
        input=json.dumps(attempts), capture_output=True, text=True, cwd=tmp_path, env={"HOME": str(tmp_path)}, check=True,
    )  # fmt: skip
    outcomes = json.loads(done.stdout.splitlines()[-1])
    refused = {"PermissionError", "ZeroDivisionError"}
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in refused} == {}
    assert list(tmp_path.glob("x")) == []


# --- the picture follows from the table ------------------------------------------------------------------------------


@pytest.fixture
def job(tmp_path):
    def made(table: SafeTable, source: str = GOOD, name: str = "one", language: str = "ko") -> Drawing:
        return Drawing(table.as_record(), "t", TITLE, source, language, tmp_path / "figures" / f"{name}.svg")

    return made


def test_true_numbers_of_withheld_cells_change_nothing_in_a_picture(job):
    one, two = (counted({"강남구": 1234, "종로구": 310, "중구": few}) for few in (2, 9))
    assert one.withheld >= 1
    drawings = [job(one, name="one"), job(two, name="two"), job(one, name="en", language="en")]
    redraw(drawings)
    first, second, english = (drawing.target.read_bytes() for drawing in drawings)
    assert first == second
    assert english != first
    assert first == render_svg(GOOD, Table("t", one, TITLE), "ko")
    assert check_svg(first) == []
    assert "1,234" in {drawn_text.text for drawn_text in figure_facts(first).texts}


def test_a_picture_that_is_another_each_time_or_no_drawing_is_refused(job):
    bodies = ("axes.plot([hash('a') % 1000, 1])", "axes.imshow([[1, 2], [3, 4]])")
    random = "import numpy as np\n    axes.plot(np.random.default_rng().normal(size=3))"
    drawings = [
        job(TABLE, f"def draw(axes, table, language):\n    {body}\n", name=f"n{place}")
        for place, body in enumerate((*bodies, random))
    ]
    with pytest.raises(GateRefused) as caught:
        redraw([*drawings, job(TABLE)])
    assert caught.value.message.count("drawn otherwise each time") == 2
    assert "figure of table 't' (ko): holds <image>" in caught.value.message
    assert not drawings[0].target.parent.exists()


def test_a_drawing_that_fails_says_so_and_writes_nothing(job):
    failing = job(TABLE, "def draw(axes, table, language):\n    1 / 0\n", name="failing")
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        redraw([job(TABLE), failing])
    assert not failing.target.parent.exists()


# --- what a picture may hold -----------------------------------------------------------------------------------------

SVG = drawn("axes.plot([1, 2, 3])\naxes.set_title('가 a')\naxes.scatter([1], [2])\naxes.fill_between([0, 1], [1, 2])")


def test_the_pictures_of_the_sample_hold_drawings_alone():
    pictures = sorted(ANALYSES.glob("*/releases/*/figures/*.svg"))
    assert pictures
    for path in pictures:
        found = [problem for problem in check_svg(path.read_bytes()) if problem != "holds a comment"]
        assert found == [], path.name


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (b"<!-- 7 people -->", "comment"),
        (b"<script>alert(1)</script>", "<script>"),
        (b"<title>7</title>", "<title>"),
        (b"<desc>7</desc>", "<desc>"),
        (b"<text>7</text>", "<text>"),
        (b'<image xlink:href="data:image/png;base64,AAAA"/>', "<image>"),
        (b'<a xlink:href="http://x"><path d="M 0 0"/></a>', "<a>"),
        (b'<use xlink:href="http://x#a"/>', "attribute href"),
        (b'<use xlink:href="data:image/svg+xml;base64,AAAA"/>', "attribute href"),
        (b'<path d="M 0 0" onclick="x()"/>', "attribute onclick"),
        (b'<path d="M 0 0" data-secret="7"/>', "attribute data-secret"),
        (b'<path d="M 0 0" style="fill: url(http://x)"/>', "attribute style"),
        (b'<path d="M 0 0" style="content: \'seven people\'"/>', "attribute style"),
        (b'<path d="seven people"/>', "attribute d"),
        (b'<g id="seven-people"/>', "name of its own"),
        (b'<g id="secret_7"/>', "name of its own"),
        (b"<foreignObject><p>7</p></foreignObject>", "<foreignObject>"),
        (b"<style>*{fill: red}</style>", "text that is not drawn"),
        (b"seven people", "text that is not drawn"),
        (b"<metadata>seven</metadata>", "metadata of its own"),
        (b"<?x 7?>", "processing instruction"),
        (b"<![CDATA[7]]>", "no plain XML"),
        (b"<animate attributeName='x'/>", "<animate>"),
    ],
)
def test_whatever_else_stands_in_a_picture_is_refused_without_its_words(put, reason):
    assert check_svg(SVG) == []
    found = check_svg(SVG.replace(b"</svg>", put + b"</svg>"))
    assert any(reason in problem for problem in found)
    assert not any("seven" in problem for problem in found)


def test_entities_and_other_document_types_are_refused_unread():
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    assert any("document type" in problem for problem in check_svg(bomb))
    assert check_svg(b"no picture") == ["is no XML"]
    assert check_svg(b"<html/>")[0] == "is no SVG"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_named(content):
    found = check_svg(content)
    assert found or content.lstrip().startswith(b"<svg")


def test_texts_are_read_from_the_glyphs_that_are_drawn():
    words = "axes.set_title('민원 12건 – a×b')\naxes.text(0.5, 1.5, 'n=7\\nsecond')\naxes.set_xticks([0, 1], ['가', '나'])"
    svg = drawn("axes.plot([1, 2])\n" + words)
    facts = figure_facts(svg)
    shown = [text.text for text in facts.texts]
    assert {"민원 12건 – a×b", "n=7", "second"} <= set(shown)
    assert [text.text for text in facts.texts if text.axis == "matplotlib.axis_1"] == ["가", "나"]
    assert facts.marks > 0


# --- numbers ---------------------------------------------------------------------------------------------------------


def texts(*words: str, axis: str = "") -> list[DrawnText]:
    return [DrawnText(word, axis) for word in words]


def test_drawn_numbers_that_follow_from_the_table_are_explained():
    said = ("1,234", "1.2천", "310", "90", "1634건", "75.5%", "76%", "2021", "95% 구간", "강남구", "PM2.5", "+1,234", "545")
    assert unexplained(texts(*said), TABLE) == []


def test_drawn_numbers_that_follow_from_nothing_are_listed_once():
    assert unexplained(texts("7명", "7", "4,711", "61.37%"), TABLE) == ["7", "4,711", "61.37"]
    assert unexplained(texts("n = 7"), TABLE, words=["n = 7"]) == []


def test_even_ticks_are_the_axis_own_and_others_are_not():
    assert unexplained(texts("0", "137", "274", "411", axis="matplotlib.axis_1"), TABLE) == []
    assert unexplained(texts("1", "10", "100", "1000", axis="matplotlib.axis_2"), TABLE) == []
    assert unexplained(texts("0", "137", "275", axis="matplotlib.axis_1"), TABLE) == ["137", "275"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2021년 3월, 95% 구간, PM2.5, NO2, C-3, 10만 명당, 100,000, 2026-11-22, 08:00", []),
        ("세 사람 가운데 7명이", ["7"]),
        ("17 of 4,711 and -3.5 %", ["17", "4,711", "-3.5"]),
        ("k = 10", []),
        ("1,234 and 310", ["1,234", "310"]),
        ("the 76 % of them", ["76"]),
    ],
)
def test_numbers_typed_by_hand_are_listed_and_harmless_ones_are_not(text, numbers):
    assert [found.number for found in typed_numbers({"note.ko": text}, [TABLE], allowed=[10, 10**5])] == numbers


def test_a_typed_number_says_whether_the_table_says_the_same_today():
    found = typed_numbers({"alt.en": "310 here, 311 there"}, [TABLE])
    assert found == [TypedNumber("alt.en", "310", known=True), TypedNumber("alt.en", "311", known=False)]


@given(st.integers(100, 10**6).filter(lambda number: number % 10))
def test_a_withheld_number_in_a_drawings_source_is_found_however_it_is_written(number):
    for source in (f"axes.bar([0], [{number}])", f"axes.text(0, 0, '{number:,} people')", f"x = {number}.0"):
        assert tells_withheld(source, [number])
    assert not tells_withheld(f"axes.bar([0], [{number + 1}])", [number])


def test_a_drawing_with_a_withheld_number_is_refused_without_saying_it():
    table = counted({"강남구": 1234, "종로구": 310, "중구": 291}, k=300)
    assert table.states[2] == ("withheld",)
    found = withheld_in_drawing("f", "axes.bar([0], [291])", table=table, numbers=[1234, 310, 291])
    assert found == ["figure 'f': its drawing holds a number that its table withholds; draw from the table alone"]
    assert withheld_in_drawing("f", "axes.bar([0], [1234])", table=table, numbers=[1234, 4711, 291]) == []


def test_the_pictures_of_the_sample_raise_no_false_alarm():
    from workbench.releases.results import read_variants

    looked_at = 0
    for release in ANALYSES.glob("*/releases/*"):
        variants = read_variants(release)
        tables = {variant.identity: variant for variant in variants if variant.kind == "table"}
        for figure in (variant for variant in variants if variant.kind == "figure"):
            table = SafeTable.from_record(tables[figure.content["table"], figure.identity[1]].content)
            words = [*(figure.title or {}).values(), *(figure.note or {}).values(), *figure.content["alt"].values()]
            for file in figure.content["files"].values():
                assert unexplained(figure_facts((release / file).read_bytes()).texts, table, words=words) == [], file
                looked_at += 1
    assert looked_at > 20


def test_a_release_lists_what_was_typed_by_hand(tmp_path):
    import shutil

    from workbench.files import read_json, write_json
    from workbench.releases.hand_typed import hand_typed

    folder = tmp_path / "release"
    shutil.copytree(ANALYSES / "fine-dust" / "releases" / "1", folder)
    before = {one.result: one for one in hand_typed(folder)}
    assert before["over_standard"].typed[0].number == "35"
    assert not any(one.drawn for one in before.values())
    path = next((folder / "results").glob("*.figure.json"))
    record = read_json(path)
    for variant in record["variants"]:
        variant["content"]["alt"]["en"] += " Only 4,711 people."
    write_json(path, record)
    after = {one.result: one for one in hand_typed(folder)}
    assert TypedNumber("alt.en", "4,711", known=False) in after[path.stem].typed
