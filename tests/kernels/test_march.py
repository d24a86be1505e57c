"""Ways over water against geodesics, hand-worked detours and an exhaustive search."""

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from siting.geodesy import ecef, geodesic_distance
from siting.kernels.march import Sources, over_water

WEST, NORTH = 170.0, 52.0  # of the grids of these tests, cells of 1 degree


def centres(rows: int, columns: int, west: float = WEST) -> tuple[np.ndarray, np.ndarray]:
    i, j = np.mgrid[:rows, :columns]
    return west + j + 0.5, NORTH - i - 0.5


def march(
    water: np.ndarray, *cells: tuple[int, int], west: float = WEST, wraps: bool = False
) -> np.ndarray:
    """Ways to centres of cells."""
    longitude, latitude = centres(*water.shape, west)
    points = ecef(longitude, latitude)
    flat = np.array([row * water.shape[1] + column for row, column in cells])
    sources = Sources(flat, points.reshape(-1, 3)[flat], np.zeros(len(flat)))
    return over_water(water, points, sources, wraps=wraps)


def way(*places: tuple[float, float]) -> float:
    """Length of a way along geodesics between places (row, column)."""
    latitude = NORTH - np.array([row for row, _ in places]) - 0.5
    longitude = WEST + np.array([column for _, column in places]) + 0.5
    legs = geodesic_distance(longitude[:-1], latitude[:-1], longitude[1:], latitude[1:])
    return float(legs.sum())


def test_open_water_is_a_geodesic_in_every_direction() -> None:
    # A march along eight neighbours would be up to 8 % too long here.
    found = march(np.ones((40, 60), bool), (17, 31))
    longitude, latitude = centres(40, 60)
    true = geodesic_distance(longitude, latitude, longitude[17, 31], latitude[17, 31])
    np.testing.assert_allclose(found, true, rtol=1.2e-4, atol=1e-3)


def test_the_dateline_is_no_border() -> None:
    # From 179.5 E to 179.5 W at 40 N a geodesic of WGS 84 has 85,393 m (Karney's algorithm).
    points = ecef(*np.meshgrid(np.arange(-179.5, 180), [41.0, 40.0, 39.0]))
    harbour = Sources(np.array([2 * 360 - 1]), ecef([179.5], [40.0]), np.zeros(1))
    water = np.ones((3, 360), bool)
    assert over_water(water, points, harbour, wraps=True)[1, 0] == pytest.approx(85_393, abs=1)
    assert over_water(water, points, harbour, wraps=False)[1, 0] > 20e6


def test_the_way_round_a_cape_bends_at_its_last_cell() -> None:
    water = np.ones((11, 9), bool)
    water[:8, 4] = False
    found = march(water, (0, 0))
    # Down to the corner of the wall, past its end, and up again.
    assert found[0, 8] == pytest.approx(way((0, 0), (7, 3), (8, 4), (7, 5), (0, 8)), rel=1e-4)
    assert found[10, 0] == pytest.approx(way((0, 0), (10, 0)), rel=1e-4)
    assert np.isnan(found[3, 4])


def test_a_wall_across_a_world_that_wraps_sends_ships_the_other_way() -> None:
    longitude = np.arange(-175.0, 180, 10)
    points = ecef(*np.meshgrid(longitude, [5.0, -5.0]))
    water = np.ones((2, 36), bool)
    water[:, 18] = False
    harbour = Sources(np.array([17]), points[0, 17][None], np.zeros(1))
    found = over_water(water, points, harbour, wraps=True)
    assert np.nanargmax(found) in (19, 36 + 19)
    assert found[0, 19] == pytest.approx(34 * 10 * 111_319.5, rel=0.01)


def test_ships_do_not_slip_between_two_cells_of_land() -> None:
    water = np.array([[1, 0], [0, 1]], dtype=bool)
    assert np.isnan(march(water, (0, 0))[1, 1])
    water[0, 1] = True
    assert march(water, (0, 0))[1, 1] == pytest.approx(way((0, 0), (1, 1)), rel=1e-4)


def test_water_that_nothing_leads_to_is_unknown() -> None:
    water = np.ones((5, 5), bool)
    water[:, 2] = False
    found = march(water, (2, 0))
    assert np.isfinite(found[:, :2]).all()
    assert np.isnan(found[:, 2:]).all()


