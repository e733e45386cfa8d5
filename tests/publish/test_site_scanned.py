"""A site in which something personal stands never takes the place of yesterday's."""

from __future__ import annotations

import pytest

from workbench.errors import GateRefused
from workbench.files import write_text
from workbench.project import Project
from workbench.publish import build_book


def test_a_page_with_somebodys_number_stops_the_book_and_an_offices_named_with_its_reason_does_not(project: Project) -> None:
    write_text(project.site / "index.html", "yesterday")
    page = project.book / "pages" / "ko" / "about.md"
    write_text(page, page.read_text(encoding="utf-8") + "\n\n문의: 02-2133-4567\n")
    with pytest.raises(GateRefused, match="the built site holds what may not be public") as refused:
        build_book(project, target=project.site)
    assert "ko/about.html (text): telephone number" in str(refused.value)
    assert "2133" not in str(refused.value)
    assert (project.site / "index.html").read_text(encoding="utf-8") == "yesterday"
    write_text(project.book / "public_texts.yml", '"02-2133-4567": the parks department answers here\n')
    assert build_book(project, target=project.site).rebuilt
    assert not build_book(project, target=project.site).rebuilt
