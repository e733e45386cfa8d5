"""People who leave rows behind: some many, most few; with age, sex and home district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.sources.synthetic.draws import Choice, even_choice, shares, stream
from workbench.sources.synthetic.facts import POPULATION
from workbench.sources.synthetic.geography import centre_distances_km

HOME_REACH_KM = 4.0
"""How fast the share of visitors falls with the distance of their home district; assumed."""


@dataclass(frozen=True)
class People:
    """A population that rows are attributed to.

    Parameters
    ----------
    number : numpy.ndarray of int
        In random order, so that an identifier tells nothing about the home.
    age, female, home : numpy.ndarray of int8
        Years; 1 for F; district by code. Ordered by home.
    by_home : Choice
        Picks a person of a home district, each with a weight of their own.
    """

    number: np.ndarray
    age: np.ndarray
    female: np.ndarray
    home: np.ndarray
    by_home: Choice


def people(
    seed: int,
    name: str,
    count: int,
    *,
    ages: dict[tuple[int, int], float],
    female: float,
    spread: float,
    homes: np.ndarray = POPULATION,
) -> People:
    """Draw a population.

    Parameters
    ----------
    seed : int
    name : str
        Of the dataset that they belong to.
    count : int
        At least one a district is added.
    ages : dict of (first, last) to float
        Weights of bands of years, both ends included.
    female : float
        Share.
    spread : float
        Standard deviation of the logarithm of how active people are: 1.3 gives a heavy tail.
    homes : array of float, shape (25,)
        Weights of the home districts.

    Returns
    -------
    People

    Examples
    --------
    >>> riders = people(1, "x", 100, ages={(20, 29): 1.0}, female=0.5, spread=1.0)
    >>> int(riders.age.min()) >= 20, len(riders.number)
    (True, 125)
    """
    rng = stream(seed, name, 1)
    sizes = rng.multinomial(count, shares(homes)) + 1
    total = int(sizes.sum())
    first, last = np.array(list(ages)).T
    band = np.searchsorted(np.cumsum(shares(np.array(list(ages.values())))), rng.random(total), side="right").clip(
        0, len(ages) - 1
    )
    age = first[band] + np.floor(rng.random(total) * (last - first + 1)[band])
    return People(
        number=rng.permutation(total) + 1,
        age=age.astype(np.int8),
        female=(rng.random(total) < female).astype(np.int8),
        home=np.repeat(np.arange(len(sizes)), sizes).astype(np.int8),
        by_home=Choice(np.exp(spread * rng.standard_normal(total)), sizes),
    )


def home_choice(own_share: float, homes: np.ndarray = POPULATION) -> Choice:
    """Return the choice of a home district given the district where something happens.

    Parameters
    ----------
    own_share : float
        Of people at home in that district; the others come from near rather than far.
    homes : array of float, shape (25,)

    Returns
    -------
    Choice
        Blocks are districts; its picks are ``district * 25 + home``.
    """
    others = homes[None, :] * np.exp(-centre_distances_km() / HOME_REACH_KM)
    np.fill_diagonal(others, 0.0)
    others *= (1 - own_share) / others.sum(axis=1, keepdims=True)
    np.fill_diagonal(others, own_share)
    return even_choice(others)
