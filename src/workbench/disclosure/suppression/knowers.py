"""Who is the only contributor of which cells: one person may stand alone in several, and knows all of them.

A total with a single contributor has them in its parts, so what one cell gives away of another is no news to that person.
"""

from __future__ import annotations

import numpy as np

from workbench.disclosure.suppression.problems import Problem


def knowers(problem: Problem) -> np.ndarray:
    """Return a number for the person behind each cell that has a single contributor.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    numpy.ndarray
        Shape (n,), integers from 0, alike where the equations tell that it is the same person; -1 where a cell has no single
        contributor.

    Examples
    --------
    >>> from workbench.disclosure.suppression.problems import two_way
    >>> knowers(two_way(np.array([[1.0, 0], [1, 50]]), k=10)).tolist()
    [0, -1, 0, 1, -1, -1, -1, -1, -1]
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    person = np.full(problem.size, -1)
    alone = np.flatnonzero(problem.single)
    if not len(alone):
        return person
    equations = problem.equations[:, alone].tocoo()
    totals = equations.data < 0
    total = np.full(equations.shape[0], -1)
    total[equations.row[totals]] = equations.col[totals]
    parts = ~totals & (total[equations.row] >= 0)
    pairs = (np.ones(int(parts.sum())), (equations.col[parts], total[equations.row[parts]]))
    _, found = connected_components(csr_matrix(pairs, shape=(len(alone), len(alone))), directed=False)
    _, first, place = np.unique(found, return_index=True, return_inverse=True)
    person[alone] = np.argsort(np.argsort(first))[place]
    return person
