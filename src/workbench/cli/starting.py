"""``workbench init``: a city's own project in an empty folder, with every file commented in Korean and English.

Nothing of the sample's governance comes along: no key, no seat, no decision. All seats are vacant until people fill them,
so that nobody can decide anything before both sides have founded it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.catalog import Bilingual
from workbench.errors import UsageError
from workbench.files import sync_folder, write_bytes
from workbench.governance import SIDES, Side
from workbench.governance.papers.examples import example
from workbench.governance.papers.schemas import write_schemas
from workbench.project import CATALOG_NAME, Project

TEMPLATE = Path(__file__).with_name("new_city")
"""What is written, with ``@name@`` where a city's own word goes."""

BOOK_PARTS = ("theme", "strings")
"""Of ``book/``: what any city's book is made with. An installed package carries them inside the template."""

PAPERS = (
    *("answers", "ballots", "charter", "closings", "consultations", "contributions", "data_requests", "links"),
    *("meetings", "obstacles", "policies", "proposals", "recommendations"),
)
"""Folders of ``governance/`` that wait for their first file."""

HIDDEN = {"gitignore": ".gitignore", "gitattributes": ".gitattributes"}
"""Files that would act on the template's own folder under their real names."""

SEAT_LETTER: dict[Side, str] = {"government": "G", "civil_society": "C"}
SIDE_NAMES: dict[Side, tuple[str, str]] = {
    "government": ("행정 측", "Government side"),
    "civil_society": ("시민사회 측", "Civil-society side"),
}
DUTIES = (("운영", "coordination"), ("분석", "analysis"), ("보관", "keeping of keys"))
"""What the first three seats of a side are for."""

MOST_SEATS = 99
TERM_YEARS = 2
SHOWN = 5
"""Of what lies in a folder, named in an error."""

_PLACE = re.compile(r"@(\w+)@")

_SEAT = """\
  {id}:
    title: {{ko: "{ko}", en: "{en}"}}
    organisation: {{ko: "정해지지 않음", en: "Not named yet"}}
    side: {side}
    roles: {{all: [{roles}]}}
    vacant_since: {today}
    #: term: {{from: {today}, until: {until}}}
    #: public_key: "ssh-ed25519 …"
{age}"""
_AGE = "    #: age_key: age1…\n"


@dataclass(frozen=True)
class City:
    """What a new project is told about its city.

    Parameters
    ----------
    today : datetime.date
        Since when the seats are vacant.
    name : Bilingual, optional
    seats : mapping of str to int, optional
        How many seats each side has.
    """

    today: dt.date
    name: Bilingual = field(default_factory=lambda: Bilingual(ko="우리 도시", en="our city"))
    seats: Mapping[Side, int] = field(default_factory=lambda: {"government": 3, "civil_society": 3})

    def __post_init__(self) -> None:
        for language in ("ko", "en"):
            if not self.name[language].isprintable() or len(self.name[language]) > 60:
                raise UsageError(f"--name-{language}: one line of at most 60 letters is needed, found {self.name[language]!r}")
        for side in SIDES:
            if not 1 <= self.seats[side] <= MOST_SEATS:
                found = f"--seats-{side.replace('_', '-')}: {self.seats[side]} seats"
                raise UsageError(f"{found}, allowed are 1 to {MOST_SEATS}", hint="each side needs a seat that signs for it")


def start_city(folder: Path, city: City) -> list[str]:
    """Write a new project; killed midway, running it again finishes.

    Parameters
    ----------
    folder : Path
        Empty (``.git`` alone is fine), or not there yet.
    city : City

    Returns
    -------
    list of str
        The files, from the folder.

    Raises
    ------
    UsageError
        The folder holds something, is a file, lies in another project, or cannot be written.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "city"
    >>> len(start_city(target, City(today=dt.date(2026, 11, 22)))) > 40
    True
    >>> Project.find(target).root == target.resolve()
    True
    """
    target = folder.expanduser().resolve()
    files = city_files(city)
    try:
        _require_empty(target, files)
        if target.exists():
            _write(target, files)
        else:
            _write_beside(target, files)
    except OSError as error:
        raise UsageError(
            f"{target}: cannot be written ({error.strerror})", hint="name a folder in which you may write: workbench init FOLDER"
        ) from error
    return list(files)


def city_files(city: City) -> dict[str, bytes]:
    """Return every file of a new project.

    Parameters
    ----------
    city : City

    Returns
    -------
    dict of str to bytes
        By path from the project's root; the catalogue, which makes a folder a project, comes last.

    Examples
    --------
    >>> files = city_files(City(today=dt.date(2026, 11, 22)))
    >>> "governance/members.yml" in files, list(files)[-1]
    (True, 'data_catalog.yml')
    """
    words = _words(city)
    files = {}
    for path in _files_of(TEMPLATE):
        name = path.relative_to(TEMPLATE).as_posix()
        text = path.read_text(encoding="utf-8")
        if not name.startswith(tuple(f"book/{part}/" for part in BOOK_PARTS)):
            files[HIDDEN.get(name, name)] = _PLACE.sub(lambda found: words[found[1]], text).encode("utf-8")
    for part in BOOK_PARTS:
        root = _book_part(part)
        files |= {f"book/{part}/{path.relative_to(root).as_posix()}": path.read_bytes() for path in _files_of(root)}
    files["governance/rules.yml"] = example("rules").encode("utf-8")
    files |= {f"governance/{name}/.gitkeep": b"" for name in PAPERS}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files |= {path.relative_to(root).as_posix(): path.read_bytes() for path in write_schemas(Project(root=root))}
    return {name: files[name] for name in sorted(files, key=lambda name: (name == CATALOG_NAME, name))}


