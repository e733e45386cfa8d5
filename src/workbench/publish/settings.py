"""What a city sets for its book: ``book/site.yml``, the catalogues of strings, and the pages written by people.

Everything a reader meets exists in each language of ``site.yml``; a gap is an error here, not a blank on a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from workbench.catalog import Bilingual
from workbench.errors import UsageError, combine, did_you_mean, unknown
from workbench.files import read_model, read_yaml
from workbench.publish.records import Record

PageName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]

RESERVED = ("index", "search", "genindex", "data", "decisions", "answer")
"""Pages that the book makes itself."""

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


class Site(Record):
    """``book/site.yml``.

    ``pages`` are files ``book/pages/<language>/<name>.md``, in the order of the menu; ``collect_url`` is the address
    where citizens give data, ``url`` the one under which the book is published (above its languages), if there is one. The
    link by which a department answers begins with ``url``; browsers sign on pages that came over https.

    Examples
    --------
    >>> site = Site(title={"ko": "도시", "en": "City"}, tagline={"ko": "가", "en": "a"}, languages=["ko", "en"])
    >>> site.other_languages("ko")
    ['en']
    """

    title: Bilingual
    tagline: Bilingual
    languages: Annotated[list[str], Field(min_length=1)]
    pages: list[PageName] = Field(default_factory=list)
    licence: Bilingual | None = None
    collect_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] | None = None

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: list[str]) -> list[str]:
        for language in value:
            if language not in Bilingual.model_fields:
                raise ValueError(f"{language}: {did_you_mean(language, Bilingual.model_fields)}")
        if len(set(value)) != len(value):
            raise ValueError("a language stands twice")
        return value

    @field_validator("pages")
    @classmethod
    def _not_reserved(cls, value: list[str]) -> list[str]:
        for page in value:
            if page in RESERVED:
                raise ValueError(f"'{page}' is a page that the book makes itself")
        return value

    def other_languages(self, language: str) -> list[str]:
        """Return the languages that a page's switch leads to.

        Parameters
        ----------
        language : str

        Returns
        -------
        list of str
        """
        return [other for other in self.languages if other != language]


@dataclass(frozen=True)
class WrittenPage:
    """A page written by people: its name, its title and its Markdown."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Words:
    """One language's catalogue of strings, by section and key, and the pages written in it."""

    language: str
    strings: dict[str, dict[str, str]]
    pages: tuple[WrittenPage, ...]


def read_site(book: Path) -> Site:
    """Read ``book/site.yml``.

    Parameters
    ----------
    book : Path

    Returns
    -------
    Site

    Raises
    ------
    UsageError
    """
    return read_model(book / "site.yml", Site)


def read_words(book: Path, site: Site) -> dict[str, Words]:
    """Read strings and written pages of all languages, and hold them against one another.

    Parameters
    ----------
    book : Path
    site : Site

    Returns
    -------
    dict of str to Words
        By language, in the order of ``site.yml``.

    Raises
    ------
    UsageError
        A string or page that one language has and another lacks, or other placeholders in a translation.
    """
    catalogues = {language: _catalogue(book / "strings" / f"{language}.yml") for language in site.languages}
    first = site.languages[0]
    for language in site.languages[1:]:
        problems = _differences(catalogues[first], catalogues[language], first=first)
        if problems:
            raise combine(problems, where=str(book / "strings" / f"{language}.yml"), hint="every text stands in each language")
    return {
        language: Words(
            language=language,
            strings=catalogues[language],
            pages=tuple(_written(book, language=language, name=name) for name in site.pages),
        )
        for language in site.languages
    }


def _catalogue(path: Path) -> dict[str, dict[str, str]]:
    value: Any = read_yaml(path)
    if not isinstance(value, dict):
        raise UsageError(f"{path}: sections of strings are needed, found {type(value).__name__}")
    problems = []
    for section, entries in value.items():
        if not isinstance(entries, dict):
            problems.append(f"{section}: a section is a mapping, found {entries!r}")
            continue
        problems += [
            f"{section}.{key}: a text is needed, found {text!r}"
            for key, text in entries.items()
            if not isinstance(text, str) or not text.strip()
        ]
    if problems:
        raise combine(problems, where=str(path))
    return value


def _differences(first_catalogue: dict[str, dict[str, str]], other: dict[str, dict[str, str]], *, first: str) -> list[str]:
    wanted = {f"{section}.{key}": text for section, entries in first_catalogue.items() for key, text in entries.items()}
    found = {f"{section}.{key}": text for section, entries in other.items() for key, text in entries.items()}
    problems = [f"'{key}' is missing ({first}: {wanted[key]!r})" for key in wanted if key not in found]
    problems += [f"unknown key '{key}', {did_you_mean(key, wanted)}" for key in found if key not in wanted]
    for key in wanted.keys() & found.keys():
        places, theirs = (sorted(set(_PLACEHOLDER.findall(text))) for text in (wanted[key], found[key]))
        if places != theirs:
            problems.append(f"'{key}' has the places {theirs}, in {first} they are {places}")
    return sorted(problems)


def _written(book: Path, *, language: str, name: str) -> WrittenPage:
    path = book / "pages" / language / f"{name}.md"
    if not path.is_file():
        here = [other.stem for other in path.parent.glob("*.md")]
        error = unknown("page", name, here, where=str(book / "site.yml"))
        raise UsageError(f"{error.message}: no file {path}", hint=error.hint)
    text = path.read_text(encoding="utf-8")
    heading = re.match(r"\s*#\s+(.+)", text)
    if not heading:
        raise UsageError(f"{path}: must begin with a title, '# …'")
    return WrittenPage(name=name, title=heading[1].strip(), text=text)
