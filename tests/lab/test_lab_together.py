"""Two people in one notebook: their text converges, survives a lost connection and a restart, and reaches the disk."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import nbformat
import pytest
from lab_clients import PASSWORD, CoEditor, Visitor, until

from workbench.lab import Lab, set_password, start_lab
from workbench.lab.stores import journal_mode
from workbench.project import Project


def on_disk(lab: Lab, path: str) -> list[str]:
    file = lab.folders.root.parent.parent / "notebooks" / path
    return ["".join(cell["source"]) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]]


def test_the_same_cell_typed_at_once_is_identical_for_both_and_on_disk(lab: Lab, visitor: Visitor, notebook: str) -> None:
    async def type_together() -> tuple[str, str]:
        async with CoEditor(visitor, notebook) as first, CoEditor(visitor, notebook) as second:

            async def press(editor: CoEditor, letter: str) -> None:
                for _ in range(30):
                    editor.type(1, letter)
                    await asyncio.sleep(0.005)

            await asyncio.gather(press(first, "가"), press(second, "b"))
            await until(
                lambda: first.cells() == second.cells() and first.source(1).count("가") == first.source(1).count("b") == 30
            )
            await until(lambda: on_disk(lab, notebook)[1] == first.source(1))
            return first.source(1), second.source(1)

    first, second = asyncio.run(type_together())
    assert first == second
    assert first.startswith("x = 1\n")


def test_edits_made_offline_by_both_are_kept(lab: Lab, visitor: Visitor, notebook: str) -> None:
    async def lose_and_return() -> str:
        async with CoEditor(visitor, notebook) as first, CoEditor(visitor, notebook) as second:
            await first.disconnect()
            first.type(1, "# typed offline\n")
            second.type(1, "# typed meanwhile\n")
            await until(lambda: "meanwhile" in on_disk(lab, notebook)[1])
            await first.connect()
            await until(lambda: first.cells() == second.cells() and "offline" in second.source(1))
            await until(lambda: on_disk(lab, notebook)[1] == second.source(1))
            return first.source(1)

    text = asyncio.run(lose_and_return())
    assert text.count("# typed offline\n") == 1
    assert text.count("# typed meanwhile\n") == 1


def test_reading_a_notebook_as_a_batch_run_does_changes_nothing_of_it(
    lab: Lab, visitor: Visitor, notebook: str, tmp_path: Path
) -> None:
    file = lab.folders.root.parent.parent / "notebooks" / notebook

    async def read_while_open() -> None:
        async with CoEditor(visitor, notebook) as editor:
            editor.type(1, "y = 2\n")
            await until(lambda: "y = 2" in on_disk(lab, notebook)[1])
            before, stamp, text = file.read_bytes(), file.stat().st_mtime_ns, editor.source(1)
            snapshot = nbformat.read(file, as_version=4)
            nbformat.write(snapshot, tmp_path / "run.ipynb")
            time.sleep(1.5)  # longer than the server takes to look at files and to save
            await asyncio.sleep(0.2)
            assert (file.read_bytes(), file.stat().st_mtime_ns, editor.source(1)) == (before, stamp, text)

    asyncio.run(read_while_open())


def test_a_notebook_is_whole_whenever_it_is_read_while_people_type(lab: Lab, visitor: Visitor, notebook: str) -> None:
    file = lab.folders.root.parent.parent / "notebooks" / notebook

    async def read_while_typing() -> set[str]:
        seen = set()
        async with CoEditor(visitor, notebook) as editor:
            for number in range(3):
                editor.type(1, f"# {number}\n" * 2000)
                while f"# {number}\n" not in "\n".join(seen):
                    content = json.loads(file.read_bytes())  # fails on a file that is empty or half written
                    seen.add("".join(content["cells"][1]["source"]))
                    await asyncio.sleep(0)
        return seen

    assert len(asyncio.run(read_while_typing())) >= 3


def test_the_stores_are_in_write_ahead_mode_and_outside_the_content_root(lab: Lab, visitor: Visitor, notebook: str) -> None:
    async def open_and_leave() -> None:
        async with CoEditor(visitor, notebook) as editor:
            editor.type(1, "z = 3\n")
            await until(lambda: "z = 3" in on_disk(lab, notebook)[1])

    asyncio.run(open_and_leave())
    assert journal_mode(lab.folders.documents) == "wal"
    assert journal_mode(lab.folders.file_ids) == "wal"
    assert lab.folders.sessions.is_file()
    notebooks = lab.folders.root.parent.parent / "notebooks"
    assert not lab.folders.root.is_relative_to(notebooks)
    assert {path.suffix for path in notebooks.rglob("*") if path.is_file() and not path.is_symlink()} == {".ipynb"}


def test_a_restart_keeps_the_last_words_and_doubles_none(project: Project) -> None:
    """A tab that stayed open over the restart brings its own copy of the text back."""
    path = "fine-dust/good-days.ipynb"
    set_password(project, PASSWORD)

    async def edit(lab: Lab) -> CoEditor:
        with Visitor(lab.port) as visitor:
            visitor.log_in()
            editor = CoEditor(visitor, path)
            await editor.connect()
            editor.type(1, "# the last words\n")
            await asyncio.sleep(0.2)  # less than the delay after which the server saves by itself
            await editor.disconnect()
            return editor

    async def come_back(lab: Lab, tab: CoEditor) -> tuple[str, str]:
        with Visitor(lab.port) as visitor:
            visitor.log_in()
            tab.visitor = visitor
            async with CoEditor(visitor, path) as newcomer:
                await tab.connect()
                tab.type(0, " (다시)")
                await until(lambda: newcomer.cells() == tab.cells() and "다시" in newcomer.source(0))
                await until(lambda: on_disk(lab, path) == [tab.source(0), tab.source(1)])
                await tab.disconnect()
                return tab.source(0), tab.source(1)

    with start_lab(project, port=0) as lab:
        tab = asyncio.run(edit(lab))
    assert on_disk(lab, path)[1] == "x = 1\n# the last words\n"
    with start_lab(project, port=0) as lab:
        assert asyncio.run(come_back(lab, tab)) == ("# 미세먼지 (다시)", "x = 1\n# the last words\n")


@pytest.mark.parametrize("editors", [8])
def test_many_documents_opened_at_once_on_a_new_store_all_keep_their_edits(project: Project, editors: int) -> None:
    source = project.notebooks / "fine-dust" / "good-days.ipynb"
    names = [f"fine-dust/n{number}.ipynb" for number in range(editors)]
    for name in names:
        (project.notebooks / name).write_bytes(source.read_bytes())
    set_password(project, PASSWORD)

    async def edit_all(lab: Lab) -> None:
        with Visitor(lab.port) as visitor:
            visitor.log_in()
            tabs = [CoEditor(visitor, name) for name in names]
            await asyncio.gather(*(tab.connect() for tab in tabs))
            for number, tab in enumerate(tabs):
                tab.type(1, f"# {number}\n")
            await until(lambda: all(on_disk(lab, name)[1] == f"x = 1\n# {number}\n" for number, name in enumerate(names)))
            await asyncio.gather(*(tab.disconnect() for tab in tabs))

    with start_lab(project, port=0) as lab:
        asyncio.run(edit_all(lab))
    log = lab.folders.log.read_text(encoding="utf-8")
    assert "database is locked" not in log
    assert "already exists" not in log
