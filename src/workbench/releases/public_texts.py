"""``book/public_texts.yml``: texts that look like personal data and are public on purpose, each with its reason.

An office's telephone number looks like a private one. Whether it may stand in public is for people to decide, in a file that
everyone sees; a value from a personal field is never let through by it.
"""

from __future__ import annotations

from workbench.errors import UsageError, combine
from workbench.files import read_yaml
from workbench.project import Project
from workbench.screening.known_values import plain

FILE = "public_texts.yml"


def allowed_texts(project: Project) -> frozenset[str]:
    """Return the texts that are public on purpose, in the plain writing.

    Parameters
    ----------
    project : Project

    Returns
    -------
    frozenset of str
        None where there is no such file.

    Raises
    ------
    UsageError
        The file is no mapping of texts to reasons.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "book").mkdir()
    >>> _ = (root / "book" / FILE).write_text('"02-1234-5678": the parks department answers here\\n', encoding="utf-8")
    >>> sorted(allowed_texts(Project(root=root)))
    ['02-1234-5678']
    """
    path = project.book / FILE
    if not path.is_file():
        return frozenset()
    found = read_yaml(path)
    where = project.relative(path)
    if not isinstance(found, dict):
        raise UsageError(f"{where}: is no mapping", hint='write lines such as "02-1234-5678": the reason why it is public')
    problems = [
        f"entry {number}: needs a text of four characters or more in quotes, and a reason"
        for number, (text, reason) in enumerate(found.items(), 1)
        if not isinstance(text, str) or not isinstance(reason, str) or len(text.strip()) < 4 or not reason.strip()
    ]
    if problems:
        raise combine(problems, where=where)
    return frozenset(plain(text).strip() for text in found)
