"""The bench of one urban issue: load, table, figure, finding. The only way from a notebook to data and to results."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.bench.axes import axis_title, make_axis, row_keys
from workbench.bench.context import RunContext, batch_context, resolve_dataset
from workbench.bench.drawing import draw_source, render_svg
from workbench.bench.references import KeyReference, Reference
from workbench.bench.sentences import LANGUAGES, bilingual, check_placeholders, fill
from workbench.bench.table import RESULT_MIME, Table
from workbench.catalog import Catalog, Condition, load_from, read_catalog, read_manifest
from workbench.disclosure import STATISTICS, Axis, Layout, tabulate
from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import read_yaml, replacing, write_json
from workbench.project import Project

NAME = re.compile(r"^[a-z][a-z0-9_]*(\.figure)?$")
DEFAULT_DECIMALS = {"count": 0, "sum": 0}


class Bench:
    """What a notebook works at.

    Made by :func:`workbench.open`. Results are written to the run's folder; nothing here is public until it is
    released and approved by both sides.
    """

    def __init__(self, project: Project, catalog: Catalog, *, context: RunContext, allowed: Sequence[str]) -> None:
        self._project = project
        self._catalog = catalog
        self._context = context
        self._allowed = list(allowed)
        self._loaded: dict[str, dict[str, Any]] = {}
        self._names: set[str] = set()

    @property
    def issue(self) -> str:
        """The urban issue's id."""
        return self._context.issue

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that this run was started with; empty at a desk."""
        return dict(self._context.parameters)

    def load(
        self,
        dataset: str,
        *,
        columns: Sequence[str] | None = None,
        where: Sequence[Condition] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
    ) -> pd.DataFrame:
        """Load protected rows of one of the urban issue's datasets, or of its synthetic stand-in.

        Parameters
        ----------
        dataset : str
            One of the datasets that ``analysis.yml`` names.
        columns : sequence of str, optional
        where : sequence of (column, operator, value), optional
        bbox : (west, south, east, north), optional
            Degrees, EPSG:4326.

        Returns
        -------
        pandas.DataFrame or geopandas.GeoDataFrame

        Raises
        ------
        GateRefused
            The dataset does not belong to the urban issue, or is not protected.
        UsageError
            Unknown column or operator.

        Examples
        --------
        >>> days = bench.load("daily_air", columns=["date", "pm25_ug_m3"])  # doctest: +SKIP
        """
        self._catalog[dataset]
        if dataset not in self._allowed:
            raise GateRefused(
                f"dataset '{dataset}' does not belong to the urban issue '{self.issue}'; allowed: {', '.join(self._allowed)}",
                hint="agree on it and name it under 'datasets' in analysis.yml",
            )
        actual = self._context.datasets.get(dataset) or resolve_dataset(self._project, self._catalog, dataset)
        frame = load_from(self._project, self._catalog, actual, columns=columns, where=where, bbox=bbox)
        self._loaded[dataset] = {"dataset": actual, **(read_manifest(self._project.protected / actual) or {})}
        return frame

    def basis(self, dataset: str) -> str:
        """Tell whether a loaded dataset is ``official``, ``synthetic`` or a ``stand_in`` for an official one.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        str
        """
        if dataset not in self._loaded:
            raise unknown("loaded dataset", dataset, self._loaded)
        if self._loaded[dataset]["dataset"] != dataset:
            return "stand_in"
        return "synthetic" if self._catalog[dataset].synthetic else "official"

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        rows: str,
        columns: str | None = None,
        value: str | None = None,
        statistic: str = "count",
        contributor: str | None = None,
        title: Mapping[str, str] | None = None,
        axis_titles: Mapping[str, Mapping[str, str]] | None = None,
        labels: Mapping[str, Mapping[Any, Mapping[str, str]]] | None = None,
        keys: Mapping[str, Sequence[Any]] | None = None,
        unit: Mapping[str, str] | None = None,
        decimals: int | None = None,
        note: Mapping[str, str] | None = None,
    ) -> Table:
        """Make a table; its contributing rows go to the run's folder, where ``release`` computes it again.

        Parameters
        ----------
        name : str
            The result's name, e.g. ``"trips_by_hour"``.
        frame : pandas.DataFrame
            One row per thing counted or measured.
        rows, columns : str
            Columns of ``frame`` that give the keys; without ``columns`` the table has one column.
        value : str, optional
            The column measured; needed by every statistic but ``count``.
        statistic : {"count", "sum", "mean", "median", "value"}
            ``value``: one row a cell, as it is; only for data that are not about people.
        contributor : str, optional
            The column of protected person ids; needed as soon as the notebook has loaded data about people.
        title : mapping, optional
            By language; a result without a title in each language is not released.
        axis_titles : mapping, optional
            Titles of ``rows`` and ``columns`` by language: ``{"year": {"ko": "연도", "en": "Year"}}``.
        labels : mapping, optional
            Labels of keys: ``{"season": {"DJF": {"ko": "겨울", "en": "Winter"}}}``. Districts have theirs.
        keys : mapping, optional
            The keys and their order: ``{"season": ["MAM", "JJA", "SON", "DJF"]}``; by default those found, sorted.
        unit : mapping, optional
            By language.
        decimals : int, optional
            By default 0 for counts and sums, 2 for the others.
        note : mapping, optional
            A sentence shown under the table, by language.

        Returns
        -------
        Table
            Masked by the primary rule.

        Raises
        ------
        UsageError, GateRefused

        Examples
        --------
        >>> bench.table("trips_by_hour", trips, rows="hour", contributor="rider_id")  # doctest: +SKIP
        """
        self._claim(name)
        _known(statistic, STATISTICS, "statistic")
        people, minimum = self._protection(name, contributor, statistic)
        for what in (rows, columns, value, contributor):
            if what is not None and what not in frame.columns:
                raise unknown("column", what, [str(column) for column in frame.columns], where=f"table '{name}'")
        if statistic != "count" and value is None:
            raise UsageError(f"table '{name}': statistic '{statistic}' needs value=, the column measured")

        def axis(column: str) -> Axis:
            given = (axis_titles or {}).get(column) or axis_title(self._catalog, self._loaded, column)
            return make_axis(
                frame, column, table=name, title=given, labels=(labels or {}).get(column, {}), keys=(keys or {}).get(column)
            )

        layout = Layout(
            rows=axis(rows),
            columns=axis(columns) if columns else None,
            statistic=statistic,  # type: ignore[arg-type]
            decimals=DEFAULT_DECIMALS.get(statistic, 2) if decimals is None else decimals,
            people=people,
            unit=bilingual(unit, f"table '{name}': unit") if unit else None,
        )
        contributions = pd.DataFrame(
            {
                "row": row_keys(frame[rows]).to_numpy(),
                "column": row_keys(frame[columns]).to_numpy() if columns else "",
                "value": frame[value].astype(float).to_numpy() if value else 1.0,
                **({"contributor": frame[contributor].astype(str).to_numpy()} if people and contributor else {}),
            }
        )
        safe = tabulate(contributions, layout, min_contributors=minimum)
        with replacing(self._context.folder / "contributions" / f"{name}.parquet", suffix=".parquet") as temporary:
            contributions.to_parquet(temporary, index=False)
        shown_title = bilingual(title, f"table '{name}': title") if title else dict.fromkeys(LANGUAGES, name)
        self._write(name, {
            "kind": "table",
            "title": dict(shown_title) if title else None,
            "note": bilingual(note, f"table '{name}': note") if note else None,
            "content": layout.as_record(),
        })  # fmt: skip
        table = Table(name, safe, dict(shown_title))
        _display(table._repr_mimebundle_())
        return table

    def figure(
        self,
        name: str,
        table: Table,
        draw: Callable[..., None],
        *,
        title: Mapping[str, str] | None = None,
        alt: Mapping[str, str] | None = None,
        note: Mapping[str, str] | None = None,
    ) -> None:
        """Draw a figure from a table; ``release`` draws it again from the accepted table and nothing else.

        Parameters
        ----------
        name : str
            May be the table's own name.
        table : Table
        draw : callable
            ``draw(axes, table, language)``, written with ``def``, importing inside what it needs.
        title : mapping, optional
            By language; by default the table's.
        alt : mapping, optional
            What the figure shows, for those who do not see it, by language; needed for a release.
        note : mapping, optional

        Raises
        ------
        UsageError

        Examples
        --------
        >>> bench.figure("trips_by_hour", table, draw)  # doctest: +SKIP
        """
        if not isinstance(table, Table):
            raise UsageError(f"figure '{name}': drawn from a table that bench.table made, found {type(table).__name__}")
        stored = f"{name}.figure" if name == table.name else name
        self._claim(stored)
        source = draw_source(draw)
        preview = render_svg(source, table, LANGUAGES[0])
        self._write(stored, {
            "kind": "figure",
            "title": bilingual(title, f"figure '{name}': title") if title else dict(table.title),
            "note": bilingual(note, f"figure '{name}': note") if note else None,
            "content": {"table": table.name, "draw": source, "alt": bilingual(alt, f"figure '{name}': alt") if alt else None},
        })  # fmt: skip
        _display(
            {RESULT_MIME: {"kind": "figure", "name": stored}, "image/svg+xml": preview.decode(), "text/plain": f"figure {name!r}"}
        )

    def finding(self, name: str, text: Mapping[str, str], **values: Reference | KeyReference) -> None:
        """State a finding: a sentence in each language whose numbers are references into tables.

        Parameters
        ----------
        name : str
        text : mapping
            By language, with ``{value}`` or ``{value:.1f}`` where a number stands.
        **values : Reference or KeyReference
            ``table.at[...]``, calculations with them, ``table.largest()``.

        Raises
        ------
        UsageError
            A number that is no reference, a placeholder without a value, or a language missing.

        Examples
        --------
        >>> bench.finding("peak", {"ko": "{value}회", "en": "{value} trips"}, value=table.at[8])  # doctest: +SKIP
        """
        self._claim(name)
        sentences = bilingual(text, f"finding '{name}': text")
        for key, value in values.items():
            if not isinstance(value, Reference | KeyReference):
                raise UsageError(
                    f"finding '{name}': '{key}' is {value!r} ({type(value).__name__}), allowed is a reference into a table",
                    hint="make a table of it and give table.at[row, column]",
                )
        record: dict[str, Any] = {}
        for language, sentence in sentences.items():
            check_placeholders(name, language, sentence, values)
        for key, value in values.items():
            record[key] = {"expression": value.expression, "decimals": value.decimals if isinstance(value, Reference) else None}
        self._write(name, {"kind": "finding", "title": None, "note": None, "content": {"text": sentences, "values": record}})
        plain = {language: fill(sentence, _shown(values, language)) for language, sentence in sentences.items()}
        _display({
            RESULT_MIME: {"kind": "finding", "name": name},
            "text/markdown": "\n\n".join(plain[language] for language in LANGUAGES),
            "text/plain": plain[LANGUAGES[-1]],
        })  # fmt: skip

    def _claim(self, name: str) -> None:
        if not NAME.match(name):
            raise UsageError(f"a result's name is lower-case letters, digits and _, found {name!r}")
        if name in self._names and self._context.batch:
            raise UsageError(f"two results are named '{name}'", hint="give each its own name")
        self._names.add(name)

    def _protection(self, name: str, contributor: str | None, statistic: str) -> tuple[bool, int]:
        """Whether the table is about people, and how many a cell needs: the strictest of all that was loaded."""
        personal = {asked: loaded for asked, loaded in self._loaded.items() if loaded.get("personal")}
        if not personal:
            return contributor is not None, 0
        minimum = max(int(loaded["min_contributors"]) for loaded in personal.values())
        if contributor is None:
            units = ", ".join(f"'{loaded['unit']}' of {asked}" for asked, loaded in personal.items())
            raise GateRefused(
                f"table '{name}': the notebook has loaded data about people, so contributors are counted",
                hint=f"give contributor=, the column of protected ids: {units}",
            )
        if statistic == "value":
            raise GateRefused(f"table '{name}': statistic 'value' shows single rows, which data about people does not allow")
        return True, minimum

    def _write(self, name: str, record: dict[str, Any]) -> None:
        datasets = {
            asked: {
                "dataset": loaded["dataset"],
                "kind": "stand_in"
                if loaded["dataset"] != asked
                else "synthetic"
                if self._catalog[asked].synthetic
                else "official",
                "rows": loaded.get("rows"),
                "sha256": loaded.get("sha256"),
                "policy": loaded.get("policy"),
                "sources": loaded.get("sources", []),
                "personal": bool(loaded.get("personal")),
                "min_contributors": int(loaded.get("min_contributors", 0)),
            }
            for asked, loaded in sorted(self._loaded.items())
        }
        order = len(self._names)
        write_json(
            self._context.folder / "results" / f"{name}.json", {**record, "name": name, "order": order, "datasets": datasets}
        )


def open_bench(issue: str) -> Bench:
    """Do what :func:`workbench.open` does.

    Parameters
    ----------
    issue : str

    Returns
    -------
    Bench
    """
    project = Project.find()
    catalog = read_catalog(project)
    path = project.analyses / issue / "analysis.yml"
    if not path.is_file():
        known = sorted(folder.parent.name for folder in project.analyses.glob("*/analysis.yml"))
        raise unknown("urban issue", issue, known)
    context = batch_context()
    if context is None:
        folder = project.private / "drafts" / issue
        shutil.rmtree(folder, ignore_errors=True)
        context = RunContext(issue=issue, notebook="", folder=folder, datasets={})
    elif context.issue != issue:
        raise GateRefused(f"this run belongs to the urban issue '{context.issue}', the notebook opens '{issue}'")
    return Bench(project, catalog, context=context, allowed=read_yaml(path).get("datasets", []))


def _shown(values: Mapping[str, Reference | KeyReference], language: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Reference):
            shown[key] = (value.number, value.decimals)
        elif value.table is not None:
            shown[key] = value.table.rows.labels[language][value.table.rows.position(value.key)]
    return shown


def _known(word: str, allowed: Sequence[str], what: str) -> None:
    if word not in allowed:
        raise unknown(what, word, allowed)


def _display(bundle: dict[str, Any]) -> None:
    """Show a result in the notebook; elsewhere (a plain Python process) there is nobody to show it to."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is not None:
        display(bundle, raw=True)
