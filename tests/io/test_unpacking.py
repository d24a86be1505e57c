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


# --- boundaries ----------------------------------------------------------------------------------


def archive_of(folder: Path, *members: tuple[str, bytes], **options) -> Path:
    path = folder / "b.zip"
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def refused(path: Path, code: str, member: str | None = "a.tif") -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        unpack(path, member, RASTERS)
    assert caught.value.code == code
    assert caught.value.where == str(path)
    return caught.value


def test_a_member_is_a_bomb_by_its_size_and_its_ratio(tmp_path, monkeypatch) -> None:
    packed = archive_of(tmp_path, ("a.tif", bytes(10_000)), compression=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(packed) as archive:
        small = archive.getinfo("a.tif").compress_size
    for size, ratio in ((10_000, 1), (9_999, 10_000 / small)):
        monkeypatch.setattr(unpacking, "BOMB_SIZE", size)
        monkeypatch.setattr(unpacking, "BOMB_RATIO", ratio)
        unpack(packed, "a.tif", RASTERS).close()
    monkeypatch.setattr(unpacking, "BOMB_RATIO", 10_000 / small - 0.01)
    assert refused(packed, "TOO_LARGE").found == f"a.tif: 10,000 bytes from {small}"


def test_as_many_and_as_large_files_as_allowed(tmp_path, monkeypatch) -> None:
    packed = archive_of(tmp_path, ("a.tif", b"x" * 60), ("a.prj", b"y" * 40), ("b.txt", b"z"))
    for name, limit, code in (("MAX_MEMBERS", 3, "files"), ("MAX_UNPACKED", 100, "GiB")):
        monkeypatch.setattr(unpacking, name, limit)
        unpack(packed, "a.tif", RASTERS).close()
        monkeypatch.setattr(unpacking, name, limit - 1)
        assert code in refused(packed, "TOO_LARGE").found
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("C:a.tif", "Windows"),
        ("\uff23\uff1aa.tif", "Windows"),  # fullwidth letters
        ("in\\a.tif", "Windows"),
        ("in/a\u202etif", "not seen"),
        ("in/a\u200b.tif", "not seen"),
        ("in/\ufeffa.tif", "not seen"),
        ("in/a\x7f.tif", "not seen"),
        ("/a.tif", "leads out"),
        ("in/../a.tif", "leads out"),
        ("./a.tif", "leads out"),
        ("in//a.tif", "leads out"),
        ("in/ .. /a.tif", "leads out"),
        ("\uff0e\uff0e/a.tif", "leads out"),  # fullwidth dots
    ],
)
def test_names_made_to_mislead(tmp_path, name, problem) -> None:
    path = archive_of(tmp_path, ("a.tif", b"x"), (name, b"x"))
    assert problem in refused(path, "ARCHIVE_UNSAFE").found


@pytest.mark.parametrize("name", ["in/b.tif", "in.d/..b/b..tif", "\u00e9.tif", "in/", "a b.tif"])
def test_names_that_are_harmless(tmp_path, name) -> None:
    unpack(archive_of(tmp_path, ("a.tif", b"x"), (name, b"")), "a.tif", RASTERS).close()


@pytest.mark.parametrize(
    ("mode", "fine"), [(0o100644, True), (0, True), (0o120777, False), (0o020666, False)]
)
def test_links_and_devices_are_refused(tmp_path, mode, fine) -> None:
    member = zipfile.ZipInfo("b.txt")
    member.external_attr = mode << 16
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.tif", b"x")
        archive.writestr(member, b"a.tif")
    if fine:
        unpack(tmp_path / "b.zip", "a.tif", RASTERS).close()
    else:
        assert "link or a device" in refused(tmp_path / "b.zip", "ARCHIVE_UNSAFE").found


def unicode_field(name: bytes) -> bytes:
    """The extra field 0x7075 of Info-ZIP: a version, a CRC of the name, another name."""
    content = b"\x01" + bytes(4) + name
    return b"\x75\x70" + len(content).to_bytes(2, "little") + content


@pytest.mark.parametrize(
    ("extra", "fine"),
    [
        (unicode_field(b"b.txt"), True),
        (unicode_field(b"c.txt"), False),
        (b"\x99\x99\x02\x00ab" + unicode_field(b"c.txt"), False),
        (b"\x99\x99\x02\x00ab" + unicode_field(b"b.txt"), True),
        (b"\x99\x99\x02\x00ab", True),
    ],
)
def test_a_name_that_other_programs_see(tmp_path, extra, fine) -> None:
    member = zipfile.ZipInfo("b.txt")
    member.extra = extra
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.tif", b"x")
        archive.writestr(member, b"")
    if fine:
        unpack(tmp_path / "b.zip", "a.tif", RASTERS).close()
    else:
        assert "another name" in refused(tmp_path / "b.zip", "ARCHIVE_UNSAFE").found


