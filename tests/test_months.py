"""Monthly values: twelve layers on the run's grid, kept and read month by month."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_bounds

from siting.check import check_file
from siting.errors import GridError, InputError, PipelineInvalidError
from siting.grid import as_layer, make_grid
from siting.grid.months import accept_monthly, as_monthly, by_month
from siting.layers import months
from siting.pipeline.execute import Values
from siting.pipeline.recipes import Recipes
from siting.store import Store

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 3, 2))
PIPELINE = """
siting: 1
name: months
grid: {crs: EPSG:4326, resolution: 1, bounds: [0, 0, 3, 2]}
sources:
  waves: {file: waves.tif, units: cm, quantity: significant_wave_height, bands: month}
layers:
  height: {months.mean: {monthly: waves}}
  roughest: {months.highest: {monthly: waves}}
"""


def layers(units: str = "m") -> list[xr.DataArray]:
    return [
        as_layer(np.full((2, 3), float(m), np.float32), GRID, units=units) for m in range(1, 13)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of twelve bands, 100 to 1200 cm, and a pipeline beside it."""
    profile = {
        "driver": "GTiff", "height": 2, "width": 3, "count": 12, "dtype": "float32",
        "crs": "EPSG:4326", "transform": from_bounds(0, 0, 3, 2, 3, 2),
    }  # fmt: skip
    with rasterio.open(tmp_path / "waves.tif", "w", **profile) as file:
        spread = np.arange(6).reshape(2, 3)  # no two cells alike
        for month in range(1, 13):
            file.write((100.0 * month + spread).astype(np.float32), month)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return tmp_path


def made(folder: Path) -> Values:
    plan = check_file(folder / "pipeline.yaml")
    store = Store(folder / "store")
    values = Values(plan, store, Recipes(plan, store, False))
    for step in plan.steps:
        if not values.complete(step):
            values.make(step, lambda done, total: None)
    return values


def test_twelve_bands_of_a_file_become_one_value(folder: Path) -> None:
    waves = made(folder).get("waves")
    assert waves.dims == ("month", "y", "x")
    assert waves["month"].values.tolist() == list(range(1, 13))
    assert waves.isel(month=6).values[0, 0] == pytest.approx(700.0)
    assert waves.attrs["units"] == "cm"


def test_layers_of_the_months_are_what_they_say(folder: Path) -> None:
    values = made(folder)
    days = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    mean = (np.arange(1, 13) * 100 * days).sum() / days.sum()
    assert values.get("height").values[0, 0] == pytest.approx(mean, rel=1e-6)
    assert values.get("roughest").values[0, 0] == pytest.approx(1200.0)


def test_values_are_read_from_the_store_the_second_time(folder: Path) -> None:
    made(folder)
    plan = check_file(folder / "pipeline.yaml")
    store = Store(folder / "store")
    values = Values(plan, store, Recipes(plan, store, False))
    assert all(values.complete(step) for step in plan.steps)
    assert values.get("waves").isel(month=11).values[0, 0] == pytest.approx(1200.0)


def test_a_file_without_twelve_bands_is_refused(folder: Path) -> None:
    with rasterio.open(folder / "waves.tif") as file:
        profile, bands = file.profile, file.read()
    with rasterio.open(folder / "waves.tif", "w", **{**profile, "count": 11}) as file:
        file.write(bands[:11])
    with pytest.raises(InputError, match="12"):
        made(folder)


def test_a_monthly_value_is_no_layer(folder: Path) -> None:
    text = PIPELINE.replace(
        "layers:", "exclusions: {rough: {above: {layer: waves, threshold: 1 m}}}\nlayers:"
    )
    (folder / "pipeline.yaml").write_text(text)
    with pytest.raises(PipelineInvalidError, match="KIND_WRONG"):
        check_file(folder / "pipeline.yaml")


def test_a_layer_is_no_monthly_value(folder: Path) -> None:
    (folder / "pipeline.yaml").write_text(PIPELINE + "  again: {months.mean: {monthly: height}}\n")
    with pytest.raises(PipelineInvalidError, match="KIND_WRONG"):
        check_file(folder / "pipeline.yaml")


def test_eleven_layers_are_no_year() -> None:
    with pytest.raises(GridError, match=r"MONTHS_WRONG[\s\S]*11 layers"):
        as_monthly(layers()[:11])


def test_layers_without_months_are_refused() -> None:
    with pytest.raises(GridError, match="GRID_MISMATCH"):
        accept_monthly(layers()[0], GRID, "waves")


def test_months_come_apart_as_they_were_put_together() -> None:
    for number, each in enumerate(by_month(as_monthly(layers())), 1):
        assert (each.values == number).all()
        assert each.attrs["units"] == "m"


def test_python_callers_get_units_converted() -> None:
    assert months.mean(as_monthly(layers("cm"))).attrs["units"] == "cm"
    with pytest.raises(InputError, match="KIND_WRONG"):
        months.mean(layers()[0])


def test_uncertainty_follows_what_is_made() -> None:
    monthly = as_monthly(layers())
    monthly.attrs["uncertainty"] = "Waves: multiply and divide by 1.3"
    assert months.highest(monthly).attrs["uncertainty"] == "Waves: multiply and divide by 1.3"