def next_steps(folder: Path) -> list[str]:
    """Return what to do in a new project, as lines for the terminal.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str

    Examples
    --------
    >>> next_steps(Path("/srv/busan"))[0]
    'next, in /srv/busan (README.md says it in Korean and English):'
    """
    return [
        f"next, in {folder} (README.md says it in Korean and English):",
        "  1. everybody who takes a seat makes a key      workbench governance keygen --seat G-1",
        "     a steward or custodian another, to open      workbench vault keygen --seat G-1",
        "  2. write public keys and terms into            governance/members.yml",
        "  3. a steward of each side signs the founding   workbench governance found --seat G-1, then --seat C-1",
        "  4. propose, vote, close                        workbench propose issue --seat C-1",
        "  5. see at any time what is still owed          workbench check",
    ]


def _words(city: City) -> dict[str, str]:
    """What stands in the template's places; titles as YAML writes any text."""
    title = {"ko": f"데이터로 보는 {city.name.ko}", "en": f"{city.name.en[0].upper()}{city.name.en[1:]} in data"}
    return {
        "name_ko": city.name.ko,
        "name_en": city.name.en,
        "title_ko": json.dumps(title["ko"], ensure_ascii=False),
        "title_en": json.dumps(title["en"], ensure_ascii=False),
        "heading_ko": title["ko"],
        "heading_en": title["en"],
        "today": city.today.isoformat(),
        "until": _term_end(city.today).isoformat(),
        "seats": "\n".join(_seat(side, number, city) for side in SIDES for number in range(1, city.seats[side] + 1)).rstrip(),
    }


def _term_end(today: dt.date) -> dt.date:
    """The day before the same day, some years on."""
    return today.replace(day=min(today.day, 28), year=today.year + TERM_YEARS) - dt.timedelta(days=1)


def _seat(side: Side, number: int, city: City) -> str:
    ko, en = SIDE_NAMES[side]
    named_ko, named_en = DUTIES[number - 1] if number <= len(DUTIES) else (f"분석 {number}", f"analysis {number}")
    roles = _roles(number, of=city.seats[side])
    return _SEAT.format(
        id=f"{SEAT_LETTER[side]}-{number}",
        ko=f"{ko} {named_ko} 자리",
        en=f"{en}, {named_en}",
        side=side,
        roles=", ".join(roles),
        today=city.today.isoformat(),
        until=_term_end(city.today).isoformat(),
        age=_AGE if {"custodian", "steward"} & set(roles) else "",
    )


def _roles(number: int, *, of: int) -> tuple[str, ...]:
    """A proposal of roles under which each side can close votes, check releases and open the vault."""
    if of == 1:
        return "steward", "checker", "custodian"
    if number == 1:
        return "steward", "checker"
    if number == 2:
        return ("analyst", "checker", "custodian") if of == 2 else ("analyst", "checker")
    return ("custodian",) if number == 3 else ("analyst",)


def _book_part(part: str) -> Path:
    """Where a part of the book lies: inside an installed package, or at the top of the repository."""
    shipped = TEMPLATE / "book" / part
    return shipped if shipped.is_dir() else Path(__file__).parents[3] / "book" / part


def _files_of(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _require_empty(target: Path, files: Mapping[str, bytes]) -> None:
    """Refuse a folder with anything in it but what this very command wrote before it was killed."""
    above = next((folder for folder in target.parents if (folder / CATALOG_NAME).is_file()), None)
    if above is not None:
        raise UsageError(f"{target}: lies inside the project {above}", hint="name a folder outside of it: workbench init ~/city")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target}: is a file, a folder is needed", hint="name an empty folder, or one that is not there yet")
    foreign = list(_foreign(target, files)) if target.exists() else []
    if foreign:
        more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
        what = "a project already" if (target / CATALOG_NAME).is_file() else "not empty"
        raise UsageError(
            f"{target}: is {what}: it holds {', '.join(foreign[:SHOWN])}{more}",
            hint="name an empty folder, or one that is not there yet: workbench init FOLDER",
        )


def _foreign(target: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """What lies in a folder and is not as the files say; others' folders are named and not looked into."""
    folders = {parent.as_posix() for name in files for parent in Path(name).parents}
    waiting = sorted(target.iterdir())
    while waiting:
        path = waiting.pop(0)
        name = path.relative_to(target).as_posix()
        if name == ".git" or _unfinished(path, name, files):
            continue
        if name in folders and path.is_dir() and not path.is_symlink():
            waiting += sorted(path.iterdir())
        elif name not in files or path.is_symlink() or not path.is_file() or path.read_bytes() != files[name]:
            yield name


def _unfinished(path: Path, name: str, files: Mapping[str, bytes]) -> bool:
    """Whether a file is what a kill left of writing one of ours; the place that it was to take is in its name."""
    found = re.match(r"\.(.+)\.\w+\.part$", path.name)
    return bool(found) and name.removesuffix(path.name) + str(found and found[1]) in files


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = root / name
        for left in path.parent.glob(f".{path.name}.*.part") if path.parent.is_dir() else ():
            left.unlink()
        if not path.is_file():
            write_bytes(path, content)


def _write_beside(target: Path, files: Mapping[str, bytes]) -> None:
    """Write everything into a hidden folder beside the target and rename it; a kill leaves no half project."""
    staged = target.with_name(f".{target.name}.starting")
    staged.mkdir(parents=True, exist_ok=True)
    held = os.open(staged, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{target}: another workbench init is writing it", hint="wait until it has ended") from None
        for left in staged.iterdir():  # of one that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            _write(staged, files)
            staged.rename(target)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
    finally:
        os.close(held)
    sync_folder(target.parent)
