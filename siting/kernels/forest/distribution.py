"""Quantile forests: what a forest's leaves say of the spread of a quantity, not of its mean."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import PipelineError
from siting.kernels.forest.inference import compiled
from siting.kernels.forest.layers import Slices, layers_of
from siting.kernels.forest.models import Model
from siting.kernels.forest.passes import distribute, room_for
from siting.kernels.forest.refusal import CannotCompile
from siting.kernels.forest.tiles import CELLS, LANES, Window
from siting.kernels.forest.trees import Floats, LeafValues
from siting.kernels.forest.views import Mask, View
from siting.kernels.forest.walk import Ensemble

_ROOM = 2**22  # sums that a thread holds at once: 32 MB
_ROUNDING = 1e-9  # of a share: sums of weights that differ by less are the same
_TOLERANCE = 1e-6  # of the range of targets, by which a leaf's mean may differ from the tree's


@dataclass(frozen=True)
class TargetForest:
    """A forest of regression trees with the samples that it was grown on in its leaves.

    Attributes
    ----------
    model : Model
        Its trees.
    targets : numpy.ndarray of float64 and shape (different targets,)
        In order.
    values : LeafValues
        Weight of each target in each leaf; those of a leaf sum to 1.
    """

    model: Model
    targets: Floats
    values: LeafValues

    @cached_property
    def _view(self) -> View:
        return View(self.model, self.values, np.zeros(len(self.targets)))

    def quantiles(
        self, shares: ArrayLike, values: Any, where: Mask | None = None, threads: int = 1
    ) -> Floats:
        """Quantiles of the targets by cell, of shape (shares, y, x) or (shares, n).

        Notes
        -----
        The weight of a sample at a cell is the mean over trees of its share in the leaf of the
        cell. A quantile is the smallest target up to which the weights sum to the share at least.
        """
        asked = _shares(shares)
        layers = layers_of(values, self.model.trees.features)
        out = np.full((len(asked), *layers.shape), np.nan)
        sums = (asked - _ROUNDING) * self.model.divisor
        span = _span(len(self.targets))

        def work(trees: Ensemble, window: Window, inside: Mask, at: Slices) -> int:
            room = room_for(trees, len(window.kind), len(self.targets), span)
            below = np.full((len(asked), *inside.shape), -1, np.int32)
            found = distribute(room, trees, window, inside, layers.blocks, sums, below)
            last = len(self.targets) - 1
            part = np.where(below < 0, np.nan, self.targets[np.minimum(below, last)])
            out[:, at[0], at[1]] = part
            return int(found)

        self._view.over(layers, where, threads, work)
        return out[:, 0] if isinstance(values, np.ndarray) and values.ndim == 2 else out

    def exceedance(
        self, threshold: float, values: Any, where: Mask | None = None, threads: int = 1
    ) -> Floats:
        """Weight of the targets above a threshold, by cell."""
        above = self.targets[self.values.output] > threshold
        leaf, weight = self.values.leaf()[above], self.values.value[above]
        leaves = len(self.values.first) - 1
        share: Floats = np.bincount(leaf, weights=weight, minlength=leaves).astype(np.float64)
        full = np.bincount(leaf, minlength=leaves) == np.diff(self.values.first)
        share[full] = 1.0  # all of a leaf: not one less a rounding error
        known = np.flatnonzero(share)
        one = LeafValues.of(known, np.zeros(len(known), np.int64), share[known], leaves, 1)
        layers = layers_of(values, self.model.trees.features)
        found = View(self.model, one, np.zeros(1)).sums(layers, where, threads)[0]
        is_table = isinstance(values, np.ndarray) and values.ndim == 2
        return np.asarray(found[0] if is_table else found)


def _shares(shares: ArrayLike) -> Floats:
    asked = np.atleast_1d(np.asarray(shares, dtype=np.float64))
    if not ((asked > 0) & (asked < 1)).all():
        raise PipelineError(
            "OPTION_INVALID",
            "a quantile's share lies outside of 0 to 1",
            found=", ".join(map(str, asked.tolist())),
            wanted="above 0 and below 1, such as 0.1, 0.5 and 0.9",
        )
    return asked


def _span(targets: int) -> int:
    """Blocks of a tile whose sums fit into the room: a power of two up to 64."""
    fitting = max(_ROOM // max(targets * CELLS // LANES, 1), 1)
    return min(1 << (int(fitting).bit_length() - 1), LANES)


def target_forest(
    estimator: Any, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> TargetForest:
    """A fitted forest of regression trees, with its training samples put into its leaves.

    Parameters
    ----------
    estimator : fitted forest or tree of regression
        Fitted on these very samples.
    X : array-like of shape (n, features)
        Features of the samples.
    y : array-like of shape (n,)
        Targets.
    sample_weight : array-like of shape (n,), optional
        Weights that it was fitted with.

    Raises
    ------
    CannotCompile
        For another estimator, and where the samples are not those that it was fitted on: the mean
        of the targets in a leaf is then not what the tree has there.

    Notes
    -----
    Each tree has its own samples, as often as it drew them: the mean over the distribution of a
    cell is then the forest's prediction, for trees that average squared errors.

    References
    ----------
    Meinshausen (2006), Quantile regression forests, J. Mach. Learn. Res. 7, 983-999. There all
    samples count in every tree, here those of which it was grown.
    """
    model = compiled(estimator).model
    if model.kind != "regressor" or model.targets != 1 or model.loss is not None:
        raise CannotCompile(estimator, "it is no forest that is a mean of regression trees")
    features, targets = np.asarray(X, dtype=np.float32), np.asarray(y, dtype=np.float64)
    known, rank = np.unique(targets, return_inverse=True)
    weight = np.ones(len(targets)) if sample_weight is None else np.asarray(sample_weight, float)
    leaf, output, value = _weights(estimator, model, features, targets, rank, weight)
    leaves = int((model.trees.nodes["feature"] < 0).sum())
    return TargetForest(model, known, LeafValues.of(leaf, output, value, leaves, len(known)))


def _weights(
    estimator: Any, model: Model, X: Any, y: Floats, rank: NDArray[np.intp], weight: Floats
) -> tuple[Any, Any, Any]:
    """Leaf, rank and share of each target of each leaf."""
    members = getattr(estimator, "estimators_", [estimator])
    counts = _counts(estimator, len(y), len(members))
    offset, parts = 0, []
    for member, count in zip(members, counts, strict=True):
        used = np.flatnonzero(count * weight > 0)
        node = member.tree_.apply(X[used])
        share = (count * weight)[used]
        total: Any = np.bincount(node, weights=share, minlength=member.tree_.node_count)
        _check_mean(estimator, member, node, share * y[used], total, y)
        parts.append(_merged(offset + node, rank[used], share / total[node], int(rank.max()) + 1))
        offset += member.tree_.node_count
    nodes, ranks, shares = (np.concatenate(each) for each in zip(*parts, strict=True))
    return model.trees.leaf[nodes], ranks, shares


def _merged(node: Any, rank: Any, share: Floats, ranks: int) -> tuple[Any, Any, Any]:
    """One entry for each target of each leaf."""
    both, place = np.unique(node * ranks + rank, return_inverse=True)
    return both // ranks, both % ranks, np.bincount(place, weights=share)


def _counts(estimator: Any, size: int, trees: int) -> Any:
    """How often each tree drew each sample."""
    if not getattr(estimator, "bootstrap", False):
        return [np.ones(size)] * trees
    if estimator._n_samples != size:
        raise CannotCompile(estimator, "it was fitted on other samples than these")
    return (np.bincount(each, minlength=size) for each in estimator.estimators_samples_)


def _check_mean(
    estimator: Any, member: Any, node: Any, weighted: Floats, total: Floats, y: Floats
) -> None:
    """Refuse samples whose mean in a leaf is not the tree's own."""
    if estimator.criterion not in ("squared_error", "friedman_mse", "poisson"):
        return
    leaf = np.flatnonzero(member.tree_.children_left < 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.bincount(node, weights=weighted, minlength=len(total)) / total)[leaf]
    wrong = ~(np.abs(mean - member.tree_.value[leaf, 0, 0]) <= _TOLERANCE * max(np.ptp(y), 1e-300))
    if wrong.any():
        raise CannotCompile(estimator, "it was fitted on other samples or weights than these")
