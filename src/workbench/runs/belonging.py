"""Which files a finished run left: noted by the worker when its kernel has ended, held against the folder when it is read.

A kernel writes its results itself; what changes in its folder afterwards was written by nobody who may.
"""

from __future__ import annotations

from pathlib import Path

from workbench.errors import CheckFailed, combine
from workbench.files import read_json, sha256_file
from workbench.runs.plan import RUN_RECORD, Run


def files_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file of a run's folder, its record left aside.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str
        sha256 by path below the folder.

    Examples
    --------
    >>> files_of(Path("/nowhere"))
    {}
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {str(path.relative_to(folder)): path for path in found}
    return {name: sha256_file(path) for name, path in names.items() if name != RUN_RECORD}


def check_belonging(run: Run) -> None:
    """Refuse a run whose folder is not as its worker left it.

    Parameters
    ----------
    run : Run
        Done.

    Raises
    ------
    CheckFailed
        A file was changed, added or taken away since, or the record is that of another run.
    """
    record = read_json(run.folder / RUN_RECORD)
    problems = [
        f"{RUN_RECORD}: '{name}' is of another run"
        for name, expected in (("run", run.key), ("issue", run.issue), ("notebook", run.notebook), ("parameters", run.parameters))
        if record.get(name) != expected
    ]
    noted = record.get("files") if isinstance(record.get("files"), dict) else {}
    there = files_of(run.folder)
    problems += [f"{path.relative_to(run.folder)}: is a link" for path in sorted(run.folder.rglob("*")) if path.is_symlink()]
    for name in sorted({*noted, *there}):
        if name not in there:
            problems.append(f"{name}: is gone")
        elif name not in noted:
            problems.append(f"{name}: was not written by the run")
        elif noted[name] != there[name]:
            problems.append(f"{name}: was changed after the run")
    if problems:
        again = f"workbench run {run.issue} {run.notebook} --force"
        raise combine(problems, where=f"run {run.name}", kind=CheckFailed, hint=f"run it again: {again}")
