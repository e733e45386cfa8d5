"""Facts into pages: one self-contained file a language, with nothing to load and no script to run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from workbench.publish.protection_pages.differences import CODINGS
from workbench.publish.protection_pages.exposure import BINS
from workbench.publish.protection_pages.outcomes import VERDICTS
from workbench.publish.protection_pages.pictures import Series, bar, columns, stacked
from workbench.publish.protection_pages.wording import Wording, languages

TEMPLATES = Path(__file__).with_name("templates")

SIDES = ("a", "b")

SHOWN = 8
"""So many of the results that lose something are laid out at once; the others fold."""

_OUTSIDE = re.compile(r"url\(\s*[\"']?(?!data:|#)|@import", re.IGNORECASE)
"""What would make a style sheet load something."""


def render_comparison(facts: Mapping[str, Any], *, style: str) -> dict[str, str]:
    """Return the comparison of two policies as pages.

    Parameters
    ----------
    facts : mapping
        As ``workbench privacy compare --json`` prints them.
    style : str
        The book's style sheet.

    Returns
    -------
    dict of str to str
        HTML by language; each links to ``<language>.html`` beside it.

    Raises
    ------
    ValueError
        The style sheet would load something from elsewhere.
    """
    return {language: _page("compare.html", facts, style, language) for language in languages()}


def render_report(facts: Mapping[str, Any], *, style: str) -> dict[str, str]:
    """Return the risk report of a protected dataset as pages.

    Parameters
    ----------
    facts : mapping
        As ``workbench privacy report --json`` prints them.
    style : str
        The book's style sheet.

    Returns
    -------
    dict of str to str
        HTML by language.

    Raises
    ------
    ValueError
        The style sheet would load something from elsewhere.
    """
    return {language: _page("report.html", facts, style, language) for language in languages()}


def refuse_outside(style: str) -> None:
    """Refuse a style sheet by which a page would load something.

    Parameters
    ----------
    style : str

    Raises
    ------
    ValueError

    Examples
    --------
    >>> refuse_outside("p { color: red }")
    """
    if _OUTSIDE.search(style):
        raise ValueError("the style sheet loads something from elsewhere")


def _page(template: str, facts: Mapping[str, Any], style: str, language: str) -> str:
    refuse_outside(style)
    wording = Wording(language, facts.get("field_titles"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    title = facts.get("title") or {}
    own = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    page = environment.get_template(template).render(
        f=facts,
        w=wording,
        s=wording.strings,
        language=language,
        others={other: Wording(other).say("frame", "language_name") for other in languages() if other != language},
        dataset=title.get(language, facts["dataset"]).removesuffix(" (합성)").removesuffix(" (synthetic)"),
        style=Markup(f"{style}\n{own}"),  # noqa: S704 (the project's own style sheet)
        sides=SIDES,
        verdicts=VERDICTS,
        bar=bar,
        histogram=lambda exposures: _histogram(exposures, wording),
        steps=[wording.step(place) for place in range(len(BINS))],
        fates=_fates,
        **(_ordered(facts) if facts["kind"] == "comparison" else _grouped(facts)),
    )
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def _ordered(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The results of a comparison by how they fare, the worst first, and the fields of both policies."""
    results = sorted(facts["results"]["list"], key=_severity)
    worst = [(VERDICTS[_severity(one)[0]], one) for one in results]
    hurt = [one for verdict, one in worst if verdict not in ("moved", "same")]
    fields = dict.fromkeys(name for side in SIDES for name in facts["policies"][side].get("fields", {}))
    alike = {name: act for name in fields if (act := _alike(facts, name)) is not None}
    return {
        "hurt": hurt[:SHOWN],
        "more": hurt[SHOWN:],
        "moved": [one for verdict, one in worst if verdict == "moved"],
        "kept": [one for verdict, one in worst if verdict == "same"],
        "field_order": [name for name in fields if name not in alike],
        "alike": {act: [name for name in alike if alike[name] == act] for act in dict.fromkeys(alike.values())},
    }


def _grouped(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a report: those that are told one by one, and those of which one sentence is enough."""
    plain = [
        name
        for name, done in facts["handling"].items()
        if done["act"] in ("keep", "drop") and done["role"] != "sensitive" and not done.get("one_coding")
    ]
    return {
        "told_fields": {name: done for name, done in facts["handling"].items() if name not in plain},
        "plain": {
            act: [name for name in plain if facts["handling"][name]["act"] == act]
            for act in dict.fromkeys(facts["handling"][name]["act"] for name in plain)
        },
    }


def _alike(facts: Mapping[str, Any], name: str) -> str | None:
    """What both policies do to a field whose values neither makes coarser; None where a reader needs more than that."""
    both = [facts["policies"][side].get("fields", {}).get(name, {}).get("handling") for side in SIDES]
    if both[0] is None or both[0] != both[1] or both[0]["act"] in CODINGS or both[0].get("options"):
        return None
    return str(both[0]["act"])


def _severity(one: Mapping[str, Any]) -> tuple[int, float]:
    """How badly a result fares under the worse policy: its verdict, then the share of cells that go."""
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    lost = [(c["withheld"] + c["missing"]) / c["cells"] for side in SIDES if (c := one[side]["cells"])]
    verdicts = [order[one[side]["verdict"]] for side in SIDES]
    known = [place for place in verdicts if VERDICTS[place] != "unknown"]
    return min(known or verdicts), -max(lost, default=0.0)


def _histogram(exposures: Sequence[tuple[str, str, Mapping[str, Any]]], wording: Wording) -> Markup:
    """People of every 1,000 by the size of their group; each exposure with its name and the class of its colour."""
    series = []
    for name, kind, exposure in exposures:
        counts = [exposure["absent"], *(step["people"] for step in exposure["groups"])]
        of = exposure["people"]
        heights = [(count if isinstance(count, int) else 0.5) / of if of else 0.0 for count in counts]
        said = [wording.thousand(count, of) for count in counts]
        marks = [f"{1000 * count / of:.0f}" if isinstance(count, int) and 1000 * count >= of / 2 else "" for count in counts]
        series.append(Series(name, kind, heights, said, marks))
    places = [wording.say("risk", "absent"), *(wording.step(place) for place in range(len(BINS)))]
    return columns(series, places, title=wording.say("risk", "picture"))


def _fates(counts: Mapping[str, int], title: str) -> Markup:
    """What becomes of results, as one bar."""
    whole = sum(counts[verdict] for verdict in VERDICTS) or 1
    return stacked([(verdict, counts[verdict] / whole, str(counts[verdict])) for verdict in VERDICTS], title=title)
