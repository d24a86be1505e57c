"""Files out of archives: there while they are read, gone after."""

import gc
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError, StorageError
from siting.findings import collect
from siting.io import unpacking
from siting.io.raster import read_raster
from siting.io.unpacking import RASTERS, unpack


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def packed(tif, field, tmp_path) -> Path:
    """A ZIP archive with two rasters, of which the second has two bands."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tif(field), "in/a.tif")
        archive.write(tif(np.stack([field, field])), "in/b.tif")
        archive.writestr("in/a.txt", "about a")
    return tmp_path / "a.zip"


def test_file_is_there_as_long_as_its_layer(packed, home, field, temporary) -> None:
    layer = read_raster(packed, home, kind="continuous", member="in/a.tif")
    assert len(list(temporary.iterdir())) == 1
    assert np.array_equal(layer.values, field)
    del layer
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_nothing_is_left_where_the_archive_is_damaged(packed, home, temporary) -> None:
    content = bytearray(packed.read_bytes())
    content[200] ^= 0x5A
    packed.write_bytes(bytes(content))
    with pytest.raises(InputError, match="FILE_CORRUPT"):
        read_raster(packed, home, kind="continuous", member="in/a.tif")
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_findings_and_errors_name_the_archive(packed, home) -> None:
    with collect() as noticed:
        read_raster(packed, home, kind="continuous", member="in/b.tif")
    assert [each.where for each in noticed] == [str(packed / "in/b.tif")]
    with pytest.raises(InputError, match=r"a\.zip/in/b\.tif") as caught:
        read_raster(packed, home, kind="continuous", member="in/b.tif", band=3)
    assert tempfile.gettempdir() + "/siting" not in str(caught.value)


def test_member_that_is_not_there_names_those_that_are(packed) -> None:
    with pytest.raises(InputError, match="MEMBER_MISSING") as caught:
        unpack(packed, "c.tif", RASTERS)
    assert "in/a.tif, in/b.tif" in caught.value.wanted


def test_files_of_the_same_stem_come_along(packed) -> None:
    found = unpack(packed, "in/a.tif", RASTERS)
    assert sorted(each.name for each in found.folder.iterdir()) == ["a.tif", "a.txt"]
    found.close()
    assert not found.folder.exists()


def test_room_on_the_disk_is_looked_at_first(packed, monkeypatch, temporary) -> None:
    def full(folder: Path, needed: int) -> None:
        raise StorageError("DISK_SPACE_LOW", f"{needed > 1000}")

    monkeypatch.setattr(unpacking, "require_space", full)
    with pytest.raises(StorageError, match="DISK_SPACE_LOW: True"):
        unpack(packed, "in/a.tif", RASTERS)
    assert list(temporary.iterdir()) == []


def test_size_is_looked_at_first(packed, monkeypatch, temporary) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 1000)
    with pytest.raises(InputError, match="TOO_LARGE"):
        unpack(packed, "in/a.tif", RASTERS)
    assert list(temporary.iterdir()) == []
