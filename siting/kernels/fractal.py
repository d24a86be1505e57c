"""Straight pieces of a curve in double logarithms: power laws and the breaks between them."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_POINTS = 5  # of a piece: two for the line, three to tell it from chance
SPLITS = 20  # random halves of the blocks that the number of breaks is chosen by


class Pieces(NamedTuple):
    """Lines of least squares over neighbouring stretches of a curve.

    ``breaks`` lie between them, in the units of x; ``slopes`` and ``intercepts`` are of the lines.
    """

    breaks: Floats
    slopes: Floats
    intercepts: Floats

    def at(self, x: Floats) -> Floats:
        """The lines' values."""
        piece = np.searchsorted(self.breaks, x, side="right")
        return self.intercepts[piece] + self.slopes[piece] * x


def fit_pieces(x: Floats, y: Floats, breaks: int) -> Pieces:
    """The pieces of least squared error, by dynamic programming over all ways to cut the points.

    Parameters
    ----------
    x, y : numpy.ndarray of shape (n,)
        The curve, x rising; n is at least `FEWEST_POINTS` times the pieces.
    breaks : int
        One less than pieces.

    Returns
    -------
    Pieces
        A break lies where two neighbouring lines cross, but no farther than the points between
        which they were cut.

    Examples
    --------
    >>> x = np.linspace(0, 3, 31)
    >>> found = fit_pieces(x, np.where(x < 2, -x, 2 - 2 * x), 1)
    >>> found.breaks.round(6).tolist(), found.slopes.round(6).tolist()
    ([2.0], [-1.0, -2.0])
    """
    cuts = _best_cuts(_errors(x, y), breaks + 1)
    lines = [np.polyfit(x[i:j], y[i:j], 1) for i, j in pairwise(cuts)]
    slopes, intercepts = np.array(lines).T
    between = np.array([x[[cut - 1, cut]] for cut in cuts[1:-1]]).reshape(-1, 2)
    turn = np.diff(slopes)
    crossing = -np.diff(intercepts) / np.where(turn == 0, np.nan, turn)
    middle = between.mean(axis=1)
    return Pieces(
        np.clip(np.where(np.isnan(crossing), middle, crossing), between[:, 0], between[:, 1]),
        slopes,
        intercepts,
    )


def _errors(x: Floats, y: Floats) -> Floats:
    """Squared error of the line through points i to j (inclusive); infinite for too few."""
    u, v = x - x.mean(), y - y.mean()
    sums = [np.r_[0.0, np.cumsum(each)] for each in (np.ones_like(u), u, v, u * u, u * v, v * v)]
    n, su, sv, suu, suv, svv = (each[None, 1:] - each[:-1, None] for each in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        uu, uv, vv = suu - su * su / n, suv - su * sv / n, svv - sv * sv / n
        error = np.maximum(vv - uv * uv / uu, 0.0)
    return np.where(n >= FEWEST_POINTS, error, np.inf)


def _best_cuts(errors: Floats, pieces: int) -> list[int]:
    """First points of the pieces, and the end."""
    count = len(errors)
    least, back = errors[0].copy(), []  # of the points 0 to j in so many pieces
    for _ in range(pieces - 1):
        total = np.r_[np.inf, least[:-1]][:, None] + errors  # the last piece begins at row i
        back.append(total.argmin(axis=0))
        least = total.min(axis=0)
    cuts = [count]
    for starts in reversed(back):
        cuts.append(int(starts[cuts[-1] - 1]))
    return [0, *reversed(cuts)]


def areas_above(areas: Floats) -> Floats:
    """Area at or above the lower edge of each bin, from the area in each bin.

    Examples
    --------
    >>> areas_above(np.array([3.0, 2.0, 1.0])).tolist()
    [6.0, 3.0, 1.0]
    """
    return np.asarray(areas[..., ::-1].cumsum(axis=-1)[..., ::-1])


def choose_breaks(
    x: Floats, areas: Floats, most: int, rng: np.random.Generator
) -> tuple[int, Floats]:
    """Number of breaks that one half of the blocks needs to foretell the curve of the other.

    Parameters
    ----------
    x : numpy.ndarray of shape (n,)
        Logarithms of the concentrations.
    areas : numpy.ndarray of shape (blocks, n)
        Area at or above each, by block of the map.
    most : int
        Largest number of breaks tried.
    rng : numpy.random.Generator
        Draws the halves.

    Returns
    -------
    count : int
        The smallest number whose mean squared error is within one standard error of the least
        (Breiman and others 1984: the one-standard-error rule).
    errors : numpy.ndarray of shape (most + 1,)
        Mean squared error by number of breaks.
    """
    found = np.full((SPLITS, most + 1), np.nan)
    for split in range(SPLITS):
        half = rng.permutation(len(areas)) < len(areas) // 2
        one, other = areas[half].sum(axis=0), areas[~half].sum(axis=0)
        seen = (one > 0) & (other > 0)
        fitting, told = np.log10(one[seen] / one[0]), np.log10(other[seen] / other[0])
        for count in range(min(most, len(fitting) // FEWEST_POINTS - 1) + 1):
            guess = fit_pieces(x[seen], fitting, count).at(x[seen])
            found[split, count] = np.mean((guess - told) ** 2)
    known = ~np.isnan(found).any(axis=0)
    errors = np.where(known, found.mean(axis=0), np.inf)
    best = int(errors.argmin())
    margin = float(found[:, best].std(ddof=1) / np.sqrt(SPLITS))
    return int(np.argmax(errors <= errors[best] + margin)), errors


def break_intervals(
    x: Floats, areas: Floats, count: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Breaks of the curve of blocks drawn with replacement: a row for each draw."""
    found = []
    for _ in range(draws):
        drawn = areas[rng.integers(0, len(areas), len(areas))].sum(axis=0)
        seen = drawn > 0
        if seen.sum() >= FEWEST_POINTS * (count + 1):
            found.append(fit_pieces(x[seen], np.log10(drawn[seen]), count).breaks)
    return np.array(found).reshape(len(found), count)
