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
from siting.io.quantity_range import check_quantity
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
