"""What values show: strips, sentinels, limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.grid import make_grid
from siting.io import plausible
from siting.io.plausible import SENTINELS, Summary
from siting.io.raster import read_raster


def test_a_large_raster_is_looked_at_in_spread_strips(tif, monkeypatch) -> None:
    monkeypatch.setattr(plausible, "_STRIP", 40)
    monkeypatch.setattr(plausible, "MAX_LOOK", 200)
    values = np.arange(400.0).reshape(20, 20)
    source = tif(values, blockysize=1)
    grid = make_grid("EPSG:4326", 0.1, (-120, 38, -118, 40))
    seen = []
    add = Summary.add
    monkeypatch.setattr(Summary, "add", lambda self, part: (seen.append(part), add(self, part)))
    read_raster(source, grid, kind="continuous")
    assert sum(part.size for part in seen) == 200
    assert seen[0].min() == 0.0
    assert seen[-1].max() == 359.0


@given(
    st.lists(st.floats(0, 100, width=32), min_size=2, max_size=20),
    st.sampled_from([each for each in SENTINELS if abs(each) >= 999 and abs(each) < 3.4e38]),
)
def test_sentinel_far_from_the_values_is_found_in_any_order(values, sentinel) -> None:
    summary = Summary()
    stored = np.array([*values, sentinel], "float64")
    for part in np.array_split(stored, 3):
        summary.add(part)
    summary.add(np.array([sentinel]))
    assert summary.apart() == [sentinel]
    assert summary.sentinels == {sentinel: 2}
    assert summary.low == min(values)


def test_two_sentinels_at_once() -> None:
    summary = Summary()
    summary.add(np.array([-9999, 5, 7, -32768], "int16"))
    assert summary.apart() == [-32768, -9999]


def test_sentinel_within_the_values_widens_their_range() -> None:
    summary = Summary()
    summary.add(np.array([-9999.0, -9000.0, 8000.0]))
    assert summary.apart() == []
    assert summary.low == -9999.0


def test_boolean_raster_of_other_numbers(tif, home) -> None:
    with pytest.raises(InputError, match="NOT_BOOLEAN"):
        read_raster(tif(np.arange(400, dtype="int16").reshape(20, 20)), home, kind="boolean")
