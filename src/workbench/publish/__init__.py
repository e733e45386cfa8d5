"""From releases and governance to the book that citizens read, in each of its languages."""

from workbench.publish.building import PREVIEW, Built, build_book

__all__ = ["PREVIEW", "Built", "build_book"]
