"""Tables and features come back the same, even where memory is short."""

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyarrow.lib import ArrowException

from siting.errors import StorageError
from siting.store.frames import decode, describe, encode

TABLE = pd.DataFrame({"id": ["007", None], "mw": [1.5, np.nan], "good": [True, False]})


def test_a_table_comes_back_with_its_attributes() -> None:
    frame = TABLE.copy()
    frame.attrs = {"units": {"mw": "MW"}}
    found = decode(encode("t", frame), describe(frame))
    pd.testing.assert_frame_equal(found, frame)
    assert found.attrs == frame.attrs
    assert not isinstance(found, gpd.GeoDataFrame)


def test_features_come_back_with_their_system() -> None:
    frame = gpd.GeoDataFrame(TABLE, geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=6933)
    found = decode(encode("t", frame), describe(frame))
    assert found.crs == frame.crs
    assert found.geometry.equals(frame.geometry)


def test_a_frame_is_stored_without_its_attributes() -> None:
    told = TABLE.copy()
    told.attrs = {"a": 1}
    assert encode("t", told) == encode("t", TABLE)
    assert told.attrs == {"a": 1}


def test_a_column_of_several_types_is_named() -> None:
    with pytest.raises(StorageError, match="FRAME_NOT_STORABLE") as caught:
        encode("sites", pd.DataFrame({"a": [1, "x"]}))
    assert caught.value.where == "sites"


# A process that has room for a few rows, and for no stack of a thread.
NARROW = """
import resource
import pandas as pd
import pyarrow.dataset
from siting.store.frames import decode, encode
data = encode("t", pd.DataFrame({"id": ["a", "b"], "mw": [1.5, 2.5]}))
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + 2_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    print(decode(data, {"attrs": {}, "places": False}).mw.sum())
except MemoryError as error:
    print(error)
"""


def test_no_memory_for_threads_is_no_memory() -> None:
    """Neither waits a run for threads that never start, nor does the process end by itself."""
    command = [sys.executable, "-c", NARROW]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Failed to launch worker thread" in done.stdout


def test_a_thread_that_found_no_memory_is_one_and_damage_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, part = encode("t", TABLE), describe(TABLE)
    with pytest.raises(ArrowException, match="Parquet"):
        decode(data[:-4], part)

    def fails(*args: object, **options: object) -> None:
        raise ArrowException("Failed to launch worker thread: out of resources")

    monkeypatch.setattr(pd, "read_parquet", fails)
    with pytest.raises(MemoryError, match="worker thread"):
        decode(data, part)
