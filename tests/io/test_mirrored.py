"""Features that have lost a sign: each of them, and those that have lost nothing."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from siting.findings import Finding, collect
from siting.io.mirrored import on_window, tell_mirrored

WINDOW = (-120.0, 38.0, -118.0, 40.0)


def told(*others, on: int = 9) -> list[Finding]:
    places = [Point(-119, 39 + 0.01 * k) for k in range(on)]
    frame = gpd.GeoDataFrame(geometry=[*places, *others], crs="EPSG:4326")
    frame.attrs["source"] = "wells.csv"
    with collect() as findings:
        tell_mirrored(frame, WINDOW)
    return findings


@pytest.mark.parametrize(
    ("slip", "place"),
    [
        (Point(119, 39), "119, 39"),
        (Point(-119, -39), "-119, -39"),
        (Point(119, -39), "119, -39"),
        (box(118.5, 38.5, 119.5, 39.5), "118.5, 38.5"),
        (box(-119.5, -39.5, -118.5, -38.5), "-119.5, -39.5"),
        (box(118.5, -39.5, 119.5, -38.5), "118.5, -39.5"),
    ],
)
def test_a_lost_sign_is_told(slip, place: str) -> None:
    assert told(slip) == [
        Finding(
            "FEATURES_OUTSIDE",
            "features lie off the grid that would lie on it with the other sign",
            "wells.csv",
            f"1 of 10: row 10 at {place}",
            "-120, 38, -118, 40",
            "has a longitude or a latitude lost its minus?",
        )
    ]


@pytest.mark.parametrize(
    "other", [Point(110, 39), Point(-110, 39), Point(119, 50), Point(39, -119), box(0, 0, 1, 1)]
)
def test_what_lies_elsewhere_has_lost_no_sign(other) -> None:
    assert told(other) == []


def test_a_tenth_at_most_are_slips_and_three_are_named() -> None:
    assert told(Point(119, 39), on=8) == []
    assert told() == []
    assert told(on=0) == []
    (found,) = told(*[Point(119, 39)] * 4, on=36)
    assert found.found == ("4 of 40: row 37 at 119, 39; row 38 at 119, 39; row 39 at 119, 39")


@pytest.mark.parametrize(
    ("bounds", "on"),
    [
        ((-118, 38, -117, 39), True),  # touches the eastern edge
        ((-117.9, 38, -117, 39), False),
        ((-121, 38, -120, 39), True),
        ((-121, 38, -120.1, 39), False),
        ((-119, 40, -119, 41), True),
        ((-119, 40.1, -119, 41), False),
        ((-119, 37, -119, 38), True),
        ((-119, 37, -119, 37.9), False),
        ((241, 39, 241, 39), True),  # the same place by another turn
        ((-479, 39, -479, 39), True),
    ],
)
def test_bounds_touch_a_window(bounds: tuple[float, ...], on: bool) -> None:
    assert on_window(np.array(bounds, dtype=float)[:, None], WINDOW).tolist() == [on]
