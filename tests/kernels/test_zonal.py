"""Shares of cells in polygons against shapely's intersections; figures against plain numpy."""

import dask.array as da
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.kernels import zonal_pass
from siting.kernels.zonal import Moments, joined, majority, moments, nothing, weighted_quantiles
from siting.kernels.zonal_coverage import Coverage, coverage, outlines
from siting.kernels.zonal_pass import over_zones

HEIGHT, WIDTH = 10, 12


def polygon(seed: int) -> shapely.Geometry:
    """A valid shape in and around 12 x 10 cells: thin, tiny, holed, on edges of cells, in parts."""
    rng = np.random.default_rng(seed)
    count = rng.integers(3, 9)
    angle = np.sort(rng.random(count)) * 2 * np.pi
    radius = rng.random(count) * rng.choice([0.2, 3, 8]) + 0.05
    middle = rng.random(2) * 14 - 2
    x, y = middle[0] + radius * np.cos(angle), -middle[1] + radius * np.sin(angle)
    shape = shapely.make_valid(shapely.Polygon(np.column_stack([x, y])))
    if rng.random() < 0.4:
        shape = shape.difference(shapely.Point(middle[0], -middle[1]).buffer(0.6))
    if rng.random() < 0.3:
        shape = shapely.transform(shape, np.round)
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def shares(shape, rows=slice(0, HEIGHT), columns=slice(0, WIDTH)):
    parts = shapely.get_parts(np.array([shape]))
    found = coverage(
        outlines(parts, np.zeros(len(parts), dtype=int), 1), np.array([0]), rows, columns
    )
    share = np.zeros((HEIGHT, WIDTH))
    np.add.at(share, (found.row + rows.start, found.column + columns.start), found.share)
    return share


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_shares_are_areas_of_intersections(seed, turned) -> None:
    shape = polygon(seed)
    if turned:  # the direction of rings does not matter
        shape = shapely.reverse(shape)
    j, i = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    wanted = shapely.area(shapely.intersection(shape, shapely.box(j, -i - 1, j + 1, -i)))
    np.testing.assert_allclose(shares(shape), wanted, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_shares_do_not_depend_on_the_window(seed) -> None:
    shape = polygon(seed)
    parts = [
        shares(shape, rows, columns)
        for rows in (slice(0, 4), slice(4, HEIGHT))
        for columns in (slice(0, 7), slice(7, WIDTH))
    ]
    np.testing.assert_allclose(sum(parts), shares(shape), atol=1e-13)


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (shapely.box(2, -3, 4, -1), {(1, 2): 1, (1, 3): 1, (2, 2): 1, (2, 3): 1}),
        (shapely.box(2.25, -1.5, 2.5, -1.25), {(1, 2): 0.0625}),  # within a cell
        (shapely.box(-9, -1, 1, 0), {(0, 0): 1}),  # from beyond the edge
        (shapely.box(11.5, -11, 30, -9.5), {(9, 11): 0.25}),
        (shapely.box(-9, -9, -1, -1), {}),
    ],
)
def test_shares_by_hand(shape, wanted) -> None:
    found = shares(shape)
    assert {tuple(c): found[tuple(c)] for c in np.argwhere(found).tolist()} == wanted


def test_no_zone_and_no_polygon_cover_nothing() -> None:
    none = outlines(np.zeros(0, dtype=object), np.zeros(0, dtype=int), 2)
    found = coverage(none, np.arange(2), slice(0, 3), slice(0, 3))
    assert found.start.tolist() == [0, 0, 0]


VALUES = np.random.default_rng(0).normal(10, 3, (HEIGHT, WIDTH))
VALUES[2:4, 3:6] = np.nan
AREA = np.random.default_rng(1).random((HEIGHT, 1)) + np.ones((1, WIDTH))