@pytest.mark.parametrize("names", [("B.txt", "b.TXT"), ("\u00c5.txt", "a\u030a.txt")])
def test_names_that_are_one_on_other_systems(tmp_path, names) -> None:
    path = archive_of(tmp_path, ("a.tif", b"x"), *((name, b"") for name in names))
    error = refused(path, "ARCHIVE_AMBIGUOUS")
    assert error.found.endswith("2 times, letter case and accents apart")


@pytest.mark.parametrize(("start", "fine"), [(0, True), (-1, False)])
def test_members_that_share_bytes(tmp_path, start, fine) -> None:
    # Local headers of 30 bytes and a name of 5: the second begins where the first one ends.
    path = archive_of(tmp_path, ("a.tif", b"x" * 100), ("b.txt", b""))
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    members[1].header_offset = 30 + 100 + start
    if fine:
        unpacking._check_overlaps(members, path)
        return
    with pytest.raises(InputError, match="ARCHIVE_UNSAFE") as caught:
        unpacking._check_overlaps(members, path)
    assert caught.value.found == "one ends at byte 130, the next begins at 129"


def test_what_is_packed_in_ways_that_are_not_read(tmp_path) -> None:
    path = archive_of(tmp_path, ("a.tif", b"x"))
    plain = path.read_bytes()
    entry = plain.index(b"PK\x01\x02")
    for place, value, code in (
        (entry + 8, 1, "ARCHIVE_ENCRYPTED"),
        (entry + 8, 0x40, "ARCHIVE_ENCRYPTED"),
        (entry + 9, 0x20, "ARCHIVE_ENCRYPTED"),
        (entry + 10, 9, "ARCHIVE_UNSUPPORTED"),  # Deflate64
    ):
        content = bytearray(plain)
        content[place] = value
        path.write_bytes(bytes(content))
        assert refused(path, code).found.startswith("a.tif")
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        unpack(archive_of(tmp_path, ("a.tif", b"x"), compression=method), "a.tif", RASTERS).close()


@pytest.mark.parametrize(
    ("names", "code", "found"),
    [
        (["a.txt"], "ARCHIVE_EMPTY", "a.txt"),
        (["a.zip"], "ARCHIVE_EMPTY", "an archive inside the archive: a.zip"),
        (["A.TAR"], "ARCHIVE_EMPTY", "an archive inside the archive: A.TAR"),
        (["in/", "__MACOSX/a.tif", "._b.tif"], "ARCHIVE_EMPTY", "nothing"),
        (["a.tif", "b.nc"], "ARCHIVE_AMBIGUOUS", "2 files"),
    ],
)
def test_one_data_file_is_found_or_named(tmp_path, names, code, found) -> None:
    path = archive_of(tmp_path, *((name, b"") for name in names))
    assert refused(path, code, None).found == found


def test_the_one_data_file_needs_no_name(tmp_path) -> None:
    names = ["a.TIFF", "a.txt", "__MACOSX/b.tif", "in/._c.tif", "d.tif/"]
    path = archive_of(tmp_path, *((name, b"12") for name in names))
    found = unpack(path, None, RASTERS)
    assert (found.path.name, found.label) == ("a.TIFF", path / "a.TIFF")
    assert found.path.read_bytes() == b"12"
    # By its name any file is taken, whatever it ends with.
    assert unpack(path, "a.txt", RASTERS).path.name == "a.txt"
    error = refused(path, "MEMBER_MISSING", "__MACOSX/b.tif")
    assert (error.found, error.wanted) == ("__MACOSX/b.tif", "one of a.TIFF")


def test_errors_while_a_member_is_read_name_the_archive(tmp_path) -> None:
    found = unpack(archive_of(tmp_path, ("in/a.tif", b"x")), "in/a.tif", RASTERS)

    def load(part: int) -> None:
        raise InputError("FILE_CORRUPT", "bad", where=str(found.path), found=f"part {part}")

    with pytest.raises(InputError, match="FILE_CORRUPT") as caught:
        found.keeping(load)(3)
    assert caught.value.where == str(tmp_path / "b.zip/in/a.tif")
    assert (caught.value.message, caught.value.found) == ("bad", "part 3")
    beside = str(found.folder / "a.prj")
    assert found.renamed(beside) == str(tmp_path / "b.zip/in/a.prj")


def test_a_member_shorter_than_it_says(tmp_path) -> None:
    path = archive_of(tmp_path, ("a.tif", b"x" * 10))
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (11).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    refused(path, "FILE_CORRUPT")
