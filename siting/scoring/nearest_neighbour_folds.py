"""Folds that test a model as far from its training samples as the map uses it."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import wasserstein_distance

from siting.errors import InputError
from siting.geodesy import PointTree, arc, ecef
from siting.scoring.placed_folds import (
    Floats,
    Integers,
    PlacedFolds,
    dealt,
    group_middles,
    places,
    positives,
    unit_vectors,
)
from siting.wording import counted

CANDIDATES = 16  # numbers of clusters that are tried
MOST_GROUPS = 3_000  # that are clustered; others join the nearest of them
LARGEST = 0.5  # share of the groups that one fold may hold (CAST's maxp)
PLACES = 1_000  # in the convex hull of the samples
GOLDEN = np.array([0.7548776662466927, 0.5698402909980532])  # R2 sequence, Roberts (2018)


@dataclass(frozen=True)
class Match:
    """Folds of groups, and how well their distances match those of the map.

    Attributes
    ----------
    fold : numpy.ndarray of shape (groups,)
        Fold of each group.
    clusters : int
        Clusters that the folds are made of.
    w : float
        Mean difference between the two distributions of distances, Wasserstein's W [m].
    w_random : float
        The same for folds of single groups at random [m].
    prediction, validation : float
        Median distance to the nearest training group: from the map's places, and from tested
        groups [m].
    """

    fold: Integers
    clusters: int
    w: float
    w_random: float
    prediction: float
    validation: float

    def record(self) -> dict[str, Any]:
        """The match as JSON, without the folds themselves."""
        return {
            "w": round(self.w, 1),
            "w_random": round(self.w_random, 1),
            "clusters": self.clusters,
            "prediction_distance": round(self.prediction, 1),
            "validation_distance": round(self.validation, 1),
        }


@dataclass(frozen=True)
class NearestNeighbourFolds(PlacedFolds):
    """Clusters of groups; see ``folds.nearest_neighbour_distance_matching``."""

    splits: int
    seed: int = 0
    # Longitude and latitude of the places that the map is for; none: hull of the samples.
    wanted: tuple[Floats, Floats] | None = field(default=None, compare=False, repr=False)
    name: ClassVar[str] = "nearest-neighbour distance matching"

    def matched_to(self, longitude: Floats, latitude: Floats) -> "NearestNeighbourFolds":
        """The same folds for a map of these places [degree]."""
        return replace(self, wanted=(np.asarray(longitude), np.asarray(latitude)))

    def match(self, X: Any, y: Any = None) -> Match:
        """Folds of the groups of ``X``, with Wasserstein's W."""
        samples = places(X)
        return self._match(samples, positives(y, len(samples)))

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        number = group_middles(samples)[0]
        return self._match(samples, weight).fold[number]

    def _match(self, samples: pd.DataFrame, weight: Floats) -> Match:
        number, longitude, latitude = group_middles(samples)
        if len(longitude) < self.splits:
            raise _too_few(len(longitude), self.splits)
        points = ecef(longitude, latitude)
        wanted = self.wanted or hull_places(longitude, latitude)
        prediction = PointTree(longitude, latitude).distance(*wanted)
        tried = [
            (clusters, _folds_of_groups(cluster, number, weight, self.splits, self.seed))
            for clusters, cluster in _clusterings(points, self.splits, self.seed)
        ]
        # The last candidate has each group by itself, which is random folds of whole groups.
        fair = [each for each in tried if _largest(each[1]) <= LARGEST] or tried[-1:]
        validation = [_distances(points, fold) for _, fold in fair]
        w = [float(wasserstein_distance(prediction, each)) for each in validation]
        best = int(np.argmin(w))
        return Match(
            fair[best][1], fair[best][0], w[best], w[-1],
            float(np.median(prediction)), float(np.median(validation[best])),
        )  # fmt: skip


def _too_few(groups: int, splits: int) -> InputError:
    return InputError(
        "FOLDS_TOO_FEW_BLOCKS",
        "there are fewer groups of samples than folds",
        where="folds.nearest_neighbour_distance_matching",
        found=counted(groups, "group"),
        wanted=f"at least {splits}",
        fix="ask for fewer splits",
    )


