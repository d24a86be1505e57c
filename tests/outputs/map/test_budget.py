"""Which layers are made coarser when there is not room for all."""

import numpy as np
import pytest
import xarray as xr

from siting.outputs.map import budget
from siting.outputs.map import encode as encoding


def layers(**sizes: tuple[int, int]) -> dict[str, xr.DataArray]:
    return {name: xr.DataArray(np.zeros(size), dims=("y", "x")) for name, size in sizes.items()}


def test_nothing_is_made_coarser_while_there_is_room() -> None:
    given = layers(score=(100, 200), heat=(100, 200))
    rasters = budget.encode_layers(given, None, "score", {"score"})
    assert {name: raster.factor for name, raster in rasters.items()} == {"score": 1, "heat": 1}


def test_scores_keep_more_cells_than_inputs() -> None:
    given = layers(score=(20, 4000), heat=(20, 4000))
    rasters = budget.encode_layers(given, None, "score", {"score"})
    assert {name: raster.factor for name, raster in rasters.items()} == {"score": 1, "heat": 2}


def test_the_layer_that_takes_most_is_made_coarser_first() -> None:
    given = layers(score=(1000, 2000), rough=(1000, 2000), smooth=(1000, 2000))
    sizes = {"score": 2_000_000, "rough": 1_500_000, "smooth": 100_000}
    found = budget.coarser(sizes, dict.fromkeys(given, 1), given, "score")
    assert found == {"score": 1, "rough": 2, "smooth": 1}


def test_the_score_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "BUDGET", 10)
    given = layers(score=(600, 1200), heat=(600, 1200))
    found = budget.coarser({"score": 9, "heat": 9}, {"score": 1, "heat": 1}, given, "score")
    assert found == {"score": 1, "heat": 3}


def test_layers_end_up_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "BUDGET", 600_000)
    rng = np.random.default_rng(0)
    given = {
        name: xr.DataArray(rng.normal(size=(600, 1024)), dims=("y", "x"))
        for name in ("score", "heat")
    }
    rasters = budget.encode_layers(given, None, "score", {"score"})
    assert sum(len(raster.packed) for raster in rasters.values()) <= 600_000
    assert rasters["score"].factor <= rasters["heat"].factor


def test_many_cells_are_read_as_a_whole_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "BUDGET", 600_000)
    monkeypatch.setattr(budget, "MANY", 100_000)
    read: list[tuple[int, int]] = []

    def encode(layer: xr.DataArray, *others: object, **more: object) -> object:
        read.append((layer.sizes["y"], others[1]))  # type: ignore[arg-type]
        return encoding.encode(layer, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(budget, "encode", encode)
    rng = np.random.default_rng(0)
    noise = xr.DataArray(rng.normal(size=(600, 1500)), dims=("y", "x"))
    inside = xr.DataArray(np.ones((600, 1500), bool), dims=("y", "x"))
    rasters = budget.encode_layers({"score": noise, "heat": noise}, inside, "score", {"score"})
    assert sum(len(raster.packed) for raster in rasters.values()) <= 600_000
    # Rows of two bands each, then the whole at the factor that was foreseen.
    assert read[:2] == [(120, 1), (120, 1)]
    assert len(read) == 4


def test_no_layer_falls_below_the_least_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "BUDGET", 1)
    given = layers(score=(50, 1024), heat=(50, 700))
    found = budget.coarser({"score": 9, "heat": 9}, {"score": 1, "heat": 1}, given, "score")
    assert found == {"score": 2, "heat": 2}
