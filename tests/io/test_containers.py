"""HDF5 and Zarr by their bytes and metadata: heaps, codecs, links, chunks."""

import json
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr

from siting.errors import InputError
from siting.findings import collect
from siting.io import containers
from siting.io.containers import check_chunks, check_hdf5, check_heaps, check_zarr, is_group


def refused(code: str, function, *arguments) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        function(*arguments)
    assert caught.value.code == code
    return caught.value


def heap(*objects: tuple[int, int], size: int = 4096, blank: int = 0) -> bytes:
    """A global heap of HDF5 1.x: its head, then objects by number and size, filled up to 8."""
    content = bytearray(b"GCOL\1\0\0\0" + struct.pack("<Q", size))
    for number, length in objects:
        content += struct.pack("<HH4xQ", number, 0, length)
        content += bytes(-(-length // 8) * 8 if number else length - 16)
    return bytes(blank) + bytes(content).ljust(size, b"\0")


def heaps(folder: Path, content: bytes) -> Path:
    (folder / "a.h5").write_bytes(content)
    return folder / "a.h5"


@pytest.mark.parametrize(
    "content",
    [
        heap((1, 8), (2, 3), (0, 4096 - 16 - 24 - 24)),
        heap((1, 4096 - 32)),
        heap((1, 4096 - 40), size=4096),  # 8 bytes that hold no head of an object
        heap((1, 8), (0, 4096 - 40))[:-1],  # cut short: the library finds it
        heap((1, 8))[:12],
        heap((1, 8), (0, 4096 - 40), size=4096, blank=512),
        b"GCOL\2\0\0\0" + bytes(100),
        b"no heap at all",
    ],
)
def test_heaps_that_come_to_an_end(tmp_path, content) -> None:
    check_heaps(heaps(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (heap((1, 8)), 40),
        (heap((1, 3), (2, 9)), 16 + 24 + 32),
        (heap(), 16),
        (heap((1, 8), (0, 32)), 72),
        (heap((1, 8), blank=512), 552),
        (heap((1, 8), (0, 4096 - 40)) + heap((1, 8)), 4096 + 40),
    ],
)
def test_a_heap_in_which_the_library_would_stand_still(tmp_path, content, place) -> None:
    error = refused("FILE_CORRUPT", check_heaps, heaps(tmp_path, content))
    assert f"free space of no size at byte {place} of" in error.found


def test_heaps_at_both_ends_of_a_large_file_are_looked_at(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(containers, "_SCANNED", 5000)
    for blank in (0, 900, 5000 + 4096 + 900):
        content = heap((1, 8), blank=blank).ljust(20_000 if blank < 5000 else 0, b"\0")
        refused("FILE_CORRUPT", check_heaps, heaps(tmp_path, content))
    # In between the library's own look is trusted.
    check_heaps(heaps(tmp_path, heap((1, 8), blank=8000).ljust(20_000, b"\0")))


@pytest.mark.parametrize("inner", ["", "one/two/"])
def test_hdf5_that_leads_elsewhere_names_what_does(tmp_path, inner) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file[f"{inner}here"] = [1.0]
        file[f"{inner}soft"] = h5py.SoftLink("/here")
    check_hdf5(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file[f"{inner}far"] = h5py.ExternalLink("b.h5", "/x")
    error = refused("PATH_OUTSIDE_DATA", check_hdf5, tmp_path / "a.h5")
    assert error.found == "'far' is stored elsewhere"
    assert error.where == str(tmp_path / "a.h5")


def test_hdf5_whose_values_lie_in_a_raw_file(tmp_path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a/far", (2,), "f8", external=[(str(tmp_path / "raw"), 0, 16)])
    error = refused("PATH_OUTSIDE_DATA", check_hdf5, tmp_path / "a.h5")
    assert error.found == "'a/far' is stored elsewhere"


def metadata(folder: Path, name: str, content: dict) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    return folder


SHARDED = {
    "name": "sharding_indexed",
    "configuration": {
        "codecs": [{"name": "bytes"}, {"name": "zstd"}],
        "index_codecs": [{"name": "bytes"}, {"name": "crc32c"}],
    },
}


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        (".zarray", {"zarr_format": 2, "dtype": "<f8", "compressor": {"id": "zlib"}}, ""),
        (".zarray", {"zarr_format": 2, "dtype": "<f8", "compressor": None, "filters": None}, ""),
        (".zarray", {"zarr_format": 2, "dtype": "|O", "compressor": None}, "object"),
        (".zarray", {"zarr_format": 2, "dtype": "<f8", "filters": [{"id": "delta"}]}, ""),
        (".zarray", {"zarr_format": 2, "filters": [{"id": "pickle"}, {"id": "x"}]}, "pickle, x"),
        (".zarray", {"zarr_format": 2, "compressor": {"id": "json2"}}, "json2"),
        ("zarr.json", {"zarr_format": 3, "node_type": "group", "codecs": [{"name": "x"}]}, ""),
        ("zarr.json", {"zarr_format": 3, "codecs": [{"name": "numcodecs.zlib"}]}, ""),
        ("zarr.json", {"zarr_format": 3, "codecs": [SHARDED]}, ""),
        ("zarr.json", {"zarr_format": 3, "codecs": [{"name": "bytes"}, {"name": "x"}]}, "x"),
    ],
)
def test_codecs(tmp_path, name, content, found) -> None:
    path = metadata(tmp_path / "a.zarr", name, content)
    if not found:
        check_zarr(path)
        return
    error = refused("CODEC_REFUSED", check_zarr, path)
    assert (error.found, error.where) == (found, str(path / name))


@pytest.mark.parametrize("place", ["codecs", "index_codecs"])
def test_codecs_inside_shards_are_looked_at(tmp_path, place) -> None:
    shard = {"name": "sharding_indexed", "configuration": {place: [{"name": "pickle"}]}}
    path = metadata(tmp_path / "a.zarr", "zarr.json", {"zarr_format": 3, "codecs": [shard]})
    assert refused("CODEC_REFUSED", check_zarr, path).found == "pickle"


def test_links_may_stay_inside_the_folder(tmp_path) -> None:
    path = metadata(tmp_path / "a.zarr", "zarr.json", {"zarr_format": 3, "node_type": "group"})
    (path / "inner").mkdir()
    (path / "inner" / "again.json").symlink_to(path / "zarr.json")
    check_zarr(path)
    (path / "inner" / "out").symlink_to(tmp_path)
    error = refused("PATH_OUTSIDE_DATA", check_zarr, path)
    assert error.where == str(path / "inner" / "out")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (".zgroup", {}, True),
        (".zarray", {}, False),
        ("zarr.json", {"node_type": "group"}, True),
        ("zarr.json", {"node_type": "array"}, False),
    ],
)
def test_groups_and_bare_arrays(tmp_path, name, content, expected) -> None:
    assert is_group(metadata(tmp_path / "a.zarr", name, content)) is expected


def array(folder: Path, fill: float | None, *, full: bool = False) -> Path:
    path = folder / "a.zarr"
    group = zarr.create_group(path, overwrite=True)
    made = group.create_array("hs", shape=(6,), chunks=(2,), dtype="float32", fill_value=fill)
    made[: 6 if full else 3] = np.arange(1.0, 7.0 if full else 4.0)
    return path


def test_chunks_that_are_not_there(tmp_path) -> None:
    with collect() as findings:
        check_chunks(array(tmp_path, -1.0, full=True), "hs")
    assert findings == []
    error = refused("CHUNK_MISSING", check_chunks, array(tmp_path, -1.0), "hs")
    assert error.found == "2 of 3 chunks; the others read as -1.0"
    assert error.where == str(tmp_path / "a.zarr/hs")
    assert error.fix == "bring the folder again, or write it with a fill value of NaN"
    refused("CHUNK_MISSING", check_chunks, array(tmp_path, 0.0), "hs", (-1.0,))


@pytest.mark.parametrize(("fill", "missing"), [(np.nan, ()), (-1.0, (9.0, -1.0))])
def test_chunks_that_read_as_missing_are_a_note(tmp_path, fill, missing) -> None:
    with collect() as findings:
        check_chunks(array(tmp_path, fill), "hs", missing)
    (note,) = findings
    assert (note.code, note.severity) == ("CHUNK_MISSING", "note")
    assert note.found == f"2 of 3 chunks; the others read as {fill}"
    assert note.where == str(tmp_path / "a.zarr/hs")


def test_a_bare_array_has_chunks_too(tmp_path) -> None:
    path = tmp_path / "bare.zarr"
    made = zarr.create_array(path, shape=(4,), chunks=(2,), dtype="float32", fill_value=0.0)
    refused("CHUNK_MISSING", check_chunks, path, "")
    made[:] = [1.0, 2.0, 3.0, 4.0]
    check_chunks(path, "")
