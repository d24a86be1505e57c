"""Where a model sees places: features standardised and weighted by importance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.kinds import FittedModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """Features standardised on the training samples and weighted by importance.

    Categories become one 0/1 axis each, so that codes 2 and 9 are no further apart than 2 and 3.

    Parameters
    ----------
    centre, scale : numpy.ndarray of shape (features,)
        Mean and standard deviation of the training samples; 1 for a constant feature.
    weight : numpy.ndarray of shape (features,)
        Importance, largest 1.
    categories : tuple
        Codes seen in training for each categorical feature, None for the others.
    """

    centre: Floats
    scale: Floats
    weight: Floats
    categories: tuple[tuple[float, ...] | None, ...]

    def points(self, values: Floats) -> Floats:
        """Positions of samples of shape (n, features), as (n, axes)."""
        return np.stack(self.axes(values.T), axis=1)

    def axes(self, columns: Sequence[Floats] | Floats) -> list[Floats]:
        """Positions along each axis, from values of each feature in arrays of one shape."""
        axes = []
        for number, (x, codes) in enumerate(zip(columns, self.categories, strict=True)):
            if codes is None:
                axes.append((x - self.centre[number]) / self.scale[number] * self.weight[number])
            else:
                # Two different categories lie 1 standard deviation of a fair coin (1/2) apart
                # on either axis, times two axes: sqrt(2) * 2 * weight in all.
                axes += [(x == code) * 2.0 * self.weight[number] for code in codes]
        return axes

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Whether each axis counts: its feature has a weight, so that not all places are at 0."""
        axes = [1 if codes is None else len(codes) for codes in self.categories]
        return np.repeat(self.weight > 0, axes)

    def shares(self, one: Floats, other: Floats) -> Floats:
        """Squared distance of two places of shape (features,) that each feature makes up."""
        found = np.zeros(len(self.weight))
        for number, codes in enumerate(self.categories):
            if codes is None:
                apart = (one[number] - other[number]) / self.scale[number]
            else:
                apart = np.sqrt(8.0) * (one[number] != other[number])
            found[number] = (apart * self.weight[number]) ** 2
        return found


@dataclass(frozen=True)
class Likeness:
    """A space with the mean distance of two of its places, by which others are told.

    Attributes
    ----------
    space : Space
        Where distances are measured.
    mean_distance : float
        Mean distance between two training samples.
    """

    space: Space
    mean_distance: float

    def between(self, values: Floats, others: Floats) -> Floats:
        """Similarity of places of shape (n, features) to others (m, features), as (n, m) [1].

        exp(-d / d̄): 1 for a twin, 0.37 for places as far apart as training samples are on
        average; NaN where a feature is missing.
        """
        return self.of_distance(self._distances(values, others))

    def of_distance(self, distance: Floats) -> Floats:
        """Similarity of places so far apart [1]."""
        return np.asarray(np.exp(-distance / self.mean_distance))

    def _distances(self, values: Floats, others: Floats) -> Floats:
        own, theirs = self.space.points(values), self.space.points(others)
        squares = sum((a[:, None] - b[None, :]) ** 2 for a, b in zip(own.T, theirs.T, strict=True))
        return np.asarray(np.sqrt(squares))


def space_of_card(told: Mapping[str, Any]) -> Space:
    """The space that a model's card describes, as it was learned with the model.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where the card does not describe one.
    """
    centre, scale, weight = (
        np.asarray(told[each], dtype=np.float64) for each in ("centre", "scale", "weight")
    )
    categories = tuple(None if each is None else tuple(each) for each in told["categories"])
    return Space(centre, scale, weight, categories)


def likeness_of(model: FittedModel) -> Likeness | None:
    """The likeness of places in the eyes of a model; None where it does not say how it sees.

    Notes
    -----
    A learned model's space is that of its dissimilarity index. A weighted overlay's features
    are memberships in 0..1, weighted as in the overlay; its d̄ is the root mean square distance
    of two places drawn uniformly, √(Σ w²/6).

    Examples
    --------
    >>> from siting.scoring.overlay_estimators import WeightedOverlay
    >>> overlay = WeightedOverlay([3, 1]).fit([[0.0, 0.0]])
    >>> found = likeness_of(FittedModel(overlay, ("hot", "near")))
    >>> found.between(np.array([[1.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 1.0]])).round(2).tolist()
    [[1.0, 0.1]]
    """
    told = model.card.get("dissimilarity")
    if told is not None:
        return Likeness(space_of_card(told), float(told["mean_distance"]))
    weight = getattr(model.estimator, "weights_", None)
    if weight is None or not hasattr(model.estimator, "contributions"):
        return None
    weight = np.asarray(weight, dtype=np.float64) / np.max(weight)
    count = len(weight)
    plain = Space(np.zeros(count), np.ones(count), weight, (None,) * count)
    return Likeness(plain, float(np.sqrt(np.sum(weight**2) / 6)))