def test_several_sources_at_once_are_the_nearest_of_each() -> None:
    water = np.ones((9, 12), bool)
    water[1:8, 5] = False
    cells = [(0, 0), (8, 11), (4, 6)]
    together = march(water, *cells)
    alone = np.fmin.reduce([march(water, each) for each in cells])
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_the_way_from_a_place_to_the_water_is_added() -> None:
    points = ecef(*np.meshgrid([0.5, 1.5], [0.5]))
    harbour = Sources(np.array([0]), points[0, :1], np.array([5000.0]))
    found = over_water(np.ones((1, 2), bool), points, harbour, wraps=False)
    assert found[0] == pytest.approx([5_000, 5_000 + 111_315.3], abs=5)


def test_a_march_begins_in_water() -> None:
    with pytest.raises(ValueError, match="begins at one cell of water"):
        march(np.zeros((2, 2), bool), (0, 0))
    points = ecef(*np.meshgrid([0.5, 1.5], [0.5]))
    nowhere = Sources(np.zeros(0, int), np.zeros((0, 3)), np.zeros(0))
    with pytest.raises(ValueError, match="begins at one cell of water"):
        over_water(np.ones((1, 2), bool), points, nowhere, wraps=False)


def straight(water: np.ndarray, one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the straight way between two points of the earth meets water alone."""
    x, y, z = (one + np.linspace(0, 1, 400)[:, None] * (other - one)).T
    # Geodetic from geocentric latitude, by 1 - e² of WGS 84.
    latitude = np.degrees(np.arctan2(z, np.hypot(x, y) * 0.99330562))
    i = np.floor(NORTH - latitude).astype(int)
    j = np.floor(np.degrees(np.arctan2(y, x)) % 360 - WEST).astype(int)
    steps = (np.diff(i) != 0) & (np.diff(j) != 0)
    squeezed = steps & ~(water[i[:-1], j[1:]] | water[i[1:], j[:-1]])
    return bool(water[i, j].all() and not squeezed.any())


def step(water: np.ndarray, a: int, b: int) -> bool:
    """Whether two cells are neighbours between which a ship can go."""
    (i, j), (k, m) = (np.unravel_index(cell, water.shape) for cell in (a, b))
    return max(abs(i - k), abs(j - m)) == 1 and bool(water[i, m] or water[k, j])


def exhaustive(water: np.ndarray, start: tuple[int, int], *, lines: bool) -> np.ndarray:
    """Shortest ways by trying all steps, and with `lines` all straight ways between two cells."""
    cells = np.flatnonzero(water)
    longitude, latitude = (each.ravel()[cells] for each in centres(*water.shape))
    points = ecef(longitude, latitude)
    length = np.zeros((len(cells), len(cells)))
    for a in range(len(cells)):
        for b in range(a):
            if step(water, cells[a], cells[b]) or (lines and straight(water, points[a], points[b])):
                ends = longitude[a], latitude[a], longitude[b], latitude[b]
                length[a, b] = geodesic_distance(*ends)
    first = int(np.flatnonzero(cells == start[0] * water.shape[1] + start[1])[0])
    found = np.full(water.size, np.inf)
    found[cells] = dijkstra(length, directed=False, indices=first)
    return found.reshape(water.shape)


@pytest.mark.parametrize("seed", range(5))
def test_ways_between_islands_are_nearly_the_shortest(seed) -> None:
    water = np.random.default_rng(seed).random((10, 12)) > 0.15
    water[4, 4] = True
    found = np.nan_to_num(march(water, (4, 4)), nan=np.inf)
    best, by_steps = (exhaustive(water, (4, 4), lines=lines) for lines in (True, False))
    np.testing.assert_array_equal(np.isinf(found), np.isinf(by_steps))
    far = np.isfinite(best) & (best > 0)
    assert (found[far] <= by_steps[far] * 1.0001).all()
    ratio = found[far] / best[far]
    assert ratio.min() > 0.95  # a line that touches a corner may count as free or not
    assert ratio.max() < 1.035
    assert ratio.mean() == pytest.approx(1, abs=0.002)
