"""Bounds of the best shares of a large grid: those of holding every cell."""

import numpy as np
import pytest

from siting.grid import as_layer, make_grid
from siting.outputs.report import known_cells
from siting.outputs.report.world import Classes

RNG = np.random.default_rng(0)
SHAPE = 90, 120
SCORES = {
    "smooth": np.add.outer(np.sin(np.arange(90) / 9), np.cos(np.arange(120) / 17)),
    "outliers": np.where(RNG.random(SHAPE) < 0.01, 1e9, RNG.random(SHAPE)),
    "ties": RNG.integers(0, 7, SHAPE).astype("float32"),
    "one value": np.full(SHAPE, 3.0),
    "none": np.full(SHAPE, np.nan),
    "few": np.where(RNG.random(SHAPE) < 0.002, RNG.random(SHAPE), np.nan),
}


@pytest.mark.parametrize("lowest_is_best", [False, True])
@pytest.mark.parametrize("scores", SCORES.values(), ids=SCORES)
def test_bounds_are_those_of_all_cells(monkeypatch, scores, lowest_is_best) -> None:
    grid = make_grid("EPSG:4326", 0.5, (0, 10, 60, 55))
    score = as_layer(np.where(RNG.random(SHAPE) < 0.1, np.nan, scores), grid)
    domain = as_layer(RNG.random(SHAPE) < 0.8, grid)
    wanted = Classes.of(score, domain, grid, lowest_is_best)
    monkeypatch.setattr(known_cells, "MOST_HELD", 0)
    found = Classes.of(score, domain, grid, lowest_is_best)
    assert (found.bounds, found.colours) == (wanted.bounds, wanted.colours)
    assert found.shares == pytest.approx(wanted.shares, rel=1e-9)


def test_few_cells_of_a_large_grid_are_held(monkeypatch) -> None:
    # Of 100 x 100 cells 7 x 7 are looked at first, so that 50 bins hold some 200 cells each.
    # Bounds at 1, 50 and 99 % lie in three of them, or in six where they are at their edges.
    grid = make_grid("EPSG:6933", 1000, (0, 0, 100_000, 100_000))
    score = as_layer(RNG.permutation(10_000).reshape(100, 100).astype(float), grid)
    every, _, land = known_cells.known_cells(score, None, grid, (0.5, 0.01))
    monkeypatch.setattr(known_cells, "MOST_HELD", 0)
    some, areas, same = known_cells.known_cells(score, None, grid, (0.5, 0.01))
    assert len(every) == 10_000
    assert len(some) < 2_000
    assert land == same == pytest.approx(areas.sum(), rel=1e-12) == pytest.approx(10_000, rel=1e-6)
