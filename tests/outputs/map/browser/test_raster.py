"""What the map shows of a layer: the right cells, in the right colours, with the right values."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from siting.grid import as_layer, cell_of, longitude_latitude, make_grid
from siting.kinds import Results
from siting.outputs.map.encode import encode

GRIDS = {
    "world, equal area": ("EPSG:6933", 50_000, "world"),
    "region, geographic": ("EPSG:4326", 0.25, (20.0, -35.0, 40.0, -10.0)),
    "across the dateline": ("EPSG:4326", 0.25, (170.0, -50.0, 190.0, -30.0)),
    "Albers": ("EPSG:5070", 5_000, (-2_000_000, 1_500_000, -1_200_000, 2_400_000)),
}


def lone_cells(grid: GeoBox, results: Results) -> tuple[Results, list[tuple[int, int]]]:
    """A run whose only layer has data in a few cells far from one another."""
    height, width = grid.shape.yx
    cells = [(height // 5, width // 7), (height // 2, width // 2), (height - 3, width - 2)]
    values = np.full((height, width), np.nan)
    for number, cell in enumerate(cells):
        values[cell] = number
    layers = {"score": as_layer(values, grid, units="1", kind="continuous", long_name="Score")}
    bare = replace(results, grid=grid, layers=layers, domain=None, candidates=None, marks={})
    return replace(bare, features={}, records={}, exclusions={}), cells


def corners(grid: GeoBox, cell: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude around the edge of a cell, from pyproj."""
    share = np.linspace(0, 1, 9)
    row = cell[0] + np.r_[0 * share, share, 1 + 0 * share, share]
    column = cell[1] + np.r_[share, 1 + 0 * share, share, 0 * share]
    x, y = grid.affine.c + column * grid.affine.a, grid.affine.f + row * grid.affine.e
    return Transformer.from_crs(grid.crs.proj, "EPSG:4326", always_xy=True).transform(x, y)


@pytest.mark.parametrize("given", GRIDS.values(), ids=GRIDS.keys())
def test_a_cell_is_drawn_to_the_pixel_where_pyproj_puts_it(
    given: tuple, results: Results, written: Callable, open_map: Callable
) -> None:
    grid = make_grid(*given)
    run, cells = lone_cells(grid, results)
    opened = open_map(written(run))
    for cell in cells:
        longitude, latitude = corners(grid, cell)
        middle = float(np.median(longitude))
        for zoom in (4.3, 6, 8):
            opened.look_at(float(latitude.mean()), middle, zoom)
            east = middle + (longitude - middle + 180) % 360 - 180
            places = [opened.on_screen(*place) for place in zip(latitude, east, strict=True)]
            x, y = np.array(places).T
            expected = [x.min(), x.max(), y.min(), y.max()]
            np.testing.assert_allclose(extent(opened.pixels(), expected), expected, atol=1)


def extent(pixels: np.ndarray, near: list[float]) -> list[int]:
    """Left, right, top and bottom of what is drawn near a place; other cells may be in view."""
    left, right, top, bottom = (max(0, int(each)) for each in near)
    left, top = max(left - 9, 0), max(top - 9, 0)
    rows, columns = np.nonzero(pixels[top : bottom + 9, left : right + 9, 3])
    return [columns.min() + left, columns.max() + 1 + left, rows.min() + top, rows.max() + 1 + top]


@pytest.mark.parametrize(
    "name", ["Score", "Volcano distance", "Near fault", "Heat", "Regime", "Land", "Aspect"]
)
def test_the_colour_on_the_map_is_the_one_in_the_legend(
    name: str, results: Results, page_file: Path, open_map: Callable
) -> None:
    key = name.lower().replace(" ", "_")
    raster = encode(results.layers[key], results.domain, 1, linear=key == "score")
    values = results.layers[key].values.astype(float)
    if key != "land":
        values = np.where(results.domain, values, np.nan)
    opened = open_map(page_file)
    opened.choose_layer(name)
    opened.look_at(20.0, 0.0, 4)
    pixels = opened.pixels()
    legend = legend_colours(opened)
    seen = set()
    for x, y in np.random.default_rng(0).integers(20, 500, size=(80, 2)):
        latitude, longitude = opened.place_at(x + 0.5, y + 0.5)
        (row,), (column,) = cell_of(results.grid, [longitude], [latitude])
        colour, value = pixels[y, x], values[row, column]
        code = 0 if np.isnan(value) else 1 + int(np.abs(raster.levels - value).argmin())
        seen.add(code)
        assert colour[3] == (255 if code else 0)
        if code:
            np.testing.assert_allclose(colour[:3].astype(int), legend[code - 1], atol=1)
    assert len(seen) > 1


