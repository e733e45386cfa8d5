"""Results as templates lay them out: one language, every variant, figures with their tables, findings with their numbers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.errors import CheckFailed
from workbench.places import DISTRICT_NAMES, district_name
from workbench.publish.editions import Edition, Release
from workbench.publish.maps import MapView, is_of_districts, map_view
from workbench.publish.models import model_view
from workbench.publish.records import FigureResult, FindingResult, ModelContent, ModelResult, TableContent, TableResult
from workbench.publish.tables import Segment, TableView, headline, sentence, table_view

_SIZE = re.compile(r"<svg[^>]*\sviewBox=[\"']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """A figure's file in one language."""

    path: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class VariantView:
    """One variant of a table or figure."""

    label: str
    title: str
    note: str | None
    basis: str
    table: TableView
    downloads: tuple[tuple[str, str], ...]
    picture: Picture | None
    map: MapView | None
    run: str


@dataclass(frozen=True)
class ResultView:
    """A table or figure in one language, its newest variant first."""

    name: str
    anchor: str
    kind: str
    title: str
    note: str | None
    basis: str
    variants: tuple[VariantView, ...]


@dataclass(frozen=True)
class Bar:
    """One variant's number beside the others."""

    label: str
    shown: str
    share: float
    current: bool


@dataclass(frozen=True)
class FindingView:
    """A finding in one language: its newest sentence, the number that stands large, and the other variants."""

    name: str
    anchor: str
    title: str | None
    note: str | None
    basis: str
    big: str | None
    pieces: tuple[Segment, ...]
    label: str
    bars: tuple[Bar, ...]
    others: tuple[tuple[str, tuple[Segment, ...]], ...]


def variant_label(parameters: Mapping[str, Any], language: str, *, words: Mapping[str, str]) -> str:
    """Return a variant's parameters as a reader says them.

    Parameters
    ----------
    parameters : mapping
    language : str
    words : mapping of str to str
        What a reader says for a value; others stand as they are.

    Returns
    -------
    str

    Examples
    --------
    >>> variant_label({"year": 2021, "district": "강남구", "pollutant": "no2"}, "en", words={"no2": "NO₂"})
    '2021 · Gangnam-gu · NO₂'
    """
    names = []
    for value in parameters.values():
        if language in ("ko", "en") and value in DISTRICT_NAMES:
            names.append(district_name(str(value), "ko" if language == "ko" else "en"))
        else:
            names.append(words.get(str(value), str(value)))
    return " · ".join(names)


def results_of(
    edition: Edition, language: str, *, strings: Mapping[str, Mapping[str, str]]
) -> dict[str, ResultView | FindingView]:
    """Return all results of an urban issue's release in one language, by name.

    Parameters
    ----------
    edition : Edition
    language : str
    strings : mapping of str to mapping
        The language's strings.

    Returns
    -------
    dict of str to ResultView or FindingView
    """
    release = edition.release
    if release is None:
        return {}
    said = strings["parameters"]
    views: dict[str, ResultView | FindingView] = {}
    for name, result in release.results.items():
        anchor = f"{edition.issue}-result-{_dashes(name)}"
        where = f"{release.folder}/results/{name}.json"
        if isinstance(result, FindingResult):
            views[name] = _finding(result, language, said=said, anchor=anchor, where=where)
        else:
            variants = [
                _variant(release, result, number, language, strings=strings, where=where)
                for number in range(len(result.variants))
            ]
            views[name] = ResultView(
                name=name,
                anchor=anchor,
                kind=result.kind,
                title=result.title[language] if result.title else name,
                note=result.note[language] if result.note else None,
                basis=result.basis,
                variants=_joined(variants) or tuple(reversed(variants)),
            )
    return views


def _dashes(name: str) -> str:
    return name.replace("_", "-").replace(".", "-")


