"""What a policy may say of one field: its role, its treatment or recoding, and the options of each.

Every option belongs to one treatment or recoding; one that would have no effect is refused, since whoever wrote it
expected an effect.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AllowInfNan, BaseModel, ConfigDict, Strict, StringConstraints, model_validator
from pydantic import Field as Key

MAX_LEAVES = 2_000_000_000
"""Every whole number of a domain is a leaf, and leaves are numbered in 32 bits: a wider domain needs a coarser unit."""

NOISE_SHARE = 0.1
"""The standard deviation of added noise over that of the field, where the policy does not say (Brand 2002, *Microdata
protection through noise addition*, LNCS 2316, works with 0.1 to 0.5)."""

Role = Literal["direct_identifier", "quasi_identifier", "sensitive", "insensitive"]
Treatment = Literal["drop", "keep", "pseudonymise", "mask", "microaggregate", "noise", "displace", "trim"]
TimeLevel = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]

ROLE_TREATMENTS: dict[str, tuple[str, ...]] = {
    "direct_identifier": ("drop", "pseudonymise"),
    "quasi_identifier": ("drop",),
    "sensitive": ("drop", "keep", "mask", "microaggregate", "noise", "displace", "trim"),
    "insensitive": ("drop", "keep", "mask", "microaggregate", "noise", "displace", "trim"),
}
"""The treatments that a role allows; a quasi-identifier that is not dropped is generalised."""

OPTION_OF: dict[str, tuple[str, str]] = {
    "domain": ("recoding", "interval"),
    "levels": ("recoding", "time"),
    "finest_m": ("recoding", "place"),
    "group_size": ("treatment", "microaggregate"),
    "share": ("treatment", "noise"),
    "within_m": ("treatment", "displace"),
    "at_least_m": ("treatment", "displace"),
    "place_m": ("treatment", "displace"),
    "zone_m": ("treatment", "trim"),
    "same_place_m": ("treatment", "trim"),
}
"""Which recoding or treatment an option belongs to."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), AllowInfNan(False)]


