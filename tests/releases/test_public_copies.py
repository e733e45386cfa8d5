"""A notebook's public copy holds code, text and marks; everything else is left out, and its author is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from workbench.bench import RESULT_MIME
from workbench.errors import UsageError
from workbench.releases.public_copies import public_copy, removed_outputs

SECRET = "R00005275"
MARK = {"kind": "table", "name": "trips"}


def written(folder: Path, *cells: Any, **metadata: Any) -> Path:
    path = folder / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells), metadata=metadata), path)
    return path


def code(source: str = "x = 1", *outputs: Any, **metadata: Any) -> Any:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata=metadata, execution_count=3)


def shown(data: dict[str, Any]) -> Any:
    return nbformat.v4.new_output("display_data", data=data, metadata={"note": SECRET})


FREE = {
    "printed text": nbformat.v4.new_output("stream", name="stdout", text=f"{SECRET}\n{SECRET}\n"),
    "error": nbformat.v4.new_output("error", ename="KeyError", evalue=SECRET, traceback=[f"KeyError: {SECRET}"]),
    "output": shown({"text/html": f"<td>{SECRET}</td>", "text/plain": f"  {SECRET}\n1 2\n3 4"}),
    "widget": shown({"application/vnd.jupyter.widget-view+json": {"model_id": SECRET}, "text/plain": SECRET}),
}


@pytest.mark.parametrize("kind", FREE)
def test_a_free_output_is_left_out_and_told(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, code("trips", shown({RESULT_MIME: MARK, "text/html": SECRET}), FREE[kind]))
    assert SECRET not in public_copy(path)
    cell = json.loads(public_copy(path))["cells"][0]
    assert [output["data"] for output in cell["outputs"]] == [{RESULT_MIME: MARK}]
    told = removed_outputs(path)
    assert [(item.cell, item.kind) for item in told] == [(1, kind)]
    assert SECRET not in str(told)


def test_nothing_beside_language_and_tags_is_carried_over(tmp_path: Path) -> None:
    noted = code("x = 1", lang="ko", tags=["hide", "papermill-error"], note=SECRET, execution={"iopub.execute_input": SECRET})
    noted["id"] = SECRET
    text = nbformat.v4.new_markdown_cell("공원")
    text["attachments"] = {f"{SECRET}.png": {"image/png": "aGVsbG8="}}
    path = written(tmp_path, noted, text, widgets={"state": SECRET}, papermill={"parameters": SECRET}, author=SECRET)
    copy = json.loads(public_copy(path))
    assert SECRET not in json.dumps(copy)
    assert [cell["id"] for cell in copy["cells"]] == ["cell-1", "cell-2"]
    assert copy["cells"][0]["metadata"] == {"lang": "ko", "tags": ["hide"]}
    assert copy["cells"][0]["execution_count"] is None
    assert set(copy["metadata"]) == {"kernelspec", "language_info"}
    kinds = [(item.cell, item.kind) for item in removed_outputs(path)]
    assert kinds == [(None, "metadata"), (None, "widget"), (1, "metadata"), (2, "attachment")]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (f"앞<!-- {SECRET} -->뒤", "앞뒤"),
        (f"앞<!-- {SECRET}", "앞"),
        (f"![그림](attachment:{SECRET}.png)", "그림"),
        (f"[표](file:///home/{SECRET}/a.csv)", "표"),
        (f"[표](C:\\Users\\{SECRET}\\a.csv)", "표"),
        (f"[표](/home/{SECRET}/a.csv)", "표"),
        (f"[표](~/{SECRET}.csv)", "표"),
        (f'앞 <img src="file:///home/{SECRET}.png"> 뒤', "앞  뒤"),
        ("[자료](https://data.seoul.go.kr/a) 와 [쪽](#peak)", "[자료](https://data.seoul.go.kr/a) 와 [쪽](#peak)"),
    ],
)
def test_comments_and_links_into_a_machine_are_left_out_of_text(tmp_path: Path, source: str, left: str) -> None:
    path = written(tmp_path, nbformat.v4.new_markdown_cell(source))
    assert json.loads(public_copy(path))["cells"][0]["source"] == left
    assert len(removed_outputs(path)) == (0 if left == source else 1)


def test_all_that_cannot_be_copied_is_named_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        nbformat.v4.new_raw_cell(SECRET),
        code("x", shown({RESULT_MIME: {**MARK, "rows": [SECRET]}})),
        code("x", tags=[f"Rider {SECRET}"]),
        code("x", lang="xx"),
    )
    with pytest.raises(UsageError, match="4 problems") as refused:
        public_copy(path)
    assert SECRET not in str(refused.value)


def test_injected_parameters_are_no_part_of_the_copy(tmp_path: Path) -> None:
    path = written(tmp_path, code(f"year = '{SECRET}'", tags=["injected-parameters"]), code("x"))
    assert len(json.loads(public_copy(path))["cells"]) == 1
    assert removed_outputs(path) == []
