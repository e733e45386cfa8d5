"""Words from files made safe for a page: escaped for Markdown, fenced for HTML, code coloured.

Everything that a page shows comes from files that people or programs wrote; none of it may become markup by accident.
"""

from __future__ import annotations

import re
import string

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_PUNCTUATION = re.compile("([" + re.escape(string.punctuation) + "])")
_FENCES = re.compile(r"`{3,}")
_DIRECTIVE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*\{", re.MULTILINE)


def in_markdown(text: str) -> Markup:
    """Escape a text so that Markdown shows it as it is, in one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> str(in_markdown("<b>*a*</b>  {x}"))
    '\\\\<b\\\\>\\\\*a\\\\*\\\\<\\\\/b\\\\> \\\\{x\\\\}'
    """
    return Markup(_PUNCTUATION.sub(r"\\\1", " ".join(text.split())))  # noqa: S704 (escaped for Markdown, not for HTML)


def fenced(html: str) -> Markup:
    """Wrap finished HTML so that the book carries it through Markdown unread.

    Parameters
    ----------
    html : str
        Already escaped.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> print(fenced("<p>a</p>"), end="")
    <BLANKLINE>
    ```{workbench-html}
    <p>a</p>
    ```
    """
    longest = max((len(found) for found in _FENCES.findall(html)), default=2)
    fence = "`" * (longest + 1)
    lines = "\n".join(line.rstrip() for line in html.strip().splitlines() if line.strip())
    return Markup(f"\n{fence}{{workbench-html}}\n{lines}\n{fence}\n")  # noqa: S704 (the templates escaped it)


def paragraphs(text: str) -> list[list[str]]:
    """Return what a person wrote as paragraphs of lines; a page keeps both and nothing else.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of list of str

    Examples
    --------
    >>> paragraphs("No baseline.\\nNo data.\\n\\nAsk again.")
    [['No baseline.', 'No data.'], ['Ask again.']]
    """
    blocks = re.split(r"\n\s*\n", "\n".join(text.splitlines()).strip())
    return [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks]


def measured(value: float, unit: str) -> str:
    """Return a value with its unit; a Korean unit follows without a space.

    Parameters
    ----------
    value : float
    unit : str
        May be empty.

    Returns
    -------
    str

    Examples
    --------
    >>> measured(1720.0, "일"), measured(19.8, "µg/m³"), measured(3, "")
    ('1,720일', '19.8 µg/m³', '3')
    """
    number = f"{value:,.10g}"
    return number + unit if "가" <= unit[:1] <= "힣" else f"{number} {unit}".rstrip()


def coloured(code: str) -> Markup:
    """Return Python code as HTML with its words coloured by class.

    Parameters
    ----------
    code : str

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> str(coloured("a < 1")).strip()
    '<span class="n">a</span> <span class="o">&lt;</span> <span class="mi">1</span>'
    """
    html = highlight(code, PythonLexer(stripnl=True), HtmlFormatter(nowrap=True))
    return Markup(html.replace("\n\n", "\n&#8203;\n"))  # noqa: S704 (pygments escapes the code)


def first_directive(text: str) -> str | None:
    """Return the first Markdown directive in a text, or None: a notebook's words may not run parts of the book's machinery.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> first_directive("```{include} /etc/passwd\\n```")
    '```{include} /etc/passwd'
    >>> first_directive("a `b` c") is None
    True
    """
    found = _DIRECTIVE.search(text)
    return text[found.start() :].strip().splitlines()[0] if found else None
