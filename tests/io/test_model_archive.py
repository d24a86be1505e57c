"""What a stored model may be made of: how other files begin, and where sizes end."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.io import model_archive
from siting.io.model_archive import described, is_pickle, members, refuse_pickle

PICKLE = "bytes that are no skops file, such as a pickle"
JOBLIB = "a compressed pickle (joblib)"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        *((zlib.compress(b"abc", level), JOBLIB) for level in (0, 1, 3, 6, 9)),
        (b"\x78\x5e", JOBLIB),  # level 2 to 5 of other writers
        (gzip.compress(b"abc", mtime=0), "a gzip file, such as a compressed pickle"),
        (bz2.compress(b"abc"), "a bzip2 file, such as a compressed pickle"),
        (lzma.compress(b"abc"), "an xz file, such as a compressed pickle"),
        (
            lzma.compress(b"abc", format=lzma.FORMAT_ALONE),
            "an lzma file, such as a compressed pickle",
        ),
        # LZ4 frame format 1.6.4: magic number 0x184D2204, little-endian.
        ((0x184D2204).to_bytes(4, "little"), "an lz4 file, such as a compressed pickle"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras)"),
        (b"\x08\x07\x12\x07pytorch", "a protobuf file (ONNX)"),
        (b"PK\x03\x04", r"bytes that begin with b'PK\x03\x04'"),
        (b"abcdefghijklmnopqrstuvw", "bytes that begin with b'abcdefghijklmnopqrst'"),
        (b"", "bytes that begin with b''"),
        (b"xBZh", "bytes that begin with b'xBZh'"),
    ],
)
def test_files_are_known_by_how_they_begin(head: bytes, says: str) -> None:
    assert described(head) == says
    assert not is_pickle(head)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [print, [print], {"a": print}, (print, np.mean)])
def test_pickles_of_each_protocol_are_known(protocol: int, value: object) -> None:
    head = pickle.dumps(value, protocol)
    if protocol > 1:
        assert is_pickle(head)
        assert described(head) == PICKLE
    elif value is print:
        assert described(head) == PICKLE


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x80\x01", False), (b"\x80\x02", True), (b"\x80\x05", True), (b"\x80\x06", False),
        (b"\x80", False), (b"\x02\x80", False), (b"cos\nsystem\n", True), (b"(cos\nsystem\n", True),
        (b"(lcos.path\njoin\n", True), (b"cos\nsystem", False), (b"cos system\n", False),
        (b"c1\nsystem\n", False), (b"cos\n1\n", False), (b"site\nname\n", False),
        (b"xcos\nsystem\n", False),
    ],
)  # fmt: skip
def test_a_pickle_begins_with_its_protocol_or_a_global(head: bytes, expected: bool) -> None:
    assert is_pickle(head) is expected


def test_a_file_of_data_that_is_a_pickle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    refuse_pickle(path)
    refuse_pickle(tmp_path)
    path.write_text("site_id,lon,lat\n")
    refuse_pickle(path)
    path.write_bytes(b"cos\n" + b"a" * 251 + b"\n")  # a global that ends with the 256th byte
    with pytest.raises(InputError, match="MODEL_UNTRUSTED") as caught:
        refuse_pickle(path)
    assert (caught.value.where, caught.value.found) == (str(path), PICKLE)


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, data in files.items():
            target.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def array(values: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, values, version=version)
    return stream.getvalue()


def refused(content: bytes) -> InputError:
    with pytest.raises(InputError, match=r"MODEL_UNTRUSTED|TOO_LARGE") as caught:
        members(content)
    return caught.value


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("shape", [(), (0,), (7,), (2, 3)])
def test_arrays_hold_as_many_bytes_as_they_say(version, shape) -> None:
    data = array(np.ones(shape), version)
    assert members(archive(a__npy=data)) == {"a.npy": data}
    size = 8 * int(np.prod(shape))
    for wrong, left in ((data + b"\0", size + 1), (data[:-1], size - 1)):
        if left >= 0:
            assert refused(archive(a__npy=wrong)).found == (
                f"a.npy: an array of {shape} in {left:,} bytes"
            )


def test_arrays_within_arrays_are_looked_at() -> None:
    good, short = array(np.ones(3)), array(np.ones(3))[:-1]
    assert list(members(archive(a__npz=archive(b__npy=good)))) == ["a.npz"]
    assert refused(archive(a__npz=archive(b__npy=good, c__npy=short))).found.startswith("c.npy: ")
    objects = archive(a__npy=array(np.array([print], dtype=object)))
    assert refused(objects).found == "a.npy: an array of objects, which is a pickle"


@pytest.mark.parametrize("name", ["a.pkl", "x/a.npy", "x\\a.npz", "other.json", "siting.json.npy/"])
def test_strange_members_are_named(name: str) -> None:
    assert refused(archive(**{"siting__json": b"{}", name: b""})).found == f"members {name!r}"


def test_five_strange_members_are_named_and_no_more() -> None:
    names = {f"{letter}__exe": b"" for letter in "gfedcba"}
    found = refused(archive(**names)).found
    assert found == "members 'a.exe', 'b.exe', 'c.exe', 'd.exe', 'e.exe'"


def test_sizes_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    # 4 GiB of all members, 64 MiB of text.
    assert (model_archive.MAX_BYTES, model_archive.MAX_JSON) == (4 * 1024**3, 64 * 1024**2)
    data = array(np.ones(8))
    content = archive(siting__json=b"{}", a__npy=data)
    monkeypatch.setattr(model_archive, "MAX_BYTES", len(data) + 2)
    assert len(members(content)) == 2
    monkeypatch.setattr(model_archive, "MAX_BYTES", len(data) + 1)
    error = refused(content)
    assert (error.code, error.found) == ("TOO_LARGE", f"{len(data) + 2:,} bytes")
    monkeypatch.setattr(model_archive, "MAX_BYTES", 4 << 30)
    monkeypatch.setattr(model_archive, "MAX_JSON", 2)
    assert len(members(content)) == 2
    monkeypatch.setattr(model_archive, "MAX_JSON", 1)
    error = refused(content)
    assert (error.message, error.wanted) == ("the model is too large", "at most 4 GiB")


def test_the_arrays_of_an_archive_have_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = array(np.zeros(4000))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.npy", data)
    inner = stream.getvalue()
    monkeypatch.setattr(model_archive, "MAX_BYTES", len(data))
    assert len(members(archive(a__npz=inner))) == 1
    monkeypatch.setattr(model_archive, "MAX_BYTES", len(data) - 1)
    assert refused(archive(a__npz=inner)).found == f"a.npz: {len(inner):,} bytes"
