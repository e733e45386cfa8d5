"""Jupyter's co-editing, with one addition: what was typed in the last second is on disk before the server ends.

The stock extension cancels a save that waits when it is stopped, and at the next start the file, being different, wins
over the document store: the last words would be gone.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server_ydoc.app import YDocExtension
from jupyter_server_ydoc.rooms import DocumentRoom

SAVE_WITHIN_S = 3.0
"""Below the time after which a server that was told to stop is killed."""


class LabCollaboration(YDocExtension):  # type: ignore[misc]
    """The co-editing extension of the lab's server."""

    async def stop_extension(self) -> None:
        """Save every open document that differs from its file, then stop."""
        if not self.ywebsocket_server.started.is_set():
            return  # nobody has opened a document
        rooms = [room for room in self.ywebsocket_server.rooms.values() if isinstance(room, DocumentRoom) and room.ready]
        if rooms:
            saving = [asyncio.create_task(save_room(room)) for room in rooms]
            _, late = await asyncio.wait(saving, timeout=SAVE_WITHIN_S)
            if late:
                self.log.error("%d documents were not saved within %g s", len(late), SAVE_WITHIN_S)
        await super().stop_extension()


async def save_room(room: DocumentRoom) -> None:
    """Write a room's document to its file, if the two differ.

    Parameters
    ----------
    room : jupyter_server_ydoc.rooms.DocumentRoom
    """
    model = await room._file.load_content(room.file_format, room.file_type)
    if await room._document.aget() == model["content"]:
        return
    saving = room._save_to_disc()
    if saving is not None:
        await saving


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "workbench.lab.collaboration", "app": LabCollaboration}]
