"""Road-name and lot addresses, each in the ways in which people write them.

The span of an address begins where it stops naming a region: at the road or the dong. Province, city and district are
published of everyone; road, number and 동/호 lead to a door.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from korean_text.vocabulary import APARTMENT_ENDS, APARTMENTS, OTHER_CITIES, RURAL, SEOUL_DISTRICTS, dong_stem, road_stem
from korean_text.writings import full_width, hangul_digits, zero_width

ADDRESS_WRITINGS = (
    "plain",
    "with_unit",
    "without_separators",
    "spaced",
    "full_width",
    "half_masked",
    "zero_width",
    "hangul_digits",
    "abbreviated",
)
SEOUL = {"long": ("서울특별시",), "short": ("서울", "서울시", "서울", "서울시", "서울특별시")}
PLACES = ("", "십", "백", "천")
DIGIT_WORDS = "영일이삼사오육칠팔구"


@dataclass(frozen=True)
class Address:
    """The parts of an address: region, street (road or dong), number, and behind it building and unit."""

    region: str
    street: str
    number: str
    lot: bool
    unit: str = ""


def sino_korean(number: int) -> str:
    """Return a number below 10,000 in words.

    Examples
    --------
    >>> sino_korean(1203), sino_korean(375), sino_korean(11)
    ('천이백삼', '삼백칠십오', '십일')
    """
    words = ""
    for place, digit in enumerate(reversed(str(number))):
        if digit != "0":
            words = ("" if digit == "1" and place else DIGIT_WORDS[int(digit)]) + PLACES[place] + words
    return words


def _region(rng: Random, *, short: bool, rural: bool) -> str:
    if rural:
        long, brief, county = rng.choice(RURAL)
        return f"{brief if short else long} {county}"
    if rng.random() < 0.7:
        district = rng.choice(SEOUL_DISTRICTS)
        if not short and rng.random() < 0.4:
            return district
        return f"{rng.choice(SEOUL['short' if short else 'long'])} {district}"
    long, brief, city = rng.choice(OTHER_CITIES)
    return f"{brief if short else long} {city}"


def _road(rng: Random) -> str:
    stem = road_stem(rng)
    form = rng.random()
    if form < 0.4:
        return f"{stem}{rng.choice(('로', '로', '로', '대로'))}"
    if form < 0.85:
        return f"{stem}로{rng.randrange(1, 90)}{rng.choice(('', '', '', '가', '나', '다'))}길"
    return f"{stem}길"


def _dong(rng: Random) -> str:
    form = rng.random()
    if form < 0.75:
        return f"{dong_stem(rng)}동"
    return f"{dong_stem(rng)}{rng.randrange(1, 8)}동" if form < 0.9 else f"{dong_stem(rng)}동{rng.randrange(1, 7)}가"


def _number(rng: Random, *, lot: bool) -> str:
    main = str(rng.randrange(1, 1000 if lot else 500))
    return f"{main}-{rng.randrange(1, 120)}" if rng.random() < (0.7 if lot else 0.35) else main


def _unit(rng: Random, *, building: bool) -> str:
    name = f"{rng.choice(APARTMENTS)}{rng.choice(APARTMENT_ENDS)} " if building else ""
    floor, door = rng.randrange(1, 26), rng.randrange(1, 9)
    forms = (
        f"{rng.randrange(101, 130)}동 {floor}0{door}호",
        f"{rng.randrange(1, 12)}동 {floor}0{door}호",
        f"{floor}0{door}호",
        f"{rng.choice('가나ABC')}동 {floor}0{door}호",
    )
    return name + (f"{floor}층 {floor}0{door}호" if rng.random() < 0.1 else rng.choice(forms))


def generated(rng: Random, *, lot: bool, short: bool = False, unit: bool = False) -> Address:
    """Return an address put together by chance."""
    if lot and rng.random() < 0.12:
        street = f"{dong_stem(rng)}면 {dong_stem(rng)}리"
        address = Address(_region(rng, short=short, rural=True), street, rng.choice(("", "산 ")) + _number(rng, lot=True), lot)
    elif lot:
        address = Address(
            _region(rng, short=short, rural=False), _dong(rng), _number(rng, lot=True) + rng.choice(("", "", "번지")), lot
        )
    else:
        address = Address(_region(rng, short=short, rural=False), _road(rng), _number(rng, lot=False), lot)
    return replace(address, unit=_unit(rng, building=lot or rng.random() < 0.3)) if unit else address


def written(rng: Random, writing: str, *, lot: bool) -> tuple[str, str]:
    """Return the region of an address with its space, and from road or dong on the address as written.

    Examples
    --------
    >>> region, core = written(Random(1), "with_unit", lot=False)
    >>> core.endswith("호")
    True
    """
    unit = (
        writing == "with_unit" or (writing not in ("plain",) and rng.random() < 0.4) or (writing == "hangul_digits" and not lot)
    )
    parts = generated(rng, lot=lot, short=writing == "abbreviated", unit=unit)
    comma = rng.choice((", ", " ", ", ")) if not lot else " "
    tail = f"{comma}{parts.unit}" if parts.unit else ""
    region, core = f"{parts.region} ", f"{parts.street} {parts.number}{tail}"
    if writing == "without_separators":
        apart = rng.choice((",", ", ", " ")) if tail and parts.number[-1].isdigit() and parts.unit[0].isdigit() else ""
        return region.replace(" ", ""), f"{parts.street}{parts.number}".replace(" ", "") + apart + parts.unit.replace(" ", "")
    if writing == "spaced":
        return region, _spaced(rng, parts, tail)
    if writing == "full_width":
        return region, full_width(core) if rng.random() < 0.5 else core.translate(
            {ord(sign): full_width(sign) for sign in "0123456789"}
        )
    if writing == "half_masked":
        return region, _masked(rng, parts, tail)
    if writing == "zero_width":
        return region, zero_width(rng, core)
    return region, _in_words(rng, parts, comma) if writing == "hangul_digits" else core


def _spaced(rng: Random, parts: Address, tail: str) -> str:
    """Spaces where rules want none: behind the road's name, around the hyphen, before 길, 동, 호, 번지."""
    street, number = parts.street, parts.number.replace("-", " - ").replace("번지", " 번지")
    for place, sign in enumerate(street):
        if sign.isdigit() and street.endswith("길"):
            street = f"{street[:place]} {street[place:]}"
            break
    if street.endswith("길") and rng.random() < 0.4:
        street = f"{street[:-1]} 길"
    tail = tail.replace("호", " 호") if rng.random() < 0.7 else tail
    for digit in "0123456789":
        tail = tail.replace(f"{digit}동", f"{digit} 동")
    return f"{street} {number}{tail}" if "-" in number or street != parts.street or tail else f"{street}  {number}"


