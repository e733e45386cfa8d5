"""What stands in a file, whatever it is wrapped in: ``pieces``, ``Piece``, ``Unread``, ``Limits``.

Personal data hides in metadata, in zipped and encoded content and in tracebacks; whoever looks for it must see those as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.screening.content.model import Found, Limits, Piece, Unread
    from workbench.screening.content.walking import pieces

__all__ = ["Found", "Limits", "Piece", "Unread", "pieces"]

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Found", "Limits", "Piece", "Unread"), "workbench.screening.content.model"),
        "pieces": "workbench.screening.content.walking",
    },
)
