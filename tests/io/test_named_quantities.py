"""What a gridded file measures, by its standard name, variable, words, or the source's own name."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from pyproj import CRS

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.io.placement import Frame
from siting.io.quantities import is_direction, known, names_directions, with_units
from siting.io.source import RasterSource

HS = "sea_surface_wave_significant_height"
TE = "sea_surface_wave_mean_period_from_variance_spectral_density_inverse_frequency_moment"


def source(path: str = "a.nc", **told) -> RasterSource:
    frame = Frame(CRS("EPSG:4326"), Affine(1, 0, 0, 0, -1, 0), 1, 1)
    return RasterSource(
        path=Path(path), frame=frame, dtype=np.dtype("float32"),
        load=lambda rows, columns: np.ma.zeros((1, 1)), **told,
    )  # fmt: skip


def quantity(wanted: str | None = None, name: str = "x", **told) -> tuple[str, list[str]]:
    with collect() as findings:
        found = known(source(**told), wanted, name)
    return found.quantity, [each.found for each in findings]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"standard_name": HS, "units": "m"}, "significant_wave_height"),
        ({"standard_name": HS}, "significant_wave_height"),
        ({"standard_name": TE, "units": "s"}, "wave_energy_period"),
        ({"variable": "VHM0", "units": "m"}, "significant_wave_height"),
        ({"variable": "VHM0"}, ""),  # a name of a few letters counts with its unit
        ({"variable": "vhm0", "units": "s"}, ""),
        ({"long_name": " Significant  wave HEIGHT ", "units": "m"}, "significant_wave_height"),
        ({"long_name": "significant wave height"}, ""),
        ({"long_name": "significant wave height", "units": "K"}, ""),
        ({"standard_name": "no_such_name", "variable": "vhm0", "units": "m"},
         "significant_wave_height"),
        ({"units": "m"}, ""),
        ({"units": "parsnips", "variable": "vhm0"}, ""),
    ],
)  # fmt: skip
def test_what_a_file_says_for_sure(told, expected) -> None:
    assert quantity(**told) == (expected, [])


@pytest.mark.parametrize(
    ("name", "path", "units", "expected"),
    [
        ("significant_wave_height", "a.nc", "m", "significant_wave_height"),
        ("vhm0", "a.nc", "m", "significant_wave_height"),
        ("x", "VHM0.tif", "", "significant_wave_height"),
        ("vhm0", "a.nc", "s", ""),
        ("x", "a.nc", "m", ""),
    ],
)
def test_what_the_names_of_source_and_file_suggest(name, path, units, expected) -> None:
    assert quantity(None, name, path=path, units=units)[0] == expected


def test_what_the_pipeline_says_goes_first() -> None:
    assert quantity("significant_wave_height", units="m")[0] == "significant_wave_height"
    assert quantity("wave_energy_period", standard_name=TE)[0] == "wave_energy_period"
    with pytest.raises(InputError, match="QUANTITY_MISMATCH") as caught:
        quantity("wave_energy_period", standard_name=HS, variable="v")
    told = caught.value
    assert (told.where, told.wanted) == ("a.nc: v", "wave_energy_period")
    assert told.found == (
        f"significant_wave_height (Significant wave height), by its standard name {HS}"
    )
    assert told.fix.endswith("`quantity: significant_wave_height`")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"variable": "VHM0", "units": "m"}, "the variable's name VHM0"),
        ({"long_name": "significant wave height", "units": "m"},
         "its long name 'significant wave height'"),
    ],
)  # fmt: skip
def test_by_what_a_file_says_it(told, words) -> None:
    with pytest.raises(InputError, match="QUANTITY_MISMATCH") as caught:
        quantity("heat_flow", **told)
    assert caught.value.found.endswith(f"by {words}")


def test_files_that_contradict_themselves() -> None:
    found, told = quantity(standard_name=TE, variable="vhm0", units="m")
    assert found == "wave_energy_period"
    (words,) = told
    assert words.startswith("wave_energy_period by its standard name")
    assert words.endswith("significant_wave_height by the variable's name")
    assert quantity(standard_name=HS, units="K")[1] == [
        "significant_wave_height in K, instead of m or the like"
    ]
    assert quantity(standard_name=HS, units="km")[1] == []


@pytest.mark.parametrize(
    ("told", "untyped"),
    [
        ({"long_name": "Wave period", "units": "s"}, True),
        ({"variable": "swell_period", "units": "s"}, True),
        ({"standard_name": "sea_surface_period", "units": "min"}, True),
        ({"long_name": "Wave period", "units": "m"}, False),
        ({"long_name": "Wave period"}, False),
        ({"long_name": "Wave period", "units": "parsnips"}, False),
        ({"long_name": "Period of rotation", "units": "s"}, False),
        ({"long_name": "Wave length", "units": "s"}, False),
        ({"long_name": "Wave periodicity", "units": "s"}, False),
        ({"standard_name": TE, "units": "s"}, False),
    ],
)
def test_periods_that_nobody_types(told, untyped) -> None:
    if not untyped:
        quantity(**told)
        return
    with pytest.raises(InputError, match="PERIOD_UNTYPED") as caught:
        quantity(**told)
    assert caught.value.found == next(
        told[key] for key in ("standard_name", "long_name", "variable") if key in told
    )
    assert quantity("wave_energy_period", **told)[0] == "wave_energy_period"


def test_directions_are_known_by_name_and_unit() -> None:
    towards = "sea_surface_wave_from_direction"
    assert is_direction(source(standard_name=towards, units="degree"))
    assert not is_direction(source(standard_name="x", units="degree"))
    assert not is_direction(source(units="degree"))
    assert not names_directions(source(units="degree"))
    assert not names_directions(source(quantity="significant_wave_height", units="degree"))


def layer(**attrs: str) -> xr.DataArray:
    return xr.DataArray(np.zeros((1, 1)), attrs=attrs)


@pytest.mark.parametrize(
    ("attrs", "name", "code", "words"),
    [
        ({"kind": "continuous"}, None, "UNITS_MISSING", "a unit such as 'mW m-2'"),
        ({"kind": "circular"}, None, "UNITS_MISSING", "a unit such as"),
        ({"kind": "continuous"}, "significant_wave_height", "UNITS_MISSING", "a unit such as 'm'"),
        ({"kind": "continuous", "units": "K"}, "significant_wave_height", "UNITS_CONFLICT", "m"),
        ({"kind": "categorical"}, None, "", ""),
        ({"kind": "continuous", "units": "km"}, "significant_wave_height", "", ""),
        ({"kind": "continuous", "units": "K"}, "no_such", "", ""),
        ({"kind": "continuous", "units": "K"}, None, "", ""),
    ],
)
def test_units_that_a_quantity_can_have(attrs, name, code, words) -> None:
    if not code:
        given = layer(**attrs)
        assert with_units(given, name, "a.nc").attrs == attrs
        return
    with pytest.raises(UnitsError, match=code) as caught:
        with_units(layer(**attrs), name, "a.nc")
    assert caught.value.where == "a.nc"
    assert words in caught.value.wanted
