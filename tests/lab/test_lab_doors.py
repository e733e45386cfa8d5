"""Who gets in, and what can be seen from inside: the password, the content root, and what is switched off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lab_clients import PASSWORD, Visitor, close
from lab_projects import SECRETS
from tornado.httpclient import HTTPClientError
from tornado.websocket import websocket_connect

from workbench.lab import Lab
from workbench.lab.processes import marked_processes

OUTSIDE = [
    "../data_catalog.yml",
    "..%2Fdata_catalog.yml",
    "%2e%2e/data_catalog.yml",
    "fine-dust/../../data_catalog.yml",
    "fine-dust/..%2F..%2Fdata_catalog.yml",
    "..%5Cdata_catalog.yml",
    ".workbench/lab/password.json",
    "../.workbench/lab/password.json",
    "data_catalog.yml",
    "away.yml",
    "folder-away/password.json",
]


def root_of(lab: Lab) -> Path:
    return lab.folders.root.parent.parent


def test_the_right_password_opens_the_notebooks(visitor: Visitor) -> None:
    listed = visitor.http.get("/api/contents/fine-dust").json()["content"]
    assert "good-days.ipynb" in [entry["name"] for entry in listed]


@pytest.mark.parametrize("wrong", ["", "four words are enoug", PASSWORD.upper(), SECRETS["JUPYTER_TOKEN"]])
def test_a_wrong_password_opens_nothing(lab: Lab, wrong: str) -> None:
    with Visitor(lab.port) as stranger:
        assert stranger.log_in(wrong).status_code == 401
        assert stranger.http.get("/api/contents").status_code == 403


@pytest.mark.parametrize("token", ["none", PASSWORD, SECRETS["JUPYTER_TOKEN"]])
def test_no_token_opens_anything(lab: Lab, token: str) -> None:
    with Visitor(lab.port) as stranger:
        assert stranger.http.get("/api/contents", params={"token": token}).status_code == 403
        assert stranger.http.get("/api/contents", headers={"Authorization": f"token {token}"}).status_code == 403


def test_co_editing_is_closed_without_the_password(lab: Lab) -> None:
    with Visitor(lab.port) as stranger:
        stranger.http.get("/login")
        stranger.http.headers["X-XSRFToken"] = stranger.http.cookies["_xsrf"]
        answer = stranger.http.put(
            "/api/collaboration/session/fine-dust/good-days.ipynb", json={"format": "json", "type": "notebook"}
        )
        assert answer.status_code == 403


def test_a_name_that_a_foreign_page_points_at_this_machine_is_turned_away(lab: Lab) -> None:
    with Visitor(lab.port) as stranger:
        assert stranger.http.get("/login", headers={"Host": "attacker.example"}).status_code == 403


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("door", ["/api/contents/", "/files/", "/nbconvert/script/", "/view/"])
def test_files_outside_notebooks_cannot_be_read(lab: Lab, visitor: Visitor, door: str, path: str) -> None:
    root = root_of(lab)
    for name, target in {"away.yml": root / "data_catalog.yml", "folder-away": lab.folders.root}.items():
        link = root / "notebooks" / name
        if not link.is_symlink():
            link.symlink_to(target)
    assert (lab.folders.root / "password.json").is_file()
    answer = visitor.http.get(door + path)
    assert answer.status_code in (400, 403, 404)
    assert "argon2" not in answer.text
    assert "meal_card_purchases" not in answer.text


@pytest.mark.parametrize("path", OUTSIDE)
def test_files_outside_notebooks_cannot_be_opened_for_co_editing(lab: Lab, visitor: Visitor, path: str) -> None:
    answer = visitor.http.put(f"/api/collaboration/session/{path}", json={"format": "text", "type": "file"})
    if answer.status_code in (200, 201):  # an id is given for any path; what counts is that the room stays shut
        session = answer.json()
        room = f"/api/collaboration/room/text:file:{session['fileId']}?sessionId={session['sessionId']}"
        assert asyncio.run(_first_message(visitor, room)) is None
    else:
        assert answer.status_code in (400, 403, 404)


async def _first_message(visitor: Visitor, room: str) -> object:
    try:
        connection = await websocket_connect(visitor.websocket(room))
    except HTTPClientError:  # refused at the door
        return None
    message = await asyncio.wait_for(connection.read_message(), 10)
    if message is None:  # the server has closed
        connection.close()
    else:
        await close(connection)
    return message


def test_files_outside_notebooks_cannot_be_written(lab: Lab, visitor: Visitor) -> None:
    body = {"type": "file", "format": "text", "content": "datasets: {}"}
    answer = visitor.http.put("/api/contents/..%2Fdata_catalog.yml", json=body)
    assert answer.status_code in (400, 403, 404)
    assert "meal_card_purchases" in (root_of(lab) / "data_catalog.yml").read_text(encoding="utf-8")


def test_there_are_no_terminals(visitor: Visitor) -> None:
    assert visitor.http.get("/api/terminals").status_code in (403, 404)
    assert visitor.http.post("/api/terminals").status_code in (403, 404)


@pytest.mark.parametrize("path", ["/git/settings", "/nbdime/api/diff", "/lsp/status"])
def test_extensions_that_reach_past_the_content_root_are_off(visitor: Visitor, path: str) -> None:
    assert visitor.http.get(path).status_code == 404


def test_packages_cannot_be_installed_from_the_page(visitor: Visitor) -> None:
    answer = visitor.http.post("/lab/api/extensions", json={"cmd": "install", "extension_name": "jupyterlab-git"})
    assert answer.status_code >= 400 or answer.json()["status"] == "error"


def test_a_person_takes_a_name_but_no_picture_from_another_host(visitor: Visitor) -> None:
    with Visitor(visitor.http.base_url.port or 0) as person:
        person.log_in()
        assert person.http.patch("/api/me", json={"name": "분석가", "display_name": "분석가"}).status_code == 200
        assert person.http.get("/api/me").json()["identity"]["display_name"] == "분석가"
        assert person.http.patch("/api/me", json={"avatar_url": "https://tracker.example/p.png"}).status_code >= 400


def test_jupyters_own_copies_of_notebooks_stay_out_of_the_content_root(lab: Lab, visitor: Visitor, notebook: str) -> None:
    assert visitor.http.post(f"/api/contents/{notebook}/checkpoints").status_code == 201
    assert not list((root_of(lab) / "notebooks").rglob(".ipynb_checkpoints"))
    copy = f"{Path(notebook).stem}-checkpoint.ipynb"
    assert [path.parts[-3] for path in lab.folders.checkpoints.rglob(copy)] == ["fine-dust"]


def test_a_kernel_imports_the_workbench_and_finds_the_project(lab: Lab, visitor: Visitor) -> None:
    kernel = visitor.start_kernel("fine-dust")
    code = "import workbench\nfrom workbench.project import Project\nprint(workbench.__version__, Project.find().root)"
    printed = asyncio.run(visitor.run(kernel, code))
    assert printed.split() == [__import__("workbench").__version__, str(root_of(lab))]


def test_neither_the_server_nor_a_kernel_gets_a_secret_of_the_environment(lab: Lab, visitor: Visitor) -> None:
    kernel = visitor.start_kernel()
    printed = asyncio.run(visitor.run(kernel, "import os\nfor item in os.environ.items(): print(*item)"))
    assert "WORKBENCH_ROOT" in printed
    environments = [printed, *(Path(f"/proc/{pid}/environ").read_text() for pid in marked_processes(lab.folders.root))]
    assert len(environments) >= 3
    for environment in environments:
        assert not [name for name, value in SECRETS.items() if value in environment]


def test_only_the_hash_of_the_password_is_stored_and_only_its_owner_can_read_it(lab: Lab) -> None:
    assert lab.folders.root.stat().st_mode & 0o777 == 0o700
    for path in (lab.folders.password, lab.folders.configuration, lab.folders.log, lab.folders.documents):
        assert path.stat().st_mode & 0o077 == 0
    for path in lab.folders.root.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
