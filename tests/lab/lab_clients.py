"""Two kinds of visitors of a running lab: one that speaks HTTP, and one that co-edits a notebook over a websocket."""

from __future__ import annotations

import asyncio
import json
import uuid
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
from jupyter_ydoc import YNotebook
from pycrdt import Doc, YMessageType, YSyncMessageType, create_sync_message, create_update_message, handle_sync_message
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PASSWORD = "four words are enough"


class Visitor:
    """A person at the lab's address, before and after giving the password."""

    def __init__(self, port: int) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        self.address = f"ws://127.0.0.1:{port}"

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        self.http.get("/login")
        response = self.http.post("/login", data={"password": password, "_xsrf": self.http.cookies["_xsrf"]})
        self.http.headers["X-XSRFToken"] = self.http.cookies["_xsrf"]
        return response

    def websocket(self, path: str) -> HTTPRequest:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        return HTTPRequest(self.address + path, headers={"Cookie": cookies})

    def document(self, path: str) -> dict[str, Any]:
        answer = self.http.put(f"/api/collaboration/session/{quote(path)}", json={"format": "json", "type": "notebook"})
        answer.raise_for_status()
        return answer.json()

    def start_kernel(self, folder: str = "") -> str:
        answer = self.http.post("/api/kernels", json={"name": "python3", "path": folder})
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def run(self, kernel: str, code: str, *, wait: bool = True) -> str:
        """What a cell prints (or its error), run in a kernel."""
        connection = await websocket_connect(self.websocket(f"/api/kernels/{kernel}/channels"))
        request = uuid.uuid4().hex
        header = {"msg_id": request, "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}
        await connection.write_message(json.dumps(message))
        printed = ""
        while wait:
            answer = json.loads(await asyncio.wait_for(connection.read_message(), 30))
            if answer["parent_header"].get("msg_id") != request:
                continue
            if answer["msg_type"] == "stream":
                printed += answer["content"]["text"]
            if answer["msg_type"] == "error":
                printed += "\n".join(answer["content"]["traceback"])
            if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                break
        if not wait:
            await asyncio.sleep(0.5)
        await close(connection)
        return printed


class CoEditor:
    """A browser tab with one notebook open, without the browser."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        self.visitor, self.path = visitor, path
        self.doc: Doc = Doc()
        self.notebook = YNotebook(self.doc)
        self.session = visitor.document(path)
        self.connection: WebSocketClientConnection | None = None

    async def __aenter__(self) -> CoEditor:
        await self.connect()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        """Open the room's websocket and exchange what each side lacks."""
        room = f"/api/collaboration/room/json:notebook:{self.session['fileId']}?sessionId={self.session['sessionId']}"
        self.connection = await websocket_connect(self.visitor.websocket(room), max_message_size=2**30)
        self.synchronised = asyncio.Event()
        self._applying = False
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._subscription = self.doc.observe(self._changed)
        await self.connection.write_message(create_sync_message(self.doc), binary=True)
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._send())]
        await asyncio.wait_for(self.synchronised.wait(), 20)

    async def disconnect(self) -> None:
        """Lose the connection; the document stays, as it does in a tab."""
        if self.connection is None:
            return
        while not self._outgoing.empty():
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.doc.unobserve(self._subscription)
        await close(self.connection)
        self.connection = None

    def type(self, cell: int, text: str) -> None:
        source = self.notebook.ycells[cell]["source"]
        source += text

    def source(self, cell: int) -> str:
        return str(self.notebook.ycells[cell]["source"])

    def cells(self) -> list[dict[str, Any]]:
        return list(self.notebook.get()["cells"])

    def _changed(self, event: Any) -> None:
        if not self._applying:
            self._outgoing.put_nowait(bytes(event.update))

    async def _receive(self) -> None:
        assert self.connection is not None
        while (message := await self.connection.read_message()) is not None:
            if isinstance(message, str) or message[0] != YMessageType.SYNC:
                continue
            self._applying = True
            try:
                reply = handle_sync_message(message[1:], self.doc)
            finally:
                self._applying = False
            if reply is not None:
                await self.connection.write_message(reply, binary=True)
            if message[1] == YSyncMessageType.SYNC_STEP2:
                self.synchronised.set()

    async def _send(self) -> None:
        assert self.connection is not None
        while True:
            update = await self._outgoing.get()
            await self.connection.write_message(create_update_message(update), binary=True)


async def close(connection: WebSocketClientConnection) -> None:
    """Close a websocket and wait until the other side has."""
    connection.close()
    while await asyncio.wait_for(connection.read_message(), 10) is not None:
        pass


async def until(condition: Any, *, seconds: float = 15) -> None:
    """Wait until a condition holds; fail with its name when it does not come."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"did not come about within {seconds:g} s")
