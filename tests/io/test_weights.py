"""How much of each cell lies between two positions, by hand; an archive without times."""

import zipfile
from io import BytesIO

import numpy as np
import pytest

from siting.io.archive import zipped
from siting.io.weights import Taps, covered


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
@pytest.mark.parametrize("first", [0, 7, -3])
def test_cells_count_by_how_much_of_them_is_covered(
    start: float, stop: float, weights: dict[int, float], first: int
) -> None:
    found = covered(np.array([start + first]), np.array([stop + first]), first, 3)
    assert at(found) == [pytest.approx(weights)]


def test_several_targets_stand_side_by_side() -> None:
    taps = covered(np.array([0.0, 0.0, 2.0]), np.array([1.0, 3.0, 2.5]), 0, 3)
    assert at(taps) == [{0: 1}, {0: 1, 1: 1, 2: 1}, {2: 0.5}]


def test_an_archive_has_its_files_by_name_without_times() -> None:
    data = zipped({"b": b"2" * 1000, "a": b"1"})
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        assert [each.filename for each in entries] == ["a", "b"]
        assert archive.read("b") == b"2" * 1000
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}  # ZIP's first day
    assert {each.external_attr >> 16 for each in entries} == {0o644}
    assert entries[1].compress_size < 100