def legend_colours(opened) -> np.ndarray:
    """Colours in the legend from the lowest code on: of its bar, or of its swatches."""
    if opened.page.locator(".bar").count():
        found = opened.page.evaluate(
            "() => { const bar = document.querySelector('.bar');"
            " return [...bar.getContext('2d').getImageData(0, 0, bar.width, 1).data]; }"
        )
        return np.array(found).reshape(-1, 4)[:, :3]
    swatches = opened.page.locator(".swatch").evaluate_all(
        "all => all.map(each => getComputedStyle(each).backgroundColor)"
    )
    return np.array([[int(number) for number in re.findall(r"\d+", each)] for each in swatches])


def test_what_has_no_data_is_transparent(page_file: Path, open_map: Callable) -> None:
    opened = open_map(page_file)
    opened.look_at(0.0, -30.0, 6)  # the Atlantic, outside the domain
    assert opened.pixels()[..., 3].max() == 0


def test_the_map_goes_on_across_the_dateline(
    results: Results, page_file: Path, open_map: Callable
) -> None:
    opened = open_map(page_file)
    opened.look_at(55.0, 190.0, 4)
    x, y = opened.on_screen(55.0, 190.0)
    assert opened.pixels()[int(y), int(x), 3] == 255
    opened.page.get_by_role("checkbox", name="Candidates").uncheck()
    opened.click(50.0, 190.0)
    opened.page.locator("#card h2").get_by_text("Cell", exact=True).wait_for()
    place = opened.page.locator("#card .place").inner_text()
    north, west = re.match(r"([0-9.]+)° N, ([0-9.]+)° W", place).groups()
    assert (float(north), float(west)) == pytest.approx((50, 170), abs=0.2)


@pytest.mark.parametrize("zoom", [4, 6])
def test_a_click_reads_every_layer_within_the_stated_error(
    zoom: int, results: Results, page_file: Path, open_map: Callable
) -> None:
    opened = open_map(page_file)
    latitude, longitude = 24.3, 21.7
    opened.look_at(latitude, longitude, zoom)
    opened.click(latitude, longitude)
    opened.page.locator("#card h2").get_by_text("Cell", exact=True).wait_for()
    (row,), (column,) = cell_of(results.grid, [longitude], [latitude])
    card = opened.card()
    assert f"Row {row + 1}, column {column + 1} " in opened.page.locator("#card").inner_text()
    for label, name in {
        "Score": "score",
        "Volcano distance": "volcano_distance",
        "Elevation": "elevation",
        "Learned: score": "learned.score",
    }.items():
        value, error = map(number, re.match(r"(\S+) ± (\S+)", card[label]).groups())
        assert abs(value - float(results.layers[name][row, column])) <= error * 1.5
    assert number(card["Heat"].split()[0]) == float(results.layers["heat"][row, column])
    assert card["Land"] == "yes"
    assert card["Regime"] in {"stable interior", "rift", "subduction", "collision"}
    assert card["Volcano distance"].endswith("km")


def number(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))


def test_a_coarser_layer_says_of_what_its_cells_are_means(
    results: Results, written: Callable, open_map: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.outputs.map.budget.INPUT_LENGTH", 350)
    opened = open_map(written(results))
    opened.choose_layer("Elevation")
    assert "Means over 2 × 2 cells (9,960 km²)" in opened.page.locator("#legend").inner_text()
    opened.choose_layer("Regime")
    assert "One of each 2 × 2 cells" in opened.page.locator("#legend").inner_text()


def test_hatching_covers_the_cells_unlike_the_training_data_alone(
    results: Results, page_file: Path, open_map: Callable
) -> None:
    opened = open_map(page_file)
    opened.look_at(44.0, 30.0, 4)
    opened.page.get_by_role("checkbox", name="Hatch cells").check()
    opened.page.wait_for_selector(".leaflet-hatch-pane canvas", state="attached")
    inked = opened.pixels("hatch")[..., 3] > 0
    _, north = opened.on_screen(45.5, 30.0)  # dissimilarity is latitude / 60, its threshold 0.75
    _, south = opened.on_screen(44.5, 30.0)
    assert not inked[int(south) :].any()
    assert 0.1 < inked[: int(north)].mean() < 0.2


def test_the_centre_of_each_cell_is_in_that_cell(results: Results) -> None:
    longitude, latitude = longitude_latitude(results.grid, slice(0, 9), slice(0, 9))
    row, column = cell_of(results.grid, longitude.ravel(), latitude.ravel())
    np.testing.assert_array_equal(row.reshape(9, 9)[:, 0], np.arange(9))
    np.testing.assert_array_equal(column.reshape(9, 9)[0], np.arange(9))
