import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from siting import exclusions, findings
from siting.errors import InputError, PipelineError
from siting.grid import as_layer, cell_area, longitude_latitude, make_grid

GRID = make_grid("EPSG:4326", 0.1, (178, 50, 182, 53))
LONGITUDE, LATITUDE = longitude_latitude(GRID, slice(0, 30), slice(0, 40))
NAN = float("nan")


def layer(*values: float, units: str = "degree", kind: str = "continuous") -> xr.DataArray:
    return xr.DataArray([list(values)], dims=("y", "x"), attrs={"units": units, "kind": kind})


def features(*geometries: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(geometries), crs=4326)


def test_threshold_itself_is_allowed_and_the_unknown_is_not_known() -> None:
    slope = layer(24, 25, 26, NAN)
    above = exclusions.above(slope, threshold="25 degree").values
    below = exclusions.below(slope, threshold="25 degree").values
    np.testing.assert_array_equal(above, [[1, 1, 0, NAN]])
    np.testing.assert_array_equal(below, [[0, 1, 1, NAN]])


@pytest.mark.parametrize("function", [exclusions.above, exclusions.below])
def test_classes_have_no_threshold(function) -> None:
    with pytest.raises(InputError, match="KIND_WRONG.* have no order"):
        function(layer(1, kind="categorical"), threshold=1)


def test_a_range_holds_its_ends_and_is_not_empty() -> None:
    depth = layer(199, 200, 5000, 6001, NAN, units="m")
    found = exclusions.between(depth, low=200, high="6 km").values
    np.testing.assert_array_equal(found, [[0, 1, 1, 0, NAN]])
    with pytest.raises(PipelineError, match="VALUE_INVALID: the range is empty"):
        exclusions.between(depth, low=300, high=200)
    with pytest.raises(InputError, match="KIND_WRONG.* have no order"):
        exclusions.between(layer(1, kind="circular"), low=0, high=1)


def test_classes_are_excluded_by_their_numbers() -> None:
    seas = layer(1, 2, 8, NAN, units="1", kind="categorical")
    found = exclusions.classes(seas, excluded=[2, 8]).values
    np.testing.assert_array_equal(found, [[1, 0, 0, NAN]])
    with pytest.raises(InputError, match="KIND_WRONG: classes are needed"):
        exclusions.classes(layer(1), excluded=[1])


def test_within_excludes_a_park_and_its_buffer_across_the_dateline() -> None:
    park = shapely.box(179.5, 51, 180.5, 52)
    near = ~exclusions.within(features(park), GRID, buffer="30 km").values
    inside = ~exclusions.within(features(park), GRID).values
    np.testing.assert_array_equal(inside, shapely.contains_xy(park, LONGITUDE % 360, LATITUDE))
    assert (near | ~inside).all()
    # 30 km are 0.27 degrees of latitude and, at 51.5 N, 0.43 of longitude.
    middle_row, middle_column = near[15], near[:, 20]
    assert middle_row.sum() == pytest.approx((1 + 2 * 0.43) / 0.1, abs=1.1)
    assert middle_column.sum() == pytest.approx((1 + 2 * 0.27) / 0.1, abs=1.1)


def test_outside_is_the_opposite_of_within_for_polygons() -> None:
    lease = features(shapely.box(179.5, 51, 180.5, 52))
    within, outside = exclusions.within(lease, GRID), exclusions.outside(lease, GRID)
    np.testing.assert_array_equal(outside.values, ~within.values)


def test_buffer_that_wells_slip_through_is_reported() -> None:
    # A cell has some 7 by 11 km: half a diagonal of the square of its area is 6.2 km.
    well = features(shapely.Point(180.0, 51.5))
    with findings.collect() as narrow:
        exclusions.within(well, GRID, buffer="6 km")
    with findings.collect() as wide:
        exclusions.within(well, GRID, buffer="6.5 km")
    assert [each.code for each in narrow] == ["BUFFER_BELOW_CELL"]
    assert wide == []


def test_points_without_a_buffer_exclude_nothing_and_are_refused() -> None:
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        exclusions.within(features(shapely.Point(180.0, 51.5)), GRID)


def test_where_excludes_what_holds() -> None:
    found = exclusions.where(layer(1, 0, NAN, kind="boolean")).values
    np.testing.assert_array_equal(found, [[0, 1, NAN]])
    with pytest.raises(InputError, match="KIND_WRONG"):
        exclusions.where(layer(1, 0))


cells = st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=12, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, min_size=1, max_size=4), st.lists(st.booleans(), min_size=12, max_size=12))
def test_areas_agree_with_counting_cell_by_cell(
    rows: list[list[float]], inside: list[bool]
) -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, 60, 4, 63))
    area = cell_area(grid).values.ravel()
    allowed = {f"e{i}": as_layer(np.reshape(row, (3, 4)), grid) for i, row in enumerate(rows)}
    found = exclusions.areas(allowed, as_layer(np.reshape(inside, (3, 4)), grid), grid)

    def summed(choose) -> float:
        return sum(a for i, a in enumerate(area) if inside[i] and choose([r[i] for r in rows]))

    for i in range(len(rows)):
        others = [j for j in range(len(rows)) if j != i]
        expected = {
            "area": summed(lambda cell, i=i: cell[i] != 1),
            "marginal": summed(
                lambda cell, i=i, o=tuple(others): cell[i] != 1 and all(cell[j] == 1 for j in o)
            ),
            "unknown": summed(lambda cell, i=i: cell[i] != cell[i]),
        }
        assert found[f"e{i}"] == pytest.approx(expected)
    assert found["_total"] == pytest.approx(
        {
            "area": summed(lambda cell: any(each != 1 for each in cell)),
            "marginal": summed(lambda cell: sum(each != 1 for each in cell) == 1),
            "unknown": summed(lambda cell: 0 not in cell and any(each != each for each in cell)),
            "domain": summed(lambda cell: True),
        }
    )


def test_areas_are_the_same_whatever_the_chunks() -> None:
    grid = make_grid("EPSG:6933", 100_000, "world")
    rng = np.random.default_rng(0)
    shape = tuple(grid.shape.yx)
    one = as_layer(rng.choice([0, 1, NAN], shape), grid)
    other = as_layer(rng.random(shape) > 0.3, grid)
    domain = as_layer(rng.random(shape) > 0.6, grid)
    whole = exclusions.areas({"one": one, "other": other}, domain, grid)
    pieces = exclusions.areas(
        {"one": one.chunk(y=17, x=31), "other": other.chunk(y=40)}, domain.chunk(x=50), grid
    )
    assert whole == pieces


def test_no_exclusions_exclude_nothing() -> None:
    domain = as_layer(np.ones((30, 40), dtype=bool), GRID)
    found = exclusions.areas({}, domain, GRID)
    # Four degrees between 50 and 53 N, R² Δλ (sin 53 - sin 50) on a sphere: 92,100 km2.
    assert found["_total"].pop("domain") == pytest.approx(92_100, rel=0.01)
    assert found == {"_total": {"area": 0.0, "marginal": 0.0, "unknown": 0.0}}
