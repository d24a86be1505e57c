import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from siting import findings
from siting.errors import InputError, PipelineError
from siting.grid import cell_area, longitude_latitude, make_grid
from siting.layers import faults
from siting.layers.distance import distance_to
from siting.reduce import total

ONE_CELL = make_grid("EPSG:4326", 0.01, (-0.005, -0.005, 0.005, 0.005))


def of(*lines: object, crs: int = 4326, **columns: object) -> gpd.GeoDataFrame:
    geometry = [each if hasattr(each, "wkt") else shapely.LineString(each) for each in lines]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def walks(seed: int, count: int = 20, middle: tuple[float, float] = (-117.0, 40.0)):
    rng = np.random.default_rng(seed)
    begin = np.array(middle) + rng.uniform(-1.5, 1.5, (count, 1, 2))
    return of(*(begin + np.cumsum(rng.normal(0, 0.08, (count, 8, 2)), axis=1)))


def density(lines: gpd.GeoDataFrame, radius: object, grid) -> np.ndarray:
    return faults.line_density(lines, radius, grid).values


# ------------------------------------------------------------------ length per area
@pytest.mark.parametrize("radius", [5.0, 20.0, 100.0])
def test_a_line_through_the_middle_has_twice_the_radius(radius: float) -> None:
    found = density(of([(-2, 0), (2, 0)]), f"{radius} km", ONE_CELL).item()
    assert found == pytest.approx(2 / (np.pi * radius), rel=1e-5)


def test_a_line_beyond_the_grid_counts() -> None:
    outside = of([(0.03, -1), (0.03, 1)])  # 3.34 km to the east of the one cell
    offset = 0.03 * 111.3195
    expected = 2 * np.sqrt(10**2 - offset**2) / (np.pi * 10**2)
    assert density(outside, "10 km", ONE_CELL).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:6933", "EPSG:32611", "EPSG:5070"])
def test_a_part_of_a_grid_has_the_values_of_the_whole(crs: str) -> None:
    size = {"EPSG:4326": 0.1}.get(crs, 10_000)
    here = gpd.GeoSeries([shapely.Point(-117, 40)], crs=4326).to_crs(crs).iloc[0]
    west, south = round(here.x / size) * size, round(here.y / size) * size
    whole = make_grid(
        crs, size, (west - 8 * size, south - 8 * size, west + 8 * size, south + 8 * size)
    )
    part = make_grid(crs, size, (west, south, west + 3 * size, south + 3 * size))
    lines = walks(0)
    inner = density(lines, "40 km", whole)[5:8, 8:11]
    np.testing.assert_allclose(density(lines, "40 km", part), inner, rtol=1e-6)
    assert inner.max() > 0


def test_density_is_the_same_in_every_projection() -> None:
    lines = walks(1)
    at = {}
    for crs in ("EPSG:32611", "EPSG:5070"):
        x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(-117.0, 40.0)
        grid = make_grid(crs, 100, (x - 50, y - 50, x + 50, y + 50))
        at[crs] = density(lines, "30 km", grid).item()
    assert at["EPSG:32611"] == pytest.approx(at["EPSG:5070"], rel=1e-5)
    assert density(lines.to_crs(32611), "30 km", grid).item() == pytest.approx(
        at["EPSG:5070"], rel=1e-3  # edges are straight in another CRS
    )  # fmt: skip


def test_the_dateline_is_no_edge() -> None:
    here = make_grid("EPSG:4326", 0.25, (-118, 39, -116, 41))
    there = make_grid("EPSG:4326", 0.25, (179, 39, 181, 41))
    lines = walks(2)
    moved = lines.set_geometry(
        shapely.transform(lines.geometry.array, lambda xy: xy + np.array([297, 0]))
    )
    wrapped = lines.set_geometry(
        shapely.transform(
            lines.geometry.array,
            lambda xy: np.column_stack([(xy[:, 0] + 477) % 360 - 180, xy[:, 1]]),
        )
    )
    expected = density(lines, "40 km", here)
    np.testing.assert_allclose(density(moved, "40 km", there), expected, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(density(wrapped, "40 km", there), expected, rtol=1e-5, atol=1e-8)


def test_the_world_holds_every_kilometre_once() -> None:
    lines = walks(3, middle=(179.5, -20.0))
    length = faults.strikes(lines).line_length.sum()
    grid = make_grid("EPSG:6933", 100_000, "world")
    found = total(faults.line_density(lines, "900 km", grid), weights=cell_area(grid))
    assert found == pytest.approx(length, rel=0.01)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999))
