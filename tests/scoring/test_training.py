"""Training tables: no label is lost in silence, and the background is fair to every area."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siting.errors import InputError
from siting.findings import collect
from siting.grid import as_layer, cell_area, make_grid
from siting.scoring.folds import places
from siting.scoring.labels import place_labels
from siting.scoring.training import background_cells, classification_table, regression_table

from .conftest import World, layer, points


def table(world: World, labels: gpd.GeoDataFrame, **options: Any) -> Any:
    options = {"background": 50, **options}
    return classification_table(world.layers, labels, world.domain, world.grid, **options)


def test_labels_come_first_and_carry_their_places(world: World) -> None:
    found = table(world, world.labels, region="region")
    assert list(found.X.columns) == ["hot", "near", "flat"]
    assert found.y.tolist() == [1] * 15 + [0] * 50
    where = places(found.X)
    assert where.longitude[:15].tolist() == world.labels.geometry.x.tolist()
    assert where.region[:15].tolist() == world.labels.region.tolist()
    assert found.names[:2] == ("field 0", "field 1")
    assert found.background.sum() == 50
    assert found.record["used"] == 15


def test_values_are_those_of_the_cell_that_a_label_lies_in(world: World) -> None:
    found = table(world, world.labels)
    hot = world.layers[0].values
    row = (18 - world.labels.geometry.y.to_numpy()).astype(int)
    column = world.labels.geometry.x.to_numpy().astype(int)
    assert found.X.hot[:15].tolist() == hot[row, column].tolist()


def test_background_belongs_to_the_region_of_the_nearest_label(world: World) -> None:
    labels = points([2.5, 3.5, 21.5], [9.5, 8.5, 9.5], region=["w", "w", "e"])
    found = table(world, labels, region="region", background=200)
    where = places(found.X)[found.background]
    assert set(where.region[where.longitude < 11]) == {"w"}
    assert set(where.region[where.longitude > 13]) == {"e"}


def test_unverified_labels_are_left_out_and_counted(world: World) -> None:
    labels = world.labels.assign(verified=["yes"] * 12 + ["unverified", " Unverified ", "no"])
    with collect() as findings:
        found = table(world, labels)
    assert (found.record["used"], found.record["left_out_unverified"]) == (12, 3)
    assert [each.code for each in findings] == ["LABELS_UNVERIFIED"]


def test_labels_outside_are_named(world: World) -> None:
    labels = points([3.5, 5.5, 24.001, 90.0], [9.5, 9.5, 9.5, 9.5], name=["a", "b", "hair", "far"])
    with collect() as findings:
        found = table(world, labels)
    assert (found.record["used"], found.record["outside_names"]) == (2, ["hair", "far"])
    assert [(each.code, each.severity) for each in findings] == [("SITES_OUTSIDE", "warning")]
    assert "hair, far" in findings[0].found


def test_all_labels_outside_is_an_error(world: World) -> None:
    with pytest.raises(InputError, match="SITES_OUTSIDE: every label lies outside"):
        table(world, points([9.5, 100.0], [70.0, 9.0]))


def test_a_label_on_the_beach_takes_the_nearest_land_and_keeps_its_place(world: World) -> None:
    land = np.zeros((18, 24), dtype=bool)
    land[8, 4] = land[9, 6] = land[2, 2] = True  # cells of 9.5 N 4.5 E, 8.5 N 6.5 E, 15.5 N 2.5 E
    domain = as_layer(land, world.grid)
    # 5.45 E is nearer to the cell of 4.5 E in its own row than to that of 6.5 E in the next one.
    labels = points([5.45, 2.5, 12.5], [9.5, 15.5, 9.5], name=["beach", "inland", "sea"])
    with collect() as findings:
        placed = place_labels(labels, domain, world.grid)
    assert placed.frame.name.tolist() == ["beach", "inland"]
    assert list(zip(placed.frame.row, placed.frame.column, strict=True)) == [(8, 4), (2, 2)]
    assert placed.frame.longitude[0] == 5.45
    assert (placed.record["moved_names"], placed.record["outside_names"]) == (["beach"], ["sea"])
    assert {each.code for each in findings} == {"SITES_OUTSIDE", "SITES_MOVED"}


def test_a_beach_at_the_dateline_finds_land_on_the_other_side() -> None:
    grid = make_grid("EPSG:6933", 1_000_000, "world")
    rows, columns = grid.shape.yx
    land = np.zeros((rows, columns), dtype=bool)
    land[:, 0] = True  # the westernmost column
    with collect():
        placed = place_labels(points([179.9], [0.0]), as_layer(land, grid), grid)
    assert placed.frame.column.tolist() == [0]


def test_labels_where_a_feature_is_missing_are_named(world: World) -> None:
    hot = world.layers[0].values.copy()
    row, column = int(18 - world.labels.geometry.y[0]), int(world.labels.geometry.x[0])
    hot[row, column] = np.nan
    layers = [layer(hot, world.grid, "hot"), *world.layers[1:]]
    with collect() as findings:
        found = classification_table(layers, world.labels, world.domain, world.grid, background=500)
    assert found.record["without_values_names"] == ["field 0"]
    assert found.record["background"] == 18 * 24 - 1
    assert found.record["used"] == 14
    assert "no value of hot" in findings[0].found


def test_labels_in_one_cell_or_of_one_system_are_one_group(world: World) -> None:
    labels = points(
        [3.1, 3.9, 5.5, 7.5, 9.5], [9.1, 9.9, 9.5, 9.5, 9.5], system=["a", "b", "b", "c", "d"]
    )
    alone = places(table(world, labels).X).group[:5].tolist()
    joined = places(table(world, labels, group="system").X).group[:5].tolist()
    assert alone == [0, 0, 1, 2, 3]
    assert joined == [0, 0, 0, 1, 2]


def test_the_background_may_be_any_cell_of_the_domain_but_none_twice(world: World) -> None:
    rows, columns = background_cells(world.domain, world.grid, 10_000, seed=0)
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(rows) == 18 * 24


def test_the_background_is_drawn_by_area() -> None:
    # On a geographic grid the share of draws south of 45 N is the share of the true area: sin of
    # the authalic latitude of 45 N, 44.8717 degrees on WGS84 (Snyder 1987, equation 3-18), .70552.
    grid = make_grid("EPSG:4326", 0.1, (0, 0, 60, 90))
    domain = as_layer(np.ones(grid.shape.yx, dtype=bool), grid)
    rows, _ = background_cells(domain, grid, 4000, seed=3)
    area = cell_area(grid).values
    assert area[450:].sum() / area.sum() == pytest.approx(0.70552, abs=1e-5)
    assert (rows >= 450).mean() == pytest.approx(0.7055, abs=0.02)  # by count of cells: .5


def test_the_background_does_not_depend_on_chunks(world: World) -> None:
    domain = world.domain.copy(data=world.domain.data.rechunk(5))
    first, second = (
        background_cells(each, world.grid, 20, seed=1) for each in (world.domain, domain)
    )
    assert np.array_equal(first, second)


def test_one_field_is_too_few(world: World) -> None:
    with pytest.raises(InputError, match="TOO_FEW_POSITIVES"):
        table(world, world.labels.iloc[:1])


def test_one_class_is_too_few(world: World) -> None:
    with pytest.raises(InputError, match="TOO_FEW_POSITIVES"):
        table(world, world.labels, background=0)


def test_no_label_left_is_too_few(world: World) -> None:
    with collect(), pytest.raises(InputError, match="no label is left"):
        table(world, world.labels.assign(verified="unverified"))


def test_absences_of_ones_own_need_no_background(world: World) -> None:
    found = table(world, world.labels.assign(hit=[1, 0] * 7 + [1]), target="hit", background=0)
    assert found.y.tolist() == [1, 0] * 7 + [1]


def test_the_same_place_with_two_labels_is_a_conflict(world: World) -> None:
    labels = points([3.5, 3.5, 9.5], [9.5, 9.5, 9.5], hit=[0, 1, 1])
    with pytest.raises(InputError, match="LABEL_CONFLICT"):
        table(world, labels, target="hit")


@pytest.mark.parametrize(
    ("values", "message"),
    [([0, 1, 2], "found:  2, first in row 3"), (["a", "b", "c"], "found:  'a', 'b', 'c'")],
)
def test_targets_that_are_no_classes_are_refused(
    world: World, values: list[Any], message: str
) -> None:
    labels = points([3.5, 5.5, 9.5], [9.5, 9.5, 9.5], hit=values)
    with pytest.raises(InputError, match=message):
        table(world, labels, target="hit")


def test_labels_without_a_value_are_left_out_and_counted(world: World) -> None:
    temperature = world.labels.temperature.where(world.labels.index != 3)
    with collect() as findings:
        found = regression_table(
            world.layers,
            world.labels.assign(temperature=temperature),
            world.domain,
            world.grid,
            target="temperature",
        )
    assert (found.record["used"], found.record["left_out_unknown"]) == (14, 1)
    assert [each.code for each in findings] == ["LABELS_UNKNOWN"]


def test_an_unknown_column_names_those_there_are(world: World) -> None:
    with pytest.raises(InputError, match="no column 'heat'"):
        regression_table(world.layers, world.labels, world.domain, world.grid, target="heat")


def outlines(*boxes: tuple[float, float, float, float], **columns: Any) -> gpd.GeoDataFrame:
    geometry = [shapely.box(*each) for each in boxes]
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")
    frame.attrs["name"] = "leases"
    return frame


def test_an_outline_is_all_its_cells_with_the_weight_of_one_label(world: World) -> None:
    # 2 x 3 cells; a sliver that holds no middle; two cells, of which the sea takes one.
    fields = outlines((2, 10, 4, 13), (9.1, 5.1, 9.3, 5.3), (15, 2, 17, 3), name=["a", "b", "c"])
    sea = np.ones((18, 24), dtype=bool)
    sea[15, 16] = False
    found = classification_table(
        world.layers, fields, as_layer(sea, world.grid), world.grid, background=20
    )
    assert found.names[:8] == ("a",) * 6 + ("b", "c")
    where = places(found.X)
    assert where.group[:8].tolist() == [0] * 6 + [1, 2]
    assert sorted(where.longitude[:6].tolist()) == [2.5] * 3 + [3.5] * 3
    assert (where.longitude.tolist()[6], where.longitude.tolist()[7]) == (9.2, 15.5)
    assert found.weight == pytest.approx([1 / 6] * 6 + [1, 1] + [1] * 20)
    assert (found.record["used"], found.record["used_labels"]) == (8, 3)


def test_cells_without_a_value_do_not_make_a_field_count_less(world: World) -> None:
    hot = world.layers[0].values.copy()
    hot[5, 2] = np.nan  # 12.5 N 2.5 E
    fields = outlines((2, 10, 4, 13), (15, 2, 17, 3), name=["a", "b"])
    layers = [layer(hot, world.grid, "hot")]
    with collect() as findings:
        found = classification_table(layers, fields, world.domain, world.grid, background=0 + 9)
    assert found.weight[:7] == pytest.approx([1 / 5] * 5 + [1 / 2] * 2)
    assert [each.found for each in findings] == ["a (no value of hot)"]


def test_outlines_that_meet_are_of_one_group(world: World) -> None:
    fields = outlines((2, 10, 4, 13), (3, 11, 6, 12), (15, 2, 17, 3))
    where = places(table(world, fields).X)
    assert where.group[:11].tolist() == [0] * 9 + [1] * 2


def test_outlines_outside_are_named(world: World) -> None:
    fields = outlines((2, 10, 4, 13), (8, 3, 9, 4), (40, 2, 42, 3), name=["a", "b", "far"])
    with collect() as findings:
        found = table(world, fields)
    assert found.record["outside_names"] == ["far"]
    assert [each.code for each in findings] == ["SITES_OUTSIDE"]


def test_points_and_outlines_do_not_mix(world: World) -> None:
    fields = outlines((2, 10, 4, 13), (8, 3, 9, 4))
    fields.loc[1, "geometry"] = shapely.Point(3, 4)
    with pytest.raises(InputError, match=r"^GEOMETRY_MIXED: labels are points, or outlines"):
        table(world, fields)
    lines = fields.set_geometry([shapely.LineString([(1, 1), (2, 2)])] * 2, crs="EPSG:4326")
    with pytest.raises(InputError, match="^GEOMETRY_MIXED"):
        table(world, lines)


def test_outlines_with_two_answers_conflict(world: World) -> None:
    fields = outlines((2, 10, 4, 13), (3, 11, 6, 12), (15, 2, 17, 3), hit=[1, 0, 1])
    with pytest.raises(InputError, match="^LABEL_CONFLICT: the same place has two values"):
        table(world, fields, target="hit")


def test_too_many_cells_in_outlines_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.scoring.outlines.MOST", 5)
    with pytest.raises(InputError, match="^TOO_LARGE: the polygons cover too many cells"):
        table(world, outlines((2, 10, 4, 13)))


def test_labels_at_one_place_are_told_and_are_one_group(world: World) -> None:
    labels = points([3.5, 3.5, 9.5], [9.5, 9.5, 9.5], name=["a", "b", "c"])
    with collect() as findings:
        found = table(world, labels)
    assert [(each.code, each.severity, each.found) for each in findings] == [
        ("ROW_DUPLICATE", "note", "a, b")
    ]
    assert places(found.X).group[:3].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("bad", "code"), [(np.inf, "VALUE_INVALID"), (-9999.0, "NODATA_UNDECLARED")]
)
def test_quantities_that_are_none_are_refused(world: World, bad: float, code: str) -> None:
    labels = world.labels.assign(temperature=[bad, *world.labels.temperature[1:]])
    with pytest.raises(InputError, match=f"^{code}"):
        regression_table(world.layers, labels, world.domain, world.grid, target="temperature")


def test_a_layer_without_data_leaves_nothing_to_learn(world: World) -> None:
    layers = [layer(np.full((18, 24), np.nan), world.grid, "empty"), *world.layers]
    with collect() as findings, pytest.raises(InputError, match="^TOO_FEW_POSITIVES"):
        classification_table(layers, world.labels, world.domain, world.grid, background=50)
    assert [each.code for each in findings] == ["SITES_WITHOUT_VALUES"]
    assert "no value of empty" in findings[0].found
    with collect(), pytest.raises(InputError, match="^TOO_FEW_POSITIVES"):
        regression_table(
            layers, world.labels, world.domain, world.grid, target="temperature"
        )  # fmt: skip


def test_labels_count_by_their_weights(world: World) -> None:
    labels = world.labels.assign(sure=np.arange(1, 16) / 10)
    found = table(world, labels, weight="sure")
    assert found.weight == pytest.approx([*np.arange(1, 16) / 10, *[1] * 50])
    assert table(world, world.labels).weight is None
    quantity = regression_table(
        world.layers, labels, world.domain, world.grid, target="temperature", weight="sure"
    )
    assert quantity.weight == pytest.approx(np.arange(1, 16) / 10)


@pytest.mark.parametrize("bad", [0.0, -1.0, None, np.inf])
def test_weights_are_above_zero(world: World, bad: Any) -> None:
    labels = world.labels.assign(sure=[bad] + [1.0] * 14)
    with pytest.raises(InputError, match="^VALUE_INVALID"):
        table(world, labels, weight="sure")


def test_labels_of_another_crs_are_brought_to_longitude_and_latitude(world: World) -> None:
    moved = world.labels.to_crs("EPSG:6933")
    moved.attrs = world.labels.attrs
    assert np.allclose(table(world, moved).X, table(world, world.labels).X)


def test_the_digest_tells_tables_apart(world: World) -> None:
    first, again = table(world, world.labels), table(world, world.labels)
    other = table(world, world.labels.iloc[1:])
    assert first.digest() == again.digest() != other.digest()
