"""Models with a curve from their scores to odds, and what is known of how well it holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import clone

from siting.errors import InputError
from siting.findings import warn
from siting.kernels.calibration import case_control
from siting.kernels.prediction import Floats
from siting.kinds import FittedModel, Splitter
from siting.scoring.calibrators import CalibratedEnsemble
from siting.scoring.cells import cells_table
from siting.scoring.compare_figures import FEWEST, auc, calibration
from siting.scoring.compare_units import Units, units_of
from siting.scoring.fitted import fitted_model
from siting.scoring.fitting import bootstrap_rows, fit
from siting.scoring.out_of_fold import out_of_fold
from siting.scoring.placed_folds import places
from siting.scoring.targets import tell_perfect
from siting.scoring.training import Training
from siting.wording import counted

KIND = "calibration"  # of the record
ISOTONIC_FEWEST, LOGISTIC_FEWEST = 20, 5  # systems with presence that a curve asks for
_CHANCE = 0.25  # Brier score of one half for all, of which one half are presences
Nature = Literal["absence", "background"]


def calibrated(
    model: Any,
    table: Training,
    folds: Splitter,
    curve: Any,
    bootstraps: int,
    units: Mapping[str, str],
    kinds: Mapping[str, str],
    nature: Nature,
    fewest: int,
) -> tuple[dict[str, Any], FittedModel]:
    """A record of how well a calibration holds, and the ensemble with its card.

    Parameters
    ----------
    model : scikit-learn classifier
        Unfitted.
    table : Training
        Samples of class 0 and 1.
    folds : Splitter
        Folds that scores are held out by.
    curve : IsotonicCurve or LogisticCurve
        Unfitted.
    bootstraps : int
        Members of the ensemble.
    units, kinds : mapping
        Unit and kind of each feature that states one.
    nature : str
        What class 0 is: known absences, or a background that may hold presences.
    fewest : int
        Systems with presence that the curve asks for.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES; FEATURES_CONSTANT where all samples have one score; PROBABILITY_RANGE;
        the errors of the folds.
    PipelineError
        MODEL_FIT, MODEL_PREDICT.
    """
    weight = system_weights(table)
    scores = out_of_fold(model, table, folds)
    check_scores(scores, table, model, fewest)
    tested = np.isfinite(scores)
    held_out = _cross_fitted(scores, table, weight, folds, curve)
    fitted, _ = fitted_model(model, table, units, kinds, "1", bootstraps)
    members = [
        (_refit(model, table, rows), _curve_of(curve, scores, table, weight, rows))
        for rows in _bootstraps(table, tested, bootstraps)
    ]
    ensemble = CalibratedEnsemble(*map(list, zip(*members, strict=True)))
    odds = _sample_odds(table, weight, tested)
    told = {"nature": nature, "curve": type(curve).__name__, **odds}
    record = {**told, **_record(scores, held_out, table, nature)}
    _tell_useless(record, type(model).__name__)
    card = {**fitted.card, "calibration": told}
    return record, FittedModel(ensemble, fitted.features, card, fitted.seen)


def classes_of_cells(
    cells: gpd.GeoDataFrame,
    features: Sequence[str],
    target: str,
    columns: Mapping[str, str | None],
) -> Training:
    """Samples of a table of cells, all of which are presence or absence.

    Raises
    ------
    InputError
        VALUE_INVALID where the target is a quantity, and the errors of
        :func:`siting.scoring.cells.cells_table`.
    """
    table = cells_table(cells, features, target=target, **columns)
    y = np.asarray(table.y)
    if y.dtype.kind != "i":
        raise InputError(
            "VALUE_INVALID", "a probability is of presence and absence, 1 and 0",
            where=str(cells.attrs.get("name", "cells")),
            found=f"'{target}' from {y.min():g} to {y.max():g}", fix="name a column of 1 and 0",
        )  # fmt: skip
    tell_perfect(table.X, y, str(cells.attrs.get("name", "cells")))
    return table


def system_weights(table: Training) -> Floats:
    """Weight of each sample, such that each system counts one, or as its own weights say.

    Weights of the table are scaled so that they add up to the number of systems.
    """
    group = places(table.X).group.to_numpy()
    _, member, size = np.unique(group, return_inverse=True, return_counts=True)
    if table.weight is None:
        return np.asarray(1.0 / size[member])
    return np.asarray(table.weight * (len(size) / table.weight.sum()), dtype=np.float64)


def nature_of(table: Training, where: str) -> Nature:
    """What the samples without a presence are: known absences, or a background.

    Raises
    ------
    InputError
        LABELS_NATURE, where they are both.
    """
    background = table.background[np.asarray(table.y) == 0]
    if background.all():
        return "background"
    if not background.any():
        return "absence"
    raise InputError(
        "LABELS_NATURE", "samples of class 0 are known absences and background at once",
        where=where,
        found=f"{counted(int((~background).sum()), 'absence')}, {background.sum()} of background",
        wanted="one of the two: their odds mean different things",
        fix="set `background: 0`, or leave `target` out",
    )  # fmt: skip


def check_scores(scores: Floats, table: Training, model: Any, fewest: int) -> None:
    """Refuse scores that no curve can be learned from."""
    where, known = type(model).__name__, scores[np.isfinite(scores)]
    if len(known) and (known.min() < 0 or known.max() > 1):
        raise InputError(
            "PROBABILITY_RANGE", "a model gives probabilities outside 0..1", where=where,
            found=f"values from {known.min():g} to {known.max():g}",
            wanted="a classifier, or an overlay with a score in 0..1",
        )  # fmt: skip
    _check_count(scores, table, where, fewest)
    if np.ptp(known) < 1e-12:
        raise InputError(
            "FEATURES_CONSTANT", "the model gives every held-out sample the same score",
            where=where, found=f"{known[0]:.6g}",
            fix="give it features that vary, or a model that uses them",
        )  # fmt: skip


def _check_count(scores: Floats, table: Training, where: str, fewest: int) -> None:
    tested = np.isfinite(scores)
    group, y = places(table.X).group.to_numpy(), np.asarray(table.y)
    present, other = (len(np.unique(group[tested & (y == each)])) for each in (1, 0))
    if min(present, other) >= fewest:
        return
    raise InputError(
        "TOO_FEW_POSITIVES", "too few systems were held out to calibrate with such a curve",
        where=where, found=f"{counted(present, 'system')} with presence, {other} without",
        wanted=f"{fewest} of each at least",
        fix="use calibration.logistic or calibration.logistic_cells, whose curve has two numbers"
        if fewest == ISOTONIC_FEWEST
        else "add labels, or choose folds that test more of them",
    )  # fmt: skip


def _cross_fitted(
    scores: Floats, table: Training, weight: Floats, folds: Splitter, curve: Any
) -> Floats:
    """Calibrated probability of each sample by a curve that was learned without its fold."""
    total, count = np.zeros(len(scores)), np.zeros(len(scores))
    for train, test in folds.split(table.X, table.y):
        known = train[np.isfinite(scores[train])]
        if len(np.unique(np.asarray(table.y)[known])) < 2:
            continue
        total[test] += expit(_curve_of(curve, scores, table, weight, known).log_odds(scores[test]))
        count[test] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _curve_of(
    curve: Any, scores: Floats, table: Training, weight: Floats, rows: NDArray[np.int64]
) -> Any:
    known = rows[np.isfinite(scores[rows])]
    return clone(curve).fit(scores[known], np.asarray(table.y)[known], weight[known])


def _refit(model: Any, table: Training, rows: Any) -> Any:
    weight = None if table.weight is None else table.weight[rows]
    return fit(model, table.X.iloc[rows], table.y[rows], weight)


def _bootstraps(table: Training, tested: NDArray[np.bool_], count: int) -> list[Any]:
    """Rows of systems drawn with replacement, each with tested ones of both classes."""
    y, found = np.asarray(table.y), []
    for rows in bootstrap_rows(table, 2 * count):
        if len(np.unique(y[rows[tested[rows]]])) == 2:
            found.append(rows)
    return found[:count]


def _sample_odds(
    table: Training, weight: Floats, tested: NDArray[np.bool_]
) -> dict[str, float | int]:
    """Share of presences among what the curve was learned from, and how many there are."""
    y, group = np.asarray(table.y), places(table.X).group.to_numpy()
    present, other = (float(weight[tested & (y == each)].sum()) for each in (1, 0))
    return {
        "prevalence": present / (present + other),
        "ratio": other / present,
        "systems": len(np.unique(group[tested & (y == 1)])),
        "others": len(np.unique(group[tested & (y == 0)])),
        "untested": int((~tested).sum()),
    }


def _record(scores: Floats, held_out: Floats, table: Training, nature: Nature) -> dict[str, Any]:
    sites, _ = units_of(table, "1 degree")
    before, after = (_figures(sites, each) for each in (scores, held_out))
    ranking = _auc(sites, scores)
    absent = "known absences" if nature == "absence" else "a background that may hold presences"
    balanced = _balanced(sites, held_out)
    useless = balanced >= _CHANCE
    verdict = f"With both classes counting alike it is {balanced:.3f} by the curve, against "
    verdict += f"{_CHANCE:g}{': no better than the prior' if useless else ''}. "
    return {
        "kind": KIND,
        "useless": useless,
        "balanced_brier": balanced,
        "text": f"Held out, the score has a Brier score of {before['brier']:.3f} and an expected "
        f"calibration error of {before['ece']:.3f}; with a curve that was learned without the "
        f"same fold, {after['brier']:.3f} and {after['ece']:.3f}. Knowing only the share of "
        f"presences among the samples gives {after['brier_chance']:.3f}. {verdict}These are "
        f"against {absent}, over systems; the ground's share comes from the prior.",
        "unit": "system",
        "auc": ranking,
        "score": before,
        "calibrated": after,
        "labels": table.record,
    }


def _tell_useless(record: Mapping[str, Any], where: str) -> None:
    """A finding where held-out probabilities say less than the share of presences alone."""
    if record["useless"]:
        warn(
            "PROBABILITY_USELESS",
            "held out, the probabilities are no better than the share of presences alone",
            where=where,
            found=f"Brier score {record['balanced_brier']:.4f}, both classes counting alike",
            wanted=f"below {_CHANCE:g}",
            fix="use the prior alone, or features that tell places apart where nothing is known",
        )


def _figures(sites: Units, probability: Floats) -> dict[str, Any]:
    mean = sites.mean(probability)
    known = np.isfinite(mean)
    # Scores were checked to be probabilities, for which there always is a figure.
    return calibration(mean[known], sites.y[known]) or {}


def _balanced(sites: Units, probability: Floats) -> float:
    """Brier score as if half of the systems were presences, whatever share was sampled.

    Against thousands of background cells the plain score hardly shows what a curve knows.
    """
    mean = sites.mean(probability)
    known = np.isfinite(mean)
    y = sites.y[known]
    q = case_control(logit(mean[known]), 0.5, y.mean())
    return round(float((1 - q[y == 1]) @ (1 - q[y == 1]) / y.sum() / 2
                       + q[y == 0] @ q[y == 0] / (1 - y).sum() / 2), 4)  # fmt: skip


def _auc(sites: Units, scores: Floats) -> float | None:
    mean = sites.mean(scores)
    known = np.isfinite(mean)
    y = sites.y[known]
    if y.sum() < FEWEST:
        return None
    return round(float(auc(mean[known], y, np.ones((1, len(y))))[0]), 4)