def test_densities_add_up_and_vertices_do_not_matter(seed: int) -> None:
    grid = make_grid("EPSG:32611", 10_000, (450_000, 4_380_000, 550_000, 4_480_000))
    lines = walks(seed)
    every = density(lines, "30 km", grid)
    parts = density(lines[:7], "30 km", grid) + density(lines[7:], "30 km", grid)
    np.testing.assert_allclose(parts, every, rtol=1e-5, atol=1e-7)
    one = of(shapely.MultiLineString(list(lines.geometry)))
    np.testing.assert_allclose(density(one, "30 km", grid), every, rtol=1e-5, atol=1e-7)
    fine = lines.set_geometry(shapely.segmentize(lines.geometry.array, 0.01))
    # A bend of 0.5 m at a circle's rim is worth 2 sqrt(2 R d) = 346 m of length at most.
    assert np.abs(density(fine, "30 km", grid) - every).max() < 0.346 / (np.pi * 30**2)


def test_duplicates_count_twice_and_are_told() -> None:
    line = [(-1, 0), (1, 0)]
    with findings.collect() as found:
        doubled = density(of(line, line[::-1]), "10 km", ONE_CELL).item()
        faults.intersections(of(line, line[::-1]))  # tells the same, which is told once
    assert doubled == pytest.approx(2 * density(of(line), "10 km", ONE_CELL).item())
    assert [(each.code, each.found) for each in found] == [
        ("ROW_DUPLICATE", "1 piece of 2, as in rows 1 and 2")
    ]


def test_bad_lines_are_refused() -> None:
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        density(of(shapely.box(0, 0, 1, 1)), "10 km", ONE_CELL)
    with pytest.raises(InputError, match="GEOMETRY_WRONG"):
        density(of([(0, 0), (1, 1)], shapely.Point(0, 0)), "10 km", ONE_CELL)
    with pytest.raises(InputError, match="GEOMETRY_EMPTY"):
        density(of([(0, 0), (1, 1)], shapely.LineString()), "10 km", ONE_CELL)
    with pytest.raises(InputError, match="FEATURES_NONE"):
        density(of([(0, 0), (1, 1)])[:0], "10 km", ONE_CELL)
    with pytest.raises(InputError, match="CRS_MISSING"):
        density(of([(0, 0), (1, 1)]).set_crs(None, allow_override=True), "10 km", ONE_CELL)
    with pytest.raises(InputError, match="COORD_INVALID"):
        density(of([(0, 0), (1, 95)]), "10 km", ONE_CELL)


def test_circles_must_meet() -> None:
    grid = make_grid("EPSG:6933", 10_000, (0, 0, 100_000, 100_000))
    for layer in (faults.line_density, faults.orientation):
        with pytest.raises(PipelineError, match=r"RADIUS_SMALL.*\n.*\n.*7 km\n.*7\.07 km"):
            layer(of([(0, 0), (1, 0)]), "7 km", grid)
    with pytest.raises(PipelineError, match="RADIUS_SMALL"):
        faults.point_density(of(shapely.Point(0, 0)), "7 km", grid)
    assert density(of([(0, 0), (1, 0)]), "7.1 km", grid).max() > 0


# ------------------------------------------------------------------ a source that was cut
SQUARE = make_grid("EPSG:32611", 5_000, (420_000, 4_350_000, 580_000, 4_510_000))
AROUND = shapely.box(*SQUARE.boundingbox)


def told_of_cut(features: gpd.GeoDataFrame, layer=faults.line_density) -> list[str]:
    with findings.collect() as found:
        layer(features, "20 km", SQUARE)
    assert {each.code for each in found} <= {"FEATURES_CUT"}
    return [each.found for each in found]


