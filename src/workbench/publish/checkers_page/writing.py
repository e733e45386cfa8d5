"""The page for checkers as one file: every language in it, nothing to load, no script, and nothing of it public."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from workbench.errors import UsageError
from workbench.files import write_text
from workbench.publish.checkers_page.saying import Saying
from workbench.publish.protection_pages.rendering import TEMPLATES as SHARED
from workbench.publish.protection_pages.rendering import refuse_outside
from workbench.releases.checkers_facts import CheckersFacts

TEMPLATES = Path(__file__).with_name("templates")

LANGUAGES = ("ko", "en")


def write_checkers_page(target: Path, facts: CheckersFacts, *, style: str, languages: Sequence[str] = LANGUAGES) -> Path:
    """Write the page for the checkers of a candidate.

    Parameters
    ----------
    target : Path
        ``.workbench/checkers/<issue>/index.html``: it may lie nowhere outside ``.workbench/``.
    facts : CheckersFacts
    style : str
        The book's style sheet.
    languages : sequence of str, default ("ko", "en")
        The first is shown when the page opens.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    UsageError
        The target lies where it could become public.
    ValueError
        The style sheet would load something from elsewhere.
    """
    if ".workbench" not in target.resolve().parts:
        raise UsageError(f"{target}: the page for checkers is never public", hint="write it below .workbench/checkers/")
    write_text(target, checkers_page(facts, style=style, languages=languages))
    return target


def checkers_page(facts: CheckersFacts, *, style: str, languages: Sequence[str] = LANGUAGES) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    facts : CheckersFacts
    style : str
        The book's style sheet.
    languages : sequence of str, default ("ko", "en")

    Returns
    -------
    str
        The same for the same facts.

    Raises
    ------
    ValueError
        The style sheet would load something from elsewhere.
    """
    refuse_outside(style)
    own = [(folder / "page.css").read_text(encoding="utf-8") for folder in (SHARED, TEMPLATES)]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["picture"] = _picture
    page = environment.get_template("page.html").render(
        f=facts,
        languages=list(languages),
        said={language: Saying(language) for language in languages},
        style=Markup("\n".join([style, *own])),  # noqa: S704 (the project's own style sheets)
    )
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def _picture(content: bytes) -> str:
    """An SVG as an address that loads nothing: in an image no script of it runs."""
    return "data:image/svg+xml;base64," + base64.b64encode(content).decode("ascii")
