"""What a file is, by its content."""

import hashlib

import numpy as np
import pytest

from siting.errors import InputError
from siting.io.digests import recorded
from siting.io.formats import check_beside, format_of, local_file, reading, wrong_format
from siting.io.source import plain_unit


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


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MM\0*rest", "geotiff"),
        (b"II+\0rest", "geotiff"),
        (b"CDF\x02", "netcdf3"),
        (b"PK\x03\x04rest", "zip"),
        (b"PK\x05\x06rest", "zip"),
        (b'\xef\xbb\xbf{"type": 1}', "geojson"),
        (b"\xef\xbb\xbf <html>", "unknown"),
        (b"[1, 2]", "geojson"),
        ("a".encode("utf-16-be"), "unknown"),
        (b"\xfe\xff\0a", "text"),
        (b"a" * 5000 + b"\0", "text"),  # the first 4096 bytes tell
        (b"a" * 4095 + b"\0", "unknown"),
    ],
)
def test_marks_at_the_beginning_of_files(tmp_path, content, name) -> None:
    (tmp_path / "a").write_bytes(content)
    assert format_of(tmp_path / "a") == name


@pytest.mark.parametrize("name", ["zarr.json", ".zgroup", ".zarray"])
def test_folders_of_zarr(tmp_path, name) -> None:
    assert format_of(tmp_path) == "unknown"
    (tmp_path / name).write_text("{}")
    assert format_of(tmp_path) == "zarr"


@pytest.mark.parametrize(
    "root", ["<VRTDataset/>", "<OGRVRTDataSource/>", "<GDALTileIndexDataset/>"]
)
@pytest.mark.parametrize(
    "before",
    ["", "\ufeff", " \n", '<?xml version="1.0"?>\n', "<!-- a --><!-- b -->", "<!DOCTYPE a>",
     "<!DOCTYPE a [<!ELEMENT b ANY>]>", "<!--" + "x" * 5000 + "-->"],
)  # fmt: skip
def test_virtual_files_are_known_behind_whatever_comes_first(tmp_path, before, root) -> None:
    path = tmp_path / "a.tif"
    path.write_text(before + root, encoding="utf-8")
    with pytest.raises(InputError, match="PATH_OUTSIDE_DATA") as caught:
        format_of(path)
    assert (caught.value.where, caught.value.found) == (str(path), "a virtual dataset (VRT)")


@pytest.mark.parametrize("inner", ["/vsicurl/x", "/vsis3/x", "https://x", "wms://x"])
def test_virtual_files_of_addresses(tmp_path, inner) -> None:
    path = tmp_path / "a.tif"
    path.write_text(f"<VRTDataset><SourceFilename>{inner}</SourceFilename></VRTDataset>")
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED"):
        format_of(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8brest", "gunzip"),
        (b"BZhrest", "bunzip2"),
        (b"\xfd7zXZrest", "unxz"),
        (b"version https://git-lfs.github.com", "git lfs pull"),
        (b"<!DOCTYPE html>", "a page of a website"),
        (b"<html>", "a page of a website"),
        (b"else", "check that the download is whole"),
    ],
)
def test_what_a_file_is_instead_says_what_to_do(tmp_path, content, words) -> None:
    (tmp_path / "a").write_bytes(content)
    error = wrong_format("NOT_A_RASTER", tmp_path / "a", "GeoTIFF")
    assert (error.code, error.wanted, error.where) == (
        "NOT_A_RASTER", "GeoTIFF", str(tmp_path / "a"),
    )  # fmt: skip
    assert words in error.fix
    assert error.found == f"a file that begins with {content[:40].decode('latin-1')!r}"


@pytest.mark.parametrize(
    "content", [b"7z\xbc\xaf'\x1crest", b"Rar!\x1a\x07", bytes(257) + b"ustar"]
)
def test_other_archives_are_called_so(tmp_path, content) -> None:
    (tmp_path / "a").write_bytes(content)
    error = wrong_format("NOT_A_RASTER", tmp_path / "a", "GeoTIFF")
    assert (error.code, error.wanted) == (
        "ARCHIVE_UNSUPPORTED", "GeoTIFF, alone or in a ZIP archive",
    )  # fmt: skip
    assert (
        wrong_format("NOT_A_RASTER", tmp_path, "GeoTIFF").message == "the folder is no Zarr store"
    )


def test_parts_of_a_file_lie_beside_it(tmp_path) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.dbf").write_text("")
    path = tmp_path / "here" / "a.shp"
    path.write_text("")
    check_beside(path, tmp_path / "here" / "a.dbf")
    (tmp_path / "here" / "a.prj").symlink_to(tmp_path / "there" / "a.dbf")
    with pytest.raises(InputError, match="PATH_OUTSIDE_DATA") as caught:
        check_beside(path, tmp_path / "here" / "a.prj")
    assert caught.value.where == str(tmp_path / "here" / "a.prj")
    # A file that is itself a link may have its parts where it leads to.
    (tmp_path / "here" / "b.shp").symlink_to(tmp_path / "there" / "b.shp")
    (tmp_path / "there" / "b.shp").write_text("")
    (tmp_path / "here" / "b.dbf").symlink_to(tmp_path / "there" / "a.dbf")
    check_beside(tmp_path / "here" / "b.shp", tmp_path / "here" / "b.dbf")


@pytest.mark.parametrize(
    ("path", "remote"),
    [("https://x/a.tif", True), ("s3://x/a", True), ("/vsizip/a.zip", True), ("c:/a.tif", False),
     ("a:b.tif", False)],
)  # fmt: skip
def test_addresses_are_no_files(path, remote) -> None:
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED" if remote else "FILE_MISSING"):
        local_file(path)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (" m ", None, "m"), ("Deg C", None, "degC"), ("CELCIUS", None, "degC"),
        ("degrees_F", None, "degF"), ("degrees true", None, "degree"), ("masl", None, "m"),
        ("gpm", None, "m"), ("Mtrs", None, "m"), ("mgal", None, "mGal"), ("gammas", None, "nT"),
        ("pct", None, "percent"), ("kts", None, "knot"), ("kn", None, "knot"),
        ("N/A", None, ""), ("?", None, ""), ("Not available", None, ""), ("-", None, "1"),
        ("(0 - 1)", None, "1"), ("Fraction", None, "1"), ("C", "K", "degC"), ("C", "m", "C"),
        ("C", None, "C"), ("C", "parsnips", "C"), ("Kelvin", None, "kelvin"), ("Pa", None, "Pa"),
        ("W m-2", None, "W m-2"), ("MW", None, "MW"),
    ],
)  # fmt: skip
def test_units_as_files_spell_them(text, wanted, expected) -> None:
    assert plain_unit(text, wanted) == expected
