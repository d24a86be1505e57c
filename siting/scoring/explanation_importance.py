"""Loss of held-out skill when a layer is shuffled: over all samples, within blocks, between."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kernels.prediction import predicted
from siting.kinds import Splitter
from siting.scoring.compare_figures import auc, interval
from siting.scoring.compare_units import drawn
from siting.scoring.folds import side_of
from siting.scoring.out_of_fold import fitted_on
from siting.scoring.placed_folds import block_of, places
from siting.scoring.training import Training

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shuffle = Callable[[Integers, np.random.Generator], Integers]


class Held(NamedTuple):
    """Models fitted without a part of the samples, each with the rows of its part."""

    models: Sequence[Any]
    rows: Sequence[Integers]

    def scores(self, X: pd.DataFrame) -> Floats:
        """Mean score of each sample by the models that have not seen it; NaN for the others."""
        total, count = np.zeros(len(X)), np.zeros(len(X))
        for model, rows in zip(self.models, self.rows, strict=True):
            total[rows] += predicted(model, X.iloc[rows])
            count[rows] += 1
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


class Trial(NamedTuple):
    """What each feature is shuffled in: models, the samples that they test, and the figure."""

    held: Held
    table: Training
    rows: Integers
    block: Integers
    figure: Callable[..., Floats]
    weight: Floats
    repeats: int


def importance_record(
    model: Any, table: Training, folds: Splitter, within: str, repeats: int, bootstraps: int
) -> dict[str, Any]:
    """What each feature is worth at held-out samples, with intervals over blocks.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted.
    table : Training
        Samples.
    folds : Splitter
        What is held out.
    within : str
        Side of the blocks, ``"100 km"``.
    repeats : int
        Shuffles of each feature.
    bootstraps : int
        Bootstraps over blocks.

    Returns
    -------
    dict
        ``features`` with the loss of AUC (or R²) by ``pooled``, ``within`` and ``between``
        shuffles, most important first.
    """
    splits = [(train, test) for train, test in folds.split(table.X, table.y)]
    held = Held(
        [fitted_on(model, table, train) for train, _ in splits], [test for _, test in splits]
    )
    base = held.scores(table.X)
    rows = np.flatnonzero(np.isfinite(base))
    block = _blocks(table.X.iloc[rows], within)
    y = np.asarray(table.y)[rows]
    weight = np.vstack([np.ones(len(rows)), drawn(block, bootstraps)])
    figure = _auc if table.y.dtype.kind == "i" else _r_squared
    full = figure(base[rows], y, weight)
    count = int((y == 1).sum()) if figure is _auc else len(y)
    trial = Trial(held, table, rows, block, figure, weight, repeats)
    losses = [
        {
            "layer": str(name),
            **{
                kind: _told(full - _shuffled(trial, number, shuffle), count)
                for kind, shuffle in SHUFFLES.items()
            },
        }
        for number, name in enumerate(table.X)
    ]
    return {
        "kind": "importance",
        "measure": "AUC" if figure is _auc else "R²",
        "skill": _told(full, count),
        "blocks": int(block.max()) + 1,
        "within": within,
        "tested": len(rows),
        "repeats": repeats,
        "features": sorted(losses, key=lambda each: -float(np.nan_to_num(_value(each)))),
    }


def _value(loss: dict[str, Any]) -> float:
    """What features are ordered by: the pooled loss, or the middle of its interval."""
    told = loss["pooled"]
    if told["value"] is not None:
        return float(told["value"])
    return float(np.nan if told["low"] is None else (told["low"] + told["high"]) / 2)


def _told(draws: Floats, count: int) -> dict[str, float | None]:
    """The figure of all samples, with its interval over the bootstraps after it."""
    return interval(float(draws[0]), draws[1:], count)


def _blocks(X: pd.DataFrame, within: str) -> Integers:
    """Block of each sample, numbered from 0.

    Raises
    ------
    InputError
        FOLDS_TOO_FEW_BLOCKS, where all samples lie in one.
    """
    told = places(X)
    block = block_of(told.longitude.to_numpy(), told.latitude.to_numpy(), *side_of(within))
    found = np.unique(block, return_inverse=True)[1]
    if found.max() == 0:
        raise InputError(
            "FOLDS_TOO_FEW_BLOCKS", "all held-out samples lie in one block",
            where="explanation.importance.within", found=within,
            wanted="two blocks at least", fix="write smaller blocks",
        )  # fmt: skip
    return np.asarray(found, dtype=np.int64)


def _shuffled(trial: Trial, column: int, shuffle: Shuffle) -> Floats:
    """Mean figure over shuffles of one feature, for all samples and each bootstrap."""
    table, rows = trial.table, trial.rows
    values = table.X.to_numpy(dtype=np.float64)[:, column]
    y, found = np.asarray(table.y)[rows], np.zeros(len(trial.weight))
    for number in range(trial.repeats):
        order = shuffle(trial.block, np.random.default_rng([number, column]))
        moved = values.copy()
        moved[rows] = values[rows][order]
        X = table.X.copy()
        X.isetitem(column, moved)
        found += trial.figure(trial.held.scores(X)[rows], y, trial.weight)
    return found / trial.repeats


def _over_all(block: Integers, rng: np.random.Generator) -> Integers:
    """Samples that values are taken from: any."""
    return rng.permutation(len(block))


def _within(block: Integers, rng: np.random.Generator) -> Integers:
    """Samples that values are taken from: of the same block, each once."""
    order = np.lexsort((rng.random(len(block)), block))
    found = np.empty(len(block), dtype=np.int64)
    found[np.argsort(block, kind="stable")] = order
    return found


def _between(block: Integers, rng: np.random.Generator) -> Integers:
    """Samples that values are taken from: any of the one other block that a block trades with."""
    count = int(block.max()) + 1
    ring = rng.permutation(count)
    other = np.empty(count, dtype=np.int64)
    other[ring] = np.roll(ring, 1)
    members = [np.flatnonzero(block == each) for each in range(count)]
    return np.array([rng.choice(members[other[each]]) for each in block], dtype=np.int64)


SHUFFLES: dict[str, Shuffle] = {"pooled": _over_all, "within": _within, "between": _between}


def _auc(scores: Floats, y: Integers, weight: Floats) -> Floats:
    return auc(scores, y, weight)


def _r_squared(scores: Floats, y: Floats, weight: Floats) -> Floats:
    """Share of the variance that the scores explain, for each row of weights."""
    mean = (weight @ y) / weight.sum(axis=1)
    left = weight @ (y - scores) ** 2
    spread = (weight * (y - mean[:, None]) ** 2).sum(axis=1)
    out = np.full(len(weight), np.nan)
    return np.asarray(1 - np.divide(left, spread, out=out, where=spread > 0))
