"""The bench of one urban issue: load, table, figure, finding. The only way from a notebook to data and to results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from workbench.bench.context import RunContext, resolve_dataset
from workbench.bench.drawing import draw_source, render_svg
from workbench.bench.loaded import Loaded
from workbench.bench.modelling import Asked, Model, make_model, model_title
from workbench.bench.references import KeyReference, Reference
from workbench.bench.results import Results, display_bundle
from workbench.bench.sentences import LANGUAGES, bilingual
from workbench.bench.stating import stated
from workbench.bench.table import RESULT_MIME, Table, advice_bundle
from workbench.bench.tabling import AskedTable, make_table, table_title
from workbench.catalog import Catalog, Condition, load_from
from workbench.disclosure import Family, Statistic, Whole
from workbench.errors import GateRefused, UsageError, unknown
from workbench.project import Project


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
        self._loaded = Loaded(project, catalog)
        self._results = Results(context)
        self._tables: dict[str, Table] = {}
        self._models: dict[str, Model] = {}

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
        if self._context.batch and dataset not in self._context.datasets:
            raise GateRefused(f"dataset '{dataset}' was not among those of this run when it was planned", hint="run it again")
        actual = self._context.datasets.get(dataset) or resolve_dataset(self._project, self._catalog, dataset)
        frame = load_from(self._project, self._catalog, actual, columns=columns, where=where, bbox=bbox)
        self._loaded.add(dataset, actual)
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
        return self._loaded.basis(dataset)

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        rows: str | Sequence[str],
        columns: str | Sequence[str] | None = None,
        value: str | None = None,
        statistic: Statistic = "count",
        contributor: str | None = None,
        margins: bool | Literal["rows", "columns"] = False,
        hierarchies: Mapping[str, Any] | None = None,
        quantile: float | None = None,
        of: Whole | None = None,
        per: float | None = None,
        exposure: Mapping[Any, float] | None = None,
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
        rows, columns : str or sequence of str
            Columns of ``frame`` that give the keys, several crossed; without ``columns`` the table has one column.
        value : str, optional
            The column measured; not of a count, and of a share or rate only where it is of sums.
        statistic : {"count", "sum", "mean", "median", "quantile", "share", "rate", "value"}
            ``value``: one row a cell, as it is; only for data that are not about people.
        contributor : str, optional
            The column of protected ids; by default the one that the frame carries of the data about people that was
            loaded. Without any, a table is refused once such data was loaded.
        margins : bool or {"rows", "columns"}
            Totals, under the key ``"total"``: of both, or a total row or a total column alone.
        hierarchies : mapping, optional
            Levels above a column's keys, shown too: ``{"dong": {"역삼동": ("강남구", "서울")}}``, or a frame with a column each.
        quantile : float, optional
            Of a quantile, between 0 and 1.
        of : {"rows", "columns", "all"}, optional
            What a share is a percentage of, by default ``"columns"``; its totals are shown.
        per, exposure : float and mapping, optional
            Of a rate: per how much, by default 100,000, and a public number for each key of the rows.
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
            By default 0 for counts and sums, 1 for shares and rates, 2 for the others.
        note : mapping, optional
            A sentence shown under the table, by language.

        Returns
        -------
        Table
            Masked by the policies' rules, by what protects that within the table, and as it was last released.

        Raises
        ------
        UsageError, GateRefused

        Examples
        --------
        >>> bench.table("trips_by_hour", trips, rows="hour", contributor="rider_id")  # doctest: +SKIP
        """
        self._results.claim(name, "table")
        asked = AskedTable(
            rows=rows,
            columns=columns,
            value=value,
            statistic=statistic,
            contributor=contributor,
            margins=margins,
            quantile=quantile,
            of=of,
            per=per,
            exposure=exposure,
            hierarchies=hierarchies or {},
            axis_titles=axis_titles or {},
            labels=labels or {},
            keys=keys or {},
            unit=unit,
            decimals=decimals,
        )
        shown = table_title(title, name)
        where = (self._project, self._context)
        table, contributions = make_table(
            name, frame, asked, loaded=self._loaded, catalog=self._catalog, earlier=where, title=shown
        )
        record = {
            "title": shown if title else None,
            "note": bilingual(note, f"table '{name}': note") if note else None,
            "content": table.safe.layout.as_record(),
        }
        self._tables[name] = table
        self._results.write(name, record, datasets=self._loaded.as_record(), contributions=contributions)
        display_bundle(table._repr_mimebundle_())
        if table.advice:
            display_bundle(advice_bundle(name, table.advice))
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
        if table.name not in self._tables:
            raise unknown("table", table.name, self._tables, where=f"figure '{name}'")
        stored = self._results.claim(name, "figure", table=table.name)
        source = draw_source(draw)
        record = {
            "title": bilingual(title, f"figure '{name}': title") if title else dict(table.title),
            "note": bilingual(note, f"figure '{name}': note") if note else None,
            "content": {
                "table": table.name,
                "draw": source,
                "alt": bilingual(alt, f"figure '{name}': alt") if alt else None,
            },
        }
        preview = render_svg(source, table, LANGUAGES[0])
        self._results.write(stored, record, datasets=self._loaded.as_record())
        display_bundle(
            {RESULT_MIME: {"kind": "figure", "name": stored}, "image/svg+xml": preview.decode(), "text/plain": f"figure {name!r}"}
        )

    def model(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        formula: str,
        family: Family = "ols",
        contributor: str | None = None,
        title: Mapping[str, str] | None = None,
        titles: Mapping[str, Mapping[str, str]] | None = None,
        labels: Mapping[str, Mapping[Any, Mapping[str, str]]] | None = None,
        levels: Mapping[str, Sequence[Any]] | None = None,
        note: Mapping[str, str] | None = None,
    ) -> Model:
        """Fit a model; its rows go to the run's folder, where ``release`` fits it again and checks what it tells.

        Parameters
        ----------
        name : str
        frame : pandas.DataFrame
            One row per observation, without missing values in what the formula names.
        formula : str
            ``"trips ~ rain + C(season)"``, with ``+``, ``:``, ``*`` and ``C()`` for what is no number.
        family : {"ols", "poisson", "logit"}
            Least squares, counts, or yes and no.
        contributor : str, optional
            The column of protected ids; by default as in :meth:`table`.
        title, note : mapping, optional
            By language.
        titles : mapping, optional
            Of the formula's columns by language; by default what the catalogue says of them.
        labels : mapping, optional
            Of levels: ``{"season": {"DJF": {"ko": "겨울", "en": "Winter"}}}``.
        levels : mapping, optional
            The levels and their order, ``{"season": ["MAM", "JJA"]}``; the first is the reference.

        Returns
        -------
        Model
            Coefficients and how sure they are; no residual and no fitted value.

        Raises
        ------
        GateRefused
            A coefficient would tell of too few people: the term, and what to join.
        UsageError

        Examples
        --------
        >>> model = bench.model("rain", days, formula="trips ~ rain")  # doctest: +SKIP
        >>> model.coefficient("rain"), model.interval("rain")  # doctest: +SKIP
        """
        self._results.claim(name, "model")
        asked = Asked(formula, family, contributor, titles or {}, labels or {}, levels or {})
        shown = model_title(title, name)
        model, rows = make_model(name, frame, asked, loaded=self._loaded, catalog=self._catalog, title=shown)
        record = {
            "title": shown if title else None,
            "note": bilingual(note, f"model '{name}': note") if note else None,
            "content": model.fitted.layout.as_record(),
        }
        self._models[name] = model
        self._results.write(name, record, datasets=self._loaded.as_record(), contributions=rows)
        display_bundle(model._repr_mimebundle_())
        return model

    def finding(self, name: str, text: Mapping[str, str], **values: Reference | KeyReference) -> None:
        """State a finding: a sentence in each language whose numbers are references into tables and models.

        Parameters
        ----------
        name : str
        text : mapping
            By language, with ``{value}`` or ``{value:.1f}`` where a number stands.
        **values : Reference or KeyReference
            ``table.at[...]``, ``model.coefficient(...)``, calculations with them, ``table.largest()``.

        Raises
        ------
        UsageError
            A number that is no reference, a placeholder without a value, or a language missing.

        Examples
        --------
        >>> bench.finding("peak", {"ko": "{value}회", "en": "{value} trips"}, value=table.at[8])  # doctest: +SKIP
        """
        self._results.claim(name, "finding")
        content, plain = stated(name, text, values, known=[*self._tables, *self._models])
        self._results.write(name, {"title": None, "note": None, "content": content}, datasets=self._loaded.as_record())
        display_bundle({
            RESULT_MIME: {"kind": "finding", "name": name},
            "text/markdown": "\n\n".join(plain[language] for language in LANGUAGES),
            "text/plain": plain[LANGUAGES[-1]],
        })  # fmt: skip
