"""The climate of a place from its hours: by hand, on finer and coarser grids, from sites."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.hindcast import HindcastFile, open_hindcast
from siting.io.hindcast_memory import hindcast_of
from siting.layers.hindcast import climate, extreme_height, irradiance, wind_speed
from tests import hindcast_files as files

HS, TE = "significant_wave_height", "wave_energy_period"


def era5(folder: Path) -> HindcastFile:
    """Ten days on cells of half a degree; the first is land."""
    with collect():
        found = open_hindcast(files.write(files.era5_waves(), folder / "era5.nc"))
    found.attrs.update(status="measured", vintage="2020", label_leak=False)
    return found


def quietly(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    with collect():
        return call(*args, **named)


def test_cells_of_the_same_grid_keep_their_figures(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 0.5, (-127.25, 40.75, -125.25, 42.25))
    found = quietly(climate, era5(tmp_path), grid)
    hs, te = files.heights().astype("f4"), files.periods().astype("f4")
    january = files.hours().astype("datetime64[M]").astype(int) % 12 == 0
    wanted = hs[january].mean(axis=0)
    assert np.allclose(found.significant_wave_height.sel(month=1), wanted, equal_nan=True)
    assert np.isnan(found.significant_wave_height.sel(month=1).values[0, 0]), "land stays land"
    # 490.2701 W m-3 s-1: 1025 kg m-3 x (9.80665 m s-2)^2 / (64 pi)
    power = (0.4902701 * hs.astype(float) ** 2 * te)[january].mean(axis=0)
    assert np.allclose(found.wave_power.sel(month=1), power, rtol=1e-5, equal_nan=True)
    assert np.allclose(found.height_maximum, hs.max(axis=0), equal_nan=True)
    assert np.nanmin(found.hours.values) == np.nanmax(found.hours.values) == 240
    assert found.wave_power.attrs["units"] == "kW m-1"
    assert found.wave_power.attrs["status"] == "derived"


def test_the_flux_of_the_hours_is_that_of_energy_period_and_mean_square(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 0.5, (-127.25, 40.75, -125.25, 42.25))
    found = quietly(climate, era5(tmp_path), grid)
    square = (files.heights().astype("f4").astype(float) ** 2)[48:].mean(axis=0)
    power = 0.4902701 * square * found.energy_period.sel(month=1)
    assert np.allclose(found.wave_power.sel(month=1), power, rtol=1e-5, equal_nan=True)


def test_a_finer_grid_takes_the_cell_its_middle_lies_in(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 0.25, (-127.25, 40.75, -125.25, 42.25))
    found = quietly(climate, era5(tmp_path), grid).significant_wave_height.sel(month=1)
    coarse = files.heights().astype("f4")[48:].mean(axis=0)
    assert np.allclose(found, coarse.repeat(2, axis=0).repeat(2, axis=1), equal_nan=True)


def test_a_coarser_grid_takes_the_mean_of_what_has_data(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 1.0, (-127.25, 41.25, -125.25, 42.25))
    found = quietly(climate, era5(tmp_path), grid).significant_wave_height.sel(month=1)
    cells = files.heights().astype("f4")[48:].mean(axis=0)[:2]
    # Within two rows areas differ by cos(42)/cos(41.5), 0.8 %.
    wanted = [np.nanmean(cells[:, :2]), np.nanmean(cells[:, 2:])]
    assert np.allclose(found.values[0], wanted, rtol=2e-3)


def test_only_the_grids_part_of_the_file_is_taken(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 0.5, (-126.75, 41.25, -126.25, 41.75))
    found = quietly(climate, era5(tmp_path), grid).height_maximum
    assert found.values.item() == pytest.approx(files.heights()[:, 1, 1].max())


SITES = [-124.9, -124.8, -123.5], [44.1, 44.3, 44.5]


def sites(**values: float) -> HindcastFile:
    """Three sites, with a value that is the same at all hours and twice as much at the second."""
    times = np.datetime64("2020-06-01", "s") + 3600 * np.arange(3)
    return hindcast_of(times, *SITES, {
        name: np.full((3, 1), value) * [[1.0, 2.0, 5.0]] for name, value in values.items()
    })  # fmt: skip


def test_sites_in_a_cell_are_averaged_and_near_ones_stand_in() -> None:
    grid = make_grid("EPSG:4326", 1.0, (-126, 43, -122, 45))
    hindcast = sites(wind_speed=6.0)
    here = quietly(wind_speed, hindcast, grid, reach=1_000.0).sel(month=6).values
    assert here[0].tolist() == pytest.approx([np.nan, 9.0, 30.0, np.nan], nan_ok=True)
    assert np.isnan(here[1]).all()
    # From 44.5 N 125.5 W the first site is 65 km away and the second 60 km; no middle of a cell of
    # the other row is nearer than 74 km to any.
    wide = quietly(wind_speed, hindcast, grid, reach=70_000.0).sel(month=6).values
    assert wide[0, 0] == 12.0
    assert np.isnan(wide[1]).all()


def test_radiation_and_waves_need_their_quantities() -> None:
    grid = make_grid("EPSG:4326", 1.0, (-126, 43, -122, 45))
    sun = quietly(irradiance, sites(solar_irradiance=100.0), grid)
    assert sun.sel(month=6).values[0, 1] == 150.0
    with pytest.raises(InputError, match="VARIABLE_MISSING"):
        quietly(climate, sites(solar_irradiance=100.0), grid)


def test_storms_of_fifty_years_need_ten() -> None:
    grid = make_grid("EPSG:4326", 1.0, (-125, 44, -124, 45))
    nine = np.arange("2000-01-01", "2009-01-01", 6, dtype="datetime64[h]")
    sea = hindcast_of(nine, [-124.5], [44.5], {HS: np.ones((nine.size, 1))})
    with pytest.raises(InputError, match="SERIES_TOO_SHORT"):
        quietly(extreme_height, sea, grid)


def test_results_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    grid = make_grid("EPSG:4326", 0.5, (-127.25, 40.75, -125.25, 42.25))
    turned = files.era5_waves().isel(latitude=slice(None, None, -1))
    with collect():
        other = open_hindcast(files.write(turned, tmp_path / "turned.nc"))
    one, two = (quietly(climate, each, grid) for each in (era5(tmp_path), other))
    for name in one._fields:
        xr.testing.assert_equal(getattr(one, name), getattr(two, name))
