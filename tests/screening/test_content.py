"""Text is read out of whatever it is wrapped in, bombs are refused, and what cannot be read is said."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import pickle
import resource
import struct
import tarfile
import zipfile
import zlib
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.screening.content import Limits, Piece, Unread, pieces

CANARY = "R00005275"
KOREAN = "홍길동 씨 010-1234-5678"


def said(name: str, data: bytes | str) -> str:
    """All text of a file, its bare characters left aside."""
    found = list(pieces(name, data.encode() if isinstance(data, str) else data))
    return "\n".join(
        f"{piece.text}\n{' '.join(piece.rows)}" for piece in found if isinstance(piece, Piece) and piece.kind != "raw"
    )


def unread(name: str, data: bytes, limits: Limits | None = None) -> list[str]:
    return [piece.reason for piece in pieces(name, data, limits=limits) if isinstance(piece, Unread)]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(*chunks: bytes, behind: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + chunk(b"IEND", b"") + behind


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def photograph(*segments: bytes, behind: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(segments) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd9" + behind


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def parquet(metadata: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    table = pa.table({"id": [CANARY], "age": [59]})
    pq.write_table(table.replace_schema_metadata(metadata) if metadata else table, out)
    return out.getvalue()


def notebook(**changes: object) -> str:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "source": "", "outputs": [], **changes}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def output(**data: object) -> list[dict[str, object]]:
    return [{"output_type": "display_data", "metadata": {}, "data": data}]


B64 = base64.b64encode(f"name,{CANARY}".encode()).decode()
WRAPPED_ZIP = base64.encodebytes(zipped(inner=f"id,{CANARY} and more and more\n".encode())).decode()
EXIF = b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + CANARY.encode() + b"\x00"

XMP = f"<x:xmpmeta a='{CANARY}'/>".encode()
SVG = f"<svg><desc>{CANARY}</desc></svg>"
GZIPPED = base64.b64encode(gzip.compress(CANARY.encode())).decode()
NOTED = base64.b64encode(picture(chunk(b"iTXt", b"k\0\0\0\0\0" + CANARY.encode()))).decode()
COLOURED = f"\x1b[31mKeyError\x1b[0m: {CANARY[:3]}\x1b[1m{CANARY[3:]}"
STARTS = [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\x1f\x8b\x08", b"PAR1", b"\x80\x04", b"\x78\x9c", b"BZh9"]

PLACES: dict[str, tuple[str, bytes | str]] = {
    "plain text": ("a.txt", CANARY),
    "csv": ("a.csv", f"\ufeffid,n\r\n{CANARY},3\r\n"),
    "yaml": ("a.yml", f"note: >-\n  {CANARY}\n"),
    "json value": ("a.json", json.dumps({"a": [{"b": CANARY}]})),
    "json key": ("a.json", json.dumps({"a": {CANARY: 1}})),
    "json key that stands twice": ("a.json", f'{{"a": "{CANARY}", "a": ""}}'),
    "json escapes": ("a.json", '{"a": "' + "".join(f"\\u{ord(letter):04x}" for letter in CANARY) + '"}'),
    "log line": ("runs.jsonl", '{"a": 1}\n' + json.dumps({"said": CANARY}) + "\n"),
    "notebook source": ("a.ipynb", notebook(source=["x = 1\n", f"# {CANARY}"])),
    "notebook stream": ("a.ipynb", notebook(outputs=[{"output_type": "stream", "name": "stdout", "text": [f"{CANARY}\n"]}])),
    "notebook stderr": ("a.ipynb", notebook(outputs=[{"output_type": "stream", "name": "stderr", "text": CANARY}])),
    "notebook html": ("a.ipynb", notebook(outputs=output(**{"text/html": f"<td>{CANARY[:4]}<b>{CANARY[4:]}</b></td>"}))),
    "notebook plain": ("a.ipynb", notebook(outputs=output(**{"text/plain": [f"'{CANARY}'"]}))),
    "notebook svg": ("a.ipynb", notebook(outputs=output(**{"image/svg+xml": [f"<svg><desc>{CANARY}</desc></svg>"]}))),
    "notebook picture": (
        "a.ipynb",
        notebook(outputs=output(**{"image/png": base64.encodebytes(picture(chunk(b"tEXt", b"k\0" + CANARY.encode()))).decode()})),
    ),
    "notebook widget view": (
        "a.ipynb",
        notebook(outputs=output(**{"application/vnd.jupyter.widget-view+json": {"model_id": CANARY}})),
    ),
    "widget state": ("a.ipynb", json.dumps({"cells": [], "metadata": {"widgets": {"x": {"state": {"m": {"value": CANARY}}}}}})),
    "traceback": (
        "a.ipynb",
        notebook(outputs=[{"output_type": "error", "ename": "K", "evalue": "", "traceback": [COLOURED]}]),
    ),
    "cell metadata": ("a.ipynb", notebook(metadata={"note": CANARY})),
    "cell id": ("a.ipynb", notebook(id=CANARY)),
    "notebook metadata": ("a.ipynb", json.dumps({"cells": [], "metadata": {"papermill": {"parameters": {"p": CANARY}}}})),
    "attachment": (
        "a.ipynb",
        notebook(cell_type="markdown", attachments={"a.png": {"image/png": NOTED}}),
    ),
    "html text": ("a.html", f"<p>{CANARY}</p>"),
    "html text cut by tags": ("a.html", f"<p>{CANARY[:2]}<i>{CANARY[2:5]}</i>{CANARY[5:]}</p>"),
    "html comment": ("a.html", f"<p>x</p><!-- {CANARY} -->"),
    "html attribute": ("a.html", f'<p title="{CANARY}">x</p>'),
    "data attribute with a record": ("a.html", f"<p data-rows='{html.escape(json.dumps([{'a': CANARY}]))}'>x</p>"),
    "script": ("a.html", f"<script>var a = '{CANARY}';</script>"),
    "embedded record": ("a.html", f'<script type="application/json">{json.dumps({"a": CANARY})}</script>'),
    "style": ("a.html", f"<style>/* {CANARY} */</style>"),
    "html entities": ("a.html", "<p>" + "".join(f"&#{ord(letter)};" for letter in CANARY) + "</p>"),
    "html entities twice": ("a.html", "<p>" + html.escape("".join(f"&#x{ord(letter):x};" for letter in CANARY)) + "</p>"),
    "percent signs": ("a.html", '<a href="?q=' + "".join(f"%{ord(letter):02X}" for letter in CANARY) + '">x</a>'),
    "javascript escapes": ("a.js", "x = '" + "".join(f"\\x{ord(letter):02x}" for letter in CANARY) + "'"),
    "octal escapes": ("a.css", "a::after { content: '" + "".join(f"\\{ord(letter):03o}" for letter in CANARY) + "' }"),
    "css escapes with spaces": ("a.css", "a::after { content: '" + "".join(f"\\{ord(letter):x} " for letter in CANARY) + "' }"),
    "css escapes": ("a.css", "a::after { content: '" + "".join(f"\\{ord(letter):06x}" for letter in CANARY) + "' }"),
    "search index word": ("searchindex.js", 'Search.setIndex({"terms":{"' + CANARY.lower() + '":[1]},"titles":["a"]})'),
    "search index title": ("searchindex.js", 'Search.setIndex({"terms":{},"titles":["' + CANARY + '"]})'),
    "svg title": ("a.svg", f"<svg><title>{CANARY}</title></svg>"),
    "svg description": ("a.svg", f"<svg><desc>{CANARY}</desc></svg>"),
    "svg metadata": ("a.svg", f"<svg><metadata><rdf:RDF><dc:title>{CANARY}</dc:title></rdf:RDF></metadata></svg>"),
    "svg comment": ("a.svg", f"<svg><!-- {CANARY} --></svg>"),
    "svg cdata": ("a.svg", f"<svg><style><![CDATA[ /* {CANARY} */ ]]></style></svg>"),
    "svg path that draws nothing": ("a.svg", f'<svg><path d="M 0 0 {CANARY}"/></svg>'),
    "svg data address": ("a.svg", f'<svg><image href="data:text/plain;base64,{B64}"/></svg>'),
    "data address in percent signs": ("a.svg", f'<svg><image href="data:image/svg+xml,{quote(SVG)}"/></svg>'),
    "png tEXt": ("a.png", picture(chunk(b"tEXt", b"Title\x00" + CANARY.encode()))),
    "png zTXt": ("a.png", picture(chunk(b"zTXt", b"Title\x00\x00" + zlib.compress(CANARY.encode())))),
    "png iTXt": ("a.png", picture(chunk(b"iTXt", b"Title\x00\x01\x00ko\x00\x00" + zlib.compress(CANARY.encode())))),
    "png eXIf": ("a.png", picture(chunk(b"eXIf", EXIF[6:]))),
    "png XMP": ("a.png", picture(chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP))),
    "png profile": ("a.png", picture(chunk(b"iCCP", b"p\x00\x00" + zlib.compress(CANARY.encode())))),
    "jpeg comment": ("a.jpg", photograph(segment(0xFE, CANARY.encode()))),
    "jpeg exif": ("a.jpg", photograph(segment(0xE1, EXIF))),
    "jpeg exif in two bytes a letter": ("a.jpg", photograph(segment(0xE1, b"Exif\x00\x00II*\x00" + CANARY.encode("utf-16-le")))),
    "jpeg xmp": ("a.jpg", photograph(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + XMP))),
    "pickle": ("a.pickle", pickle.dumps({"a": [CANARY]})),
    "doctree": ("a.doctree", pickle.dumps(("document", {"rawsource": CANARY}), protocol=4)),
    "bytes in a pickle": ("a.pkl", pickle.dumps({"a": CANARY.encode("utf-16")})),
    "zip": ("a.zip", zipped(a=CANARY.encode())),
    "name in a zip": ("a.zip", zipped(**{f"{CANARY}.csv": b"x"})),
    "zip in a zip": ("a.zip", zipped(a=zipped(b=zipped(c=CANARY.encode())))),
    "gzip": ("a.csv.gz", gzip.compress(CANARY.encode())),
    "two gzips in one": ("a.gz", gzip.compress(b"x") + gzip.compress(CANARY.encode())),
    "name in a gzip": ("a.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + CANARY.encode() + b"\0" + gzip.compress(b"x")[10:]),
    "bzip2": ("a.bz2", bz2.compress(CANARY.encode())),
    "xz": ("a.xz", lzma.compress(CANARY.encode())),
    "zlib": ("objects", zlib.compress(CANARY.encode())),
    "tar": ("a.tar", tarred("a", CANARY.encode())),
    "tar in gzip": ("a.tgz", gzip.compress(tarred("a", CANARY.encode()))),
    "parquet": ("a.parquet", parquet()),
    "metadata of a parquet": ("a.parquet", parquet({"note": CANARY})),
    "base64": ("a.txt", f"see {B64} here"),
    "base64 for addresses": ("a.txt", base64.urlsafe_b64encode(f"??>>{CANARY}".encode()).decode()),
    "base64 of two bytes a letter": ("a.txt", base64.b64encode(CANARY.encode("utf-16-le")).decode()),
    "base64 in base64": ("a.txt", base64.b64encode(B64.encode()).decode()),
    "base64 behind a folder": ("a.txt", f"/files/{B64}"),
    "zip in base64": ("a.json", json.dumps({"x": WRAPPED_ZIP})),
    "gzip in base64 in html": ("a.html", f'<a href="data:application/gzip;base64,{GZIPPED}">x</a>'),
    "hexadecimal": ("a.txt", f"x {CANARY.encode().hex()} y"),
    "utf-16": ("a.txt", f"id\n{CANARY}".encode("utf-16")),
    "utf-16 without its mark": ("a.txt", f"번호는 {CANARY}".encode("utf-16-be")),
    "utf-32": ("a.txt", CANARY.encode("utf-32")),
    "korean code page": ("a.csv", f"번호,{CANARY}\n".encode("cp949")),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_canary_is_read_out_of(place: str) -> None:
    name, data = PLACES[place]
    raw = "\n".join(
        piece.text for piece in pieces(name, data.encode() if isinstance(data, str) else data) if isinstance(piece, Piece)
    )
    assert CANARY.lower() in (said(name, data) if place != "search index word" else raw).lower()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"])
def test_korean_is_read_in_every_encoding_that_offices_use(encoding: str) -> None:
    assert KOREAN in said("a.txt", f"신청서\n{KOREAN}\n".encode(encoding))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.bin", b"\x00\x01\x02\x03", "of no kind"),
        ("a.pdf", b"%PDF-1.7\n\x00\x01", "of no kind"),
        ("a.woff2", b"wOF2\x00\x01\x00\x00", "of no kind"),
        ("a.png", picture()[:-9], "damaged PNG"),
        ("a.png", picture()[:40] + b"x" + picture()[41:], "damaged PNG"),
        ("a.png", picture(behind=CANARY.encode()), "behind the end"),
        ("a.png", picture(chunk(b"raNd", b"secret")), "unknown kind"),
        ("a.png", picture(chunk(b"zTXt", b"k\x00\x00junk")), "damaged text"),
        ("a.jpg", photograph()[:-2], "damaged JPEG"),
        ("a.jpg", photograph(behind=b"PK\x03\x04"), "behind the end"),
        ("a.zip", zipped(a=b"x" * 99)[:-30], "damaged zip"),
        ("a.zip", b"PK\x03\x04" + bytes(40), "damaged zip"),
        ("a.gz", gzip.compress(b"x" * 999)[:-6], "damaged gzip"),
        ("a.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\xffnever ends", "damaged gzip"),
        ("a.gz", gzip.compress(b"x") + b"hidden", "damaged gzip"),
        ("a.bz2", bz2.compress(b"x" * 99)[:-6], "damaged bzip2"),
        ("a.xz", lzma.compress(b"x" * 99)[:-6], "damaged xz"),
        ("a.parquet", b"PAR1" + bytes(30) + b"PAR1", "damaged Parquet"),
        ("a.pickle", pickle.dumps("x" * 30)[:9] + b"\xff.", "damaged pickle"),
        ("a.ipynb", b'{"cells": [', "not whole JSON"),
        ("runs.jsonl", b'{"a": 1}\n{"a"', "not whole JSON"),
        ("a.html", b'<img src="data:image/png;base64,@@@@">', "base64 is damaged"),
        ("a.html", b'<img src="data:image/webp;base64,' + base64.b64encode(b"RIFF\x00\x00\x00\x00WEBP") + b'">', "of no kind"),
    ],
)
def test_what_cannot_be_looked_into_is_said(name: str, data: bytes, reason: str) -> None:
    assert any(reason in found for found in unread(name, data))


def test_an_encrypted_archive_cannot_be_looked_into() -> None:
    data = bytearray(zipped(a=b"x" * 50))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert unread("a.zip", bytes(data)) == ["is encrypted"]


def test_bytes_between_the_files_of_an_archive_are_no_hiding_place() -> None:
    before = zipped(a=b"first")
    hidden = CANARY.encode() * 5
    assert unread("a.zip", before[: before.index(b"PK\x01\x02")] + hidden + before[before.index(b"PK\x01\x02") :]) != []
    assert unread("a.zip", before + hidden) != []


def test_a_damaged_member_does_not_hide_the_others() -> None:
    data = zipped(a=CANARY.encode(), b=b"\x00\x01\x02")
    assert CANARY in said("a.zip", data)
    assert unread("a.zip", data) == ["is of no kind that can be looked into"]


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = zipped(a=bytes(100_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert any("unpacks to more than 20 MB" in reason for reason in unread("a.zip", bomb, Limits(unpacked=20_000_000)))
    assert any(
        "unpacks to more than 20 MB" in reason
        for reason in unread("a.gz", gzip.compress(bytes(100_000_000)), Limits(unpacked=20_000_000))
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000, "kilobytes"


def test_thousands_of_archives_within_each_other_are_refused() -> None:
    nested = b"x"
    for _ in range(2_000):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a", nested)
        nested = out.getvalue()
    assert unread("a.zip", nested) == ["is nested more than 8 deep"]


def test_ten_thousand_archives_side_by_side_are_refused() -> None:
    many = zipped(**{f"{number}.zip": b"PK\x05\x06" + bytes(18) for number in range(10_000)})
    assert unread("a.zip", many) == ["holds more than 5,000 files or encoded stretches"]


def test_the_same_content_in_many_places_is_looked_into_once() -> None:
    text = "\n".join([base64.b64encode(b"the same sentence again").decode()] * 50)
    assert (
        sum("the same sentence again" in piece.text for piece in pieces("a.txt", text.encode()) if isinstance(piece, Piece)) == 1
    )


def test_hashes_and_signatures_are_no_text() -> None:
    text = (
        "sha256: 60721f8d78fdd02fd21dbbd0002182618a518219eb04468c6bd97edcd3abfe11\n"
        "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgaB52tbkv75cV4"
    )
    assert said("a.yml", text).strip() == text


def test_a_drawings_coordinates_are_no_text() -> None:
    text = said(
        "a.svg", '<svg viewBox="0 0 10 10"><path d="M 5152 5005 Q 5152 4915 L -1.5e3 2"/><g transform="translate(3 4)"/></svg>'
    )
    assert "5152" not in text
    assert "translate" not in text


@given(st.binary(max_size=300), st.sampled_from([*STARTS, b'{"a":', b"<svg "]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_either_read_or_said_to_be_unread(data: bytes, start: bytes) -> None:
    for piece in pieces("a", start + data):
        assert isinstance(piece, Piece | Unread)


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=12, max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_words_are_read_back_out_of_base64_of_a_zip(words: str) -> None:
    data = base64.b64encode(zipped(a=words.encode())).decode()
    assert words in "\n".join(piece.text for piece in pieces("a.txt", f"x = '{data}'".encode()) if isinstance(piece, Piece))
