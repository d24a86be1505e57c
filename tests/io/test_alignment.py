"""Rasters that were made together lie on one another."""

import numpy as np
import pytest
from affine import Affine

from siting.findings import collect
from siting.io.alignment import check_alignment

W, S, E, N = -120.0, 38.0, -118.0, 40.0


def shifts(tif, right: float, down: float, **other) -> list[str]:
    """What is said of two rasters that lie so many cells apart."""
    values = np.zeros((20, 20), "float32")
    one = tif(values, (W, S, E, N), name="one.tif")
    moved = Affine(0.1, 0, W + 0.1 * right, 0, -0.1, N - 0.1 * down)
    values = np.zeros(other.pop("shape", (20, 20)), "float32")
    two = tif(values, name="two.tif", transform=other.pop("transform", moved), **other)
    with collect() as noticed:
        check_alignment({"one": (one, None), "two": (two, None)})
    return [each.found for each in noticed]


def test_half_a_cell_and_a_whole_one_are_reported(tif) -> None:
    assert shifts(tif, 0.5, 0.5) == ["two lies 0.5 cells right of one and 0.5 below it"]
    assert shifts(tif, 0, -1) == ["two lies 0 cells right of one and -1 below it"]
    assert len(shifts(tif, 0.05, 0)) == 1


@pytest.mark.parametrize(
    ("right", "down", "other"),
    [
        (0, 0, {}),
        (0.001, 0, {}),  # rounding
        (20, 0, {}),  # the next tile
        (5, 3, {}),  # another scene
        (0.5, 0.5, {"shape": (21, 21)}),  # nodes and cells
        (0.5, 0.5, {"crs": "EPSG:4269"}),
        (0.5, 0.5, {"transform": Affine(0.2, 0, W + 0.05, 0, -0.2, N)}),
    ],
)
def test_nothing_is_said_of_others(tif, right, down, other) -> None:
    assert shifts(tif, right, down, **other) == []


@pytest.mark.parametrize(
    ("right", "told"),
    [(0.009, False), (0.011, True), (-0.011, True), (1.005, True), (-1.005, True), (1.02, False)],
)
def test_shifts_of_a_hundredth_of_a_cell_to_one(tif, right, told) -> None:
    assert bool(shifts(tif, right, 0)) is told
    assert bool(shifts(tif, 0, right)) is told


def test_files_that_cannot_be_compared_are_left_to_their_readers(tif, tmp_path, field) -> None:
    (tmp_path / "page.tif").write_text("<html>")
    rasters = {"page": tmp_path / "page.tif", "none": tmp_path / "no.tif", "good": tif(field)}
    with collect() as noticed:
        check_alignment({name: (path, None) for name, path in rasters.items()})
    assert noticed == []
