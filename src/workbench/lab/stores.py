"""The document store, made ready before the server starts: in WAL mode and with its tables.

With SQLite's default journal, writers of busy documents lock each other out and edits are dropped with an error in the
log; and two documents opened at once on a store without tables both try to create them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.errors import CheckFailed


def prepare_document_store(path: Path) -> None:
    """Create the document store where it is missing, and put it into WAL mode.

    Parameters
    ----------
    path : Path

    Raises
    ------
    CheckFailed
        The file is no database, or does not take WAL mode.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "documents.db"
    >>> prepare_document_store(path)
    >>> journal_mode(path)
    'wal'
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            found = database.execute("pragma journal_mode=wal").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise CheckFailed(
            f"{path}: not a database ({error})", hint="move it away; the notebooks themselves are not in it"
        ) from error
    if found != "wal":
        raise CheckFailed(
            f"{path}: takes the journal mode '{found}', needed: wal",
            hint="write-ahead logging needs a local disk; a network file system does not do",
        )
    _create_tables(path)
    path.chmod(0o600)


def journal_mode(path: Path) -> str:
    """Return the journal mode that a database is in.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        ``"wal"``, ``"delete"``, …
    """
    with closing(sqlite3.connect(path)) as database:
        return str(database.execute("pragma journal_mode").fetchone()[0])


def _create_tables(path: Path) -> None:
    """Let the store's own library create its tables, so that their form is always the one it expects."""
    import anyio
    from pycrdt.store import SQLiteYStore

    class Store(SQLiteYStore):
        db_path = str(path)

    async def create() -> None:
        store = Store("")
        async with store:
            if store.db_initialized is None:
                raise AssertionError("a started store has an event that tells when it is ready")
            await store.db_initialized.wait()

    anyio.run(create)
