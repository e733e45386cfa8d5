"""Building one language's tree in a process of its own: ``python -m workbench.publish.one_tree order.json``.

Two languages cannot share a process (the second would inherit the first's strings), and two processes build in parallel.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

EXTENSIONS = ["myst_nb", "jupyter_book", "sphinx_external_toc", "sphinx_comments", "workbench.publish.sphinx_extension"]
"""Instead of jupyter-book's own list: no Thebe, no copy buttons, no theme that loads from elsewhere."""

SUPPRESSED = ["myst.domains", "mystnb.unknown_mime_type"]


def configuration(order: dict[str, Any]) -> dict[str, Any]:
    """Return the Sphinx settings of one tree, as they stand under ``sphinx: config:`` in jupyter-book's ``_config.yml``.

    Parameters
    ----------
    order : dict
        ``language``, ``title``, ``theme`` (the folder), ``extra`` (files copied as they are) and ``frame``.

    Returns
    -------
    dict
    """
    theme = Path(order["theme"])
    return {
        "extensions": EXTENSIONS,
        "language": order["language"],
        "html_search_language": order["language"],
        "project": order["title"],
        "html_title": order["title"],
        "author": "",
        "copyright": "",
        "html_theme": theme.name,
        "html_theme_path": [str(theme.parent)],
        "html_theme_options": {},
        "html_extra_path": [order["extra"]],
        "html_last_updated_fmt": "",
        "html_show_sphinx": False,
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_use_index": False,
        "html_permalinks": False,
        "html_static_path": [],
        "html_js_files": [],
        "html_css_files": [],
        "html_sidebars": {"**": []},
        "html_logo": "",
        "smartquotes": False,
        "numfig": False,
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["colon_fence", "deflist", "tasklist"],
        "myst_disable_syntax": ["html_block", "html_inline", "myst_role", "substitution"],
        "myst_heading_anchors": 0,
        "external_toc_exclude_missing": True,
        "suppress_warnings": SUPPRESSED,
        "workbench_frame": order["frame"],
    }


def main(order_file: str) -> int:
    """Build the tree that an order describes.

    Parameters
    ----------
    order_file : str
        JSON with what :func:`configuration` needs, and ``source``, ``target`` and ``doctrees``.

    Returns
    -------
    int
        0 when every page was built without a warning.
    """
    # jsonschema builds a grammar of web addresses when it is imported, which takes longer than the whole book; it does
    # without where the grammar is missing, and no address is checked here.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.sphinx import build_sphinx

    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    settings = Path(order["source"]) / "_config.yml"
    book = {"title": order["title"], "author": "", "sphinx": {"config": configuration(order)}}
    settings.write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    outcome = build_sphinx(
        order["source"],
        order["target"],
        noconfig=True,
        path_config=settings,
        confoverrides={"latex_individualpages": False},
        doctreedir=order["doctrees"],
        force_all=True,
        freshenv=True,
        quiet=True,
        warningiserror=True,
        keep_going=True,
        jobs=1,
    )
    return outcome if isinstance(outcome, int) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
