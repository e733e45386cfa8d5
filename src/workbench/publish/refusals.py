"""Why a ballot was refused, in the reader's language.

The tally gives each reason once, in English, for the terminal; a citizen reads the same reason on a page in Korean. A reason
that is not known here stands on the page as the tally gave it, marked as English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

_SIGNER = r"(?P<seat>[A-Z]{1,3}-\d{1,3}(?:\.deputy)?)"

REASONS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "no_ballot": r"^is no ballot: ",
        "late": r"^is not listed in the closing record: late$",
        "holder_voted": rf"^the holder of {_SIGNER} voted, ",
        "other_proposal": r"is a ballot on (?P<proposal>P-\d{4}), this folder is ",
        "stranger": rf"{_SIGNER} is a stranger: ",
        "second": rf"a second ballot of {_SIGNER}: ",
        "changed": r"void: speaks of other bytes of (?P<proposal>P-\d{4}), ",
        "early": r"is dated (?P<date>[\d-]+), before the vote opened on (?P<first>[\d-]+)$",
        "after": r"is dated (?P<date>[\d-]+), after the last day (?P<last>[\d-]+)$",
        "future": r"is dated (?P<date>[\d-]+), in the future of ",
        "no_reason": r"a '(?:no|block)' needs a reason$",
        "unsigned": r"^is not signed: (?P<file>\S+) is missing$",
        "vacant": rf"^seat {_SIGNER} is vacant since (?P<date>[\d-]+)$",
        "no_deputy": rf"^seat {_SIGNER} has no deputy$",
        "term": rf"^the term of {_SIGNER} is (?P<first>[\d-]+) to (?P<last>[\d-]+), this is dated (?P<date>[\d-]+)$",
        "demonstration_key": rf"^the key of {_SIGNER} is a demonstration's: ",
        "signature": rf"^the signature of {_SIGNER} ",
        "revoked": rf"^the key of {_SIGNER} is revoked since (?P<date>[\d-]+)$",
    }.items()
}
"""The reasons that ballots are refused for, by the key of their words in the catalogue of strings."""


def refusal(reason: str, words: Mapping[str, str]) -> Markup:
    """Say why a ballot was refused.

    Parameters
    ----------
    reason : str
        As the tally gives it.
    words : mapping of str to str
        The language's strings of refusals.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> words = {"unsigned": "서명 파일 {file}이 없습니다.", "other": "읽을 수 없습니다:"}
    >>> str(refusal("is not signed: C-1.yml.sig is missing", words))
    '서명 파일 C-1.yml.sig이 없습니다.'
    >>> str(refusal("unknown key 'voet'", words))
    '읽을 수 없습니다: <span lang="en">unknown key &#39;voet&#39;</span>'
    """
    for name, pattern in REASONS.items():
        found = pattern.search(reason)
        if found:
            return escape(words[name].format(**found.groupdict()))
    return Markup('{} <span lang="en">{}</span>').format(words["other"], reason)
