from pathlib import Path

import numpy as np
import pytest
import rasterio

from siting.errors import PipelineError
from siting.grid import as_layer, make_grid
from siting.kinds import Results
from siting.outputs import cog, writers


@pytest.fixture
def results() -> Results:
    grid = make_grid("EPSG:6933", 25_000, (0, 0, 100_000, 75_000))
    values = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    values[0, 0] = np.nan
    layers = {
        "slope": as_layer(values > 5, grid, kind="boolean"),
        "score.score": as_layer(values, grid, units="mW m-2", status="derived"),
        "score.spread": as_layer(values / 2, grid, units="1"),
    }
    return Results(
        title="", description="", grid=grid, domain=None, layers=layers, features={}, tables={},
        records={}, candidates=None, score="", models={}, exclusions={}, findings=[], pipeline="",
        marks={},
    )  # fmt: skip


def test_the_layer_that_the_file_is_named_after_is_written(
    results: Results, tmp_path: Path
) -> None:
    cog.write(results, tmp_path / "score.spread.tif")
    with rasterio.open(tmp_path / "score.spread.tif") as dataset:
        wanted = results.layers["score.spread"].values
        np.testing.assert_array_equal(dataset.read(1), wanted)
        assert dataset.crs.to_epsg() == 6933
        assert tuple(dataset.transform)[:6] == pytest.approx(tuple(results.grid.affine)[:6])


def test_a_step_stands_for_its_first_layer(results: Results, tmp_path: Path) -> None:
    writers.write("score.tif", results, tmp_path / "score.tif")
    with rasterio.open(tmp_path / "score.tif") as dataset:
        assert dataset.units == ("mW m-2",)
        assert dataset.descriptions == ("score.score",)
        assert dataset.read(1)[2, 3] == 11
        assert np.isnan(dataset.read(1)[0, 0])


def test_the_same_layer_has_the_same_bytes(results: Results, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        cog.write(results, tmp_path / name / "slope.tif")
    assert (tmp_path / "a/slope.tif").read_bytes() == (tmp_path / "b/slope.tif").read_bytes()


def test_a_layer_that_is_not_there_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"OUTPUT_UNKNOWN: there is no layer 'heat'"):
        cog.write(results, tmp_path / "heat.tif")
    assert not list(tmp_path.iterdir())
