"""How far samples are alike: the range that blocks and buffers of honest folds have to exceed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.spatial.distance import pdist

from siting.errors import InputError
from siting.findings import warn
from siting.geodesy import arc, ecef
from siting.kernels.threads import single_threaded
from siting.kinds import Splitter
from siting.scoring.placed_folds import group_middles, places
from siting.wording import counted

Floats = NDArray[np.float64]
LAGS = 15  # classes of distance, the nearer the narrower
FEWEST_PAIRS = 20  # in a class of distance; fewer join the next
FEWEST_GROUPS = 10
MOST_GROUPS = 1_500  # drawn where there are more: a million pairs
REACH = 0.5  # of the longest distance, up to which pairs count (Journel & Huijbregts 1978)
STRUCTURE = 0.05  # of the variance that must depend on distance for there to be a range
RANGES = 120  # ranges that are tried


@dataclass(frozen=True)
class Variogram:
    """Half the mean squared difference of pairs, by their distance, and the model fitted to it.

    Attributes
    ----------
    distance, semivariance : numpy.ndarray of shape (lags,)
        Mean distance of the pairs of a class [m], and the semivariance, 1 being the variance of
        the values [1].
    pairs : numpy.ndarray of shape (lags,)
        Pairs in each class.
    nugget, sill, range : float
        Spherical model: semivariance at distance 0 and beyond the range [1], the range [m]. The
        range is 0 where the semivariance does not depend on distance.
    reached : bool
        Whether the range lies within the distances that were looked at.
    """

    distance: Floats
    semivariance: Floats
    pairs: NDArray[np.int64]
    nugget: float
    sill: float
    range: float
    reached: bool

    def record(self) -> dict[str, Any]:
        """The variogram as JSON."""
        points = zip(self.distance, self.semivariance, self.pairs, strict=True)
        return {
            "nugget": round(self.nugget, 4),
            "sill": round(self.sill, 4),
            "range": round(self.range, 1),
            "reached": self.reached,
            "points": [[round(float(d), 1), round(float(v), 4), int(n)] for d, v, n in points],
        }


def variogram(values: Floats, longitude: Floats, latitude: Floats) -> Variogram:
    """Empirical variogram of values at places, with a spherical model.

    Parameters
    ----------
    values : numpy.ndarray of shape (n,)
        One value for each place.
    longitude, latitude : numpy.ndarray of shape (n,)
        Places [degree]; distances are over the ground.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES, with fewer than ten places; LAYER_CONSTANT, where all are alike.

    Notes
    -----
    γ(h) = c0 + c (1.5 h/a - 0.5 (h/a)³) for h < a, c0 + c beyond. For each of a row of ranges a,
    c0 and c follow by least squares without negative values, weighted by N/h² (Pebesma 2004);
    the best a is taken. No range is told where c is less than a twentieth of the variance.

    References
    ----------
    Matheron (1963), Principles of geostatistics, Economic Geology 58, 1246-1266. Pebesma (2004),
    Multivariable geostatistics in S: the gstat package, Computers & Geosciences 30, 683-691.
    Roberts et al. (2017), Ecography 40, 913-929: blocks larger than the range of residuals.

    Examples
    --------
    Values that change sign every 2 degrees, 222 km along the equator, are alike up to there:

    >>> longitude = np.arange(0, 40, 0.25)
    >>> found = variogram(np.sign(np.sin(np.pi * longitude / 2)), longitude, 0 * longitude)
    >>> 150_000 < found.range < 300_000
    True
    """
    spread = _checked(values)
    distance = arc(pdist(ecef(longitude, latitude)))
    half_square = 0.5 * pdist(values[:, None], "sqeuclidean") / spread
    near = (distance > 0) & (distance <= REACH * distance.max())
    lag = _lags(distance[near])
    pairs = np.bincount(lag)
    h = np.bincount(lag, distance[near]) / pairs
    gamma = np.bincount(lag, half_square[near]) / pairs
    return _fitted(h, gamma, pairs)


def _checked(values: Floats) -> float:
    """Variance of the values, above 0."""
    if len(values) < FEWEST_GROUPS:
        raise InputError(
            "TOO_FEW_POSITIVES",
            "a variogram needs ten places at least",
            where="variogram",
            found=counted(len(values), "place"),
            fix="state the buffer of the folds yourself",
        )
    spread = float(np.var(values))
    if not spread > 0:
        raise InputError("LAYER_CONSTANT", "all values are alike", where="variogram")
    return spread


def _lags(distance: Floats) -> NDArray[np.int64]:
    """Class of each distance, without empty classes."""
    edges = distance.max() * (np.arange(1, LAGS) / LAGS) ** 1.5
    lag = np.searchsorted(edges, distance)
    pairs = np.bincount(lag, minlength=LAGS)
    joined, current, held = np.zeros(LAGS, dtype=np.int64), 0, 0
    for number, count in enumerate(pairs):
        joined[number] = current
        held += count
        if held >= FEWEST_PAIRS:
            current, held = current + 1, 0
    if held:  # the farthest pairs are too few for a class of their own
        joined[joined == current] = max(current - 1, 0)
    return np.asarray(np.unique(joined[lag], return_inverse=True)[1], dtype=np.int64)


def _fitted(h: Floats, gamma: Floats, pairs: NDArray[np.int64]) -> Variogram:
    weight = np.sqrt(pairs) / h
    best = (np.inf, 0.0, 0.0, 0.0)
    tried = np.geomspace(h[0] / 2, 2 * h[-1], RANGES)
    for a in tried:
        shape = np.column_stack([np.ones(len(h)), _spherical(h / a)])
        (nugget, partial), error = nnls(shape * weight[:, None], gamma * weight)
        if error < best[0] * (1 - 1e-9):
            best = (float(error), float(nugget), float(partial), float(a))
    _, nugget, partial, a = best
    found = a if partial >= STRUCTURE else 0.0
    return Variogram(h, gamma, pairs, nugget, nugget + partial, found, bool(found <= h[-1]))


def _spherical(ratio: Floats) -> Floats:
    r = np.minimum(ratio, 1.0)
    return np.asarray(1.5 * r - 0.5 * r**3)


def suggested(X: pd.DataFrame, y: NDArray[Any], seed: int = 0) -> dict[str, Any]:
    """Block size and buffer that the variograms of labels and features ask for.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n, features)
        Samples with the index of a training table.
    y : numpy.ndarray of shape (n,)
        Targets.
    seed : int
        Seed of the groups that are drawn where there are very many.

    Returns
    -------
    dict
        ``buffer`` and ``size`` of blocks [m], the variograms of ``labels``, ``residuals`` and
        the ``range`` of each feature [m], and a sentence.

    Notes
    -----
    All samples of a group count as one place with their mean values: 45 cells of one system are
    one observation of it. Residuals are labels less what a ridge regression on all features
    explains. The buffer is the longer range of labels and residuals: beyond it no label tells of
    another. Blocks are thrice as wide (our choice), so that the buffer leaves something to train
    on; where no range shows, they are as wide as the median range of the features.
    """
    values, target, longitude, latitude = _by_group(X, y, seed)
    labels = variogram(target, longitude, latitude)
    residuals = variogram(_residuals(values, target), longitude, latitude)
    ranges = {
        str(name): variogram(column, longitude, latitude).range
        for name, column in zip(X.columns, values.T, strict=True)
        if np.var(column) > 0
    }
    typical = float(np.median(list(ranges.values()))) if ranges else 0.0
    buffer = max(labels.range, residuals.range)
    size = 3 * buffer or typical
    return {
        "buffer": round(buffer, 1),
        "size": round(size, 1),
        "places": len(target),
        "labels": labels.record(),
        "residuals": residuals.record(),
        "features": {name: round(each, 1) for name, each in ranges.items()},
        "feature_range": round(typical, 1),
        "text": _told(labels, residuals, buffer, size),
    }


def _by_group(X: pd.DataFrame, y: NDArray[Any], seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean features and target of each group, with its middle."""
    group, longitude, latitude = group_middles(places(X))
    size = np.bincount(group)
    columns = X.to_numpy(dtype=np.float64).T
    values = np.stack([np.bincount(group, column) / size for column in columns], axis=1)
    target = np.bincount(group, np.asarray(y, dtype=np.float64)) / size
    drawn = np.sort(np.random.default_rng(seed).permutation(len(size))[:MOST_GROUPS])
    return values[drawn], target[drawn], longitude[drawn], latitude[drawn]


