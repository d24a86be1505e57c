"""JSON that rides in a page: no text of it can end a script or start a tag."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def island_text(value: Any) -> str:
    r"""A value as JSON for ``<script type="application/json">``, in ASCII, without ``<``.

    Examples
    --------
    >>> island_text({"name": "</script><b>", "value": float("nan")})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e","value":null}'
    """
    text = json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def plain(value: Any) -> Any:
    """A value in the types of JSON: NaN and infinity are null, what JSON lacks is text.

    Examples
    --------
    >>> plain({"a": np.float32(0.5), "b": (1, np.nan), 3: np.array([True])})
    {'a': 0.5, 'b': [1, None], '3': [True]}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return str(value)


def rounded(value: float, digits: int = 7) -> float | None:
    """A number with so many significant digits, None where it is not finite.

    Examples
    --------
    >>> rounded(1234.56789, 5), rounded(float("nan"))
    (1234.6, None)
    """
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
