"""Checksums beside files: whose they are, in whatever form and encoding."""

import hashlib
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.io import digests
from siting.io.digests import beside, check_recorded, listed, recorded

CONTENT = b"values"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
OTHER = "0" * 64


@pytest.fixture
def file(tmp_path) -> Path:
    (tmp_path / "a.tif").write_bytes(CONTENT)
    return tmp_path / "a.tif"


@pytest.mark.parametrize(
    "name",
    ["SHA256SUMS", "sha256sum.txt", "MD5SUMS", "md5", "checksums.txt", "CHECKSUM", "a.tif.sha256",
     "data-sha512sums.asc", "my_checksums"],
)  # fmt: skip
def test_names_of_lists(file, name) -> None:
    (file.parent / name).write_text(f"{SHA256}  a.tif\n")
    assert recorded(file) == {"sha256": SHA256}


@pytest.mark.parametrize("name", ["sums.txt", "sha256.csv", "a.tif.txt", "sha257sums", "readme"])
def test_other_files_are_no_lists(file, name) -> None:
    (file.parent / name).write_text(f"{OTHER}  a.tif\n")
    assert recorded(file) == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{SHA256}  a.tif", {"sha256": SHA256}),
        (f"{SHA256.upper()} *./a.tif", {"sha256": SHA256}),
        (f"\\{SHA256}  a.tif", {"sha256": SHA256}),
        (f"{MD5} a.tif", {"md5": MD5}),
        (f"SHA256 (a.tif) = {SHA256}", {"sha256": SHA256}),
        (f"SHA2-256(./a.tif)= {SHA256}", {"sha256": SHA256}),
        (f"{OTHER}  b.tif", {}),
        (f"{OTHER}  in/a.tif", {}),
        (f"SHA256 (b.tif) = {OTHER}", {}),
        (OTHER, {}),
        (f"{OTHER[:50]}  a.tif", {}),
        ("no line of a list", {}),
    ],
)
def test_lines_of_lists(file, line, expected) -> None:
    (file.parent / "SHA256SUMS").write_text(f"# a list\n{line}\n")
    assert recorded(file) == expected


@pytest.mark.parametrize("length", [32, 40, 56, 64, 96, 128])
def test_a_bare_checksum_is_of_the_file_that_its_list_is_named_after(file, length) -> None:
    algorithm = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
    digest = hashlib.new(algorithm[length], CONTENT, usedforsecurity=False).hexdigest()
    (file.parent / "A.TIF.md5").write_text(digest)
    assert recorded(file) == {algorithm[length]: digest}
    check_recorded(file)
    (file.parent / "A.TIF.md5").write_text(digest[1:] + "x")
    assert recorded(file) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_lists_in_other_encodings(tmp_path, encoding) -> None:
    (tmp_path / "k\u00e4lte.tif").write_bytes(CONTENT)
    (tmp_path / "SHA256SUMS").write_bytes(f"{SHA256}  k\u00e4lte.tif\n".encode(encoding))
    assert recorded(tmp_path / "k\u00e4lte.tif") == {"sha256": SHA256}


def test_the_first_of_several_lines_counts(file) -> None:
    (file.parent / "SHA256SUMS").write_text(f"{SHA256}  a.tif\n{OTHER}  a.tif\n")
    assert recorded(file) == {"sha256": SHA256}


def test_lists_as_long_as_they_are_read(file, monkeypatch) -> None:
    (file.parent / "SHA256SUMS").write_text(f"{SHA256}  a.tif\n")
    monkeypatch.setattr(digests, "MAX_LISTING", 64 + 2 + 6)
    assert recorded(file) == {"sha256": SHA256}
    monkeypatch.setattr(digests, "MAX_LISTING", 64 + 2 + 5)
    assert recorded(file) == {}


def test_links_are_no_lists(file, tmp_path) -> None:
    (tmp_path / "far.txt").write_text(f"{OTHER}  a.tif\n")
    (tmp_path / "SHA256SUMS").symlink_to(tmp_path / "far.txt")
    assert recorded(file) == {}


def test_another_file_than_the_list_says_is_refused(file) -> None:
    (file.parent / "SHA256SUMS").write_text(f"{SHA256}  a.tif\n")
    check_recorded(file)
    file.write_bytes(CONTENT + b"!")
    found = hashlib.sha256(CONTENT + b"!").hexdigest()
    with pytest.raises(InputError, match="CHECKSUM_MISMATCH") as caught:
        check_recorded(file)
    told = caught.value
    assert (told.where, told.found, told.wanted) == (str(file), f"sha256 {found}", SHA256)
    check_recorded(file.parent)  # a folder has no checksum


def test_files_beside_a_file(file) -> None:
    names = ["a.tif.aux.xml", "A.TFW", "a.prj", "SHA256SUMS", "b.tif", "a", "ab.txt", "A.TIF.OVR"]
    for name in names:
        (file.parent / name).write_text("")
    (file.parent / "a.folder").mkdir()
    found = [each.name for each in beside(file)]
    assert found == ["A.TFW", "A.TIF.OVR", "SHA256SUMS", "a.prj", "a.tif.aux.xml"]
    assert beside(file.parent / "nowhere" / "a.tif") == []
    assert recorded(file.parent / "nowhere" / "a.tif") == {}


def test_all_that_lists_record(file) -> None:
    rows = [
        f"{SHA256.upper()}  a.zarr/c/0", f"SHA256 (a.zarr\\c\\1) = {OTHER}", f"{MD5}  b.tif",
        f"{OTHER}  a.zarr/c/0", "nonsense", OTHER,
    ]  # fmt: skip
    (file.parent / "SHA256SUMS").write_text("\n".join(rows))
    assert listed(file) == {"a.zarr/c/0": SHA256, "a.zarr/c/1": OTHER}