def _residuals(values: Floats, target: Floats) -> Floats:
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    scaled = StandardScaler().fit_transform(values)
    with single_threaded():
        # As many pseudo-observations as places: a flexible trend would leave noise and no range.
        explained = Ridge(alpha=float(len(target))).fit(scaled, target).predict(scaled)
    return np.asarray(target - explained)


def _told(labels: Variogram, residuals: Variogram, buffer: float, size: float) -> str:
    def told(found: Variogram) -> str:
        if found.range == 0:
            return "no range that shows"
        beyond = "" if found.reached else " or more"
        return f"a range of {found.range / 1000:.0f} km{beyond}"

    return (
        f"Labels have {told(labels)}, what the features leave unexplained {told(residuals)}: "
        f"keep {buffer / 1000:.0f} km between training and test, and blocks of "
        f"{size / 1000:.0f} km."
    )


def warn_short_buffer(folds: Splitter, found: Mapping[str, Any], where: str) -> None:
    """A finding where folds keep less distance than labels are alike over.

    Folds without a buffer of their own (random ones, or those matched to the distances of the
    map) are not spoken of.
    """
    buffer = getattr(folds, "buffer", None)
    if buffer is None or buffer >= found["buffer"]:
        return
    warn(
        "FOLDS_BUFFER_SHORT",
        "training and test samples are nearer to each other than labels are alike, "
        "so the skill told is too good",
        where=where,
        found=f"a buffer of {buffer / 1000:g} km",
        wanted=f"{found['buffer'] / 1000:.3g} km or more, the range of the variogram",
        fix="widen the buffer of the folds, or hold out whole regions",
    )
