"""The page for the two checkers of a candidate: what would become public, what is withheld and why. It is never public."""

from workbench.publish.checkers_page.writing import checkers_page, write_checkers_page

__all__ = ["checkers_page", "write_checkers_page"]
