"""The pipeline that docs/simulation.md shows, from ERA5-like files to published candidates."""

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from siting.check import check_file
from siting.run import run_plan
from tests.hindcast_files import PERIOD, WAVES

DOCS = Path(__file__).parents[2] / "docs" / "simulation.md"
# 6 x 8 cells of one degree west of Oregon; waves grow towards the north-west.
LATITUDES = np.arange(47.5, 41.0, -1.0)[:6]
LONGITUDES = np.arange(-135.5, -127.0, 1.0)[:8]


def shown() -> str:
    """The pipeline file that the page shows."""
    text = DOCS.read_text("utf-8")
    return re.findall(r"```yaml\n(siting: 1\n.*?)```", text, re.DOTALL)[0]


def era5(path: Path) -> None:
    """Two years of three-hourly waves: swell of ten days, times 0.6 to 1.2 by place."""
    stamps = np.arange("2011-01-01", "2013-01-01", 3, dtype="datetime64[h]").astype("datetime64[s]")
    hour = (stamps - stamps[0]).astype(float) / 3600
    row, column = np.mgrid[0:6, 0:8]
    place = 1.2 - 0.05 * row - 0.05 * column
    heights = (2.5 + np.sin(2 * np.pi * hour / 240))[:, None, None] * place
    dims = ("valid_time", "latitude", "longitude")
    seconds = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian",
               "standard_name": "time"}  # fmt: skip
    xr.Dataset(
        {"swh": (dims, heights.astype("f4"), WAVES),
         "mwp": (dims, np.full_like(heights, 9.0, dtype="f4"), PERIOD)},
        coords={"valid_time": ("valid_time", stamps.astype(np.int64), seconds),
                "latitude": ("latitude", LATITUDES, {"units": "degrees_north"}),
                "longitude": ("longitude", LONGITUDES, {"units": "degrees_east"})},
    ).to_netcdf(path, engine="h5netcdf")  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of the page's pipeline."""
    folder = tmp_path_factory.mktemp("own")
    patch = pytest.MonkeyPatch()
    patch.setenv("SITING_STORE", str(folder / "store"))
    era5(folder / "era5_waves.nc")
    (folder / "own.yaml").write_text(shown(), "utf-8")
    run_plan(check_file(folder / "own.yaml"), folder / "out")
    patch.undo()
    return folder / "out" / "latest"


def test_the_cells_with_the_higher_waves_are_cheaper(finished: Path) -> None:
    table = pd.read_csv(finished / "candidates.csv")
    assert table["cost_per_gpu_hour"].is_monotonic_increasing
    # Waves are highest in the north-western corner, and fall by the same step south and east.
    best = table.iloc[0]
    assert (best["longitude"], best["latitude"]) == (-135.5, 47.5)
    steps = (table["longitude"] + 135.5) + (47.5 - table["latitude"])
    assert steps.corr(table["cost_per_gpu_hour"], method="spearman") > 0.9


def test_candidates_tell_their_years_and_what_two_of_them_cannot(finished: Path) -> None:
    table = gpd.read_parquet(finished / "candidates.parquet")
    assert (table["years"] == 2).all()
    assert table[["hs50", "longest_outage"]].isna().all(axis=None)
    assert (table["compute_uptime_year_p10"] <= table["compute_uptime_year_p90"]).all()
    assert "refused: 2 years, ten wanted" in (finished / "sites.html").read_text("utf-8")


def test_the_run_names_the_file_it_lives_from(finished: Path) -> None:
    manifest = json.loads((finished / "manifest.json").read_text("utf-8"))
    assert "era5_waves.nc" in manifest["inputs"]


def test_a_pipeline_may_ask_for_outages_of_several_nodes(tmp_path: Path) -> None:
    era5(tmp_path / "era5_waves.nc")
    (tmp_path / "sites.csv").write_text("longitude,latitude\n-135.5,47.5\n-128.5,42.5\n")
    fleet = "simulation:\n  fleet:\n    fleets.joint_outage:\n"
    fleet += "      {simulator: node, sites: chosen, uptime: 0.9, demand: 10 MW}\n"
    chosen = "sources:\n  chosen: {file: sites.csv, longitude: longitude, latitude: latitude}\n"
    text = shown().replace("simulation:\n", fleet).replace("sources:\n", chosen)
    (tmp_path / "own.yaml").write_text(text, "utf-8")
    step = check_file(tmp_path / "own.yaml").step("fleet")
    assert [value.kind for value in step.values.values()] == ["record"]
