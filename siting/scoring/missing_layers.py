"""What a model loses without one of its features: left out of training, or missing afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kernels.prediction import Floats, predicted
from siting.kinds import Splitter
from siting.scoring.calibrating import LOGISTIC_FEWEST, check_scores
from siting.scoring.compare_figures import auc, interval
from siting.scoring.compare_units import Units, drawn, units_of
from siting.scoring.out_of_fold import fitted_on, out_of_fold
from siting.scoring.training import Training

KIND = "missing layers"  # of the record
BOOTSTRAPS = 500
_EDGE = 1e-6  # probabilities nearer to 0 or 1 count as this near, so that one cannot cost all


@dataclass(frozen=True)
class Figures:
    """Held-out scores of systems with what is known of all of them, for one set of bootstraps."""

    sites: Units
    draws: Floats

    def row(self, name: str, base: Floats, scores: Floats) -> dict[str, Any]:
        """AUC and log loss, and how much worse they are than those of all features."""
        y, ones = self.sites.y, np.ones((1, len(self.sites.y)))
        a, b = self.sites.mean(base), self.sites.mean(scores)
        known = np.isfinite(a) & np.isfinite(b)
        y, ones, draws = y[known], ones[:, known], self.draws[:, known]
        positives = int(y.sum())
        lost = [auc(a[known], y, each) - auc(b[known], y, each) for each in (ones, draws)]
        worse = [_log_loss(b[known], y, each) - _log_loss(a[known], y, each)
                 for each in (ones, draws)]  # fmt: skip
        return {
            "name": name,
            "auc": round(float(auc(b[known], y, ones)[0]), 4),
            "log_loss": round(float(_log_loss(b[known], y, ones)[0]), 4),
            "auc_lost": interval(float(lost[0][0]), lost[1], positives),
            "log_loss_added": interval(float(worse[0][0]), worse[1], positives),
        }


def cost_record(model: Any, table: Training, folds: Splitter) -> dict[str, Any]:
    """Skill with all features, without each, and with each missing at prediction.

    Raises
    ------
    InputError
        FEATURES_CONSTANT, FEATURES_NONE, PROBABILITY_RANGE, TOO_FEW_POSITIVES.
    PipelineError
        MODEL_FIT, where the model cannot do without a feature that it names.
    """
    names = [str(each) for each in table.X.columns]
    if len(names) < 2:
        raise InputError(
            "FEATURES_NONE", "without its only feature the model has none",
            where="missing.features", found=", ".join(names), wanted="two features at least",
        )  # fmt: skip
    base = out_of_fold(model, table, folds)
    check_scores(base, table, model, LOGISTIC_FEWEST)
    sites, _ = units_of(table, "1 degree")
    judge = Figures(sites, drawn(sites.group, BOOTSTRAPS))
    left_out = [
        judge.row(name, base, out_of_fold(model, _without(table, name), folds)) for name in names
    ]
    filled = dict(_filled(model, table, folds))
    missing = [judge.row(name, base, filled[name]) for name in names]
    rows: list[dict[str, Any]] = [
        {"name": name, "left_out": without, "missing": gone}
        for name, without, gone in zip(names, left_out, missing, strict=True)
    ]
    rows.sort(key=lambda row: -(row["missing"]["log_loss_added"]["high"] or 0.0))
    whole = judge.row("all", base, base)
    return {
        "kind": KIND,
        "text": _text(rows),
        "auc": whole["auc"],
        "log_loss": whole["log_loss"],
        "filled": "the median of the samples that the fold trained on",
        "unit": "system",
        "layers": rows,
        "labels": table.record,
    }


def _log_loss(p: Floats, y: NDArray[np.int64], weight: Floats) -> Floats:
    """Mean of -ln of the probability of what was the case, for each draw [1]."""
    q = np.clip(np.where(y == 1, p, 1 - p), _EDGE, 1.0)
    return np.asarray(-(weight * np.log(q)).sum(axis=1) / weight.sum(axis=1))


def _without(table: Training, name: str) -> Training:
    X: pd.DataFrame = table.X.drop(columns=name)
    return Training(X, table.y, table.names, table.record, table.weight)


def _filled(model: Any, table: Training, folds: Splitter) -> Iterator[tuple[str, Floats]]:
    """Held-out scores with one feature filled by the median of the fold's training samples."""
    total = {str(name): np.zeros(len(table.X)) for name in table.X.columns}
    count = np.zeros(len(table.X))
    for train, test in folds.split(table.X, table.y):
        fitted = fitted_on(model, table, train)
        middle = table.X.iloc[train].median()
        count[test] += 1
        for name, sums in total.items():
            sums[test] += predicted(fitted, table.X.iloc[test].assign(**{name: middle[name]}))
    for name, sums in total.items():
        yield name, np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def _text(rows: list[dict[str, Any]]) -> str:
    sure = [row for row in rows if _costs(row["left_out"]["log_loss_added"])]
    gone = [row for row in rows if _costs(row["missing"]["log_loss_added"])]
    return (
        f"Left out of training, {_few(sure)} costs skill in the bootstraps; missing where the "
        f"model is applied, {_few(gone)} does."
    )


def _costs(figure: dict[str, Any]) -> bool:
    return figure["low"] is not None and figure["low"] > 0


def _few(rows: list[dict[str, Any]]) -> str:
    names = [str(row["name"]) for row in rows]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names) or "no layer"