def _masked(rng: Random, parts: Address, tail: str) -> str:
    """Hide the end of the number, or of the unit where there is one."""
    mask = rng.choice("***○●X")
    if tail and rng.random() < 0.6:
        shown = tail.rstrip("호")
        return f"{parts.street} {parts.number}{shown[:-2]}{mask * 2}호"
    main = parts.number.removesuffix("번지")
    hidden = main[:-1] + mask if len(main) > 1 else main + mask
    return f"{parts.street} {hidden}{'번지' if main != parts.number else ''}{tail}"


def _in_words(rng: Random, parts: Address, comma: str) -> str:
    """Numbers as one says them: 삼백칠십오번지, 백일동 천이백삼호, or digit by digit 일공일동 일이공삼호."""
    if parts.lot:
        main, _, sub = parts.number.removesuffix("번지").removeprefix("산 ").partition("-")
        spoken = (
            sino_korean(int(main)) + (f"{rng.choice(('의 ', ' 다시 ', '의'))}{sino_korean(int(sub))}" if sub else "") + "번지"
        )
        return f"{parts.street} {spoken}{_unit_in_words(rng) if parts.unit else ''}"
    return f"{parts.street} {parts.number}{comma.rstrip()}{_unit_in_words(rng)}"


def _unit_in_words(rng: Random) -> str:
    block, floor, door = rng.randrange(101, 130), rng.randrange(1, 26), rng.randrange(1, 9)
    if rng.random() < 0.5:
        return f" {sino_korean(block)}동 {sino_korean(floor * 100 + door)}호"
    return f" {hangul_digits(rng, str(block), mixed=False)}동 {hangul_digits(rng, f'{floor}0{door}', mixed=False)}호"