@pytest.fixture(scope="module")
def mapped() -> gpd.GeoDataFrame:
    return walks(0, count=300).to_crs(32611)


def test_a_source_cut_at_the_grid_is_told_whatever_its_crs(mapped: gpd.GeoDataFrame) -> None:
    cut = gpd.clip(mapped, AROUND)
    sides = "features end on one straight line in its north, south, east, west"
    assert told_of_cut(cut) == [sides]
    assert told_of_cut(cut.to_crs(4326)) == [sides]
    ends, crossings = faults.terminations(cut), faults.intersections(cut)
    assert told_of_cut(ends, faults.point_density) == [sides]
    (beside,) = told_of_cut(crossings, faults.point_density)
    assert beside.startswith("features lie up to the border of the grid and none beyond, in the")


def test_a_source_cut_on_one_side_or_in_degrees_is_told(mapped: gpd.GeoDataFrame) -> None:
    west, south, east, north = AROUND.bounds
    east_of = gpd.clip(mapped, shapely.box(west + 5_000, south - 1e5, east + 1e5, north + 1e5))
    assert told_of_cut(east_of) == ["features end on one straight line in its west"]
    in_degrees = gpd.clip(mapped.to_crs(4326), shapely.box(-119, 39, -115, 40.6))
    assert told_of_cut(in_degrees) == ["features end on one straight line in its north"]


def test_a_source_that_goes_on_beyond_the_radius_is_not_told(mapped: gpd.GeoDataFrame) -> None:
    wide = gpd.clip(mapped, AROUND.buffer(20_001, join_style="mitre"))
    for found in (mapped, wide, mapped[:2]):
        assert told_of_cut(found) == []
        assert told_of_cut(faults.terminations(found), faults.point_density) == []
    # A file that cuts its lines at the dateline, of which the other half goes on.
    grid = make_grid("EPSG:6933", 100_000, "world")
    halves = [
        of([(sign * 180, y), (sign * (175 + y), y + 1)]) for y in range(5) for sign in (1, -1)
    ]
    with findings.collect() as found:
        faults.line_density(gpd.GeoDataFrame(pd.concat(halves)), "100 km", grid)
    assert found == []


# ------------------------------------------------------------------ points per area
def test_points_are_counted_across_the_dateline() -> None:
    grid = make_grid("EPSG:4326", 0.01, (179.99, 0, 180, 0.01))
    places = of(*(shapely.Point(x, 0) for x in (179.99, -179.99, -179.9)))
    found = faults.point_density(places, "5 km", grid).values.item()
    assert found == pytest.approx(2 / (np.pi * 25), rel=1e-6)


def test_no_points_have_no_density_and_lines_are_no_points() -> None:
    none = faults.intersections(of([(0, 0), (1, 0)]))
    assert len(none) == 0
    assert none.crs == 4326
    assert faults.point_density(none, "5 km", ONE_CELL).values.item() == 0
    with pytest.raises(InputError, match="FEATURES_NONE"):
        distance_to(none, ONE_CELL)
    with pytest.raises(InputError, match="GEOMETRY_WRONG: only points are counted"):
        faults.point_density(of([(0, 0), (1, 0)]), "5 km", ONE_CELL)


# ------------------------------------------------------------------ strikes
@pytest.mark.parametrize(
    ("line", "cosine", "sine"),
    [
        ([(0, -1), (0, 1)], 1, 0),
        ([(0, 1), (0, -1)], 1, 0),
        ([(1, 0), (-1, 0)], -1, 0),
        ([(-1, -1), (1, 1)], 0, 1),
        ([(-1, 1), (1, -1)], 0, -1),
    ],
)
def test_orientation_of_one_line(line: list, cosine: float, sine: float) -> None:
    found = faults.orientation(of(line), "10 km", ONE_CELL)
    values = [each.values.item() for each in found]
    assert values == pytest.approx([cosine, sine, 1], abs=0.01)  # a degree is longer to the east


