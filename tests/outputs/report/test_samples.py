from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from siting.grid import as_layer, make_grid
from siting.kinds import Results
from siting.outputs.report.samples import cells_of, known_fields, take


def test_all_cells_of_the_domain_are_read_where_they_are_few(
    results: Results, known_cells: Any
) -> None:
    found = take(results.layers, results.domain, results.grid, known_cells)
    assert found.step == 1
    inside = results.domain.values
    for name, values in found.land.items():
        np.testing.assert_array_equal(values, results.layers[name].values[inside])


def test_a_large_domain_is_read_at_a_regular_subsample(results: Results, known_cells: Any) -> None:
    found = take(results.layers, results.domain, results.grid, known_cells, most=500)
    assert found.step > 1
    every = slice(found.step // 2, None, found.step)
    inside = results.domain.values[every, every]
    wanted = results.layers["elevation"].values[every, every][inside]
    np.testing.assert_array_equal(found.land["elevation"], wanted)
    assert 250 <= len(wanted) <= 750  # about as many as asked for


def test_values_at_fields_are_those_of_their_cells(results: Results, known_cells: Any) -> None:
    found = take(results.layers, results.domain, results.grid, known_cells, most=50)
    wanted = results.layers["heat"].values[known_cells]
    np.testing.assert_array_equal(found.fields["heat"], wanted)


def test_a_subsample_reads_each_tile_once_and_keeps_none() -> None:
    grid = make_grid("EPSG:6933", 2_000, (0, 0, 5_000_000, 3_000_000))  # 3 x 2 tiles
    read = []

    def block(values: Any, block_id: Any = None) -> Any:
        read.append(block_id)
        return values + 1.0

    layer = as_layer(np.zeros(grid.shape.yx, np.float32), grid)
    layer = layer.copy(data=layer.data.map_blocks(block, dtype=np.float32, meta=layer.data._meta))
    cells = np.array([5, 1200]), np.array([7, 2400])
    found = take({"a": layer}, None, grid, cells, most=1000)
    assert sorted(read) == [(i, j) for i in range(2) for j in range(3)]
    assert found.land["a"].size < 4000
    assert found.fields["a"].tolist() == [1.0, 1.0]


def test_area_is_true_on_a_geographic_grid() -> None:
    grid = make_grid("EPSG:4326", 30.0, (0, 0, 30, 90))
    layer = as_layer(np.zeros((3, 1)), grid)
    found = take({"a": layer}, None, grid, (np.array([], int), np.array([], int)))
    # A zone from 0 to 30 degrees holds sin 30 of a hemisphere: on the sphere .5, .366, .134.
    shares = found.area / found.area.sum()
    np.testing.assert_allclose(shares, [0.134, 0.366, 0.5], atol=0.002)


def test_known_fields_are_the_verified_ones(results: Results) -> None:
    found = known_fields(results, {"name": "known"})
    assert found is not None
    assert found["name"].tolist() == ["Larderello", "Wairakei", "Coso", "Olkaria", "Hatchobaru"]


def test_known_fields_are_found_by_the_name_of_the_record(results: Results) -> None:
    renamed = replace(results, features={"targets": results.features["known"]})
    assert known_fields(renamed, {"name": "labels"}) is None
    found = known_fields(renamed, {"name": "targets"})
    assert found is not None
    assert len(found) == 5


def test_areas_are_no_known_fields(results: Results) -> None:
    known = results.features["known"]
    areas = known.set_geometry(shapely.buffer(known.geometry.to_numpy(), 1.0), crs=known.crs)
    assert known_fields(replace(results, features={"known": areas}), {}) is None


def test_places_outside_the_grid_have_no_cell() -> None:
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 10, 10))
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5.5, 50.0], [5.5, 5.5]), crs=4326)
    row, column = cells_of(places, grid)
    assert (row.tolist(), column.tolist()) == ([4], [5])
    assert len(cells_of(None, grid)[0]) == 0