def _variant(
    release: Release,
    result: TableResult | FigureResult | ModelResult,
    number: int,
    language: str,
    *,
    strings: Mapping[str, Mapping[str, str]],
    where: str,
) -> VariantView:
    words, said = strings["result"], strings["parameters"]
    variant = result.variants[number]
    picture = None
    if isinstance(result, FigureResult):
        figure = result.variants[number].content
        drawn_from = release.results[figure.table]
        content = next(other.content for other in drawn_from.variants if other.parameters == variant.parameters)
        picture = _picture(release, figure.files[language], figure.alt[language])
        table_name = figure.table
    else:
        content, table_name = result.variants[number].content, result.name
    if not isinstance(content, TableContent | ModelContent):
        raise CheckFailed(f"{where}: '{table_name}' is no table")
    title = variant.title or result.title
    plain = content if isinstance(content, TableContent) else None
    return VariantView(
        label=variant_label(variant.parameters, language, words=said),
        title=title[language] if title else result.name,
        note=variant.note[language] if variant.note else None,
        basis=variant.basis,
        table=(
            table_view(content, language, words=words)
            if isinstance(content, TableContent)
            else model_view(content, language, words=words)
        ),
        downloads=(("", _csv(release, table_name, variant.parameters, where=where)),),
        picture=picture,
        map=map_view(plain, language, words=words) if plain and is_of_districts(plain) else None,
        run=variant.run,
    )


def _joined(variants: list[VariantView]) -> tuple[VariantView, ...]:
    """Tables of one row each, alike but for their row, as one table; nothing where they are not."""
    first = variants[0]
    keys = [row.key for variant in variants for row in variant.table.rows]
    alike = all(
        len(variant.table.rows) == 1
        and not (variant.picture or variant.map or variant.table.foot)
        and (variant.title, variant.note, variant.basis) == (first.title, first.note, first.basis)
        and (variant.table.corner, variant.table.columns, variant.table.unit, variant.table.rounded_to)
        == (first.table.corner, first.table.columns, first.table.unit, first.table.rounded_to)
        for variant in variants
    )
    if len(variants) < 2 or not alike or len(set(keys)) < len(keys):
        return ()
    table = replace(
        first.table,
        rows=tuple(row for variant in variants for row in variant.table.rows),
        withheld=sum(variant.table.withheld for variant in variants),
        empty=sum(variant.table.empty for variant in variants),
    )
    downloads = tuple((variant.label, path) for variant in variants for _, path in variant.downloads)
    return (replace(first, label="", table=table, downloads=downloads, run=""),)


def _picture(release: Release, path: str, alt: str) -> Picture:
    size = _SIZE.search((release.folder / path).read_text(encoding="utf-8"))
    if not size:
        raise CheckFailed(f"{release.folder / path}: the picture has no viewBox, so its size is unknown")
    return Picture(path=path, alt=alt, width=round(float(size[1])), height=round(float(size[2])))


def _csv(release: Release, name: str, parameters: Mapping[str, Any], *, where: str) -> str:
    """The table's download: its name and its parameters, in the order in which the release wrote them."""
    from workbench.runs import parameter_slug

    listed = set(release.tables())
    for order in itertools.permutations(parameters.items()):
        path = f"tables/{name}{'.' + parameter_slug(dict(order)) if order else ''}.csv"
        if path in listed:
            return path
    raise CheckFailed(f"{where}: no download tables/{name}….csv for {dict(parameters)} among the release's files")


def _is_count(value: Any) -> bool:
    """Whether a parameter is a whole number, such as a year: only then do bars beside one another read as a course."""
    return isinstance(value, int) and not isinstance(value, bool)


def _finding(result: FindingResult, language: str, *, said: Mapping[str, str], anchor: str, where: str) -> FindingView:
    newest = result.variants[-1]
    heads = [headline(variant.content, language) for variant in result.variants]
    labels = [variant_label(variant.parameters, language, words=said) for variant in result.variants]
    numbers = [head[1] if head else None for head in heads]
    bars: tuple[Bar, ...] = ()
    comparable = [number for number in numbers if number is not None]
    in_order = all(len(variant.parameters) == 1 and _is_count(*variant.parameters.values()) for variant in result.variants)
    if in_order and 1 < len(heads) == len(comparable) and min(comparable) >= 0 and max(comparable) > 0:
        bars = tuple(
            Bar(
                label=label,
                shown=head[0] if head else "",
                share=round(100 * number / max(comparable), 1),
                current=variant is newest,
            )
            for label, head, number, variant in zip(labels, heads, comparable, result.variants, strict=True)
        )
    others = (
        ()
        if bars
        else tuple(
            (label, tuple(sentence(variant.content, language, where=where)))
            for label, variant in zip(reversed(labels[:-1]), reversed(result.variants[:-1]), strict=True)
        )
    )
    return FindingView(
        name=result.name,
        anchor=anchor,
        title=result.title[language] if result.title else None,
        note=result.note[language] if result.note else None,
        basis=result.basis,
        big=heads[-1][0] if heads[-1] else None,
        pieces=tuple(sentence(newest.content, language, where=where)),
        label=labels[-1],
        bars=bars,
        others=others,
    )
