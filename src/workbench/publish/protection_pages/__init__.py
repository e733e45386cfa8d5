"""Pages that tell people who vote what a protection leaves of data and of risk: two policies compared, and one reported."""

from workbench.publish.protection_pages.rendering import render_comparison, render_report

__all__ = ["render_comparison", "render_report"]
