"""The sources of one language's tree: a Markdown page for each thing a citizen may look for, written by the theme's templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import yaml

from workbench.catalog import Catalog, Dataset
from workbench.errors import UsageError
from workbench.files import write_text
from workbench.places import ATTRIBUTION
from workbench.publish.answer_page import PAGE, Desk, desk_data
from workbench.publish.catalogue_page import catalogue_groups, dataset_anchor
from workbench.publish.contents import datasets_of, results_in_order, runs_of
from workbench.publish.corrections import corrections_of
from workbench.publish.decisions_page import Decisions, origin
from workbench.publish.editions import Edition, Release
from workbench.publish.markup import coloured, fenced, in_markdown, measured, paragraphs
from workbench.publish.notebooks import notebook_parts
from workbench.publish.refusals import refusal
from workbench.publish.settings import Site, Words
from workbench.publish.views import FindingView, ResultView, results_of
from workbench.publish.votings import share_in_words

FILES = "files"
"""The folder of downloads in each tree."""


@dataclass(frozen=True)
class Book:
    """Everything that both trees are made from."""

    site: Site
    catalog: Catalog
    editions: tuple[Edition, ...]
    decisions: Decisions
    desk: Desk
    demonstration: bool
    draft: bool
    theme: Path


@dataclass(frozen=True)
class Source:
    """One page before Sphinx: its name, its Markdown, where the frame shows it, and the title of each page above it.

    ``secret``: it is opened with a secret in its address, so nothing is sent from it and no search engine keeps it.
    """

    name: str
    text: str
    section: str
    above: tuple[tuple[str, str], ...] = ()
    wide: bool = False
    secret: bool = False


def page_sources(book: Book, words: Words) -> list[Source]:
    """Return every page of one language.

    Parameters
    ----------
    book : Book
    words : Words

    Returns
    -------
    list of Source
        The front page first.

    Raises
    ------
    UsageError
        A template that cannot be filled.
    """
    return _Tree(book, words).sources()


def write_sources(folder: Path, sources: list[Source]) -> None:
    """Write pages and their table of contents as jupyter-book reads them.

    Parameters
    ----------
    folder : Path
    sources : list of Source
    """
    for source in sources:
        write_text(folder / f"{source.name}.md", source.text)
    chapters = [{"file": source.name} for source in sources[1:]]
    toc: dict[str, Any] = {"format": "jb-book", "root": sources[0].name, "chapters": chapters}
    write_text(folder / "_toc.yml", yaml.safe_dump(toc, allow_unicode=True, sort_keys=False))


def frame_settings(book: Book, words: Words, *, catalogues: Mapping[str, Words], sources: list[Source]) -> dict[str, Any]:
    """Return what the frame of each page needs: strings, menu, languages, marks.

    Parameters
    ----------
    book : Book
    words : Words
    catalogues : mapping of str to Words
        All languages'.
    sources : list of Source

    Returns
    -------
    dict
        Plain values only: it travels to the other process as JSON.
    """
    language = words.language
    menu = [("index", "questions"), ("data", "data"), ("decisions", "decisions")]
    return {
        "strings": words.strings["frame"],
        "language": language,
        "title": book.site.title[language],
        "menu": [{"page": page, "title": words.strings["frame"][f"menu_{name}"], "section": name} for page, name in menu]
        + [{"page": page.name, "title": page.title, "section": page.name} for page in words.pages],
        "alternates": [
            {"language": other, "name": catalogues[other].strings["frame"]["language_name"]}
            for other in book.site.other_languages(language)
        ],
        "default": book.site.languages[0],
        "draft": book.draft,
        "demonstration": book.demonstration,
        "licence": book.site.licence[language] if book.site.licence else "",
        "collect_url": book.site.collect_url or "",
        "borders": ATTRIBUTION[language],
        "pages": {
            source.name: {
                "section": source.section,
                "above": [{"page": page, "title": title} for page, title in source.above],
                "wide": source.wide,
                "secret": source.secret,
            }
            for source in sources
        },
    }


class _Tree:
    """The pages of one language: what the templates share, filled once."""

    def __init__(self, book: Book, words: Words) -> None:
        self.book, self.words, self.language = book, words, words.language
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(book.theme / "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters.update(
            md=in_markdown,
            fenced=fenced,
            coloured=coloured,
            anchor=dataset_anchor,
            paragraphs=paragraphs,
            measured=measured,
            released=self._released,
            origin=origin,
            share=partial(share_in_words, words=words.strings["shares"]),
            refusal=partial(refusal, words=words.strings["refusals"]),
        )
        self.environment.globals.update(
            t=words.strings, language=words.language, site=book.site, demonstration=book.demonstration
        )
        self.views = {edition.issue: results_of(edition, self.language, strings=words.strings) for edition in book.editions}
        corrected = {
            self.views[edition.issue][name].anchor: told
            for edition in book.editions
            if edition.release
            for name, told in corrections_of(edition.release, self.language, words=words.strings["corrections"]).items()
            if name in self.views[edition.issue]
        }
        self.titles = {edition.issue: edition.title[self.language] for edition in book.editions}
        self.environment.globals.update(
            titles=self.titles, votings=book.decisions.votings, papers=book.decisions.papers, datasets=book.catalog.datasets
        )
        self.environment.globals.update(corrected=corrected)

    def sources(self) -> list[Source]:
        pages = [self._front()]
        for edition in self.book.editions:
            pages.append(self._issue(edition))
            if edition.release:
                pages += [
                    self._notebook(edition, edition.release, number) for number in range(len(edition.release.record.notebooks))
                ]
        groups = catalogue_groups(self.book.catalog, self.language, issue_titles=self.titles)
        pages.append(Source(name="data", section="data", text=self._fill("data.md", groups=groups)))
        text = self._fill("decisions.md", decisions=self.book.decisions)
        pages.append(Source(name="decisions", section="decisions", text=text))
        pages += [Source(name=page.name, section=page.name, text=page.text) for page in self.words.pages]
        text = self._fill("answer.md", carried=desk_data(self.book.desk, self.words))
        pages.append(Source(name=PAGE, section=PAGE, text=text, secret=True))
        return pages

    def _fill(self, template: str, **values: Any) -> str:
        try:
            return self.environment.get_template(template).render(**values)
        except jinja2.TemplateNotFound as error:
            hint = "it was made for another version: take this file from the book/theme that a new `workbench init` writes"
            raise UsageError(f"{self.book.theme / 'pages'}: the theme lacks the page {error.name}", hint=hint) from error
        except jinja2.TemplateSyntaxError as error:
            raise UsageError(f"{error.filename or template}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplateError as error:
            raise UsageError(f"{self.book.theme / 'pages' / template}: {error}") from error

    def _front(self) -> Source:
        cards: list[dict[str, Any]] = []
        for edition in self.book.editions:
            answers = self._answers(edition)
            cards.append({"edition": edition, "answer": answers[0] if answers else None})
        cards.sort(key=lambda card: card["edition"].release is None)
        chosen = [card for card in cards if card["edition"].release or card["edition"].standing == "agreed"]
        proposed = [card["edition"] for card in cards if card not in chosen]
        text = self._fill("index.md", cards=chosen, proposed=proposed, city=self._front_map(), up="")
        return Source(name="index", section="questions", text=text, wide=True)

    def _answers(self, edition: Edition) -> list[ResultView | FindingView]:
        views = self.views[edition.issue]
        return [views[name] for name in edition.plan.answer if name in views]

    def _front_map(self) -> dict[str, Any] | None:
        """The first released map, for the front page."""
        for edition in self.book.editions:
            for name in results_in_order(edition)[0]:
                view = self.views[edition.issue][name]
                if isinstance(view, ResultView) and view.variants[0].map:
                    return {"edition": edition, "view": view, "variant": view.variants[0], "map": view.variants[0].map}
        return None

    def _issue(self, edition: Edition) -> Source:
        views = self.views[edition.issue]
        answer = self._answers(edition)
        shown, more = ([views[name] for name in names] for names in results_in_order(edition))
        text = self._fill(
            "issue.md",
            edition=edition,
            answer=answer,
            findings=[view for view in shown if isinstance(view, FindingView)],
            results=[view for view in shown if isinstance(view, ResultView)],
            more=more,
            data=self._data_used(edition.release) if edition.release else [],
            runs=runs_of(edition.release) if edition.release else 0,
            offered=self._offered(edition.release) if edition.release else [],
            planned=self._planned(edition),
            files=f"{FILES}/{edition.issue}",
            up="",
        )
        return Source(name=edition.issue, section="questions", text=text)

    def _offered(self, release: Release) -> list[dict[str, Any]]:
        """The datasets that a release offers as files."""
        found = []
        for name, record in release.record.downloads.items():
            dataset = self.book.catalog[name]
            spread = {field for kind in ("l", "t") for field in record.guarantee.get(kind, {})}
            diverse = ", ".join(dataset.fields[field].meaning[self.language] for field in dataset.fields if field in spread)
            found.append({"id": name, "dataset": dataset, "record": record, "diverse": diverse})
        return found

    def _released(self, result: str) -> dict[str, str]:
        """Where a result such as ``fine-dust/1#good_days`` stands in this book, and what it is called there."""
        issue, _, rest = result.partition("/")
        number, _, name = rest.partition("#")
        edition = next((edition for edition in self.book.editions if edition.issue == issue), None)
        if edition is None:
            return {"href": "", "title": ""}
        if edition.release and edition.release.record.number == int(number):
            shown = {*edition.plan.answer, *(name for names in results_in_order(edition) for name in names)}
            for view in (self.views[issue][one] for one in (name, f"{name}.figure") if one in shown and one in self.views[issue]):
                return {"href": f"{issue}.html#{view.anchor}", "title": view.title or self.titles[issue]}
        return {"href": f"{issue}.html", "title": self.titles[issue]}

    def _planned(self, edition: Edition) -> list[tuple[str, Dataset]]:
        """The datasets that an urban issue is to use; stand-ins are no plan."""
        if edition.analysis:
            return [(name, self.book.catalog[name]) for name in edition.analysis.datasets]
        stand_ins = {dataset.stand_in for dataset in self.book.catalog.datasets.values()}
        return [(name, dataset) for name, dataset in self.book.catalog.of_issue(edition.issue).items() if name not in stand_ins]

    def _notebook(self, edition: Edition, release: Release, number: int) -> Source:
        notebook = release.record.notebooks[number]
        where = f"{release.folder}/notebooks/{notebook.name}.ipynb"
        parts = notebook_parts(release.notebooks[notebook.name], self.language, where=where)
        views = self.views[edition.issue]
        for part in parts:
            if part.kind == "result" and part.text not in views:
                raise UsageError(f"{where}: shows the result '{part.text}', which is not in release {release.record.release}")
        drawn = {
            variant.content.table: name
            for name, result in release.results.items()
            if result.kind == "figure"
            for variant in result.variants
        }
        text = self._fill(
            "notebook.md",
            edition=edition,
            notebook=notebook,
            parts_of=parts,
            views=views,
            drawn=drawn,
            runs=runs_of(release, notebook.name),
            files=f"../{FILES}/{edition.issue}",
            up="../",
        )
        above = (("index", self.words.strings["frame"]["menu_questions"]), (edition.issue, self.titles[edition.issue]))
        return Source(name=f"{edition.issue}/{notebook.name}", section="questions", text=text, above=above)

    def _data_used(self, release: Release) -> list[dict[str, Any]]:
        return [{"id": used.dataset, "dataset": self.book.catalog[used.dataset], "used": used} for used in datasets_of(release)]