def figures(shape):
    share = shares(shape)
    known = np.isfinite(VALUES) & (share > 0)
    weight = (share * AREA)[known]
    value = VALUES[known]
    if not known.any():
        return 0, np.nan, np.nan, 0, np.nan, np.nan
    mean = np.average(value, weights=weight)
    spread = np.sqrt(np.average((value - mean) ** 2, weights=weight))
    return weight.sum(), mean, spread, (value * share[known]).sum(), value.min(), value.max()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6), st.integers(1, 12))
def test_figures_are_those_of_numpy_whatever_the_tiles(seeds, size) -> None:
    shapes = [polygon(each) for each in seeds]
    parts, owner = shapely.get_parts(np.array(shapes), return_index=True)
    rows = [slice(i, min(i + size, HEIGHT)) for i in range(0, HEIGHT, size)]
    columns = [slice(j, min(j + size, WIDTH)) for j in range(0, WIDTH, size)]
    values, area = (da.from_array(each, chunks=size) for each in (VALUES, AREA))
    places = [(i, j) for i in rows for j in columns]
    found = over_zones([values, values], area, places, outlines(parts, owner, len(shapes)), True)
    wanted = np.array([figures(each) for each in shapes]).T
    total, samples = found.moments[1], found.samples[1]
    some = wanted[0] > 0
    for name, values in zip(("area", "mean", "deviation", "total", "lowest", "highest"), wanted,
                            strict=True):  # fmt: skip
        got = getattr(total, name)[some]
        np.testing.assert_allclose(got, values[some], rtol=1e-9, atol=1e-9)
    covered = [(shares(each) * AREA).sum() for each in shapes]
    np.testing.assert_allclose(found.area, covered, rtol=1e-9, atol=1e-9)
    for zone in np.flatnonzero(some):
        part = slice(*samples.start[zone : zone + 2])
        weight = samples.weight[part]
        assert weight.sum() == pytest.approx(wanted[0, zone])
        assert (samples.value[part] @ weight) / weight.sum() == pytest.approx(wanted[1, zone])


def test_many_zones_are_looked_at_some_at_a_time(monkeypatch) -> None:
    monkeypatch.setattr(zonal_pass, "AT_ONCE", 20)
    bounds = np.array([[0, 0, 4, 4], [1, 1, 3, 3], [np.nan] * 4, [20, 20, 30, 30], [0, 0, 9, 9]])
    runs = zonal_pass._batches(bounds, slice(0, 10), slice(0, 10))
    assert [each.tolist() for each in runs] == [[0, 1], [4]]


def test_nothing_joined_with_something_is_that() -> None:
    half = Coverage(np.array([0, 2]), np.array([0, 0]), np.array([0, 1]), np.array([1, 0.5]))
    some = moments(np.array([[3.0, 6.0]]), np.ones((1, 2)), half)
    for both in (joined(nothing(1), some), joined(some, nothing(1))):
        assert all(a == b for a, b in zip(both, some, strict=True))
    assert np.isnan(nothing(1).deviation).all()
    assert isinstance(some, Moments)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_quantiles_of_equal_weights_are_those_of_numpy(values, share) -> None:
    array = np.array(values)
    found = weighted_quantiles(array, np.full(array.size, 0.3), [share]).item()
    assert found == pytest.approx(np.quantile(array, share), rel=1e-9, abs=1e-6)


def test_quantiles_follow_weights() -> None:
    # k w + (n - 1) W puts the three at 0, 1 + 2 x 1 = 3 and 2 x 2 + 2 x 2 = 8; half of
    # (3 - 1) x 4 = 8 is 4, a fifth of the way from 10 to 20.
    found = weighted_quantiles(np.array([0.0, 10.0, 20.0]), np.array([1.0, 1.0, 2.0]), [0.5, 1.0])
    assert found.tolist() == [12.0, 20.0]


def test_the_majority_is_the_smaller_of_equals() -> None:
    assert majority(np.array([3.0, 1.0, 2.0]), np.array([0.1 + 0.2, 0.3, 0.1])) == 1.0
