"""Energy added up over each step becomes power, where the length of the steps is known."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.io.accumulated import as_rate
from siting.io.placement import Frame
from siting.io.source import Part, RasterSource
from siting.io.time_axis import CIVIL_YEAR, TimeAxis

HOUR = 3600.0


def source(units: str) -> RasterSource:
    return RasterSource(
        path=Path("a.nc"),
        frame=Frame(CRS("EPSG:4326"), Affine(1, 0, 0, 0, -1, 0), 1, 1),
        dtype=np.dtype("float32"),
        load=lambda rows, columns: np.ma.zeros((1, 1)),
        scale=7200.0,
        offset=3600.0,
        units=units,
        variable="ssrd",
    )


def rated(units: str, wanted: str, hours: list[float]) -> tuple[RasterSource, list[str]]:
    axis = TimeAxis("a.nc: time", np.array(hours) * HOUR, CIVIL_YEAR)
    with collect() as findings:
        found = as_rate(source(units), axis, Part(units=wanted))
    return found, [f"{each.code} {each.severity} {each.found}" for each in findings]


@pytest.mark.parametrize(("hours", "length"), [([0, 1, 2], 1), ([6, 3, 0], 3), ([0, 1, 2, 9], 1)])
def test_energy_is_divided_by_the_length_of_a_step(hours, length) -> None:
    found, told = rated("J m-2", "W m-2", hours)
    assert (found.scale, found.offset) == (7200 / HOUR / length, 1 / length)
    assert found.units == "J m-2 s-1"
    words = "1 hour" if length == 1 else f"{length} hours"
    assert told == [f"TIME_ACCUMULATED note J m-2 in steps of {words}"]


@pytest.mark.parametrize(
    ("have", "want"),
    [("W m-2", "W m-2"), ("J m-2", "J m-2"), ("kWh m-2", "MJ m-2"), ("K", "W m-2"), ("", "W m-2")],
)
def test_what_is_no_energy_for_a_rate_stays(have, want) -> None:
    found, told = rated(have, want, [0, 1, 2])
    assert (found.units, found.scale, found.offset, told) == (have, 7200.0, 3600.0, [])


def test_units_that_nobody_knows_are_for_others_to_refuse() -> None:
    assert rated("parsnips", "W m-2", [0, 1])[1] == []


@pytest.mark.parametrize("hours", [[0], [0, 3.1, 6.2], [0, 24, 48], [0, 1, 2, 2.98, 3.98]])
def test_a_length_that_is_not_known_is_refused(hours) -> None:
    with pytest.raises(InputError, match="TIME_ACCUMULATED") as caught:
        rated("J m-2", "W m-2", hours)
    assert caught.value.where == "a.nc: ssrd"
    assert caught.value.wanted == "W m-2, or even steps of at most 3 hours"


def test_steps_that_are_even_but_for_a_hundredth_are_even() -> None:
    assert rated("J m-2", "W m-2", [0, 1, 2, 2.992, 3.992])[0].units == "J m-2 s-1"
