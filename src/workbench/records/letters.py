r"""Letters that command a screen instead of standing on it: refused in what people write, made visible in what programs show.

A title can clear a terminal and write a vote's outcome there, and a mark of direction turns a sentence round on a page.
"""

from __future__ import annotations

import json
import os
import re

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_letters(text: str) -> str:
    r"""Return a text that holds letters, spaces and line ends alone.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Naming the character that is none.

    Examples
    --------
    >>> plain_letters("미세먼지\n")
    '미세먼지\n'
    >>> plain_letters("\x1b[2J")
    Traceback (most recent call last):
    ValueError: holds U+001B, which is no letter and commands the screen
    """
    if found := _COMMANDS.search(text):
        raise ValueError(f"holds U+{ord(found[0]):04X}, which is no letter and commands the screen")
    return text


def shown(text: str) -> str:
    r"""Return a text as it may be shown: what commands a screen is written out, in a way that JSON reads back.

    Parameters
    ----------
    text : str
        Of a file's name, also what is no text.

    Returns
    -------
    str

    Examples
    --------
    >>> shown("a\x1b[2J\n")
    'a\\u001b[2J\n'
    """
    return _COMMANDS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def shown_name(name: str) -> str:
    r"""Return the name of a file in one line, as :func:`shown` gives it.

    Parameters
    ----------
    name : str
        As the system lists it; bytes that are no text are written out.

    Returns
    -------
    str

    Examples
    --------
    >>> shown_name("C-1.yml"), shown_name("a\nb"), shown_name("\udcff")
    ('C-1.yml', 'a\\nb', '\\xff')
    """
    if name.isascii() and name.isprintable():
        return name
    text = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    return shown(text).replace("\n", "\\n").replace("\t", "\\t")