class Record(BaseModel):
    """A part of a policy: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRule(Record):
    """What is done to one field.

    A quasi-identifier is generalised by ``hierarchy`` or by ``recoding``, or dropped; a direct identifier is dropped or
    pseudonymised; the others are kept unless a treatment says otherwise.

    Parameters
    ----------
    role : {"direct_identifier", "quasi_identifier", "sensitive", "insensitive"}
    treatment : str, optional
        One of ``ROLE_TREATMENTS[role]``.
    recoding : {"interval", "time", "place"}, optional
    domain : (int, int), optional
        Lowest and highest value of intervals.
    levels : tuple of str, optional
        Of times, finest first.
    finest_m : int, optional
        The side of the smallest cell of places, in metres.
    hierarchy : str, optional
        A file in ARX's layout, relative to the policy or absolute.
    sha256 : str, optional
        Of that file.
    group_size : int, optional
        The smallest number of people whose values are averaged; by default k.
    share : float, optional
        The standard deviation of the noise over that of the field.
    within_m, at_least_m, place_m : int, optional
        How far a place is moved at most and at least, and the side of the squares that count as one place.
    zone_m, same_place_m : int, optional
        The side of the zones in which trips are cut away, and the distance within which ends are one place.

    Examples
    --------
    >>> FieldRule(role="quasi_identifier", recoding="interval", domain=(0, 99)).generalised
    True
    """

    role: Role
    treatment: Treatment | None = None
    recoding: Literal["interval", "time", "place"] | None = None
    domain: tuple[Whole, Whole] | None = None
    levels: tuple[TimeLevel, ...] | None = Key(default=None, min_length=1)
    finest_m: Whole | None = Key(default=None, ge=1)
    hierarchy: Annotated[str, StringConstraints(min_length=1)] | None = None
    sha256: Sha256 | None = None
    group_size: Whole | None = Key(default=None, ge=2)
    share: Number | None = Key(default=None, gt=0, le=10)
    within_m: Whole | None = Key(default=None, ge=1)
    at_least_m: Whole | None = Key(default=None, ge=0)
    place_m: Whole | None = Key(default=None, ge=1)
    zone_m: Whole | None = Key(default=None, ge=1)
    same_place_m: Whole | None = Key(default=None, ge=1)

    @property
    def generalised(self) -> bool:
        """Whether its values become labels of a hierarchy, of intervals, times or places."""
        return self.recoding is not None or self.hierarchy is not None

    @property
    def done(self) -> str:
        """What is done to the field, in one word."""
        if self.hierarchy is not None:
            return "hierarchy"
        return self.recoding or self.treatment or "keep"

    @property
    def kept_as_is(self) -> bool:
        """Whether the values themselves are passed on."""
        return not self.generalised and self.treatment in (None, "keep")

    @model_validator(mode="after")
    def _fits_its_role(self) -> FieldRule:
        problems = [*self._about_generalising(), *self._about_options()]
        allowed = ROLE_TREATMENTS[self.role]
        if self.treatment is not None and self.treatment not in allowed and not self.generalised:
            problems.append(f"treatment: {self.treatment} is not for role {self.role}, allowed: {', '.join(allowed)}")
        elif self.role == "direct_identifier" and self.treatment is None and not self.generalised:
            problems.append("a direct_identifier needs treatment: drop or pseudonymise")
        elif self.role == "quasi_identifier" and self.treatment is None and not self.generalised:
            problems.append("a quasi_identifier needs a hierarchy, recoding: interval, time or place, or treatment: drop")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _about_generalising(self) -> list[str]:
        found = []
        if self.recoding is not None and self.hierarchy is not None:
            found.append("recoding and hierarchy exclude each other")
        if self.generalised and self.treatment is not None:
            found.append(f"treatment: {self.treatment} and generalising exclude each other")
        if self.generalised and self.role != "quasi_identifier":
            found.append(f"a field of role {self.role} is not generalised; write role: quasi_identifier")
        if self.recoding == "interval" and self.domain is None:
            found.append("recoding: interval needs domain: [lowest, highest]")
        if self.recoding == "time" and self.levels is None:
            found.append("recoding: time needs levels, finest first, e.g. levels: [day, month, year]")
        if self.treatment == "displace" and self.within_m is None:
            found.append("treatment: displace needs within_m, the greatest distance in metres")
        if self.treatment == "trim" and self.zone_m is None:
            found.append("treatment: trim needs zone_m, the side of a zone in metres")
        if self.sha256 is not None and self.hierarchy is None:
            found.append("sha256 pins a hierarchy, and there is none")
        return found

    def _about_options(self) -> list[str]:
        found = []
        for option, (kind, wanted) in OPTION_OF.items():
            if getattr(self, option) is not None and getattr(self, kind) != wanted:
                found.append(f"{option} belongs to {kind}: {wanted}, found {kind}: {getattr(self, kind) or 'none'}")
        if self.domain is not None and self.domain[0] >= self.domain[1]:
            found.append(f"domain: {self.domain[0]} is not below {self.domain[1]}")
        elif self.domain is not None and self.domain[1] - self.domain[0] >= MAX_LEAVES:
            found.append(f"domain: more than {MAX_LEAVES:,} whole numbers")
        if self.levels is not None:
            found += _misnested(self.levels)
        return found


def _misnested(levels: tuple[TimeLevel, ...]) -> list[str]:
    """What is wrong with levels of time: one that stands twice, or weeks beside months."""
    from workbench.errors import UsageError
    from workbench.privacy.places.periods import check_levels

    try:
        check_levels("", levels)
    except UsageError as error:
        return [error.message.removeprefix("field '': ")]
    return []


class LRule(Record):
    """How many different sensitive values each class must show: counted (distinct), or by their entropy.

    Machanavajjhala et al. 2007, *l-diversity*, ACM TKDD 1(1), definitions 4.1 (entropy) and 3.3.
    """

    value: Number = Key(gt=1)
    measure: Literal["distinct", "entropy"] = "distinct"

    @model_validator(mode="after")
    def _whole_where_counted(self) -> LRule:
        if self.measure == "distinct" and self.value != int(self.value):
            raise ValueError(f"distinct values are counted, so value is a whole number, found {self.value:g}")
        return self


class TRule(Record):
    """How far the sensitive values of a class may lie from those of the whole table, by the earth mover's distance.

    Li, Li, Venkatasubramanian 2007, *t-closeness*, ICDE, section 4: equal or ordered ground distance.
    """

    value: Number = Key(ge=0, le=1)
    distance: Literal["equal", "ordered"] = "equal"

    @property
    def exact(self) -> Fraction:
        """The distance exactly as it is written."""
        return Fraction(str(self.value))


class Dominance(Record):
    """The n largest contributors may hold at most this share of a cell's total."""

    n: Whole = Key(ge=1)
    share: Number = Key(gt=0, le=1)
