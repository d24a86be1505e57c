"""The same places on another grid, in other tiles or across the dateline: the same scores."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.grid import tiling

from .conftest import Known
from .files import SOURCES, dataset, write_tiff, write_world
from .world import BOUNDS, CELL, COLUMNS, ROWS, WEST, Recipe, answer, assert_same, make_world

SEEDS = st.integers(0, 3)
FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(
    seed=SEEDS,
    west=st.integers(0, 5),
    south=st.integers(0, 4),
    columns=st.integers(4, 10),
    rows=st.integers(4, 7),
)
@FEW
def test_a_part_of_the_grid_has_the_scores_of_the_whole(
    known: Known, seed: int, west: int, south: int, columns: int, rows: int
) -> None:
    _, folder, whole = known(seed)
    left, bottom = BOUNDS[0] + west * CELL, BOUNDS[1] + south * CELL
    bounds = (left, bottom, left + columns * CELL, bottom + rows * CELL)
    recipe = Recipe.of(SOURCES)
    part = answer(folder, Recipe(SOURCES, recipe.layers, {}, recipe.weights, bounds))
    top = ROWS - south - rows
    window = np.s_[top : top + rows, west : west + columns]
    for name, values in part.layers.items():
        # Vertices of lines are put in half a cell apart, by the size of the grid's middle cell.
        wanted, cell = whole.layers[name][window], 11.2
        slack = np.hypot(wanted, cell / 4) - wanted if name == "fault_distance" else 1e-6
        if name not in {"near_fault", "score"}:
            assert (np.abs(values - wanted) <= slack + 1e-6).all(), name


@given(seed=SEEDS, more=st.tuples(*[st.integers(0, 6)] * 4))
@FEW
def test_a_grid_moved_by_whole_cells_has_the_same_values_in_them(
    known: Known, seed: int, more: tuple[int, int, int, int]
) -> None:
    """Points and cells of rasters stay what they are in a larger grid around the same cells."""
    _, folder, _ = known(seed)
    sources = {name: SOURCES[name] for name in ("heat", "wells")}
    plain = answer(folder, Recipe.of(sources))
    west, south, east, north = (number * CELL for number in more)
    bounds = (BOUNDS[0] - west, BOUNDS[1] - south, BOUNDS[2] + east, BOUNDS[3] + north)
    recipe = Recipe.of(sources)
    large = answer(
        folder, Recipe(sources, recipe.layers, recipe.exclusions, recipe.weights, bounds)
    )
    window = np.s_[more[3] : more[3] + ROWS, more[0] : more[0] + COLUMNS]
    for name, values in plain.layers.items():
        np.testing.assert_allclose(large.layers[name][window], values, atol=1e-9, err_msg=name)
    # Around the raster nothing is known, so nothing there can be a candidate.
    assert large.sites.site_id.tolist() == plain.sites.site_id.tolist()


@pytest.mark.parametrize("tile", [5, 8, 16])
@given(seed=SEEDS)
@FEW
def test_the_size_of_tiles_does_not_matter(known: Known, tile: int, seed: int) -> None:
    _, folder, plain = known(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "TILE", tile)
        assert_same(plain, answer(folder, Recipe.of(SOURCES)))


def _across(seed: int, folder: Path) -> tuple[Recipe, Recipe]:
    """The same world at home and across the dateline, in a file of two halves."""
    home, there = folder / "home", folder / "there"
    write_world(home, make_world(seed))
    west = 180 - 7 * CELL
    world = make_world(seed, west)
    write_world(there, world)
    # A raster of the whole parallel from 180 W to 180 E, with the world at its two ends.
    parallel = np.full((ROWS, 3600), np.nan)
    parallel[:, -7:], parallel[:, : COLUMNS - 7] = world.heat[:, :7], world.heat[:, 7:]
    write_tiff(there / "heat.tif", parallel, west=-180.0, nodata=np.nan, compress="deflate")
    # Features that cross are written in two parts by most programs; longitudes beyond 180 are
    # refused or wrapped, so that the wells are written from -180 to 180.
    wells = world.wells.assign(lon=(world.wells.lon + 180) % 360 - 180)
    wells.to_csv(there / "wells.csv", index=False)
    bounds = (west, BOUNDS[1], west + COLUMNS * CELL, BOUNDS[3])
    recipe = Recipe.of({name: SOURCES[name] for name in ("heat", "wells")})
    parts = (recipe.sources, recipe.layers, recipe.exclusions, recipe.weights)
    return Recipe(*parts), Recipe(*parts, bounds)


@given(seed=SEEDS)
@FEW
def test_the_dateline_is_a_place_like_any_other(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("dateline")
    home, there = _across(seed, folder)
    one, other = answer(folder / "home", home), answer(folder / "there", there)
    for name, values in one.layers.items():
        np.testing.assert_allclose(other.layers[name], values, atol=1e-5, rtol=1e-6, err_msg=name)
    numbers = ["rank", "score"]
    assert one.sites[numbers].round(6).equals(other.sites[numbers].round(6))
    east = one.sites.longitude - WEST
    away = (other.sites.longitude - (180 - 7 * CELL)) % 360
    np.testing.assert_allclose(away, east, atol=1e-6)


@given(seed=SEEDS)
@FEW
def test_a_raster_to_360_crosses_the_dateline_without_a_seam(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("to360")
    _, there = _across(seed, folder)
    two_halves = answer(folder / "there", there)
    world = make_world(seed, 180 - 7 * CELL)
    dataset(world.heat, west=180 - 7 * CELL).to_netcdf(folder / "there/one.nc", engine="h5netcdf")
    sources = {**there.sources, "heat": "{file: one.nc, units: mW m-2, status: measured}"}
    recipe = Recipe(sources, there.layers, there.exclusions, there.weights, there.bounds)
    assert_same(two_halves, answer(folder / "there", recipe), 1e-6)
