"""Attacks by careless and hostile authors: values of people left in outputs, metadata, texts, pictures and names of files.

The canaries are real values of the city's personal fields. They are looked for in every file of a candidate and of the built
book, and in whatever those files hold packed or encoded.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from attacks_by_kernels import record_of, rows_of, write_record
from attacks_on_figures import with_drawing
from red_city import World, compare, copy_of, refusal, released_city, run_city, runs_of
from red_outcomes import Outcome, attack

from demo_city import as_its_kernel_wrote
from workbench.bench import RESULT_MIME
from workbench.files import write_text
from workbench.project import Project
from workbench.publish import build_book
from workbench.runs import EXECUTED, Run

BOOK = Path(__file__).parents[2] / "book"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_DEPTH = 4


def layers(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """A file's bytes, and what they hold zipped, compressed, in base64, in another encoding or escaped."""
    yield content
    if depth == _DEPTH:
        return
    inner: list[bytes] = []
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner += [archive.read(name) + name.encode() for name in archive.namelist()]
    if content[:2] == b"\x1f\x8b":
        inner.append(gzip.decompress(content))
    for found in _BASE64.findall(content):
        plain = found.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        try:
            inner.append(base64.b64decode(plain + b"=" * (-len(plain) % 4)))
        except (binascii.Error, ValueError):
            continue
    if b"\\u" in content and depth == 0:
        inner.append(re.sub(rb"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)).encode("utf-8", "replace"), content))
    for one in inner:
        try:
            yield from layers(one, depth + 1)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
            yield one


def found_in(files: Iterable[Path], canaries: dict[str, str]) -> set[str]:
    """The canaries that stand in files or in their names."""
    wanted = {name: {value.encode(), value.encode("utf-16-le")} for name, value in canaries.items()}
    told: set[str] = set()
    for path in files:
        for layer in (path.name.encode(), *layers(path.read_bytes())):
            told |= {name for name, forms in wanted.items() if name not in told and any(form in layer for form in forms)}
    return told


def files_of(*folders: Path) -> list[Path]:
    """Every file below some folders."""
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def canaries_of(run: Run) -> dict[str, str]:
    """Protected ids that the notebook's free outputs show, by what shows them."""
    ids = list(dict.fromkeys(rows_of(run)["contributor"]))
    text = (run.folder / EXECUTED).read_text(encoding="utf-8")
    shown = [one for one in ids if one in text]
    return {f"id {number}": one for number, one in enumerate(shown)}


def hidden_places(world: World) -> dict[str, str]:
    """A canary for each place of a notebook that no reader sees."""
    people = world.rows.drop_duplicates("person")
    names = ("cell metadata", "notebook metadata", "attachment", "widget state", "HTML comment", "output metadata", "zip",
             "gz", "a cell's name", "PNG text", "stderr", "JSON output", "local link")  # fmt: skip
    return dict(zip(names, people["person"].iloc[10 : 10 + len(names)], strict=True))


def _packed(value: str) -> tuple[str, str]:
    """A value in a zip file and in a gz file, both in base64."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("rows.csv", f"person\n{value}\n" * 20)
    return base64.b64encode(archive.getvalue()).decode(), base64.b64encode(gzip.compress(f"{value}\n".encode() * 20)).decode()


def leave_behind(run: Run, places: dict[str, str]) -> None:
    """Put the canaries into the executed notebook of a run, as extensions and kernels do."""
    path = run.folder / EXECUTED
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs)
    text = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    code.metadata["last_value"] = places["cell metadata"]
    code["id"] = places["a cell's name"]
    notebook.metadata["kernel_state"] = {"repr": repr({"person": places["notebook metadata"]})}
    state = {"model": {"state": {"value": places["widget state"]}, "model_name": "TextModel"}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    text["attachments"] = {"a.csv": {"text/csv": base64.b64encode(places["attachment"].encode() + b"," * 20).decode()}}
    text["source"] += f"\n<!-- {places['HTML comment']} -->\n[rows](file:///home/{places['local link']}/rows.csv)"
    zipped, compressed = _packed(places["zip"])[0], _packed(places["gz"])[1]
    png = b"\x89PNG\r\n\x1a\n" + f"tEXtComment\x00{places['PNG text']}".encode()
    free = [
        nbformat.v4.new_output("display_data", data={"text/plain": "x"}, metadata={"who": places["output metadata"]}),
        nbformat.v4.new_output("display_data", data={"text/html": f'<a href="data:application/zip;base64,{zipped}">x</a>'}),
        nbformat.v4.new_output("display_data", data={"text/html": f'<a href="data:application/gzip;base64,{compressed}">x</a>'}),
        nbformat.v4.new_output("display_data", data={"image/png": base64.b64encode(png).decode()}),
        nbformat.v4.new_output("display_data", data={"application/json": {"person": places["JSON output"]}}),
        nbformat.v4.new_output("stream", name="stderr", text=f"warning: {places['stderr']}\n"),
    ]
    code.outputs += free
    write_text(path, json.dumps(notebook, ensure_ascii=False))


@attack
def canaries_in_outputs_and_metadata(seed: int) -> Outcome:
    """What a kernel showed and an editor kept: searched for in the candidate."""
    world = run_city(seed)
    project = copy_of(world)
    (run,) = runs_of(project)
    shown = canaries_of(run)
    places = hidden_places(world)
    leave_behind(run, places)
    as_its_kernel_wrote(run)
    wanted = {**shown, **places}
    before = found_in([run.folder / EXECUTED], wanted)
    said = refusal(compare, project)
    if said:
        raise AssertionError(f"a copy without free outputs is refused: {said}")
    after = found_in(files_of(project.candidates / "noise"), wanted)
    told = f"canaries found: {len(before)} of {len(wanted)} in the notebook as it was run; published: {len(after)}"
    return Outcome(len(shown) >= 5 and before == set(wanted), bool(after), f"{told} {sorted(after)[:3] if after else ''}".strip())


@cache
def book_of(seed: int) -> Path:
    """The book of the city's first release."""
    project = copy_of(released_city(seed), f"book-{seed}")
    shutil.copytree(BOOK, project.book, dirs_exist_ok=True)
    build_book(project, target=project.site)
    return project.site


@attack
def canaries_in_the_built_book(seed: int) -> Outcome:
    """Names, numbers, sentences and ids of everybody: in pages, search index, downloads and pictures."""
    world = released_city(seed)
    (run,) = runs_of(world.project)
    people = world.rows.drop_duplicates("person")
    values = [*people["person"], *people["name"], *people["phone"], *people["said"], *rows_of(run)["contributor"].unique()]
    wanted = {str(number): value for number, value in enumerate(values)}
    site = book_of(seed)
    raw = site.parent / "raw"
    raw.mkdir(exist_ok=True)
    write_text(raw / "page.html", world.rows.to_html())
    before = found_in([raw / "page.html", run.folder / EXECUTED], wanted)
    release = world.project.analyses / "noise" / "releases" / "1"
    after = found_in(files_of(site, release), wanted)
    told = f"of {len(wanted)} values {len(before)} stand in rows as HTML and in the notebook as it was run"
    return Outcome(len(before) > len(wanted) / 2, bool(after), f"{told}; {len(after)} in {len(files_of(site))} files of the book")


Put = Callable[[Run, str], None]


def _title(run: Run, value: str) -> None:
    record = record_of(run)
    record["title"] = {"ko": f"민원 {value}", "en": "Complaints"}
    write_record(run, record)


def _note(run: Run, value: str) -> None:
    record = record_of(run)
    record["note"] = {"ko": "민원", "en": f"thanks to {value}"}
    write_record(run, record)


def _alt(run: Run, value: str) -> None:
    record = record_of(run, "spent.figure")
    record["content"]["alt"] = {"ko": f"막대그림: {value}", "en": "Bars"}
    write_record(run, record, "spent.figure")


def _sentence(run: Run, value: str) -> None:
    record = record_of(run, "east")
    record["content"]["text"] = {"ko": f"{value} 등 {{value}}건", "en": "{value} complaints"}
    write_record(run, record, "east")


def _label(run: Run, value: str) -> None:
    record = record_of(run)
    record["content"]["rows"]["labels"]["ko"][0] = value
    write_record(run, record)


def _source_of(run: Run, kind: str, text: str) -> None:
    path = run.folder / EXECUTED
    notebook = nbformat.read(path, as_version=4)
    cell = next(one for one in notebook.cells if one.cell_type == kind)
    cell["source"] += text
    write_text(path, json.dumps(notebook, ensure_ascii=False))


def _markdown(run: Run, value: str) -> None:
    _source_of(run, "markdown", f"\n{value}")


def _code(run: Run, value: str) -> None:
    _source_of(run, "code", f"\nchecked = rows[rows['person'] == '{value}']")


def _link(run: Run, value: str) -> None:
    _source_of(run, "markdown", f"\n[rows](data:text/csv;base64,{base64.b64encode(f'who,{value},east'.encode()).decode()})")


def _unit(run: Run, value: str) -> None:
    record = record_of(run)
    record["content"]["unit"] = {"ko": value, "en": value}
    write_record(run, record)


TEXTS: dict[str, Put] = {
    "a title": _title, "a note": _note, "a text alternative": _alt, "a finding's sentence": _sentence, "a label": _label,
    "a unit": _unit, "a text cell": _markdown, "code": _code, "a link that holds its data": _link,
}  # fmt: skip


def _kinds(world: World, seed: int) -> dict[str, str]:
    """What may not stand in a text: a number, an id, a name with its number, a sentence somebody wrote."""
    one = world.rows.iloc[17 + seed]
    return {"number": one["phone"], "id": one["person"], "name": f"{one['name']} ({one['phone']})", "sentence": one["said"]}


def _put(chosen: dict[str, Put], project: Project, value: str) -> tuple[list[str], list[str]]:
    """In which texts a value stands as the kernel left it, and which a candidate publishes."""
    (run,) = runs_of(project)
    before = {path: path.read_bytes() for path in files_of(run.folder)}
    there, published = [], []
    canary = {"value": json.dumps(value, ensure_ascii=False).strip('"')}
    for name, put in chosen.items():
        put(run, value)
        as_its_kernel_wrote(run)
        if found_in(files_of(run.folder), canary):
            there.append(name)
        if not refusal(compare, project) and found_in(files_of(project.candidates / "noise"), canary):
            published.append(name)
        for path, content in before.items():
            path.write_bytes(content)
    return there, published


@attack
def personal_data_in_texts_of_a_release(seed: int) -> Outcome:
    """An author writes somebody's number, id, name or sentence into a text that is published; three texts a seed."""
    world = run_city(seed)
    kinds = _kinds(world, seed)
    kind = list(kinds)[seed % len(kinds)]
    chosen = dict(list(TEXTS.items())[seed % 3 :: 3])
    there, published = _put(chosen, copy_of(world), kinds[kind])
    told = f"a {kind} in {', '.join(there)}; published in: {', '.join(published) or 'none'}"
    return Outcome(len(there) == len(chosen), bool(published), told)


@attack
def canaries_in_a_figure(seed: int) -> Outcome:
    """Somebody's id drawn as words, invisible, tiny, outside the frame, as a legend, in pieces."""
    world = run_city(seed)
    value = str(world.rows["person"].iloc[30 + seed])
    ways = {
        "words": f"axes.set_title('{value}')",
        "invisible words": f"axes.text(0, 0, '{value}', alpha=0)",
        "tiny words": f"axes.text(0, 0, '{value}', fontsize=0.1)",
        "a legend": f"axes.bar([0], [1], label='{value}')\naxes.legend()",
        "a comment": f"axes.bar([0], [1])  # {value}",
    }
    project = copy_of(world)
    way = list(ways)[seed % len(ways)]
    source = "def draw(axes, table, language):\n    " + ways[way].replace("\n", "\n    ")
    with_drawing(project, source)
    (run,) = runs_of(project)
    there = bool(found_in([run.folder / "results" / "spent.figure.json"], {"id": value}))
    said = refusal(compare, project)
    told = "" if said else drawn_in(project.candidates / "noise", value)
    return Outcome(there, bool(told), f"{way}: {said or told or 'drawn without it'}".replace("\n", " "))


def drawn_in(folder: Path, value: str) -> str:
    """Whether a candidate's pictures show a value: read from their glyphs."""
    from workbench.releases.figure_texts import figure_facts

    for path in sorted(folder.rglob("*.svg")):
        text: Any = " ".join(one.text for one in figure_facts(path.read_bytes()).texts)
        if value in text or value.encode() in path.read_bytes():
            return f"stands in {path.name}"
    return ""


@attack
def a_file_named_after_a_person(seed: int) -> Outcome:
    """A result whose name holds somebody's number, so that its files do."""
    world = run_city(seed)
    project = copy_of(world)
    (run,) = runs_of(project)
    digits = str(world.rows["phone"].iloc[40 + seed]).replace("-", "")
    name = f"call_{digits}"
    for folder, suffix in (("results", "json"), ("contributions", "parquet")):
        (run.folder / folder / f"complaints.{suffix}").rename(run.folder / folder / f"{name}.{suffix}")
    write_record(run, {**record_of(run, name), "name": name}, name)
    sentence = record_of(run, "east")
    content = json.dumps(sentence["content"], ensure_ascii=False).replace('"complaints"', f'"{name}"')
    write_record(run, {**sentence, "content": json.loads(content)}, "east")
    notebook = json.loads((run.folder / EXECUTED).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for mark in (output.get("data", {}).get(RESULT_MIME) for output in cell.get("outputs", [])):
            if mark and mark["name"] == "complaints":
                mark["name"] = name
    write_text(run.folder / EXECUTED, json.dumps(notebook, ensure_ascii=False))
    as_its_kernel_wrote(run)
    there = digits in " ".join(path.name for path in files_of(run.folder))
    said = refusal(compare, project)
    out = not said and digits in " ".join(path.name for path in files_of(project.candidates / "noise"))
    return Outcome(there, out, f"{said or ('published' if out else 'renamed')}".replace("\n", " ").replace(digits, "…"))
