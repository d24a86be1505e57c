"""Out-of-fold scores of approaches and single layers, with every choice made inside the folds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kinds import Splitter
from siting.scoring.compare_figures import auc
from siting.scoring.compare_units import Units, units_of
from siting.scoring.out_of_fold import out_of_fold
from siting.scoring.placed_folds import InnerFolds, places
from siting.scoring.training import Training

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Split = tuple[Integers, Integers]
INNER = 3  # folds within the training samples of a fold, in which approaches are chosen


@dataclass(frozen=True)
class Scheme:
    """Folds as pairs of rows, made once: every method sees the same ones."""

    name: str
    leakage: bool
    splits: tuple[Split, ...]

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[Split]:
        """Pairs of rows to train on and rows to test on."""
        yield from self.splits


def scheme(folds: Splitter, table: Training, per_group: int) -> Scheme:
    """Folds of a table, with at most some samples of each system to train on."""
    splits = tuple(
        (thinned(train, table, per_group), test) for train, test in folds.split(table.X, table.y)
    )
    name = str(getattr(folds, "name", type(folds).__name__))
    return Scheme(name, bool(getattr(folds, "leakage", False)), splits)


def thinned(rows: Integers, table: Training, per_group: int) -> Integers:
    """At most some rows of each system and class, spread evenly over those that it has.

    Forty-five cells of one system are hardly more to learn from than five of them, and nine
    times the work; and systems with many cells would count for more than others.

    Examples
    --------
    >>> import pandas as pd
    >>> from siting.scoring.placed_folds import INDEX
    >>> index = pd.MultiIndex.from_arrays([range(6), [1] * 5 + [2], *([0] * 6,) * 3], names=INDEX)
    >>> table = Training(pd.DataFrame({"a": range(6)}, index=index), np.ones(6), ("",) * 6, {})
    >>> thinned(np.arange(6), table, 2).tolist()
    [0, 3, 5]
    """
    samples = places(table.X)
    code = np.unique(
        np.column_stack([samples.group.to_numpy()[rows], np.asarray(table.y)[rows]]),
        axis=0,
        return_inverse=True,
    )[1].ravel()
    size = np.bincount(code)
    order = np.argsort(code, kind="stable")
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows)) - np.repeat(np.cumsum(size) - size, size)
    # Of n rows those are kept at which floor(rank k/n) rises: k of them, at even steps.
    kept = np.minimum(per_group, size)[code]
    step = rank * kept // size[code]
    before = (rank - 1) * kept // size[code]
    return np.asarray(rows[(rank == 0) | (step > before)], dtype=np.int64)


def site_auc(scores: Floats, sites: Units) -> float:
    """AUC of the mean scores of systems, pooled over all folds; a half where there is none."""
    mean = sites.mean(scores)
    known = np.isfinite(mean)
    value = (
        auc(mean[known], sites.y[known], np.ones((1, int(known.sum()))))[0] if known.any() else 0.5
    )
    return float(value) if np.isfinite(value) else 0.5


@dataclass(frozen=True)
class Choice:
    """Scores of what the inner folds chose in each outer fold, and what that was."""

    scores: Floats
    chosen: tuple[str, ...]


def choose(
    approaches: Mapping[str, Any],
    scores: Mapping[str, Floats],
    table: Training,
    outer: Scheme,
    folds: Splitter,
    within: str,
) -> Choice:
    """Scores of the approach that does best in folds of the training samples of each fold.

    Approaches differ in scale, so a score is told as its place among the scores that the chosen
    approach gave the training samples, each out of its inner fold.

    Parameters
    ----------
    approaches : mapping of str to estimator
        What is compared.
    scores : mapping of str to numpy.ndarray of shape (n,)
        Out-of-fold scores of each approach under the outer folds: fitted on all of a fold's
        training samples, as the chosen approach would be fitted again.
    table : Training
        All samples.
    outer : Scheme
        The outer folds.
    folds : Splitter
        What the outer folds were made from; its buffer is kept between the inner ones.
    within : str
        Side of blocks, for :func:`siting.scoring.compare_units.units_of`.
    """
    if len(approaches) == 1:
        (only,) = approaches
        return Choice(scores[only], (only,) * len(outer.splits))
    found = np.full(len(table.X), np.nan)
    chosen = []
    for train, test in outer.splits:
        name, inside = _best_inside(approaches, part(table, train), folds, within)
        found[test] = _place(scores[name][test], inside[np.isfinite(inside)])
        chosen.append(name)
    return Choice(found, tuple(chosen))


def _best_inside(
    approaches: Mapping[str, Any], table: Training, folds: Splitter, within: str
) -> tuple[str, Floats]:
    """The approach with the highest AUC over systems, and its scores out of the inner folds."""
    sites, _ = units_of(table, within)
    inner = inner_scheme(table, getattr(folds, "buffer", 0.0))
    found = {name: out_of_fold(model, table, inner) for name, model in approaches.items()}
    worth = {name: site_auc(scores, sites) for name, scores in found.items()}
    best = max(worth, key=lambda name: worth[name])
    return best, found[best]


def inner_scheme(table: Training, buffer: float) -> Scheme:
    """Folds of clusters of places with a buffer between them; without it if one class is left.

    Where the buffer leaves one class to train on, a choice by folds without it still sees
    nothing of the outer fold.
    """
    folds = InnerFolds(splits=INNER, buffer=buffer)
    everything = len(table.X)
    try:
        return scheme(folds, table, everything)
    except InputError as error:
        if error.code != "FOLDS_EMPTY" or buffer == 0:
            raise
        return scheme(replace(folds, buffer=0.0), table, everything)


def part(table: Training, rows: Integers) -> Training:
    """Some rows of a table."""
    names = tuple(table.names[row] for row in rows)
    weight = None if table.weight is None else table.weight[rows]
    return Training(table.X.iloc[rows], table.y[rows], names, table.record, weight)


@dataclass(frozen=True)
class Singles:
    """Single layers: each with the sign that its training samples ask for, and the best of them.

    ``scores`` has shape (n, features); ``best`` is the layer chosen inside each fold, by the
    place of its value among those of the training samples, since layers differ in unit.
    """

    scores: Floats
    signs: Floats
    best: Choice


def single_layers(table: Training, outer: Scheme, sites: Units) -> Singles:
    """Scores of single layers, their signs and the best of them chosen on training samples.

    The sign of a layer is the one with which its AUC over the training sites is a half at
    least; the best layer is the one with the highest such AUC. Values are taken from the median
    of all samples, so that a sign that differs between folds mirrors them.
    """
    values = table.X.to_numpy(dtype=np.float64)
    centred = values - np.median(values, axis=0)
    scores = np.full(values.shape, np.nan)
    best, names, signs = np.full(len(values), np.nan), [], []
    for train, test in outer.splits:
        worth = _training_auc(values, train, sites)
        sign = np.where(worth >= 0.5, 1.0, -1.0)
        scores[test] = sign * centred[test]
        first = int(np.argmax(np.abs(worth - 0.5)))
        best[test] = _place(sign[first] * values[test, first], sign[first] * values[train, first])
        names.append(str(table.X.columns[first]))
        signs.append(sign)
    return Singles(scores, np.array(signs), Choice(best, tuple(names)))


def _training_auc(values: Floats, train: Integers, sites: Units) -> Floats:
    """AUC of each layer over the sites that are trained on."""
    found = []
    for column in values.T:
        only = np.full(len(values), np.nan)
        only[train] = column[train]
        found.append(site_auc(only, sites))
    return np.array(found)


def _place(values: Floats, among: Floats) -> Floats:
    """Share of some samples that lie below each value; those that are equal count half."""
    ordered = np.sort(among)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray(below / (2 * len(ordered)))


def all_scores(
    approaches: Mapping[str, Any], table: Training, schemes: Sequence[Scheme]
) -> dict[tuple[str, str], Floats]:
    """Out-of-fold scores by approach and folds."""
    return {
        (name, each.name): out_of_fold(model, table, each)
        for each in schemes
        for name, model in approaches.items()
    }
