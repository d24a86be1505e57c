"""JSON of one text for one value; and JSON that knows whether it is as it was written."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from siting.errors import StorageError

_HEAD, _MIDDLE, _TAIL = b'{"content":', b',"sha256":"', b'"}\n'


def canonical(value: Any) -> str:
    """One text for one value: JSON with sorted keys, without spaces.

    Raises
    ------
    StorageError
        Where the value is no JSON: a key that is not text, NaN, an object.

    Examples
    --------
    >>> canonical({"b": (1, 2.5), "a": None})
    '{"a":null,"b":[1,2.5]}'
    """
    return json.dumps(_plain(value, "value"), sort_keys=True, separators=(",", ":"))


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _plain(each, f"{where}.{key}") for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, f"{where}[{i}]") for i, each in enumerate(value)]
    if hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise StorageError(
        "NOT_JSON", "only plain values can be stored", where=where,
        found=f"{value!r:.80} ({type(value).__name__})",
        wanted="text, finite numbers, true, false, null, lists, and mappings with text as keys",
    )  # fmt: skip


def encode(content: Any) -> bytes:
    """JSON of plain values, of the same bytes for the same content.

    Examples
    --------
    >>> decode(encode({"key": "0a", "parts": []}))
    {'key': '0a', 'parts': []}
    >>> decode(encode({"key": "0a", "parts": []}).replace(b"0a", b"0b")) is None
    True
    """
    body = canonical(content).encode()
    return _HEAD + body + _MIDDLE + hashlib.sha256(body).hexdigest().encode() + _TAIL


def decode(data: bytes) -> Any:
    """The content, or None where a single bit of it is not as it was written."""
    body = data[len(_HEAD) : -(len(_MIDDLE) + 64 + len(_TAIL))]
    digest = hashlib.sha256(body).hexdigest().encode()
    if data != _HEAD + body + _MIDDLE + digest + _TAIL:
        return None
    return json.loads(body)