def test_lines_at_right_angles_have_no_orientation() -> None:
    cross = of([(0, -1), (0, 1)], [(-1, 0), (1, 0)])
    assert faults.orientation(cross, "10 km", ONE_CELL).alignment.values.item() < 1e-5
    assert np.isnan(faults.orientation(of([(3, 0), (4, 0)]), "10 km", ONE_CELL).cosine.values)


def test_strikes_keep_rows_and_columns() -> None:
    bend = shapely.MultiLineString([[(0, 0), (0, 1)], [(0, 2), (0, 1)]])
    lines = of(bend, [(0, 0), (0, 0)], [(5, 60), (5.001, 60.0005)], name=["a", "b", "c"])
    lines.attrs["columns"] = {"name": {"description": "of the fault"}}
    with findings.collect() as told:
        found = faults.strikes(lines)
    assert [each.code for each in told] == ["GEOMETRY_EMPTY"]
    assert found.name.tolist() == ["a", "b", "c"]
    # The meridian from the equator to 2 N has 221,149 m; at 60 N a degree is 55.8 by 111.4 km.
    assert found.line_length.iloc[0] == pytest.approx(221.149, abs=0.01)
    assert found.azimuth.tolist() == pytest.approx([0, np.nan, 45.05], abs=0.05, nan_ok=True)
    assert found.straightness.tolist() == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert found.attrs["columns"]["azimuth"]["units"] == "degree"
    assert found.attrs["columns"]["name"] == {"description": "of the fault"}
    assert list(lines.columns) == ["name", "geometry"]


def test_straight_pieces_have_the_length_of_their_lines() -> None:
    lines = walks(4).assign(name="x")
    found = faults.straight_pieces(lines)
    assert len(found) == 20 * 7
    assert found.line_length.sum() == pytest.approx(faults.strikes(lines).line_length.sum())
    assert (found.name == "x").all()
    assert found.azimuth.between(0, 180).all()
    grid = make_grid("EPSG:4326", 0.25, (-118, 39, -116, 41))
    expected = density(lines, "40 km", grid)
    np.testing.assert_allclose(density(found, "40 km", grid), expected, rtol=1e-5, atol=1e-8)


# ------------------------------------------------------------------ network
def test_parts_of_a_line_meet_as_traces_do() -> None:
    cross = shapely.MultiLineString([[(-1, 0), (1, 0)], [(0, -1), (0, 1)]])
    assert faults.intersections(of(cross)).node.tolist() == ["crossing"]
    assert faults.terminations(of(cross)).feature.tolist() == [1, 1, 1, 1]


def test_tolerance_closes_gaps_of_the_map() -> None:
    lines = of([(-1, 0), (1, 0)], [(0, 0.004), (0, 1)])  # 442 m short
    assert len(faults.intersections(lines)) == 0
    assert len(faults.terminations(lines)) == 4
    assert faults.intersections(lines, "500 m").node.tolist() == ["abutment"]
    assert faults.terminations(lines, "500 m").feature.tolist() == [1, 1, 2]
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        faults.intersections(lines, "10 cm")


@pytest.mark.parametrize(
    ("senses", "side", "bend"),
    [
        (["Dextral", "dextral-normal"], 1, "restraining"),
        (["Dextral", "right-lateral"], -1, "releasing"),
        (["Sinistral", "left lateral"], 1, "releasing"),
        (["Sinistral", "Sinistral"], -1, "restraining"),
        (["Sinistral", "Dextral"], 1, "unknown"),
        (["Dextral", None], 1, "unknown"),
        (["Normal", "Normal"], 1, "unknown"),
    ],
)
def test_bends_release_where_they_step_to_the_side_of_slip(
    senses: list[str | None], side: int, bend: str
) -> None:
    # Walking east, the next trace lies to the north: a left step.
    lines = of([(0, 0), (0.3, 0)], [(0.28, 0.02 * side), (0.6, 0.02 * side)], sense=senses)
    found = faults.step_overs(lines, slip_sense="sense")
    assert found.step.tolist() == ["left" if side > 0 else "right"]
    assert found.bend.tolist() == [bend]
    assert faults.step_overs(lines).bend.tolist() == ["unknown"]


