"""Weights of source cells, by hand: at edges and centres, over areas, beyond the raster."""

import zipfile
from io import BytesIO

import numpy as np
import pytest

from siting.io.archive import zipped
from siting.io.weights import Taps, along_axes, covered, in_plane, linear, nearest, pairs


def at(taps: Taps) -> list[dict[int, float]]:
    """Weight of each source cell that counts, target by target."""
    return [
        {
            int(cell): float(share)
            for cell, share in zip(taps.source[:, i], taps.weight[:, i], strict=True)
            if share
        }
        for i in range(taps.source.shape[1])
    ]


def test_the_nearest_cell_is_the_one_around() -> None:
    position = np.array([0.0, 0.99, 1.0, 2.5, 3.0, -0.01, 3.01, np.nan])
    assert at(nearest(position, 3)) == [{0: 1}, {0: 1}, {1: 1}, {2: 1}, {2: 1}, {}, {}, {}]


@pytest.mark.parametrize(
    ("position", "weights"),
    [
        (0.5, {0: 1}),  # a centre
        (1.5, {1: 1}),
        (2.5, {2: 1}),
        (1.0, {0: 0.5, 1: 0.5}),
        (1.25, {0: 0.25, 1: 0.75}),
        (0.25, {0: 0.75}),  # half a cell at the edge has one neighbour only
        (2.75, {2: 0.75}),
        (-0.1, {}),
        (3.1, {}),
        (np.nan, {}),
    ],
)
def test_linear_weights_fall_with_the_distance(position: float, weights: dict[int, float]) -> None:
    assert at(linear(np.array([position]), 3)) == [pytest.approx(weights)]


@pytest.mark.parametrize(
    ("start", "stop", "weights"),
    [
        (0.0, 1.0, {0: 1}),
        (1.0, 0.0, {0: 1}),  # flipped
        (0.5, 2.25, {0: 0.5, 1: 1, 2: 0.25}),
        (1.0, 3.0, {1: 1, 2: 1}),
        (-5.0, 0.5, {0: 0.5}),
        (2.5, 9.0, {2: 0.5}),
        (-5.0, 9.0, {0: 1, 1: 1, 2: 1}),
        (-2.0, -1.0, {}),
        (3.0, 4.0, {}),
        (1.0, 1.0, {}),
        (np.nan, 1.0, {}),
        (1.0, np.nan, {}),
    ],
)
def test_cells_count_by_how_much_of_them_is_covered(
    start: float, stop: float, weights: dict[int, float]
) -> None:
    assert at(covered(np.array([start]), np.array([stop]), 3)) == [pytest.approx(weights)]


def test_several_targets_stand_side_by_side() -> None:
    taps = covered(np.array([0.0, 0.0, 2.0]), np.array([1.0, 3.0, 2.5]), 3)
    assert at(taps) == [{0: 1}, {0: 1, 1: 1, 2: 1}, {2: 0.5}]


def test_weights_along_axes_are_those_of_a_plane() -> None:
    values = np.arange(12.0).reshape(3, 4) ** 2
    row = covered(np.array([0.5, 1.0]), np.array([1.5, 3.0]), 3)
    column = linear(np.array([0.5, 1.25, 3.0]), 4)
    found = along_axes(row, column, (3, 4))(values)
    rows = np.array([[0.5, 0.5, 0], [0, 1, 1]])
    columns = np.array([[1, 0, 0, 0], [0.25, 0.75, 0, 0], [0, 0, 0.5, 0.5]])
    np.testing.assert_allclose(found, rows @ values @ columns.T, rtol=1e-15)


def test_pairs_are_each_with_each() -> None:
    values = np.arange(12.0).reshape(3, 4)
    row, column = (linear(np.array([[each]]), size) for each, size in ((1.25, 3), (2.0, 4)))
    one, other = pairs(row, column)
    assert one.source.shape == other.source.shape == (4, 1, 1)
    found = in_plane(one, other, (3, 4))(values)
    # Rows 0 and 1 by 1/4 and 3/4, columns 1 and 2 by half each.
    assert found == pytest.approx(np.array([[0.25 * 1.5 + 0.75 * 5.5]]))


def test_an_archive_has_its_files_by_name_without_times() -> None:
    data = zipped({"b": b"2" * 1000, "a": b"1"})
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        assert [each.filename for each in entries] == ["a", "b"]
        assert archive.read("b") == b"2" * 1000
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}  # ZIP's first day
    assert {each.external_attr >> 16 for each in entries} == {0o644}
    assert entries[1].compress_size < 100
