"""The archive that a stored model is: its members, their sizes, the digest of them all."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from siting.errors import InputError

CARD = "siting.json"
SCHEMA = "schema.json"
MAX_BYTES = 4 << 30
MAX_JSON = 64 << 20
_GLOBAL = re.compile(rb"[(\]}l]*c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n")
_ARRAYS = (".npy", ".npz")
# How files begin that run code when they are loaded, or may hold such a file.
_PICKLED = {
        b"\x78\x01": "a compressed pickle (joblib)", b"\x78\x5e": "a compressed pickle (joblib)",
    b"\x78\x9c": "a compressed pickle (joblib)", b"\x78\xda": "a compressed pickle (joblib)",
    b"\x1f\x8b": "a gzip file, such as a compressed pickle",
    b"BZh": "a bzip2 file, such as a compressed pickle",
    b"\xfd7zXZ": "an xz file, such as a compressed pickle",
    b"]\0\0\x80": "an lzma file, such as a compressed pickle",
    b"\x04\x22\x4d\x18": "an lz4 file, such as a compressed pickle",
    b"\x89HDF": "an HDF5 file (Keras)",
    b"\x08": "a protobuf file (ONNX)",
}  # fmt: skip


def is_pickle(head: bytes) -> bool:
    """Whether a file begins as pickles do, of any protocol.

    Examples
    --------
    >>> import pickle
    >>> [is_pickle(pickle.dumps(print, protocol)) for protocol in (0, 2, 5)]
    [True, True, True]
    >>> is_pickle(b"site_id,lon,lat")
    False
    """
    binary = head[:1] == b"\x80" and head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}
    # Protocols 0 and 1 are text: a global is "c", its module and its name in lines of their own.
    return binary or _GLOBAL.match(head) is not None


def refuse_pickle(path: Path) -> None:
    """Refuse a file of data that begins as a pickle does.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(256)
    if is_pickle(head):
        error = refused(described(head))
        error.where = str(path)
        raise error


def described(head: bytes) -> str:
    """What a file that is no model is, by how it begins."""
    if is_pickle(head):
        return "bytes that are no skops file, such as a pickle"
    found = next((what for start, what in _PICKLED.items() if head.startswith(start)), None)
    return found or f"bytes that begin with {head[:20]!r}"


def members(content: bytes) -> dict[str, bytes]:
    """Members of a stored model by name, once none is strange or too large.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED, TOO_LARGE, FILE_CORRUPT.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        names = [each.filename for each in entries]
        strange = [name for name in names if not _is_ours(name) or names.count(name) > 1]
        if strange:
            raise not_sealed("members " + ", ".join(map(repr, sorted(set(strange))[:5])))
        size = sum(each.file_size for each in entries)
        texts = [each.file_size for each in entries if each.filename.endswith(".json")]
        if size > MAX_BYTES or max(texts, default=0) > MAX_JSON:
            raise _too_large(f"{size:,} bytes")
        found = {name: archive.read(name) for name in names}
    for name, data in found.items():
        _check_array(name, data)
    return found


def _is_ours(name: str) -> bool:
    """Whether a member is the card, the schema or an array in no folder."""
    plain = "/" not in name and "\\" not in name
    return name in {CARD, SCHEMA} or (plain and name.endswith(_ARRAYS))


def _check_array(name: str, data: bytes) -> None:
    """Refuse arrays that say they are larger than their bytes, before room is made for them."""
    if name.endswith(".npz"):
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            if sum(each.file_size for each in inner.infolist()) > MAX_BYTES:
                raise _too_large(f"{name}: {len(data):,} bytes")
            for each in inner.namelist():
                _check_array(each, inner.read(each))
    elif name.endswith(".npy"):
        stream = io.BytesIO(data)
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read(stream)
        if kind.hasobject:
            raise refused(f"{name}: an array of objects, which is a pickle")
        wanted = kind.itemsize * int(np.prod([int(length) for length in shape], dtype=object))
        if wanted != len(data) - stream.tell():
            raise not_sealed(f"{name}: an array of {shape} in {len(data) - stream.tell():,} bytes")


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 of members by name, the card left out."""
    total = hashlib.sha256()
    for name in sorted(files.keys() - {CARD}):
        total.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return total.hexdigest()


def sealed(card: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """SHA-256 of a card, without its own entry, and of the members that it is the card of."""
    told = {name: value for name, value in card.items() if name != "digest"}
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(f"{digest(files)}\n{text}".encode()).hexdigest()


def refused(found: str) -> InputError:
    """Error for what could run code."""
    return InputError(
        "MODEL_UNTRUSTED",
        "the model holds something that is not loaded, because it could run code",
        found=found,
        wanted="estimators of scikit-learn and siting, without functions",
        fix="use estimators without callables, such as no FunctionTransformer",
    )


def not_sealed(found: str) -> InputError:
    """Error for a model that is not as siting wrote it."""
    return InputError(
        "MODEL_UNTRUSTED",
        "the model is not as it was written: it was changed, or written by something else",
        found=found,
        wanted="a model written by siting, with its card and digest",
        fix="fit the model again",
    )


def _too_large(found: str) -> InputError:
    return InputError(
        "TOO_LARGE", "the model is too large", found=found,
        wanted=f"at most {MAX_BYTES >> 30} GiB", fix="fit a smaller model",
    )  # fmt: skip


def same_members(content: bytes, card: Mapping[str, Any]) -> dict[str, bytes]:
    """Members of a skops file without memory addresses and times, with the sealed card.

    skops names objects and files by their address in memory. Numbers in order of appearance do
    as well; plain values that are equal may share one.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files.pop(SCHEMA))
    number: dict[str, str] = {}
    for node in _nodes(schema):
        if "__id__" in node:
            key = str(node["__id__"])
            if node.get("__loader__") in {"JsonNode", "TypeNode"}:
                key = f"{node['__module__']}.{node['__class__']}:{node.get('content')}"
            node["__id__"] = int(number.setdefault(key, str(len(number) + 1)))
        if "file" in node:
            stem, _, ending = str(node["file"]).partition(".")
            new = f"{number.setdefault(stem, str(len(number) + 1))}.{ending}"
            if node["file"] in files:
                files[new] = files.pop(node["file"])
            node["file"] = new
    files = {name: _without_gaps(name, data) for name, data in files.items()}
    files[SCHEMA] = json.dumps(schema).encode()
    files[CARD] = json.dumps({**card, "digest": sealed(card, files)}, sort_keys=True).encode()
    return files


def _without_gaps(name: str, data: bytes) -> bytes:
    """An array of records with zeros between its fields.

    Nodes of trees leave there what the memory held before: two files of one model would differ.
    """
    if not name.endswith(".npy"):
        return data
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.dtype.names is None:
        return data
    plain = np.zeros(array.shape, dtype=array.dtype)
    for field in array.dtype.names:
        plain[field] = array[field]
    stream = io.BytesIO()
    np.save(stream, plain, allow_pickle=False)
    return stream.getvalue()


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings inside a value, outermost first."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(reversed(each.values()))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
