"""What a file is, by its content."""

import hashlib

import numpy as np
import pytest

from siting.errors import InputError
from siting.io.digests import recorded
from siting.io.formats import format_of, local_file, reading


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"II*\0rest", "geotiff"),
        (b"MM\0+rest", "geotiff"),
        (b"CDF\x01", "netcdf3"),
        (b"\x89HDF\r\n\x1a\nrest", "hdf5"),
        (b"SQLite format 3\0", "geopackage"),
        (b"PAR1", "parquet"),
        (b"fgb\x03fgb\x00", "flatgeobuf"),
        (b"\0\0\x27\x0arest", "shapefile"),
        (b' \n{"type": 1}', "geojson"),
        (b"\xef\xbb\xbfa,b\n", "text"),
        ("a,b\n".encode("utf-16"), "text"),
        (b"<html>", "unknown"),
        (b"\x80\x04\x95\0\0", "unknown"),
        (b"CDF\x05", "text"),
    ],
)
def test_content_counts_not_the_name(tmp_path, content, name) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    assert format_of(path) == name


def test_only_files_that_are_there(tmp_path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for path, code in ((tmp_path / "no", "FILE_MISSING"), (tmp_path / "empty", "FILE_EMPTY")):
        with pytest.raises(InputError, match=code):
            local_file(path)
    with pytest.raises(InputError, match="FILE_MISSING"):
        local_file("/dev/null")


def test_names_with_spaces_and_signs_are_fine(tif, field, tmp_path) -> None:
    folder = tmp_path / "données żar"
    folder.mkdir()
    path = tif(field, name="données żar/tepło ☀ 1.tif")
    assert format_of(local_file(path)) == "geotiff"


def test_errors_of_libraries_become_findings_of_damage(tmp_path) -> None:
    for error in (OSError("x"), ValueError("x"), KeyError("x"), RuntimeError("x")):
        with pytest.raises(InputError, match="FILE_CORRUPT"), reading(tmp_path / "a"):
            raise error
    with pytest.raises(InputError, match="FILE_UNREADABLE"), reading(tmp_path / "a"):
        raise PermissionError("x")
    with pytest.raises(MemoryError, match="x"), reading(tmp_path / "a"):
        raise MemoryError("x")


def test_digest_recorded_beside_a_file(tmp_path) -> None:
    path = tmp_path / "a b.tif"
    path.write_bytes(np.arange(5).tobytes())
    assert recorded(path) == {}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lines = f"{'0' * 64}  other.tif\n{digest.upper()} *./a b.tif\nnonsense\n"
    (tmp_path / "SHA256SUMS").write_text(lines)
    assert recorded(path) == {"sha256": digest}
