"""Values beside what their quantity can be: where the alarm begins, and what it says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from siting.findings import Finding, collect
from siting.io.placement import Frame
from siting.io.quantities import quantities
from siting.io.quantity_range import check_quantity, explanation
from siting.io.source import RasterSource


def unread(rows: slice, columns: slice) -> np.ma.MaskedArray:
    raise NotImplementedError


FRAME = Frame(CRS.from_epsg(4326), Affine(0.1, 0, -120, 0, -0.1, 40), 20, 20)
SOURCE = RasterSource(
    Path("a.tif"), FRAME, np.dtype("f4"), unread, units="m", quantity="significant_wave_height"
)
WAVES = quantities()["significant_wave_height"]


def told(low: float, median: float, high: float, **changes) -> list[Finding]:
    with collect() as findings:
        check_quantity(replace(SOURCE, **changes), low, median, high)
    return findings


def test_values_up_to_the_ends_of_their_ranges_are_plausible() -> None:
    (low, high), (least, most) = WAVES.range, WAVES.typical
    assert told(low, least, high) == []
    assert told(low, most, high) == []
    assert told(high, most, low) == []  # the ends in either order


@pytest.mark.parametrize("end", [0, 1])
def test_values_beyond_the_range_are_told_with_it(end: int) -> None:
    ends, middle = list(WAVES.range), sum(WAVES.typical) / 2
    ends[end] += (-0.5, 0.5)[end]
    (found,) = told(ends[0], middle, ends[1])
    assert found.code == "RANGE_IMPLAUSIBLE"
    assert found.message == "values are not plausible for what they measure"
    assert found.where == "a.tif"
    assert found.found == f"{ends[0]:.6g} to {ends[1]:.6g} m, median {middle:.6g}"
    low, high = WAVES.range
    assert found.wanted == f"significant_wave_height from {low:g} to {high:g} m"


@pytest.mark.parametrize("end", [0, 1])
def test_a_median_that_no_region_has_is_told_with_what_is_usual(end: int) -> None:
    least, most = WAVES.typical
    middle = (least * 0.99, most * 1.01)[end]
    (found,) = told(WAVES.range[0], middle, WAVES.range[1])
    assert found.wanted == (
        f"significant_wave_height from {least:g} to {most:g} m in the median of a region"
    )


def test_ranges_are_of_values_in_the_quantitys_unit() -> None:
    low, high = WAVES.range
    middle = sum(WAVES.typical) / 2
    assert told(low * 100, middle * 100, high * 100, units="cm") == []
    (found,) = told(low * 100, middle * 100, high * 100 + 50, units="cm")
    assert found.found == f"{low:.6g} to {high + 0.5:.6g} m, median {middle:.6g}"
    assert told(low, middle, high, units="") == []
    assert told(low, middle, high * 9, units="K") == []  # refused elsewhere


# --- what would explain values -------------------------------------------------------------------

NOTHING = "check the units, the no-data value and `quantity:`"
POWERS = "are these logarithms, or decibels? Undo them first"
# Of a quantity that is usual from 0.01 to 10, and never below zero.
SMALL = replace(WAVES, units="1", range=(0.0, 20.0), typical=(0.01, 10.0))


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (-2.0, 0.0, POWERS),  # 0.01 to 1
        (-1.99, -0.5, POWERS),
        (-2.01, 0.0, NOTHING),  # less than usual
        (-2.0, 0.01, NOTHING),  # not all below zero
    ],
)
def test_logarithms_are_of_usual_values(low: float, high: float, says: str) -> None:
    # A median of -0.001 is too small for another factor, a sign or a unit to make it usual.
    assert explanation(SMALL, low, -1e-12, high) == says


@pytest.mark.parametrize(
    ("typical", "values", "says"),
    [
        ((1e-9, 10.0), (-6.0, -1.0), NOTHING),  # a millionth: more likely something else
        ((1e-9, 10.0), (-5.99, -1.0), POWERS),
        ((0.01, 0.1), (-2.0, -1.0), POWERS),  # up to the end of what is usual
        ((0.01, 0.0999), (-2.0, -1.0), NOTHING),
        ((0.01, 10.0), (-1.0, 0.0), POWERS),
    ],
)
def test_logarithms_are_small_numbers(typical, values, says: str) -> None:
    assert explanation(replace(SMALL, typical=typical), values[0], -1e-12, values[1]) == says


def test_values_of_a_quantity_with_a_sign_are_no_logarithms() -> None:
    signed = replace(SMALL, range=(-0.5, 20.0))
    assert explanation(signed, -2.0, -1e-12, -1.0) == NOTHING


# Each by hand: values in the wrong unit are the right ones times the factor of it.
@pytest.mark.parametrize(
    ("quantity", "values", "says"),
    [
        ("air_temperature", (263.15, 288.15, 303.15), "is it 273.15 too large: are these kelvin"),
        ("air_temperature", (-283.15, -258.15, -243.15),
         "is it 273.15 too small: are these degrees Celsius called kelvin"),
        ("porosity", (-5.0, 0.0, 7.0), NOTHING),
        ("slope", (0.0, 0.1, 0.5), "are these radians"),
        ("elevation", (0.0, 20000.0, 28000.0), "are these feet"),
        ("heat_flow", (0.04, 0.06, 0.12), "is it 1000 times too small: are these W m-2"),
        ("share", (0.0, 50.0, 100.0), "is it 100 times too large: are these percent"),
        ("density", (1.5, 2.6, 3.1), "is it 1000 times too small: are these g cm-3"),
        ("air_pressure", (98000.0, 101300.0, 103000.0), "is it 100 times too large: are these Pa"),
        ("crustal_thickness", (30000.0, 40000.0, 60000.0),
         "is it 1000 times too large: are these m"),
        ("sea_depth", (-5000.0, -3000.0, -600.0),
         "is it of the other sign: is the axis positive the other way"),
        ("wave_power", (10000.0, 30000.0, 90000.0), "is it 1000 times too large: are these W m-1"),
        ("s_wave_velocity", (2.0, 3.5, 4.5), "is it 1000 times too small: are these km s-1"),
        ("elevation", (1e5, 3e5, 8e5), "is it 100 or 1000 times too large: are these cm or mm"),
        ("strain_rate", (-50.0, 20.0, 900.0),
         "is it 1,000,000,000 times too large: are these 1e-9 yr-1"),
    ],
)  # fmt: skip
def test_what_would_explain_values_is_asked(quantity: str, values, says: str) -> None:
    told = explanation(quantities()[quantity], *values)
    assert told == (says if says == NOTHING else f"{says}? Correct `units:`")


def test_a_region_reaches_to_the_pole_beyond_55_degrees() -> None:
    for north, polar in ((55.0, False), (55.01, True), (-53.0, False), (-53.01, True)):
        frame = Frame(CRS.from_epsg(4326), Affine(0.1, 0, -120, 0, -0.1, north), 20, 20)
        # 5 W m-2 is night for a month near the pole and a mistake elsewhere.
        found = told(0.0, 5.0, 300.0, frame=frame, quantity="solar_irradiance", units="W m-2")
        assert len(found) == (not polar), north


@pytest.mark.parametrize(("middle", "count"), [(1.0, 0), (1.01, 1), (11.9, 1), (12.0, 0)])
def test_a_day_has_more_light_than_a_night_and_less_than_the_sun(middle: float, count: int) -> None:
    found = told(0.0, middle, 300.0, quantity="solar_irradiance", units="W m-2")
    assert len(found) == count
    if found:
        assert found[0].wanted == (
            "solar_irradiance from 12 to 1200 W m-2 in the median of a region"
        )
