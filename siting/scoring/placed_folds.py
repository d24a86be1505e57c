"""What folds are made of: samples with their places, blocks, regions, clusters, and how they split.

Samples carry their places in the index of ``X`` (see :mod:`siting.scoring.training`), so that any
part of ``X`` can be split by itself, also deep inside a calibration or a parameter search. An
estimator that hands on ``X`` without its index is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import InputError
from siting.geodesy import MEAN_RADIUS, PointTree
from siting.wording import counted

INDEX = ("sample", "group", "longitude", "latitude", "region")
LEFT_OUT = -2  # fold of rows that are neither trained on nor tested; -1: trained on only
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def places(X: Any) -> pd.DataFrame:
    """Group, longitude, latitude and region of each row, from the index of ``X``.

    Raises
    ------
    InputError
        FOLDS_INDEX, where ``X`` has lost its index.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([(0, 0, 14.4, 40.8, "Italy")], names=INDEX)
    >>> places(pd.DataFrame({"a": [1.0]}, index=index)).region.tolist()
    ['Italy']
    """
    index = getattr(X, "index", None)
    if not isinstance(index, pd.MultiIndex) or tuple(index.names) != INDEX:
        raise InputError(
            "FOLDS_INDEX",
            "the samples reach the folds without their places",
            where=type(X).__name__,
            wanted="a DataFrame with the index of a training table",
            fix="put the part that has folds of its own (a calibration, a search) outermost, "
            "around the Pipeline and not inside it",
        )
    return index.to_frame(index=False)


@dataclass(frozen=True)
class PlacedFolds:
    """Common part: each row is in one test set; near rows are left out of its training set."""

    leakage: ClassVar[bool] = False

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Integers, ...]]:
        """Pairs of integer arrays: rows to train on, rows to test on."""
        samples = places(X)
        fold = self._fold_of(samples, positives(y, len(samples)))
        for number in range(fold.max() + 1):
            test = fold == number
            train = ~test & (fold != LEFT_OUT) & ~self._near(samples, test)
            _check_split(number, train, test, y)
            yield np.flatnonzero(train), np.flatnonzero(test)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Number of pairs that :meth:`split` gives for these samples."""
        samples = places(X)
        return int(self._fold_of(samples, positives(y, len(samples))).max()) + 1

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        raise NotImplementedError

    def _near(self, samples: pd.DataFrame, test: NDArray[np.bool_]) -> NDArray[np.bool_]:
        buffer = getattr(self, "buffer", 0.0)
        if not buffer:
            return np.zeros(len(samples), dtype=bool)
        lon, lat = samples.longitude.to_numpy(), samples.latitude.to_numpy()
        near: NDArray[np.bool_] = PointTree(lon[test], lat[test]).distance(lon, lat) <= buffer
        return near


@dataclass(frozen=True)
class BlockFolds(PlacedFolds):
    """Blocks of longitude and latitude dealt to folds; see ``folds.spatial_blocks``."""

    size: float
    unit: str
    buffer: float
    splits: int
    text: str
    seed: int = 0

    @property
    def name(self) -> str:
        """What a table of skills calls these folds."""
        return f"{self.text} blocks" + buffer_text(self.buffer)

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        group, longitude, latitude = group_middles(samples)
        block = block_of(longitude, latitude, self.size, self.unit)
        return dealt(block[group], weight, self.splits, self.seed)


@dataclass(frozen=True)
class RegionFolds(PlacedFolds):
    """One region at a time; see ``folds.regions``."""

    column: str
    buffer: float

    @property
    def name(self) -> str:
        """What a table of skills calls these folds."""
        return f"held-out {self.column}" + buffer_text(self.buffer)

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        first = samples.groupby("group").region.transform("first")
        fold, names = pd.factorize(first, sort=True)
        if len(names) < 2:
            raise InputError(
                "FOLDS_REGIONS",
                "there is one region only, so none can be held out",
                where=f"folds.regions: {self.column}",
                found=", ".join(map(str, names)),
                fix=f"make the training table with region='{self.column}', a column with names",
            )
        return np.asarray(fold, dtype=np.int64)


@dataclass(frozen=True)
class RandomFolds(PlacedFolds):
    """Rows at random, whatever their group or place; see ``folds.random``."""

    splits: int
    seed: int = 0
    leakage: ClassVar[bool] = True
    name: ClassVar[str] = "random (leakage)"

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        row = np.arange(len(samples))
        return dealt(row, weight, self.splits, self.seed)


@dataclass(frozen=True)
class InnerFolds(PlacedFolds):
    """Five folds of 25 clusters of places, for calibrations and searches inside a model."""

    splits: int = 5
    seed: int = 0
    buffer: float = 0.0
    name: ClassVar[str] = "spatial clusters"

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        from sklearn.cluster import KMeans

        group, longitude, latitude = group_middles(samples)
        points = np.unique(unit_vectors(longitude, latitude), axis=0)
        clusters = KMeans(min(5 * self.splits, len(points)), n_init=1, random_state=self.seed)
        block = clusters.fit(points).predict(unit_vectors(longitude, latitude))
        return dealt(block[group], weight, min(self.splits, len(points)), self.seed)


