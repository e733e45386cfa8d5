"""A proposed split of every group by one quasi-identifier: what it gains, and to which part each piece goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Proposal:
    """The best allowed split of each group by one quasi-identifier.

    Parameters
    ----------
    gain : numpy.ndarray
        Shape (groups,): rows times leaves saved; 0 where no split is allowed.
    part : numpy.ndarray
        Shape (pieces,): 0 for what stays together, else the part from 1.
    lent : numpy.ndarray
        Shape (pieces,): how many of the people stay behind with part 0 although the piece leaves.
    """

    gain: np.ndarray
    part: np.ndarray
    lent: np.ndarray
