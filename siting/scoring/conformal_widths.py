"""Widths of intervals from held-out errors, and how often they hold in blocks left out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from siting.errors import InputError
from siting.kernels.conformal import fewest, half_width
from siting.kernels.prediction import Floats, predicted
from siting.kinds import Splitter
from siting.scoring.calibrating import system_weights
from siting.scoring.fitting import fit
from siting.scoring.out_of_fold import out_of_fold
from siting.scoring.placed_folds import places
from siting.scoring.training import Training
from siting.wording import counted

KIND = "conformal"  # of the record
_FLOOR = 0.1  # of the typical error: the least local scale


@dataclass(frozen=True)
class Errors:
    """Held-out errors of a table's samples, each over its local scale.

    Attributes
    ----------
    table : Training
        The samples.
    estimate : numpy.ndarray of shape (n,)
        What models gave that were fitted without the sample's fold; NaN where never tested.
    scale : numpy.ndarray of shape (n,)
        Error expected at the sample, held out as well; 1 where widths are the same everywhere.
    weight : numpy.ndarray of shape (n,)
        Each system counts one.
    """

    table: Training
    estimate: Floats
    scale: Floats
    weight: Floats

    @property
    def scores(self) -> Floats:
        """Errors over their scales, NaN where never tested."""
        return np.asarray(np.abs(np.asarray(self.table.y) - self.estimate) / self.scale)

    def width(self, coverage: float, rows: NDArray[np.int64] | None = None) -> float:
        """Width to either side, in units of the scale, from all tested samples or some of them."""
        chosen = np.arange(len(self.scale)) if rows is None else rows
        chosen = chosen[np.isfinite(self.scores[chosen])]
        return half_width(self.scores[chosen], coverage, self.weight[chosen])


def held_out_errors(model: Any, table: Training, folds: Splitter, coverage: float) -> Errors:
    """Errors of models that were fitted without the sample's fold, at a scale of 1.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES, where systems are too few for an interval of that coverage.
    """
    estimate = out_of_fold(model, table, folds)
    group = places(table.X).group.to_numpy()
    systems = len(np.unique(group[np.isfinite(estimate)]))
    if systems < fewest(coverage):
        raise InputError(
            "TOO_FEW_POSITIVES", "too few places were held out for such an interval",
            where="conformal.folds", found=counted(systems, "system"),
            wanted=f"{fewest(coverage)} at least for a coverage of {coverage:g}",
            fix="lower `coverage`, add labels, or choose folds that test more of them",
        )  # fmt: skip
    return Errors(table, estimate, np.ones(len(table.X)), system_weights(table))


def scaled_errors(model: Any, errors: Errors, folds: Splitter) -> tuple[Errors, "Scale"]:
    """Errors over what a second model expects of them, and that model fitted on all of them."""
    size = np.abs(np.asarray(errors.table.y) - errors.estimate)
    tested = np.isfinite(size)
    floor = _FLOOR * float(np.median(size[tested])) or float(np.mean(size[tested])) or 1.0
    known = _rows(errors.table, tested, size)
    # Held out by the same folds; those of samples that were never tested are not needed.
    held = np.full(len(size), np.nan)
    position = np.flatnonzero(tested)
    held[position] = out_of_fold(clone(model), known, folds)
    scale = np.maximum(held, floor)
    return Errors(errors.table, errors.estimate, scale, errors.weight), Scale(
        fit(clone(model), known.X, known.y, known.weight), floor
    )


def _rows(table: Training, which: NDArray[np.bool_], y: Floats) -> Training:
    names = tuple(np.array(table.names, dtype=object)[which])
    weight = None if table.weight is None else table.weight[which]
    return Training(table.X[which], y[which], names, table.record, weight)


@dataclass(frozen=True)
class Scale:
    """Error that is expected at a place: of a model of held-out errors, and never below a floor."""

    estimator: Any
    floor: float

    def at(self, X: pd.DataFrame) -> Floats:
        """Expected error of each row, in the unit of the target."""
        return np.maximum(predicted(self.estimator, X), self.floor)


def interval_record(
    errors: Errors, folds: Splitter, coverage: float, unit: str, scaled: bool
) -> dict[str, Any]:
    """Coverage wanted and measured, in all and by fold, with widths learned from other folds."""
    hits, rows = np.full(len(errors.scale), np.nan), []
    for train, test in folds.split(errors.table.X, errors.table.y):
        if not np.isfinite(errors.scores[train]).any():
            continue
        inside = errors.scores[test] <= errors.width(coverage, train)
        known = np.isfinite(errors.scores[test])
        hits[test[known]] = inside[known]
        rows.append((int(known.sum()), _mean(inside[known], errors.weight[test][known])))
    known = np.isfinite(hits)
    measured = _mean(hits[known], errors.weight[known])
    wide = errors.width(coverage) * errors.scale
    tested = np.isfinite(wide)
    of_folds = [each for _, each in rows if each is not None]
    record = {
        "kind": KIND,
        "coverage": coverage,
        "measured": measured,
        "folds": [{"samples": count, "measured": share} for count, share in rows],
        "lowest_fold": min(of_folds, default=None),
        "scaled": scaled,
        "unit": unit,
        "half_width": float(f"{np.median(wide[tested]):.4g}"),
        "rms_error": float(f"{_rms(errors):.4g}"),
        "samples": int(np.isfinite(errors.estimate).sum()),
        "labels": errors.table.record,
    }
    return {**record, "text": _text(record)}


def _mean(values: NDArray[Any], weight: Floats) -> float | None:
    return round(float(np.average(values, weights=weight)), 4) if len(values) else None


def _rms(errors: Errors) -> float:
    wrong = np.asarray(errors.table.y) - errors.estimate
    known = np.isfinite(wrong)
    return float(np.sqrt(np.average(wrong[known] ** 2, weights=errors.weight[known])))


def _text(record: dict[str, Any]) -> str:
    width = "about" if record["scaled"] else "everywhere"
    lowest = record["lowest_fold"]
    measured = record["measured"]
    told = (
        f"Intervals are to hold {record['coverage']:.0%} of places not seen; they reach {width} "
        f"{record['half_width']:.4g} {record['unit']} to either side."
    )
    if measured is None or lowest is None:
        return told
    return (
        f"{told} Learned without a fold, they held {measured:.0%} of the systems in it, and "
        f"{lowest:.0%} in the fold where they did worst."
    )
