"""The page of all datasets: whose they are, under which licence, and what each field means and reveals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.catalog import Catalog, Dataset, Field

GROUPS = ("official", "personal", "stand_ins")


def dataset_anchor(name: str) -> str:
    """Return where a dataset stands on the page.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> dataset_anchor("daily_air")
    'daily-air'
    """
    return name.replace("_", "-")


def catalogue_groups(catalog: Catalog, language: str, *, issue_titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the catalogue's datasets in the groups of the page.

    Parameters
    ----------
    catalog : Catalog
    language : str
    issue_titles : mapping of str to str
        The titles of the urban issues that have a page.

    Returns
    -------
    list of dict
        ``name`` (one of ``GROUPS``) and ``datasets``; groups without datasets are left out.
    """
    official_of = {dataset.stand_in: name for name, dataset in catalog.datasets.items() if dataset.stand_in}
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    for name, dataset in catalog.datasets.items():
        group = "stand_ins" if name in official_of else "personal" if dataset.personal_fields else "official"
        groups[group].append(_entry(name, dataset, language, issue_titles=issue_titles, official=official_of.get(name)))
    return [{"name": name, "datasets": entries} for name, entries in groups.items() if entries]


def _entry(
    name: str, dataset: Dataset, language: str, *, issue_titles: Mapping[str, str], official: str | None
) -> dict[str, Any]:
    return {
        "id": name,
        "anchor": dataset_anchor(name),
        "title": dataset.title[language],
        "description": dataset.description[language],
        "owner": dataset.owner[language],
        "sector": dataset.sector,
        "licence": dataset.licence,
        "verified": dataset.licence_verified,
        "source": dataset.source.title[language],
        "url": dataset.source.url,
        "identifier": dataset.source.identifier,
        "service": dataset.source.service,
        "period": dataset.period_in(language),
        "rhythm": dataset.update,
        "synthetic": dataset.synthetic,
        "personal": bool(dataset.personal_fields),
        "attribution": dataset.attribution[language] if dataset.attribution else None,
        "note": dataset.note[language] if dataset.note else None,
        "agreement": _agreement(dataset, language),
        "issues": [(issue, issue_titles[issue]) for issue in dataset.issues if issue in issue_titles],
        "official": official,
        "official_anchor": dataset_anchor(official) if official else None,
        "fields": []
        if official
        else [_field(field_name, field, language, dataset) for field_name, field in dataset.fields.items()],
    }


def _agreement(dataset: Dataset, language: str) -> dict[str, Any] | None:
    if dataset.agreement is None:
        return None
    return {
        "holder": dataset.agreement.holder[language],
        "purposes": dataset.agreement.purposes,
        "term": dataset.agreement.term,
    }


def _field(name: str, field: Field, language: str, dataset: Dataset) -> dict[str, Any]:
    return {
        "name": name,
        "meaning": field.meaning[language],
        "type": field.type,
        "unit": field.unit,
        "limits": tuple(f"{limit:,g}" for limit in field.limits) if field.limits else None,
        "values": field.values if field.values and len(field.values) <= 12 else None,
        "reveals": field.reveals,
        "required": field.required,
        "key": name in dataset.key,
    }
