"""Nested data as YAML text in the many ways that people write it."""

import json
import math
import random
import re
from typing import Any

_PLAIN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_.]*(?: [A-Za-z0-9_./-]+)*|\d+(?:\.\d+)? [A-Za-z][A-Za-z0-9 /-]*"
)
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def emit(data: Any, rng: random.Random) -> str:
    """A YAML text that holds the data."""
    if not isinstance(data, dict):
        return flow(data, rng) + "\n"
    return block(data, rng, 0)


def scalar(value: Any, rng: random.Random) -> str:
    """One value: plain where that is safe, else in quotes."""
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and rng.random() < 0.9:
            return value
        return json.dumps(value, ensure_ascii=rng.random() < 0.5)
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    # Python refuses to write more than 4300 digits.
    return repr(value)


def flow(value: Any, rng: random.Random) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{scalar(key, rng)}: {flow(each, rng)}" for key, each in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(each, rng) for each in value) + "]"
    return scalar(value, rng)


def block(data: dict[Any, Any], rng: random.Random, indent: int) -> str:
    """A mapping over several lines; small ones inside it on one."""
    lines = []
    for key, value in data.items():
        begin = " " * indent + scalar(key, rng) + ":"
        if isinstance(value, dict) and value and (indent == 0 or rng.random() < 0.2):
            lines.append(begin + "\n" + block(value, rng, indent + rng.choice((2, 2, 4))))
        else:
            lines.append(f"{begin} {flow(value, rng)}\n")
    return "".join(lines)
