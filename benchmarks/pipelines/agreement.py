"""Whether siting and a script have made the same layers, ranks and candidates."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import spearmanr

from benchmarks.pipelines.ground import RADIUS, earth_centred
from benchmarks.pipelines.steps import Steps

Floats = NDArray[np.float64]
SAME = 1000.0  # [m] nearer than which candidates are of the same cell
KNOWN = 0.99  # share of the cells with a value in one that have one in the other


def agreement(steps: Steps, ours: Path, theirs: Path) -> dict[str, Any]:
    """Assert that the results agree as the steps say, and tell how closely."""
    script = np.load(theirs / "layers.npz")
    told, wrong = {}, []
    for name, near in steps.layers.items():
        one, other = _both(ours, script, name)
        inside = float((np.abs(one - other) <= near.within).mean())
        told[name] = f"{100 * inside:.2f} % of cells within {near.within:g}"
        if inside < near.share:
            wrong.append(f"{name}: {inside:.5f} of the cells within {near.within:g}")
    for name, least in {steps.score: 0.99, **steps.alike}.items():
        rank = _rank_correlation(*_both(ours, script, name))
        if rank < least:
            wrong.append(f"{name}: rank correlation {rank:.4f}")
        told[f"{name}, ranks"] = f"Spearman {rank:.4f}"
    away = _away(ours, theirs)
    near = float((away <= steps.spacing).mean())
    if near < steps.top:  # never so where it is nan
        wrong.append(f"{near:.3f} of the candidates are near")
    assert not wrong, "; ".join(wrong)
    same = float((away <= SAME).mean())
    return {"layers": told, "same_candidates": round(same, 3), "near_candidates": round(near, 3)}


def _both(folder: Path, script: Any, name: str) -> tuple[Floats, Floats]:
    """Values of a layer at the cells that both have, nearly all that one has."""
    with rasterio.open(folder / f"{name}.tif") as file:
        one = file.read(1, masked=True).astype(float).filled(np.nan)
    other = script[name].astype(float)
    both, known = np.isfinite(one) & np.isfinite(other), np.isfinite(one).sum()
    assert both.sum() >= KNOWN * known, f"{name}: {both.sum() / known:.4f} of the cells in both"
    return one[both], other[both]


def _rank_correlation(one: Floats, other: Floats) -> float:
    if np.ptp(one) == 0 and np.ptp(other) == 0:
        return 1.0
    return float(spearmanr(one, other).statistic)


def _away(ours: Path, theirs: Path) -> Floats:
    """Distance of each of siting's candidates to the nearest of the script's [m]."""
    tables = [pd.read_csv(each / "candidates.csv") for each in (ours, theirs)]
    one, other = (earth_centred(each.longitude, each.latitude) for each in tables)
    chord = cKDTree(other).query(one)[0]
    return np.asarray(2 * RADIUS * np.arcsin(chord / (2 * RADIUS)))
