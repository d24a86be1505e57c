"""Probabilities whose labels, priors and cells do not fit together."""

from pathlib import Path

import geopandas as gpd
import numpy as np
from sklearn.linear_model import LogisticRegression

from siting.grid import as_layer, make_grid
from siting.kinds import FittedModel
from siting.scoring.calibration import logistic_cells
from siting.scoring.folds import spatial_blocks
from siting.scoring.probability import case_control, presence_background, prior

from .made import example

GRID = make_grid("EPSG:6933", 25_000.0, (0, 0, 1_000_000, 500_000))
LAND = as_layer(np.ones(GRID.shape.yx, dtype=bool), GRID)
HOT = as_layer(np.tile(np.linspace(0, 1, 40), (20, 1)), GRID, units="1").rename("hot")


def model(unlabelled: bool) -> FittedModel:
    """Odds that rise with heat, of 200 cells that lie mostly where it is hot."""
    rng = np.random.default_rng(0)
    hot = rng.beta(3, 1, 200)
    frame = {"hot": hot, "known": (rng.random(200) < hot**8).astype(int)}
    places = gpd.points_from_xy(10 * hot, rng.uniform(0, 5, 200), crs="EPSG:4326")
    cells = gpd.GeoDataFrame(frame, geometry=places)
    cells.attrs["columns"] = {"hot": "1"}
    folds = spatial_blocks("1 degree", "0 km", 5)
    return logistic_cells(
        cells, ["hot"], "known", LogisticRegression(C=100), folds, unlabelled=unlabelled
    ).model


@example("LABELS_NATURE")
def _(folder: Path) -> None:
    before = prior(0.5, 0.3, LAND, GRID).record
    presence_background(model(unlabelled=False), before, [HOT], LAND, GRID)


@example("PROBABILITY_CAPPED")
def _(folder: Path) -> None:
    before = prior(2.0, 0.3, LAND, GRID).record
    presence_background(model(unlabelled=True), before, [HOT], LAND, GRID)


@example("PROBABILITY_TOTAL")
def _(folder: Path) -> None:
    before = prior(0.5, 0.3, LAND, GRID).record
    case_control(model(unlabelled=False), before, [HOT], LAND, GRID)


@example("PROBABILITY_USELESS")
def _(folder: Path) -> None:
    rng = np.random.default_rng(2)
    frame = {"noise": rng.normal(size=80), "known": rng.integers(0, 2, 80)}
    places = gpd.points_from_xy(*rng.uniform(0, 10, (2, 80)), crs="EPSG:4326")
    cells = gpd.GeoDataFrame(frame, geometry=places)
    folds = spatial_blocks("1 degree", "0 km", 5)
    logistic_cells(cells, ["noise"], "known", LogisticRegression(), folds, bootstraps=2)
