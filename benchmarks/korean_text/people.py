"""Names with what introduces them, and e-mail addresses, each in the ways in which people write them.

A name alone is a word like any other; what makes it personal for a reader is 씨 or 님 behind it or 이름, 성명 before it,
so each generated name comes with one of them, outside the span.
"""

from __future__ import annotations

from random import Random

from korean_text.vocabulary import MAIL_HOSTS, MAIL_WORDS, ROMANISED, SPOKEN_HOSTS, full_name, surname_length
from korean_text.writings import full_width, zero_width

NAME_WRITINGS = ("ssi", "nim", "ireum", "seongmyeong", "spaced", "half_masked", "zero_width")
EMAIL_WRITINGS = ("plain", "at", "golbaengi", "full_width", "spaced", "half_masked", "zero_width")
BEHIND = {"ssi": ("씨", " 씨", " 씨"), "nim": ("님", "님", " 님")}
BEFORE = {
    "ireum": ("이름은 ", "이름은 ", "이름: ", "이름 : ", "이름 ", "이 름: "),
    "seongmyeong": ("성명은 ", "성명: ", "성명: ", "성명 : ", "성명 ", "성 명: ", "성명:"),
}
NAME_MASKS = "***○○O●"


def introduced_name(rng: Random, writing: str) -> tuple[str, str, str]:
    """Return what stands before a name, the name as written, and what stands behind it.

    Examples
    --------
    >>> introduced_name(Random(2), "nim")[2].strip()
    '님'
    """
    way = writing if writing in BEHIND or writing in BEFORE else rng.choice((*BEHIND, *BEFORE))
    before, behind = rng.choice(BEFORE.get(way, ("",))), rng.choice(BEHIND.get(way, ("",)))
    name = full_name(rng)
    if writing == "spaced":
        return before, rng.choice((" ".join(name), _surname_apart(name))), f" {behind.strip()}" if behind else ""
    if writing == "half_masked":
        return before, _masked(rng, name), behind
    return before, zero_width(rng, name) if writing == "zero_width" else name, behind


def _surname_apart(name: str) -> str:
    length = surname_length(name)
    return f"{name[:length]} {name[length:]}" if len(name) - length > 1 else " ".join(name)


def _masked(rng: Random, name: str) -> str:
    """Hide the middle, the last or, behind the surname, all syllables."""
    mask = rng.choice(NAME_MASKS)
    length = surname_length(name)
    ways = [name[:-1] + mask, name[:length] + mask * (len(name) - length)]
    if len(name) - length == 2:
        ways += [name[:-2] + mask + name[-1]] * 2
    return rng.choice(ways)


def is_labelled_name(before: str) -> bool:
    """Return whether a name stands behind a label of a form rather than inside a sentence."""
    return before.rstrip().endswith(":") or before.rstrip() in ("이름", "성명")


def email(rng: Random, writing: str) -> str:
    """Return an e-mail address in a writing.

    Examples
    --------
    >>> "골뱅이" in email(Random(3), "golbaengi")
    True
    """
    local = rng.choice(ROMANISED) + rng.choice(("", ".", "_", "")) + rng.choice(ROMANISED + MAIL_WORDS)
    local += str(rng.randrange(1, 2000)) if rng.random() < 0.6 else ""
    local = local.upper() if rng.random() < 0.03 else local
    host = rng.choice(MAIL_HOSTS)
    if writing == "at":
        sign = rng.choice(("(at)", "[at]", " (at) ", "{at}", "<at>", " at ", "(AT)"))
        return local + sign + (host.replace(".", rng.choice(("(dot)", "[dot]", " dot "))) if rng.random() < 0.3 else host)
    if writing == "golbaengi":
        sign = rng.choice(("골뱅이", " 골뱅이 ", "(골뱅이)", "[골뱅이]"))
        if rng.random() < 0.4:
            name, ending = rng.choice(SPOKEN_HOSTS)
            return local + sign + name + rng.choice(("닷", " 닷 ", "점", " 점 ")) + ending
        return local + sign + host
    if writing == "full_width":
        return full_width(f"{local}@{host}") if rng.random() < 0.7 else f"{local}＠{host}"
    if writing == "spaced":
        return f"{local} @ {host}" if rng.random() < 0.6 else f"{local} @ {host.replace('.', ' . ')}"
    if writing == "half_masked":
        shown = rng.randrange(1, 4)
        hidden = rng.choice("***●x")
        return f"{local[:shown]}{hidden * rng.randrange(3, 6)}@{host}"
    return zero_width(rng, f"{local}@{host}") if writing == "zero_width" else f"{local}@{host}"
