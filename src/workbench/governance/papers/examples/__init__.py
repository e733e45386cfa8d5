"""One commented example of every file of ``governance/``, for people who never wrote such a file.

They tell one story and fit together; the tests hold them to the models, so that no explanation outlives what it explains.
"""

from __future__ import annotations

from importlib.resources import files

from workbench.errors import unknown


def example_names() -> list[str]:
    """Return the names of the examples: the kinds of files, proposals with what they propose.

    Returns
    -------
    list of str

    Examples
    --------
    >>> example_names()[-3:]
    ['proposal_urban_issue', 'recommendation', 'rules']
    """
    there = files(__package__).iterdir()
    return sorted(entry.name.removesuffix(".yml") for entry in there if entry.name.endswith(".yml"))


def example(name: str) -> str:
    """Return an example's text.

    Parameters
    ----------
    name : str
        One of :func:`example_names`.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        There is no such example.

    Examples
    --------
    >>> example("ballot").splitlines()[0]
    '# yaml-language-server: $schema=../../schemas/ballot.schema.json'
    """
    if name not in (names := example_names()):
        raise unknown("example", name, names)
    return (files(__package__) / f"{name}.yml").read_text(encoding="utf-8")
