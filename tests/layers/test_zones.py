"""Figures over zones: by hand, against shapely, beyond the grid, end to end."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.check import check_file
from siting.errors import InputError
from siting.findings import collect
from siting.geodesy import band_area
from siting.grid import as_layer, cell_area, make_grid
from siting.layers import zones as module
from siting.layers.zones import ranked, statistics
from siting.run import run_plan

from ..small_world import make

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 4, 3))
VALUES = np.array([[1.0, 2, 3, 4], [5, 6, np.nan, 8], [9, 10, 11, 12]])


def layer(values=VALUES, grid=GRID, name="score", **attrs):
    attrs = {"units": "1", "kind": "continuous", **attrs}
    return as_layer(np.asarray(values, dtype=float), grid, **attrs).rename(name)


def places(*shapes, crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def one(shape, what, values=VALUES, **attrs):
    found = statistics(places(shape), [layer(values, **attrs)], [what], GRID)
    return found[f"score_{what}"].item()


# Rows of one height have nearly one area; the box takes the lower row's left half.
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("mean", (9 + 10 + 11 * 0.5) / 2.5),
        ("sum", 9 + 10 + 11 * 0.5),
        ("minimum", 9),
        ("maximum", 11),
        # Departures from 9.8 of weights 1, 1, 1/2: -.8, .2, 1.2.
        ("standard_deviation", np.sqrt((0.64 + 0.04 + 0.5 * 1.44) / 2.5)),
        # k w + 2 W: 0, 1 + 2 = 3, 1 + 4 = 5: the median at 2.5.
        ("median", 9 + 2.5 / 3),
        ("majority", 9),
    ],
)
def test_figures_by_hand(what, expected) -> None:
    assert one(shapely.box(0, 0, 2.5, 1), what) == pytest.approx(expected, rel=1e-12)


def test_the_share_where_an_indicator_is_true() -> None:
    assert one(shapely.box(0, 0, 2.5, 1), "mean", VALUES > 9.5) == pytest.approx(1.5 / 2.5)


def test_a_zone_smaller_than_a_cell_has_the_cell() -> None:
    found = statistics(places(shapely.box(1.4, 1.4, 1.401, 1.401)), [layer()], ["mean"], GRID)
    assert found.score_mean.item() == 6
    assert found.area_on_grid.item() == pytest.approx(band_area(1.4, 1.401, 0.001) / 1e6, rel=1e-2)


def test_cells_without_data_take_no_part_and_are_told() -> None:
    found = statistics(places(shapely.box(1, 1, 3, 2)), [layer()], ["mean", "sum"], GRID)
    assert (found.score_mean.item(), found.score_sum.item()) == (6, 6)
    assert found.score_known.item() == pytest.approx(0.5)
    empty = statistics(places(shapely.box(2.2, 1.2, 2.8, 1.8)), [layer()], ["mean", "p10"], GRID)
    assert np.isnan(empty[["score_mean", "score_p10"]].to_numpy()).all()
    assert empty.score_known.item() == 0


def test_cells_count_by_their_area_on_the_ellipsoid() -> None:
    grid = make_grid("EPSG:4326", 30.0, (0, 0, 30, 60))
    found = statistics(
        places(shapely.box(0, 0, 30, 60)), [layer([[1], [0]], grid)], ["mean", "sum"], grid
    )
    north, south = (band_area(a, a + 30, 30).item() for a in (30.0, 0.0))
    assert found.score_mean.item() == pytest.approx(north / (north + south), rel=1e-12)
    assert found.area_on_grid.item() == pytest.approx((north + south) / 1e6, rel=1e-12)
    assert found.score_sum.item() == 1


def test_zones_overlap_and_keep_their_order_and_columns() -> None:
    blocks = places(shapely.box(0, 0, 4, 3), shapely.box(0, 2, 1, 3), name=["all", "corner"])
    blocks.attrs["columns"] = {"depth": "m"}
    found = statistics(blocks, [layer(), layer(VALUES * 2, name="q.mean", units="degC")],
                       ["maximum", "standard_deviation"], GRID)  # fmt: skip
    assert found.name.tolist() == ["all", "corner"]
    assert found.score_maximum.tolist() == [12, 1]
    assert found.q_mean_maximum.tolist() == [24, 2]
    units = found.attrs["columns"]
    assert (units["area_on_grid"], units["score_maximum"], units["depth"]) == ("km2", "1", "m")
    assert (units["q_mean_maximum"], units["q_mean_standard_deviation"]) == ("degC", "K")


def test_a_zone_across_the_dateline() -> None:
    grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 1))
    values = layer([[1, 2, 3, 4]], grid)
    east = shapely.box(-180, 0, -179, 1)
    parts = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), east])
    found = statistics(places(parts, shapely.box(179.5, 0, 180.5, 1)), [values], ["mean"], grid)
    assert found.score_mean.tolist() == pytest.approx([2.5, 2.5])
    assert found.on_grid.tolist() == [1, 1]


@pytest.mark.filterwarnings("ignore::siting.findings.SitingWarning")
def test_zones_beyond_the_grid_are_told() -> None:
    blocks = places(shapely.box(3, 0, 5, 1), shapely.box(8, 0, 9, 1), shapely.box(0, 0, 1, 1))
    with collect() as findings:
        found = statistics(blocks, [layer()], ["mean"], GRID)
    assert found.score_mean.tolist() == pytest.approx([12, np.nan, 9], nan_ok=True)
    assert found.on_grid.tolist() == pytest.approx([0.5, 0, 1], abs=1e-6)
    assert [each.code for each in findings] == ["FEATURES_OUTSIDE"]
    assert findings[0].found == "1 zone outside, 1 partly"


def test_a_bow_tie_is_repaired() -> None:
    tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found = statistics(places(tie), [layer(VALUES * 0 + 1)], ["mean"], GRID)
    assert found.area_on_grid.item() == pytest.approx(2 * 12308.5, rel=2e-3)


def test_a_value_the_same_everywhere_is_every_figure() -> None:
    grid = make_grid("EPSG:5070", 50_000, (-500_000, 1_500_000, 500_000, 2_500_000))
    zone = shapely.Point(-97, 41).buffer(2.3)
    whats = ["mean", "minimum", "maximum", "p10", "median", "p90", "majority"]
    found = statistics(places(zone), [layer(np.full((20, 20), 7.0), grid)], whats, grid)
    assert np.allclose(found[[f"score_{each}" for each in whats]], 7, rtol=1e-12)


@settings(max_examples=5, deadline=None)
@given(st.floats(-99, -95), st.floats(36, 40), st.floats(0.05, 2.0))
def test_area_on_an_equal_area_grid_is_that_of_the_zone(west, south, size) -> None:
    """Two ways: shares of 10 km cells, and the area between parallels and meridians."""
    grid = make_grid("EPSG:5070", 10_000, (-500_000, 1_200_000, 500_000, 2_500_000))
    zone = shapely.segmentize(shapely.box(west, south, west + size, south + size), 0.05)
    found = statistics(places(zone), [layer(np.ones((130, 100)), grid)], ["mean"], grid)
    wanted = band_area(south, south + size, size) / 1e6
    assert found.area_on_grid.item() == pytest.approx(wanted, rel=1e-3)
    assert found.on_grid.item() == 1


@pytest.mark.parametrize(
    ("blocks", "layers", "what", "code"),
    [
        (places(shapely.Point(1, 1)), [layer()], "mean", "GEOMETRY_WRONG"),
        (places(shapely.box(20, 0, 21, 1)), [layer()], "mean", "OUTSIDE_GRID"),
        (places(shapely.box(0, 0, 1, 1)), [layer(), layer()], "mean", "COLUMN_TAKEN"),
        (places(shapely.box(0, 0, 1, 1), area_on_grid=[3]), [layer()], "mean", "COLUMN_TAKEN"),
        (places(shapely.box(0, 0, 1, 1)), [layer(kind="categorical")], "mean", "KIND_WRONG"),
        (places(shapely.box(0, 0, 1, 1)), [layer(kind="circular")], "median", "KIND_WRONG"),
        (places(shapely.box(0, 0, 1, 1), crs=None), [layer()], "mean", "CRS_MISSING"),
        (places(shapely.Polygon()), [layer()], "mean", "GEOMETRY_EMPTY"),
    ],
)
def test_what_has_no_figures_is_refused(blocks, layers, what, code) -> None:
    with pytest.raises(InputError, match=code):
        statistics(blocks, layers, [what], GRID)


def test_too_many_values_are_refused_before_they_are_read(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    with pytest.raises(InputError, match="TOO_LARGE.*\n.*\n.*4 values"):
        statistics(places(shapely.box(0, 0, 2, 2)), [layer()], ["p10"], GRID)
    assert statistics(places(shapely.box(0, 0, 2, 2)), [layer()], ["mean"], GRID).shape[0] == 1


def test_classes_have_a_majority() -> None:
    assert one(shapely.box(0, 0, 4, 3), "majority", VALUES % 3, kind="categorical") == 0


def test_zones_are_ranked_with_ties_and_gaps() -> None:
    blocks = places(*[shapely.box(0, 0, 1, 1)] * 4, id=list("abcd"), score=[1, np.nan, 3, 3.0])
    assert ranked(blocks, "score")[["id", "rank"]].fillna(0).values.tolist() == [
        ["c", 1], ["d", 1], ["a", 3], ["b", 0],
    ]  # fmt: skip
    assert ranked(blocks, "score", "lowest").id.tolist() == ["a", "c", "d", "b"]
    with pytest.raises(InputError, match="COLUMN_TAKEN"):
        ranked(ranked(blocks, "score"), "score")
    with pytest.raises(InputError, match="COLUMN_MISSING"):
        ranked(blocks, "scores")


PIPELINE = """\
siting: 1
name: Leases by their score
grid: {crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -116, 41]}
sources:
  heat: {file: heat.tif, units: mW m-2, status: measured, vintage: "2020"}
  leases: {file: leases.gpkg, status: measured, vintage: "2021"}
