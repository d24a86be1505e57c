"""The same amounts in other units, and the same field in another projection."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from siting.grid import as_layer, make_grid
from siting.io.raster import read_raster
from siting.layers.combine import nearness
from siting.layers.heat import conductive_temperature
from siting.layers.terrain import slope

from ..layer_arguments import GRIDS
from .files import write_tiff
from .world import BOUNDS, CELL, COLUMNS, ROWS, Recipe, answer, make_world

FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
GRID = GRIDS["projected"]


def layer(values: np.ndarray, units: str) -> object:
    return as_layer(values, GRID, units=units, status="measured", label_leak=False)


def by_chance(seed: int, low: float, high: float) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, tuple(GRID.shape.yx))


@given(seed=st.integers(0, 99))
@FEW
def test_a_slope_is_the_same_in_feet(seed: int) -> None:
    metres = by_chance(seed, 0, 3000)
    wanted = slope(layer(metres, "m"), grid=GRID)
    for units, factor in (("ft", 1 / 0.3048), ("km", 1e-3), ("cm", 100.0)):
        found = slope(layer(metres * factor, units), grid=GRID)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@given(seed=st.integers(0, 99))
@FEW
def test_nearness_is_the_same_in_miles(seed: int) -> None:
    kilometres = by_chance(seed, 0, 200)
    wanted = nearness(layer(kilometres, "km"), half_distance="40 km")
    # The international mile has 1.609344 km.
    for units, factor in (("mile", 1 / 1.609344), ("m", 1000.0), ("ft", 1000 / 0.3048)):
        other = layer(kilometres * factor, units)
        np.testing.assert_allclose(nearness(other, half_distance="40000 m"), wanted, rtol=1e-9)
    np.testing.assert_allclose(
        nearness(layer(kilometres, "km"), half_distance=f"{40 / 1.609344} mile"), wanted, rtol=1e-9
    )


@given(seed=st.integers(0, 99), surface=st.floats(-10, 30))
@FEW
def test_temperature_is_the_same_in_kelvin_and_fahrenheit(seed: int, surface: float) -> None:
    flow = layer(by_chance(seed, 30, 150), "mW m-2")
    wanted = conductive_temperature(flow, depth="3 km", surface_temperature=surface)
    for written in (f"{surface + 273.15} K", f"{surface * 1.8 + 32} degF", f"{surface} degC"):
        found = conductive_temperature(flow, depth="3 km", surface_temperature=written)
        np.testing.assert_allclose(found, wanted, rtol=1e-9)
    ground = layer(np.full(tuple(GRID.shape.yx), surface + 273.15), "K")
    found = conductive_temperature(flow, depth="3 km", surface_temperature=ground)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


THRESHOLDS = {"mW m-2": 80.0, "W m-2": 0.08, "kW km-2": 80.0, "W m**-2": 0.08, "W/m^2": 0.08}


@pytest.mark.parametrize("written", THRESHOLDS)
def test_a_threshold_is_the_same_in_every_way_of_writing_its_unit(
    tmp_path: Path, written: str
) -> None:
    write_tiff(tmp_path / "heat.tif", make_world(1).heat)
    sources = {"heat": "{file: heat.tif, units: mW m-2, status: measured}"}
    rule = f'{{below: {{layer: heat, threshold: "{THRESHOLDS[written]} {written}"}}}}'
    plain = Recipe.of(sources)
    found = answer(tmp_path, Recipe(sources, plain.layers, {"cold": rule}, plain.weights))
    np.testing.assert_array_equal(found.layers["cold"] == 1, found.layers["heat"] >= 80.0)


@pytest.mark.parametrize("crs", ["EPSG:32611", "EPSG:5070", "EPSG:3857"])
@given(east=st.floats(1, 20), north=st.floats(-20, -1))
@FEW
def test_a_smooth_field_is_the_same_from_another_projection(
    tmp_path: Path, crs: str, east: float, north: float
) -> None:
    # The field changes evenly with longitude and latitude, so that means over cells are exact but
    # for the shape of cells and edges; two thousandths of its range are allowed for that.
    west, south, right, top = BOUNDS
    there = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    edges = there.transform_bounds(west - 0.1, south - 0.1, right + 0.1, top + 0.1)
    size = 2000.0
    width, height = (int((edges[i + 2] - edges[i]) / size) + 1 for i in (0, 1))
    transform = rasterio.transform.from_origin(edges[0], edges[3], size, size)
    x, y = transform * np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    longitude, latitude = there.transform(x, y, direction="INVERSE")
    field = 300 + east * (longitude - west) + north * (latitude - south)
    with rasterio.open(
        tmp_path / "field.tif", "w", driver="GTiff", width=width, height=height, count=1,
        dtype="float64", crs=crs, transform=transform,
    ) as file:  # fmt: skip
        file.write(field, 1)
    grid = make_grid("EPSG:4326", CELL, BOUNDS)
    found = read_raster(tmp_path / "field.tif", grid, kind="continuous", units="m").values
    columns, rows = np.meshgrid(np.arange(COLUMNS) + 0.5, np.arange(ROWS) + 0.5)
    wanted = 300 + east * columns * CELL + north * (top - rows * CELL - south)
    slack = 0.002 * (abs(east) * (right - west) + abs(north) * (top - south)) + 1e-6
    np.testing.assert_allclose(found, wanted, atol=slack)
