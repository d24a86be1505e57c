"""Fields of bodies with a closed form, their derivatives and continuations.

Point mass (sphere), vertical gravity at height h above a mass at depth z, downward positive:
g = G M (z + h)/(r² + (z + h)²)^1.5 (Blakely 1995, Potential theory in gravity and magnetic
applications, equation 3.3 and section 3.2.1), so that the downward derivative at h = 0 is
-dg/dz = G M (2 z² - r²)/(r² + z²)^2.5.

Vertical dipole (sphere magnetised vertically in a vertical field, reduced to the pole), from
equation 4.13: T = C (2 z² - r²)/(r² + z²)^2.5, whose downward derivative is
C (6 z³ - 9 z r²)/(r² + z²)^3.5.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.geodesy import geodesic_distance
from siting.grid import as_layer, longitude_latitude, make_grid
from siting.layers import gravity, magnetics, potential_fields

UTM = make_grid("EPSG:32611", 1_000, (450_000, 4_350_000, 578_000, 4_478_000))
GRIDS = {
    "UTM": UTM,
    # Cells at 60 N are half as wide as high; their width changes by 6 % over the grid.
    "geographic at 60 N": make_grid("EPSG:4326", 0.01, (10, 59, 12.6, 61)),
    "world's equal areas at 60 N": make_grid(
        "EPSG:6933", 1_000, (1_000_000, 6.32e6, 1_200_000, 6.38e6)
    ),
}
SOURCE = 6_000.0  # [m] depth
STRENGTH = 6.674e-11 * 3e15 * 1e5  # G M of a mass of 3e15 kg [mGal m2]


def square_distance(grid: GeoBox) -> NDArray[np.float64]:
    """From the cell in the middle of the grid, over the ground."""
    rows, columns = grid.shape.yx
    place = longitude_latitude(grid, slice(0, rows), slice(0, columns))
    middle = (rows // 2, columns // 2)
    return geodesic_distance(*place, place[0][middle], place[1][middle]) ** 2


def mass(r2: NDArray[np.float64], z: float) -> NDArray[np.float64]:
    return STRENGTH * z / (r2 + z**2) ** 1.5


def inner(values: NDArray[np.floating]) -> NDArray[np.floating]:
    rows, columns = (length // 5 for length in values.shape)
    return values[rows:-rows, columns:-columns]


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_point_mass_continued_upward(grid: GeoBox) -> None:
    r2 = square_distance(grid)
    field = as_layer(mass(r2, SOURCE), grid, units="mGal")
    found = potential_fields.upward_continuation(field, 4_000.0, grid).values
    wanted = mass(r2, SOURCE + 4_000.0)
    # Within 0.5 % of the peak: what lies beyond the edge is not known.
    assert np.abs(inner(found - wanted)).max() < 0.005 * wanted.max()


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_point_mass_differentiated_downward(grid: GeoBox) -> None:
    r2 = square_distance(grid)
    field = as_layer(mass(r2, SOURCE), grid, units="mGal")
    found = gravity.vertical_gradient(field, grid).values
    wanted = STRENGTH * (2 * SOURCE**2 - r2) / (r2 + SOURCE**2) ** 2.5 * 1000
    assert np.abs(inner(found - wanted)).max() < 0.005 * wanted.max()


def test_point_mass_differentiated_sideways() -> None:
    # dg/dr = -3 G M z r/(r² + z²)^2.5; differences over a third of the depth flatten its peak.
    r2 = square_distance(UTM)
    found = gravity.horizontal_gradient(as_layer(mass(r2, SOURCE), UTM, units="mGal"), UTM).values
    wanted = 3 * STRENGTH * SOURCE * np.sqrt(r2) / (r2 + SOURCE**2) ** 2.5 * 1000
    assert np.abs(inner(found - wanted)).max() < 0.05 * wanted.max()


def test_vertical_dipole_differentiated_downward() -> None:
    r2, z = square_distance(UTM), SOURCE
    field = as_layer(1e13 * (2 * z**2 - r2) / (r2 + z**2) ** 2.5, UTM, units="nT")
    found = magnetics.vertical_gradient(field, UTM).values
    wanted = 1e16 * (6 * z**3 - 9 * z * r2) / (r2 + z**2) ** 3.5
    assert np.abs(inner(found - wanted)).max() < 0.005 * wanted.max()


def test_total_gradient_peaks_over_the_dipole_and_follows_its_formula() -> None:
    # |grad T|² with dT/dr = C r (3 r² - 12 z²)/(r² + z²)^3.5
    r2, z = square_distance(UTM), SOURCE
    field = as_layer(1e13 * (2 * z**2 - r2) / (r2 + z**2) ** 2.5, UTM, units="nT")
    found = magnetics.analytic_signal(field, UTM).values
    down, across = 6 * z**3 - 9 * z * r2, np.sqrt(r2) * (3 * r2 - 12 * z**2)
    wanted = 1e16 * np.hypot(down, across) / (r2 + z**2) ** 3.5
    assert np.abs(inner(found - wanted)).max() < 0.03 * wanted.max()
    assert np.unravel_index(np.nanargmax(found), found.shape) == (64, 64)


def test_tilt_of_a_point_mass_is_zero_at_its_depth_times_root_two() -> None:
    # The downward derivative changes sign where r² = 2 z².
    r2 = square_distance(UTM)
    found = potential_fields.tilt(as_layer(mass(r2, SOURCE), UTM), UTM).values
    row = found[64, 64:100]
    radius = np.sqrt(r2[64, 64:100])
    crossing = np.interp(0.0, -row, radius)
    assert crossing == pytest.approx(np.sqrt(2) * SOURCE, rel=0.01)
    assert row[0] > 80