layers:
  hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 0.12 W m-2}}
  very_hot: {combine.above: {layer: heat, threshold: 100 mW m-2}}
  figures: {zones.statistics: {zones: leases, layers: [score, very_hot], statistics: [mean]}}
  blocks: {zones.ranked: {zones: figures, column: score_mean}}
scoring:
  score: {overlay.weighted: {layers: {hot: 1}}}
outputs: [report.html, blocks.csv, blocks.gpkg, figures.geojson]
"""


def test_blocks_are_ranked_and_written_end_to_end(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    path = make(tmp_path / "world", PIPELINE)
    leases = [shapely.box(-120, 38, -119, 39), shapely.box(-118.1, 39, -118, 39.1),
              shapely.box(-119, 38, -117, 40)]  # fmt: skip
    frame = gpd.GeoDataFrame({"lease": ["far", "hottest", "wide"]}, geometry=leases, crs=4326)
    frame.to_file(path.parent / "leases.gpkg", layer="leases")
    run_plan(check_file(path), tmp_path / "out")
    folder = tmp_path / "out" / "latest"
    blocks = gpd.read_file(folder / "blocks.gpkg", layer="blocks")
    assert blocks.lease.tolist() == ["hottest", "wide", "far"]
    assert blocks["rank"].tolist() == [1, 2, 3]
    # 120 mW m-2 in the hottest cell, scaled from 40 to 120: 1; beyond 100 it is "very hot".
    assert blocks.score_mean[0] == pytest.approx(1, abs=1e-6)
    assert blocks.very_hot_mean.tolist()[::2] == [1, 0]
    x = -119 + (np.arange(20) + 0.5) / 10
    y = 38 + (np.arange(20)[:, None] + 0.5) / 10
    area = cell_area(make_grid("EPSG:4326", 0.1, (-119, 38, -117, 40))).values[::-1]
    wanted = np.average(np.exp(-np.hypot(x + 118.05, y - 39.05)), weights=area)
    assert blocks.score_mean[1] == pytest.approx(wanted, rel=1e-5)
    header = (folder / "blocks.csv").read_text().splitlines()[0]
    assert header.startswith("lease,area_on_grid,on_grid,score_mean,score_known,very_hot_mean")
    figures = json.loads((folder / "figures.geojson").read_text())
    assert [each["properties"]["lease"] for each in figures["features"]] == [
        "far", "hottest", "wide",
    ]  # fmt: skip


def test_leases_along_the_border_of_the_grid_do_not_lie_off_it() -> None:
    grid = make_grid("EPSG:32611", 2_000, (400_000, 4_300_000, 600_000, 4_500_000))
    blocks = [
        shapely.box(west, south, west + 50_000, south + 50_000)
        for west in range(400_000, 600_000, 50_000)
        for south in range(4_300_000, 4_500_000, 50_000)
    ]
    leases = gpd.GeoDataFrame(geometry=blocks, crs=32611)
    flat = as_layer(np.ones((100, 100)), grid, units="1").rename("flat")
    with collect() as findings:
        found = statistics(leases, [flat], ["mean"], grid)
    assert findings == []
    assert found.on_grid.min() > 0.99999
