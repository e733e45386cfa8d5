"""What a model is to be: its formula, its family, and the words for its variables. Formulas are read here, never run.

A layout is written by a kernel, which is not trusted: libraries that evaluate formulas would run a kernel's code outside
of it, so a formula here holds names, ``C(name)``, ``+``, ``:`` and ``*``, and nothing else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.disclosure.tabulating.layouts import Axis, entry
from workbench.errors import UsageError, unknown

Family = Literal["ols", "poisson", "logit"]

FAMILIES: tuple[str, ...] = ("ols", "poisson", "logit")

MAX_TERMS = 60
"""More coefficients than anybody reads, and few enough that every one is checked against every person."""

_NAME = r"[^\W\d]\w*"
_PART = re.compile(rf"(?:C\(\s*(?P<factor>{_NAME})\s*\)|(?P<number>{_NAME}))")
_FORMULA = "write it as 'trips ~ rain + C(season)', with + : * and C() alone; transform a column in the frame"


@dataclass(frozen=True)
class Formula:
    """A formula, taken apart.

    Parameters
    ----------
    response : str
    terms : tuple of tuple of str
        Names that are multiplied in each term, main terms first; the intercept is always there.
    factors : frozenset of str
        The names written as ``C(name)``.
    """

    response: str
    terms: tuple[tuple[str, ...], ...]
    factors: frozenset[str]

    @property
    def regressors(self) -> tuple[str, ...]:
        """The variables on the right-hand side, in the order in which they appear."""
        return tuple(dict.fromkeys(itertools.chain(*self.terms)))


def read_formula(text: str) -> Formula:
    """Take a formula apart.

    Parameters
    ----------
    text : str
        ``"trips ~ rain + C(season)"``; ``a:b`` multiplies, ``a*b`` stands for ``a + b + a:b``.

    Returns
    -------
    Formula

    Raises
    ------
    UsageError
        Anything else than names, ``C(name)``, ``+``, ``:``, ``*``; a product without its parts; no intercept.

    Examples
    --------
    >>> read_formula("trips ~ rain * C(season)").terms
    (('rain',), ('season',), ('rain', 'season'))
    """
    sides = text.split("~") if isinstance(text, str) else []
    if len(sides) != 2 or not re.fullmatch(_NAME, sides[0].strip()):
        raise UsageError(f"formula: found {text!r:.120}", hint=_FORMULA)
    response, found, factors, numbers = sides[0].strip(), [], set(), set()
    for written in sides[1].split("+"):
        if written.strip() == "1":
            continue
        if written.strip() in ("0", "") or "-" in written:
            raise UsageError(f"formula: '{written.strip():.60}' in {text!r:.120}; a model keeps its intercept", hint=_FORMULA)
        products = []
        for product in written.split("*"):
            parts = [_PART.fullmatch(part.strip()) for part in product.split(":")]
            names = tuple((part["factor"] or part["number"]) if part else "" for part in parts)
            if "" in names:
                raise UsageError(f"formula: '{product.strip():.60}' cannot be understood", hint=_FORMULA)
            factors |= {part["factor"] for part in parts if part and part["factor"]}
            numbers |= {part["number"] for part in parts if part and part["number"]}
            products.append(names)
        for width in range(1, len(products) + 1):
            found += [tuple(dict.fromkeys(itertools.chain(*some))) for some in itertools.combinations(products, width)]
    terms: dict[frozenset[str], tuple[str, ...]] = {}
    for term in sorted(found, key=len):
        terms.setdefault(frozenset(term), term)
    for known, term in terms.items():
        for left in known if len(known) > 1 else ():
            if known - {left} not in terms:
                raise UsageError(
                    f"formula: '{':'.join(term)}' stands without '{':'.join(name for name in term if name != left)}'",
                    hint=f"write {'*'.join(term)}, or make one column of the combinations",
                )
    if not terms:
        raise UsageError(f"formula: {text!r:.120} has no regressor", hint="a mean alone is a table")
    if any(response in term for term in terms):
        raise UsageError(f"formula: '{response}' stands on both sides", hint=_FORMULA)
    if factors & numbers:
        name = min(factors & numbers)
        raise UsageError(f"formula: '{name}' stands both as C({name}) and as a number", hint=_FORMULA)
    return Formula(response, tuple(terms.values()), frozenset(factors))


@dataclass(frozen=True)
class ModelLayout:
    """What a model is to be.

    Parameters
    ----------
    formula : str
    family : {"ols", "poisson", "logit"}
        Least squares; counts by their logarithm; yes or no by its odds.
    people : bool
        Whether the rows belong to people, who are counted.
    titles : mapping
        Of the response and of each numeric regressor, by language.
    factors : tuple of Axis
        The levels of each ``C(name)``; the first is the reference.

    Raises
    ------
    UsageError
        Where these do not fit each other.

    Examples
    --------
    >>> season = Axis("season", ("MAM", "JJA"), {"en": "Season"}, {"en": ("Spring", "Summer")})
    >>> ModelLayout("trips ~ C(season)", "ols", True, {"trips": {"en": "Trips"}}, (season,)).read.factors
    frozenset({'season'})
    """

    formula: str
    family: Family
    people: bool
    titles: Mapping[str, Mapping[str, str]]
    factors: tuple[Axis, ...] = ()

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise unknown("family", str(self.family)[:60], FAMILIES)
        read = self.read
        if {axis.name for axis in self.factors} != read.factors or len(self.factors) != len(read.factors):
            raise UsageError("model: its factors are not those of its formula")
        if set(self.titles) != {read.response, *read.regressors} - read.factors:
            raise UsageError("model: its titles are not those of its response and its numeric regressors")
        for name, title in self.titles.items():
            if not isinstance(title, Mapping) or not title or not all(isinstance(word, str) for word in title.values()):
                raise UsageError(f"model: title of '{name}': found {title!r:.60}, allowed is a text by language")
        for axis in self.factors:
            if len(axis.keys) < 2:
                raise UsageError(f"model: '{axis.name}' has {len(axis.keys)} level, needed are two")

    @property
    def read(self) -> Formula:
        """The formula, taken apart."""
        return read_formula(self.formula)

    def factor(self, name: str) -> Axis:
        """Return the levels of a factor."""
        return next(axis for axis in self.factors if axis.name == name)

    def title(self, name: str) -> Mapping[str, str]:
        """Return what a variable is called, by language."""
        return self.titles[name] if name in self.titles else self.factor(name).title

    def as_record(self) -> dict[str, Any]:
        """Return the layout as a kernel writes it and as it stands in a result file."""
        return {
            "formula": self.formula,
            "family": self.family,
            "people": self.people,
            "titles": {name: dict(title) for name, title in self.titles.items()},
            "factors": [axis.as_record() for axis in self.factors],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ModelLayout:
        """Read a layout from a record.

        Raises
        ------
        UsageError
            Where the record is none of a model.
        """
        where = "model"
        return cls(
            formula=entry(record, "formula", str, where=where),
            family=entry(record, "family", str, where=where),
            people=entry(record, "people", bool, where=where),
            titles=entry(record, "titles", dict, where=where),
            factors=tuple(Axis.from_record(axis) for axis in entry(record, "factors", list, where=where)),
        )
