"""Quantities: a table that holds together, and no alarm over data that are good."""

import os
from pathlib import Path

import pytest
import xarray as xr

from siting import units
from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io.quantities import known_name, quantities
from siting.io.quantity_range import explanation
from siting.io.raster import read_raster
from siting.sources.catalogue import catalogue

RASTERS = {name: entry for name, entry in catalogue().items() if entry.format == "raster"}


def test_every_entry_has_a_unit_a_source_and_ranges_that_fit() -> None:
    for name, each in quantities().items():
        assert units.compatible(each.units, each.units), name
        assert each.source, name
        assert each.range[0] <= each.typical[0] < each.typical[1] <= each.range[1], name
        assert not each.part_of or each.part_of in quantities()
        assert each.title[0].isupper()


@pytest.mark.parametrize("key", ["standard_names", "names", "long_names"])
def test_no_name_stands_for_two_quantities(key: str) -> None:
    every = [name for each in quantities().values() for name in getattr(each, key)]
    assert sorted(every) == sorted(set(every))
    assert all(name == name.lower() for name in every)


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="wave_energy_period"):
        known_name("wave_energy_perod")


@pytest.mark.parametrize(
    ("quantity", "values", "says"),
    [
        ("heat_flow", (0.03, 0.06, 0.2), "W m-2"),
        ("crustal_thickness", (7000, 33000, 70000), "are these m?"),
        ("sea_surface_temperature", (271, 290, 303), "kelvin"),
        ("sea_surface_temperature", (41, 68, 86), "Fahrenheit"),
        ("sea_depth", (-6000, -3000, -5), "other sign"),
        ("population_density", (-4.0, -2.0, -1.0), "logarithms"),
        ("significant_wave_height", (0.0, 1.0, 1e6), "check the units"),
    ],
)
def test_the_explanation_names_what_would_be_plausible(quantity, values, says) -> None:
    assert says in explanation(quantities()[quantity], *values)


@pytest.mark.parametrize("name", RASTERS)
@pytest.mark.parametrize(
    "bounds", [(-180, -60, 180, 84), (-120, 35, -112, 42), (140, -10, 160, 20), (-25, 60, -10, 70)]
)
def test_embedded_layers_raise_no_alarm(name: str, bounds: tuple[float, ...]) -> None:
    entry = RASTERS[name]
    grid = make_grid("EPSG:4326", 1.0, bounds)
    band = 7 if name.endswith("_monthly") else None
    with collect() as findings:
        read_raster(
            entry.path,
            grid,
            kind=entry.kind,
            units=entry.units,
            band=band,
            quantity=entry.quantity,
            name=name,
        )
    alarms = {each.code for each in findings if each.severity == "warning"}
    # Rightly told: a sea without ice is the same everywhere.
    assert alarms <= ({"LAYER_CONSTANT"} if name.startswith("sea_ice") else set())


def reference(name: str) -> Path:
    """A file of the reference data, or a skip."""
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder or not (Path(folder) / name).exists():
        pytest.skip(f"needs {name} of the reference data: set SITING_REFERENCE_DATA")
    return Path(folder) / name


@pytest.mark.parametrize("quantity", ["elevation", None])
def test_relief_of_the_great_basin_raises_no_alarm(quantity: str | None) -> None:
    path = reference("geo/great_basin_relief_30s.nc")
    grid = make_grid("EPSG:4326", 0.1, (-122, 36, -112, 43))
    with collect() as findings:
        read_raster(path, grid, kind="continuous", units="m", quantity=quantity)
    assert findings == []


def test_relief_in_another_unit_raises_an_alarm() -> None:
    path = reference("geo/great_basin_relief_30s.nc")
    grid = make_grid("EPSG:4326", 0.1, (-122, 36, -112, 43))
    with collect() as findings:
        read_raster(path, grid, kind="continuous", units="cm", quantity="heat_flow")
    assert findings == []  # a unit that does not fit is refused with the source's own words
    with collect() as findings:
        read_raster(path, grid, kind="continuous", units="km", quantity="elevation")
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]


def test_wrong_quantity_is_refused_by_name(tmp_path) -> None:

    dataset = xr.Dataset(
        {"pp1d": (("lat", "lon"), [[8.0, 9.0], [10.0, 11.0]], {"units": "s"})},
        coords={"lat": [1.5, 0.5], "lon": [0.5, 1.5]},
    )
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 2))
    with pytest.raises(InputError, match="QUANTITY_MISMATCH") as caught:
        read_raster(tmp_path / "a.nc", grid, kind="continuous", quantity="wave_energy_period")
    assert "pp1d" in caught.value.found
