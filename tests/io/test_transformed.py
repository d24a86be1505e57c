"""Coordinates by polynomials against those of every point transformed."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer

from siting.io.transformed import LEAST, TOLERANCE, plane

WGS84 = CRS("EPSG:4326")


def exact(own, crs, affine, i, j):
    x, y = affine * np.meshgrid(j, i)
    found = Transformer.from_crs(own, crs, always_xy=True).transform(x, y)
    return [np.where(np.isfinite(each), each, np.nan) for each in found]


# Great Basin; ice and the pole; the dateline within; both projected; a shift of datum.
CASES = [
    ("EPSG:5070", WGS84, Affine(1000, 0, -2.2e6, 0, -1000, 2.4e6)),
    ("EPSG:3413", WGS84, Affine(20_000, 0, -5.2e6, 0, -20_000, 5.3e6)),
    ("EPSG:3571", WGS84, Affine(10_000, 0, -3e6, 0, -10_000, 3e6)),
    ("EPSG:32611", "EPSG:5070", Affine(100, 0, 3e5, 0, -100, 4.4e6)),
    (WGS84, "EPSG:32611", Affine(0.01, 0, -120, 0, -0.01, 41)),
    ("EPSG:5070", "EPSG:4267", Affine(5000, 0, -2.2e6, 0, -5000, 2.4e6)),
]


@pytest.mark.parametrize(("own", "crs", "affine"), CASES)
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_coordinates_are_those_of_the_transformation(own, crs, affine, shift) -> None:
    own, crs = CRS(own), CRS(crs)
    i, j = np.arange(30, 560) + shift, np.arange(0, 300) + shift
    found = plane(own, crs, affine).coordinates(i, j)
    wanted = exact(own, crs, affine, i, j)
    error = [a - b for a, b in zip(found, wanted, strict=True)]
    length = 360.0 if crs.is_geographic else 4e7
    if crs.is_geographic:
        error[0] = (error[0] + 180) % 360 - 180  # -180 is 180
    for each, known in zip(error, wanted, strict=True):
        assert np.array_equal(np.isnan(each), np.isnan(known))
        assert np.nanmax(np.abs(each)) <= 3 * TOLERANCE * length  # 1 um, PROJ's rounding included


def test_longitudes_stay_within_half_a_turn() -> None:
    affine = Affine(10_000, 0, -3e6, 0, -10_000, 3e6)
    x, _ = plane(CRS("EPSG:3571"), WGS84, affine).coordinates(np.arange(600.0), np.arange(600.0))
    assert x.min() >= -180
    assert x.max() <= 180


def test_most_points_follow_from_few() -> None:
    found = plane(CRS("EPSG:5070"), WGS84, Affine(1000, 0, -2e6, 0, -1000, 2.4e6))
    transform, asked = found.transform, []
    found.transform = lambda x, y: asked.append(x.size) or transform(x, y)
    found.coordinates(np.arange(1024.0), np.arange(1024.0))
    assert sum(asked) == 16 * (12**2 + 11**2)


def test_a_point_is_the_same_whatever_is_asked_for() -> None:
    own, affine = CRS("EPSG:3413"), Affine(20_000, 0, -5.2e6, 0, -20_000, 5.3e6)
    here = plane(own, WGS84, affine)
    i, j = np.arange(0, 520.0), np.arange(0, 300.0)
    whole = here.coordinates(i, j)
    part = here.coordinates(i[250:301], j[97:260])
    for one, other in zip(whole, part, strict=True):
        assert one[250:301, 97:260].tobytes() == other.tobytes()
    assert LEAST < 64