def positives(y: Any, size: int) -> Floats:
    """1.0 for each positive of a 0/1 target; zeros where ``y`` is no such target.

    Examples
    --------
    >>> positives([0, 1, 1], 3).tolist(), positives([0.5, 2.0], 2).tolist()
    ([0.0, 1.0, 1.0], [0.0, 0.0])
    """
    if y is None:
        return np.zeros(size)
    values = np.asarray(y)
    binary = values.dtype.kind in "biu" and np.isin(values, (0, 1)).all()
    return values.astype(float) if binary else np.zeros(size)


def group_middles(samples: pd.DataFrame) -> tuple[Integers, Floats, Floats]:
    """Number of each sample's group, and the longitude and latitude of each group's middle.

    Examples
    --------
    Two samples of one group either side of the dateline, and one by itself:

    >>> samples = pd.DataFrame({"group": [7, 7, 8], "longitude": [179.0, -179.0, 14.0],
    ...                         "latitude": [0.0, 0.0, 41.0]})
    >>> number, longitude, latitude = group_middles(samples)
    >>> number.tolist(), abs(longitude).round(6).tolist()
    ([0, 0, 1], [180.0, 14.0])
    """
    number, names = pd.factorize(samples.group)
    vectors = unit_vectors(samples.longitude.to_numpy(), samples.latitude.to_numpy())
    x, y, z = (np.bincount(number, part, len(names)) for part in vectors.T)
    longitude = np.degrees(np.arctan2(y, x))
    return np.asarray(number), longitude, np.degrees(np.arctan2(z, np.hypot(x, y)))


def unit_vectors(longitude: Floats, latitude: Floats) -> Floats:
    """Directions of places, shape (n, 3); latitudes taken as they are, so that they come back."""
    lam, phi = np.radians(longitude), np.radians(latitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def block_of(longitude: Floats, latitude: Floats, size: float, unit: str) -> Integers:
    """Number of the block of longitude and latitude that each place lies in.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (n,)
        Places [degree].
    size : float
        Side of a block [`unit`].
    unit : str
        ``"degree"`` or ``"m"``.

    Examples
    --------
    >>> block_of(np.array([1.0, 9.0, 11.0]), np.array([1.0, 9.0, 1.0]), 10, "degree").tolist()
    [342, 342, 343]
    """
    degree = np.radians(1.0) * MEAN_RADIUS
    height = size if unit == "degree" else size / degree
    # A billionth of a degree: a place on an edge must not fall to either side by rounding.
    band = np.floor((latitude + 90) / height + 1e-9)
    middle = np.clip((band + 0.5) * height - 90, -89.0, 89.0)
    shrink = 1.0 if unit == "degree" else np.cos(np.radians(middle))
    columns = np.maximum(np.round(360 / height * shrink), 1)
    column = np.floor((longitude + 180) / 360 * columns + 1e-9) % columns
    return np.asarray(band * np.ceil(360 / height) + column, dtype=np.int64)


def dealt(block: Integers, weight: Floats, splits: int, seed: int) -> Integers:
    """Fold of each row: blocks, those with most positives first, to the fold that has least.

    Parameters
    ----------
    block : numpy.ndarray of shape (n,)
        Block of each row.
    weight : numpy.ndarray of shape (n,)
        1.0 for each positive.
    splits : int
        Number of folds.
    seed : int
        Decides between blocks that are alike.

    Raises
    ------
    InputError
        FOLDS_TOO_FEW_BLOCKS.

    Examples
    --------
    >>> dealt(np.array([7, 7, 8, 9]), np.zeros(4), 2, 0).tolist()
    [0, 0, 1, 1]
    """
    number, names = pd.factorize(block, sort=True)
    if len(names) < splits:
        raise InputError(
            "FOLDS_TOO_FEW_BLOCKS",
            "there are fewer blocks than folds",
            where="folds",
            found=counted(len(names), "block"),
            wanted=f"at least {splits}",
            fix="make the blocks smaller, or ask for fewer splits",
        )
    share = np.bincount(number, minlength=len(names)) / len(number)
    share_positive = np.bincount(number, weight, len(names)) / max(weight.sum(), 1.0)
    tie = np.random.default_rng(seed).permutation(len(names))
    fold, load = np.zeros(len(names), dtype=np.int64), np.zeros(splits)
    for each in np.lexsort((tie, -share, -share_positive)):
        fold[each] = load.argmin()
        load[fold[each]] += share[each] + share_positive[each]
    return fold[number]


def _check_split(number: int, train: NDArray[np.bool_], test: NDArray[np.bool_], y: Any) -> None:
    one_class = y is not None and bool(positives(y, len(test)).any())
    one_class = one_class and len(np.unique(np.asarray(y)[train])) < 2
    if not train.any() or not test.any() or one_class:
        raise InputError(
            "FOLDS_EMPTY",
            "a fold has nothing, or only one class, to train on",
            where=f"fold {number}",
            found=f"{counted(train.sum(), 'sample')} to train on, {test.sum()} to test on",
            fix="make the blocks or the buffer smaller, or add labels elsewhere",
        )


def buffer_text(buffer: float) -> str:
    """The buffer as part of the name of folds.

    Examples
    --------
    >>> buffer_text(20_000.0), buffer_text(0.0)
    (', 20 km buffer', '')
    """
    return f", {buffer / 1000:g} km buffer" if buffer else ""
