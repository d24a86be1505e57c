"""Parquet files that contradict themselves, between their values and what they state."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siting.errors import InputError
from siting.io.parquet import read_parquet

TABLE = {"name": ["a", "b", "c"], "mw": [1.5, -2.5, None], "count": [1, 2, 3]}


def written(folder: Path, values: dict = TABLE, **options) -> Path:
    pq.write_table(pa.table(values), folder / "a.parquet", **options)
    return folder / "a.parquet"


def refused(path: Path) -> str:
    with pytest.raises(InputError, match="FILE_CORRUPT") as caught:
        read_parquet(path)
    return caught.value.found


def changed(path: Path, old: bytes, new: bytes) -> None:
    """The file with other bytes in the one place where the old ones are."""
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def spoil(path: Path, old: bytes, new: bytes) -> None:
    """Other bytes where the values lie; the same ones stand in headers and statistics too."""
    content, whole = path.read_bytes(), pq.read_table(path)
    for place in range(len(content)):
        if content.startswith(old, place):
            path.write_bytes(content[:place] + new + content[place + len(old) :])
            if not pq.read_table(path).equals(whole):
                return
    raise AssertionError("the values are nowhere")


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_row_groups_are_read_one_after_the_other(tmp_path, rows) -> None:
    found = read_parquet(written(tmp_path, row_group_size=rows))
    assert found.to_pydict() == TABLE


def test_a_file_without_rows_has_its_columns(tmp_path) -> None:
    empty = pa.table({"mw": pa.array([], pa.float64())})
    pq.write_table(empty, tmp_path / "a.parquet")
    assert read_parquet(tmp_path / "a.parquet").column_names == ["mw"]


def test_a_column_of_two_types_is_damage(tmp_path) -> None:
    """By the compact protocol of Thrift the type of a column's chunk, text (6), begins its data."""
    path = written(tmp_path, {"name": ["a", "b"]})
    changed(path, b"\x15\x0c\x19", b"\x15\x40\x19")
    assert "'name' is BYTE_ARRAY and UNKNOWN" in refused(path)


@pytest.mark.parametrize(
    ("values", "old", "new"),
    [
        ([1.5, 2.5], 2.5, 9.5),
        ([1.5, 2.5], 1.5, -9.5),
        ([10**12, 10**12 + 5], 10**12 + 5, 10**13),
    ],
)
def test_values_beyond_those_that_are_stated(tmp_path, values, old, new) -> None:
    kind = "<f8" if isinstance(old, float) else "<i8"
    path = written(tmp_path, {"mw": values}, compression="none", use_dictionary=False)
    spoil(path, *(np.array([each], kind).tobytes() for each in (old, new)))
    assert refused(path).count("'mw' holds") == 1


def test_texts_beyond_those_that_are_stated(tmp_path) -> None:
    path = written(tmp_path, {"name": ["bbb", "ccc"]}, compression="none", use_dictionary=False)
    spoil(path, b"ccc", b"zzz")
    assert "'name' holds 'bbb' to 'zzz', but the file states 'bbb' to 'ccc'" in refused(path)


def test_missing_values_that_are_not_stated(tmp_path) -> None:
    found = read_parquet(written(tmp_path, {"mw": [None, None]}))
    assert found["mw"].null_count == 2
    found = read_parquet(written(tmp_path, {"mw": [1.0, float("nan"), 3.0]}))
    assert found.num_rows == 3
    path = written(tmp_path, {"kind": pa.array(["a", "b", "a"]).dictionary_encode()})
    assert read_parquet(path)["kind"].to_pylist() == ["a", "b", "a"]