def _clusterings(points: Floats, splits: int, seed: int) -> list[tuple[int, Integers]]:
    """Number of clusters, and cluster of each group, from few and large ones to single groups."""
    count = len(points)
    drawn = np.sort(np.random.default_rng(seed).permutation(count)[:MOST_GROUPS])
    counts = np.unique(np.geomspace(splits, len(drawn), CANDIDATES).round().astype(int))
    found: list[tuple[int, Integers]] = []
    if len(drawn) > splits:
        tree = linkage(points[drawn], "ward")
        nearest = _nearest(points[drawn], points)
        found = [(int(n), fcluster(tree, n, "maxclust")[nearest]) for n in counts[:-1]]
        found = [(n, cluster) for n, cluster in found if len(np.unique(cluster)) >= splits]
    return [*found, (count, np.arange(count))]


def _nearest(points: Floats, others: Floats) -> Integers:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query(others)[1], dtype=np.int64)


def _folds_of_groups(
    cluster: Integers, number: Integers, weight: Floats, splits: int, seed: int
) -> Integers:
    """Fold of each group: clusters dealt so that folds hold like shares of samples."""
    first = np.unique(number, return_index=True)[1]
    return dealt(cluster[number], weight, splits, seed)[first]


def _largest(fold: Integers) -> float:
    return float(np.bincount(fold).max() / len(fold))


def _distances(points: Floats, fold: Integers) -> Floats:
    """Distance over the ground from each group to the nearest one of another fold [m]."""
    from scipy.spatial import cKDTree

    found = np.zeros(len(points))
    for number in range(fold.max() + 1):
        test = fold == number
        found[test] = cKDTree(points[~test]).query(points[test])[0]
    return arc(found)


def hull_places(longitude: Floats, latitude: Floats, count: int = PLACES) -> tuple[Floats, Floats]:
    """Places spread evenly by area over the convex hull of others.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (n,)
        Places that span the hull [degree]; at most half the globe.
    count : int
        How many to spread over the hull's bounding rectangle; those outside the hull are left out.

    Returns
    -------
    longitude, latitude : numpy.ndarray of shape (k,)
        Places in the hull [degree]; the given ones where the hull has no area.

    Notes
    -----
    The hull is drawn on a Lambert azimuthal equal-area plane about the middle of the places, and
    filled with the R2 sequence, which leaves no gaps and needs no seed.

    Examples
    --------
    A square at the equator: every place lies in it.

    >>> lon, lat = hull_places(np.array([0.0, 2, 2, 0]), np.array([-1.0, -1, 1, 1]), 400)
    >>> len(lon) > 380, bool(abs(lon - 1).max() <= 1), bool(abs(lat).max() <= 1.001)
    (True, True, True)
    """
    frame = _frame(unit_vectors(longitude, latitude))
    vectors = unit_vectors(longitude, latitude) @ frame.T
    scale = np.sqrt(2 / np.maximum(1 + vectors[:, 0], 1e-9))
    hull = shapely.convex_hull(shapely.multipoints(vectors[:, 1:] * scale[:, None]))
    if not hull.area > 0:
        return longitude, latitude
    west, south, east, north = hull.bounds
    spread = (0.5 + np.arange(1, count + 1)[:, None] * GOLDEN) % 1.0
    plane = np.array([west, south]) + spread * np.array([east - west, north - south])
    plane = plane[shapely.contains_xy(hull, plane[:, 0], plane[:, 1])]
    square = (plane**2).sum(axis=1)
    back = np.column_stack([1 - square / 2, plane * np.sqrt(1 - square / 4)[:, None]]) @ frame
    return np.degrees(np.arctan2(back[:, 1], back[:, 0])), np.degrees(np.arcsin(back[:, 2]))


def _frame(vectors: NDArray[np.float64]) -> Floats:
    """Orthonormal axes of shape (3, 3), the first towards the middle of directions."""
    middle = vectors.mean(axis=0)
    middle = middle / (np.linalg.norm(middle) or 1.0)
    east = np.cross([0.0, 0.0, 1.0], middle)
    east = east / np.linalg.norm(east) if np.linalg.norm(east) > 1e-9 else np.array([0.0, 1.0, 0.0])
    return np.stack([middle, east, np.cross(middle, east)])
