"""The manifest of an object: what it is, and the SHA-256 of all its files and of itself."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siting.store.digest import canonical
from siting.store.unfinished import Rows

NAME = "manifest.json"
FORMAT = 1
_HEAD, _MIDDLE, _TAIL = b'{"content":', b',"sha256":"', b'"}\n'


def encode(content: Mapping[str, Any]) -> bytes:
    """JSON of a manifest, of the same bytes for the same content.

    Examples
    --------
    >>> decode(encode({"key": "0a", "parts": []}))
    {'key': '0a', 'parts': []}
    >>> decode(encode({"key": "0a", "parts": []}).replace(b"0a", b"0b")) is None
    True
    """
    body = canonical(content).encode()
    return _HEAD + body + _MIDDLE + hashlib.sha256(body).hexdigest().encode() + _TAIL


def decode(data: bytes) -> dict[str, Any] | None:
    """Content of a manifest, or None where a single bit of it is not as it was written."""
    body = data[len(_HEAD) : -(len(_MIDDLE) + 64 + len(_TAIL))]
    digest = hashlib.sha256(body).hexdigest().encode()
    if data != _HEAD + body + _MIDDLE + digest + _TAIL:
        return None
    content: dict[str, Any] = json.loads(body)
    return content


def load(folder: Path) -> dict[str, Any] | None:
    """Content of the manifest in a folder; None where it is missing, damaged or of another age."""
    try:
        content = decode((folder / NAME).read_bytes())
    except OSError:
        return None
    return content if content is not None and content["format"] == FORMAT else None


def rows(content: Mapping[str, Any] | None) -> Rows:
    """Sizes and digests of the files that a manifest lists."""
    files = {} if content is None else content["files"]
    return {name: (size, digest) for name, (size, digest) in files.items()}