def test_step_overs_refuse_what_cannot_be() -> None:
    lines = of([(0, 0), (1, 0)])
    with pytest.raises(PipelineError, match="VALUE_INVALID: the least separation"):
        faults.step_overs(lines, separation="1 km", least_separation="1 km")
    with pytest.raises(InputError, match="COLUMN_MISSING: there is no column 'sense'"):
        faults.step_overs(lines, slip_sense="sense")


# ------------------------------------------------------------------ active faults of the world
@pytest.fixture(scope="module")
def active() -> gpd.GeoDataFrame:
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    path = Path(folder) / "geo" / "gem_active_faults_harmonized.shp"
    if not path.exists():
        pytest.skip(f"{path.name} is not in the folder that SITING_REFERENCE_DATA names")
    return gpd.read_file(path)


@pytest.mark.filterwarnings("ignore:ROW_DUPLICATE")
def test_density_of_active_faults_is_that_of_circles_drawn_by_shapely(
    active: gpd.GeoDataFrame,
) -> None:
    grid = make_grid("EPSG:6933", 20_000, (-11_700_000, 4_300_000, -11_000_000, 5_000_000))
    found = density(active, "30 km", grid)
    longitude, latitude = longitude_latitude(grid, slice(0, 35), slice(0, 35))
    near = active.cx[-125:-110, 34:46]
    for row, column in np.random.default_rng(0).integers(0, 35, (25, 2)):
        at = longitude[row, column], latitude[row, column]
        plane = CRS(f"+proj=aeqd +lon_0={at[0]} +lat_0={at[1]} +datum=WGS84")
        fine = near.set_geometry(shapely.segmentize(near.geometry.array, 0.02)).to_crs(plane)
        circle = shapely.Point(0, 0).buffer(30_000, quad_segs=256)
        expected = fine.intersection(circle).length.sum() / 1000 / (np.pi * 30**2)
        assert found[row, column] == pytest.approx(expected, rel=2e-3, abs=1e-5)


@pytest.mark.filterwarnings("ignore:ROW_DUPLICATE")
def test_active_faults_of_the_world_lie_on_its_grid_once(active: gpd.GeoDataFrame) -> None:
    inside = active.cx[-180:180, -60:80]
    inside = inside[inside.geometry.bounds[["miny", "maxy"]].abs().max(axis=1) < 78]
    length = faults.strikes(inside).line_length.sum()
    grid = make_grid("EPSG:6933", 50_000, "world")
    found = total(faults.line_density(inside, "100 km", grid), weights=cell_area(grid))
    assert found == pytest.approx(length, rel=0.002)
    assert length > 600_000


@pytest.mark.filterwarnings("ignore:ROW_DUPLICATE")
def test_active_faults_cross_where_shapely_says(active: gpd.GeoDataFrame) -> None:
    region = active.cx[-125:-110, 34:46].reset_index(drop=True)
    found = faults.intersections(region, "1 m")
    tree = shapely.STRtree(region.geometry.array)
    one, other = tree.query(region.geometry.array, predicate="crosses")
    pairs = one < other
    one, other = region.geometry.array[one[pairs]], region.geometry.array[other[pairs]]
    places = shapely.get_coordinates(shapely.intersection(one, other))
    ends = shapely.get_coordinates(region.boundary.array)
    inner = cKDTree(ends).query(places)[0] > 1e-6  # two traces that share an end may be one fault
    places = places[inner]
    away = shapely.distance(
        shapely.points(places)[:, None], shapely.points(found.geometry.x, found.geometry.y)
    )
    assert len(places) > 10
    assert away.min(axis=1).max() < 1e-5
    ends = faults.terminations(region, "1 m")
    assert 0 < len(ends) < 2 * len(region)
    at = shapely.STRtree(region.geometry.array).query(ends.geometry.array, predicate="dwithin",
                                                      distance=1e-7)[0]  # fmt: skip
    assert (np.bincount(at) >= 1).all()
