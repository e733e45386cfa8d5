"""A loopback server that answers like the Seoul Open Data Plaza, from given rows, with its quirks and faults on demand."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import Any
from urllib.parse import unquote

KEY = "6b65796f66746865746573747365727665"
LARGEST_STEP = 1_000

MESSAGES = {
    "INFO-000": "정상 처리되었습니다",
    "INFO-100": "인증키가 유효하지 않습니다.",
    "INFO-200": "해당하는 데이터가 없습니다.",
    "ERROR-310": "해당하는 서비스를 찾을 수 없습니다.",
    "ERROR-336": "데이터요청은 한번에 최대 1000건을 넘을 수 없습니다.",
    "ERROR-337": "일별 트래픽 제한을 넘은 호출입니다.",
    "ERROR-500": "서버 오류입니다.",
    "ERROR-777": "새로운 오류입니다.",
}

ROOTS = {"tbCycleStationInfo": "stationInfo", "tbCycleRentUseMonthInfo": "cycleRentUseMonthInfo"}
"""Where the root is not the service's name."""


@dataclass
class SeoulServer:
    """What the server holds and how it behaves; ``url`` is where it listens.

    ``tables[service]`` are all rows, ``by_option[service]`` rows by the option that follows in the address. A fault
    is set with ``fail(kind, service, page, times)``.
    """

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    by_option: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    texts_only: bool = False
    total_of_page_only: bool = False
    errors_on_top: bool = True
    url: str = ""
    calls: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    faults: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    closing: threading.Event = field(default_factory=threading.Event)

    def fail(self, kind: str, service: str, *, page: int = 1, times: int = 1) -> None:
        self.faults[service, page] += [kind] * times

    def rows(self, service: str, options: tuple[str, ...]) -> list[dict[str, Any]] | None:
        if service in self.by_option:
            return self.by_option[service].get(options[0], []) if options else list(chain(*self.by_option[service].values()))
        return self.tables.get(service)

    def answer(self, service: str, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        if self.texts_only:
            rows = [{name: str(value) for name, value in row.items()} for row in rows]
        body = {"list_total_count": len(rows) if self.total_of_page_only else total, "RESULT": result("INFO-000"), "row": rows}
        return {ROOTS.get(service, service): body}

    def problem(self, service: str, code: str) -> dict[str, Any]:
        return {"RESULT": result(code)} if self.errors_on_top else {ROOTS.get(service, service): {"RESULT": result(code)}}


def result(code: str) -> dict[str, str]:
    return {"CODE": code, "MESSAGE": MESSAGES[code]}


@contextmanager
def running(server: SeoulServer) -> Iterator[SeoulServer]:
    """Let a server listen on a free loopback port for as long as the block lasts."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()
        thread.join(timeout=5)


def _handler(server: SeoulServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            key, form, service, start, end, *options = [unquote(part) for part in self.path.strip("/").split("/")]
            first, last = int(start), int(end)
            page = (first - 1) // LARGEST_STEP + 1
            server.calls.append((service, page, tuple(options)))
            fault = server.faults[service, page].pop(0) if server.faults[service, page] else ""
            assert form == "json"
            if fault == "timeout":
                server.closing.wait(10)
            elif fault in _BODIES:
                self.send(*_BODIES[fault])
            elif fault == "echo":
                self.send(200, json.dumps({"RESULT": {"CODE": "ERROR-777", "MESSAGE": f"bad call {self.path}"}}).encode())
            elif key != KEY or fault == "key":
                self.send_json(server.problem(service, "INFO-100"))
            elif fault.startswith(("ERROR", "INFO")):
                self.send_json(server.problem(service, fault))
            elif last - first + 1 > LARGEST_STEP:
                self.send_json(server.problem(service, "ERROR-336"))
            else:
                self.send_page(service, tuple(options), 1 if fault == "repeat" else first, fault)

        def send_page(self, service: str, options: tuple[str, ...], first: int, fault: str) -> None:
            whole = server.rows(service, options)
            if whole is None:
                self.send_json(server.problem(service, "ERROR-310"))
                return
            rows = whole[first - 1 : first - 1 + LARGEST_STEP]
            if not rows:
                self.send_json(server.problem(service, "INFO-200"))
                return
            if fault == "renamed":
                rows = [{("PM_25" if name == "PM25" else name): value for name, value in row.items()} for row in rows]
            if fault == "short":
                rows = rows[:400]
            body = json.dumps(server.answer(service, rows, len(whole)), ensure_ascii=False).encode()
            if fault == "cut":
                self.send(200, body[: len(body) // 2], length=len(body))
            elif fault == "cut_json":
                self.send(200, body[: len(body) // 2])
            else:
                self.send(200, body)

        def send_json(self, value: Any) -> None:
            self.send(200, json.dumps(value, ensure_ascii=False).encode())

        def send(self, status: int, body: bytes, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.send_header("Location", "http://127.0.0.1:9/elsewhere") if status == 302 else None
            self.end_headers()
            self.wfile.write(body)

    return Handler


_BODIES: dict[str, tuple[int, bytes]] = {
    "http500": (500, b"Internal Server Error"),
    "http404": (404, b"Not Found"),
    "http429": (429, b"slow down"),
    "redirect": (302, b""),
    "xml": (200, b'<?xml version="1.0"?><Air><list_total_count>1</list_total_count><RESULT><CODE>INFO-000</CODE></RESULT></Air>'),
    "xml_key": (200, "<RESULT><CODE>INFO-100</CODE><MESSAGE><![CDATA[인증키가 유효하지 않습니다.]]></MESSAGE></RESULT>".encode()),
    "html": (200, b"<!DOCTYPE html><html><body>Service check</body></html>"),
    "list": (200, b"[1, 2]"),
    "no_row": (200, b'{"Air": {"RESULT": {"CODE": "INFO-000"}, "rows": []}}'),
    "latin": (200, b'{"RESULT": {"CODE": "INFO-000", "MESSAGE": "\xe9"}}'),
}
