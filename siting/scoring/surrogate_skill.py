"""How well a surrogate predicts with whole blocks left out, and what single layers do as well."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from siting.scoring.surrogate_search import Floats, Search
from siting.wording import counted

Record = dict[str, Any]


def judged(search: Search, target: str, best: int, tolerance: float) -> Record:
    """Figures of a search that has ended.

    Returns
    -------
    dict
        ``error``, root mean square of the logarithm's error with whole blocks left out [1];
        ``error_of_cheap``, the same for the cheaper half; ``typical``, median of its absolute
        value; ``share_explained``; ``best_single``, the layer that does best alone, by the same
        folds; ``constant``, the error of one number for all; ``beats_baseline``; ``settled`` and
        how many cells may still be among the best; ``rounds`` with the share of each round's cells
        that lay inside of their interval before they were simulated.
    """
    y = np.log(search.target)
    error = _rms(y - search.held_out)
    singles = _singles(search, y)
    open_cells = search.may_be_best(best, tolerance)
    constant = _rms(y - y.mean())
    return {
        "target": target,
        "cells": len(search.X),
        "simulated": len(search.known),
        "not_simulable": len(search.tried) - len(search.known),
        "error": round(error, 4),
        "error_of_cheap": round(_rms((y - search.held_out)[y <= np.median(y)]), 4),
        "typical": round(float(np.median(np.abs(y - search.held_out))), 4),
        "share_explained": round(1 - (error / constant) ** 2, 4),
        "constant": round(constant, 4),
        "singles": singles,
        "best_single": singles[0],
        "beats_baseline": bool(error < singles[0]["error"]),
        "interval": {"coverage": search.coverage, "factor": round(float(np.exp(search.width)), 4)},
        "rounds": [_rounded(each) for each in search.rounds],
        "best": best,
        "tolerance": tolerance,
        "bound": round(search.bound(best, tolerance), 4),
        "may_be_best": len(open_cells),
        "settled": not len(open_cells),
        "verdict": _verdict(
            error,
            singles[0],
            len(search.known),
            len(search.X),
            len(open_cells),
            search.coverage,
        ),
    }


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _singles(search: Search, y: Floats) -> list[Record]:
    """Error of a model of each layer alone, by the same folds; the best first."""
    alone = HistGradientBoostingRegressor(max_iter=60, min_samples_leaf=8, random_state=0)
    rows = []
    for name in search.X.columns:
        X: pd.DataFrame = search.X[[name]].iloc[search.known]
        rows.append(
            {"name": str(name), "error": round(_rms(y - search.predict_held_out(alone, X, y)), 4)}
        )
    return sorted(rows, key=lambda row: (row["error"], row["name"]))


def _rounded(row: Record) -> Record:
    return {
        key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()
    }


def _verdict(
    error: float, single: Record, known: int, cells: int, open_cells: int, coverage: float
) -> str:
    beats = "does better than" if error < single["error"] else "does no better than"
    found = (
        f"{known:,} of {cells:,} cells were simulated. With whole blocks left out the model errs "
        f"by {np.expm1(error):.0%} (one standard deviation) and {beats} its best single layer, "
        f"{single['name']} ({np.expm1(single['error']):.0%})."
    )
    if open_cells:
        cells_open = counted(open_cells, "cell that was", "cells that were")
        return f"{found} {cells_open} not simulated may be among the best."
    return f"{found} The {coverage:.0%} interval of no other cell reaches the best."
