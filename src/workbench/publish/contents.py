"""What of a release stands where on its page, and what stands behind it: results in order, datasets, runs."""

from __future__ import annotations

from workbench.publish.editions import Edition, Release
from workbench.publish.records import FigureResult, Result, Used


def results_in_order(edition: Edition) -> tuple[list[str], list[str]]:
    """Return the names of what the page's plan shows, and of everything else that was released, in their order.

    Parameters
    ----------
    edition : Edition

    Returns
    -------
    (list of str, list of str)
        A table stands with the figure that is drawn from it and is left out; so are the findings of the answer.
    """
    release = edition.release
    if release is None:
        return [], []
    notebooks = [notebook.name for notebook in release.record.notebooks]
    every = sorted(release.results, key=lambda name: _place(notebooks, release.results[name]))
    figures: dict[str, list[str]] = {}
    for name in every:
        result = release.results[name]
        if isinstance(result, FigureResult):
            figures.setdefault(result.variants[-1].content.table, []).append(name)
    taken = set(edition.plan.answer)
    orders: list[list[str]] = []
    for names in (edition.plan.results or every, every):
        shown = [drawn for name in names for drawn in figures.get(name, [name])]
        orders.append([name for name in dict.fromkeys(shown) if name in release.results and name not in taken])
        taken |= set(shown)
    return orders[0], orders[1]


def datasets_of(release: Release) -> list[Used]:
    """Return the datasets behind a release's results, in each state in which they were used.

    Parameters
    ----------
    release : Release

    Returns
    -------
    list of Used
        In the order of their names.
    """
    used: dict[tuple[str, str], Used] = {}
    for result in release.results.values():
        for variant in result.variants:
            for state in variant.datasets.values():
                used[state.dataset, state.sha256 or ""] = state
    return [used[key] for key in sorted(used)]


def runs_of(release: Release, notebook: str | None = None) -> int:
    """Return how many runs stand behind a release, or behind one notebook of it.

    Parameters
    ----------
    release : Release
    notebook : str, optional

    Returns
    -------
    int
    """
    chosen = [result for result in release.results.values() if notebook in (None, result.notebook)]
    return len({(result.notebook, variant.run) for result in chosen for variant in result.variants})


def _place(notebooks: list[str], result: Result) -> tuple[int, int, str]:
    position = notebooks.index(result.notebook) if result.notebook in notebooks else len(notebooks)
    return position, result.order, result.name
