"""Compositions: closure, log-ratio coordinates and their inverses, zeros replaced.

Rows are samples, the last axis holds the parts. Only ratios of parts carry information, so that
statistics, distances and models belong on log-ratio coordinates, never on the raw parts.

References
----------
Aitchison (1986), The Statistical Analysis of Compositional Data, Chapman and Hall. Egozcue and
others (2003), Isometric logratio transformations for compositional data analysis, Math. Geol. 35,
279-300. Martin-Fernandez and others (2003), Dealing with zeros and missing values in compositional
data sets, Math. Geol. 35, 253-278.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FRACTION = 0.65  # of the detection limit, that stands for what is below it


def closure(parts: Floats, total: float = 1.0) -> Floats:
    """Parts scaled to a common total.

    Examples
    --------
    >>> closure(np.array([[2.0, 2.0, 6.0]])).tolist()
    [[0.2, 0.2, 0.6]]
    """
    return np.asarray(total * parts / parts.sum(axis=-1, keepdims=True))


def clr(parts: Floats) -> Floats:
    """Centred log-ratios: logarithms of the parts less their mean; they add up to 0.

    Examples
    --------
    >>> clr(np.array([0.1, 0.3, 0.4, 0.2])).round(8).tolist()
    [-0.79451346, 0.30409883, 0.5917809, -0.10136628]
    """
    logarithm = np.log(parts)
    return np.asarray(logarithm - logarithm.mean(axis=-1, keepdims=True))


def clr_inverse(coordinates: Floats) -> Floats:
    """Parts that add up to 1, from centred log-ratios.

    Examples
    --------
    >>> clr_inverse(clr(np.array([1.0, 3.0, 4.0, 2.0]))).round(12).tolist()
    [0.1, 0.3, 0.4, 0.2]
    """
    return closure(np.exp(coordinates - coordinates.max(axis=-1, keepdims=True)))


def helmert_basis(count: int) -> Floats:
    """Rows of an orthonormal basis for so many parts: each part against all before it.

    Examples
    --------
    >>> helmert_basis(3).round(4).tolist()
    [[0.7071, -0.7071, 0.0], [0.4082, 0.4082, -0.8165]]
    """
    signs = np.array([[1] * k + [-1] + [0] * (count - k - 1) for k in range(1, count)])
    return partition_basis(signs)


def partition_basis(signs: NDArray[np.int64]) -> Floats:
    """Rows of an orthonormal basis from a sequential binary partition.

    Parameters
    ----------
    signs : numpy.ndarray of shape (parts - 1, parts)
        1 for parts in the numerator of a balance, -1 in its denominator, 0 for neither.

    Returns
    -------
    numpy.ndarray of shape (parts - 1, parts)
        The basis.

    Raises
    ------
    ValueError
        Where the balances are not orthogonal, or too few: that is no sequential binary partition.

    Examples
    --------
    >>> partition_basis(np.array([[1, 1, -1], [1, -1, 0]])).round(4).tolist()
    [[0.4082, 0.4082, -0.8165], [0.7071, -0.7071, 0.0]]
    """
    above = (signs == 1).sum(axis=1, keepdims=True)
    under = (signs == -1).sum(axis=1, keepdims=True)
    if (above == 0).any() or (under == 0).any():
        raise ValueError("each balance needs parts of both signs")
    scale = np.sqrt(above * under / (above + under))
    basis = scale * np.where(signs == 1, 1 / above, np.where(signs == -1, -1 / under, 0.0))
    count = signs.shape[1]
    if len(basis) != count - 1 or not np.allclose(basis @ basis.T, np.eye(count - 1)):
        raise ValueError(f"{count} parts need {count - 1} balances that split one group in two")
    return np.asarray(basis)


def ilr(parts: Floats, basis: Floats) -> Floats:
    """Isometric log-ratios: coordinates in an orthonormal basis.

    Examples
    --------
    >>> ilr(np.array([0.1, 0.3, 0.4, 0.2]), helmert_basis(4)).round(7).tolist()
    [-0.7768362, -0.683398, 0.1170477]
    """
    return np.asarray(clr(parts) @ basis.T)


def ilr_inverse(coordinates: Floats, basis: Floats) -> Floats:
    """Parts that add up to 1, from isometric log-ratios.

    Examples
    --------
    >>> basis = helmert_basis(3)
    >>> ilr_inverse(ilr(np.array([2.0, 3.0, 5.0]), basis), basis).round(12).tolist()
    [0.2, 0.3, 0.5]
    """
    return clr_inverse(coordinates @ basis)


def aitchison_distance(one: Floats, other: Floats) -> Floats:
    """Distance between compositions: the Euclidean one between their centred log-ratios.

    Examples
    --------
    >>> aitchison_distance(np.array([0.1, 0.3, 0.6]), np.array([1.0, 3.0, 6.0])).round(9).item()
    0.0
    """
    return np.asarray(np.linalg.norm(clr(one) - clr(other), axis=-1))


def multiplicative_replacement(parts: Floats, replacements: Floats, total: float = 1.0) -> Floats:
    """Parts with small values for those that are zero, the others scaled so that ratios stay.

    Parameters
    ----------
    parts : numpy.ndarray of shape (..., parts)
        Parts of the total; they need not fill it, where some were not analysed.
    replacements : numpy.ndarray of shape (parts,)
        Value for each part where it is zero.
    total : float
        What all parts, analysed or not, add up to.

    Examples
    --------
    >>> rows = np.array([[0.2, 0.4, 0.4, 0.0], [0.0, 0.5, 0.5, 0.0]])
    >>> multiplicative_replacement(rows, np.full(4, 0.0625)).tolist()
    [[0.1875, 0.375, 0.375, 0.0625], [0.0625, 0.4375, 0.4375, 0.0625]]
    """
    zero = parts <= 0
    added = np.where(zero, replacements, 0.0).sum(axis=-1, keepdims=True)
    return np.where(zero, replacements, parts * (1 - added / total))
