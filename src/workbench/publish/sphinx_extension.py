"""The book's Sphinx extension: finished HTML in pages, Korean search, and what each page's frame needs to know.

It is loaded by the process that builds one language's tree (:mod:`workbench.publish.one_tree`); the frame itself is the
theme in ``book/theme``.
"""

from __future__ import annotations

import html
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util import logging

from workbench.publish.korean_search import KoreanSearch

logger = logging.getLogger(__name__)

_REMOTE = ("http://", "https://", "//", "ftp://")


class FinishedHtml(Directive):  # type: ignore[misc]
    """HTML that the book's own templates wrote and escaped."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the content as it is."""
        return [nodes.raw("", "\n".join(self.content), format="html")]


def close_the_machinery(app: Sphinx) -> None:
    """Refuse raw HTML and files from outside: only the book's own directive writes HTML."""
    app.env.settings["raw_enabled"] = False
    app.env.settings["file_insertion_enabled"] = False


def refuse_remote_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """A picture from another host would tell that host who reads the page."""
    for image in doctree.findall(nodes.image):
        if str(image["uri"]).startswith(_REMOTE):
            logger.warning("the picture %s lies on another host; put it into the book", image["uri"], location=app.env.docname)


def page_sections(doctree: nodes.document | None) -> list[dict[str, Any]]:
    """Return a page's sections of the second and third level, for its table of contents."""
    if doctree is None:
        return []
    found: list[dict[str, Any]] = []
    for section in doctree.findall(nodes.section):
        depth, parent = 1, section.parent
        while isinstance(parent, nodes.section):
            depth, parent = depth + 1, parent.parent
        title = section.next_node(nodes.title)
        if title is None or depth not in (2, 3):
            continue
        entry = {"id": section["ids"][-1], "title": title.astext(), "under": []}
        if depth == 2 or not found:
            found.append(entry)
        else:
            found[-1]["under"].append(entry)
    return found


def frame(app: Sphinx, pagename: str, _templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give the page's frame its words, its address in the other languages, and its table of contents."""
    settings = app.config.workbench_frame
    up = "../" * (pagename.count("/") + 1)
    context["wb"] = {
        **settings,
        "alternates": [{**other, "url": f"{up}{other['language']}/{pagename}.html"} for other in settings["alternates"]],
        "sections": page_sections(doctree),
        "page": settings["pages"].get(pagename, {}),
    }


def escape_titles_in_search(app: Sphinx) -> list[Any]:
    """Sphinx puts section titles into its search results as HTML: a title with markup would run in the reader's browser."""
    indexer = getattr(app.builder, "indexer", None)
    if indexer is not None:
        indexer._all_titles = {
            page: [(html.escape(title), anchor) for title, anchor in titles] for page, titles in indexer._all_titles.items()
        }
    return []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("workbench_frame", {}, "html", dict)
    app.add_search_language(KoreanSearch)
    app.add_directive("workbench-html", FinishedHtml)
    app.connect("builder-inited", close_the_machinery)
    app.connect("doctree-read", refuse_remote_pictures)
    app.connect("html-page-context", frame, priority=400)
    app.connect("html-collect-pages", escape_titles_in_search)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
