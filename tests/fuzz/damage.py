"""Damage to binary files: bits, words, cuts and stretches, near the header more often than not."""

import random
from collections.abc import Callable

WORDS = (
    b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x7f\xff\xff\xff", b"\0\0\0\x80",
    b"\x80\0\0\0", b"\x01\0\0\0", b"\0\0\0\x01", b"\0\0\xc0\x7f", b"\x7f\xf0\0\0\0\0\0\0",
    b"\0\0\0\0\0\0\xf8\x7f", b"\xff" * 8, b"\0", b"\xff", b"\x7f", b"\x80", b"-", b"9", b".", b"e",
    b",", b"\n", b'"',
)  # fmt: skip


def _place(rng: random.Random, length: int) -> int:
    """A position: half of the time among the first bytes, at times among the last."""
    chance = rng.random()
    if chance < 0.4:
        return rng.randrange(min(length, 600))
    if chance < 0.55:
        return max(length - 1 - rng.randrange(400), 0)
    return rng.randrange(length)


def flip(rng: random.Random, content: bytes) -> bytes:
    """Bits turned over, one most of the time."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[_place(rng, len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def word(rng: random.Random, content: bytes) -> bytes:
    """Extreme numbers in place of others."""
    at, new = _place(rng, len(content)), rng.choice(WORDS)
    return content[:at] + new + content[at + len(new) :]


def step(rng: random.Random, content: bytes) -> bytes:
    """A byte that is one more or less."""
    changed = bytearray(content)
    at = _place(rng, len(changed))
    changed[at] = (changed[at] + rng.choice((1, -1, 10, -10))) % 256
    return bytes(changed)


def cut(rng: random.Random, content: bytes) -> bytes:
    """The end, the beginning or a part gone."""
    at = _place(rng, len(content))
    length = rng.choice((len(content), 1, 2, 8, 100, 512, 4096))
    return content[length:] if rng.random() < 0.05 else content[:at] + content[at + length :]


def zeros(rng: random.Random, content: bytes) -> bytes:
    """A sector that was never written."""
    length = rng.choice((16, 64, 512, 4096))
    at = _place(rng, len(content)) // length * length
    return content[:at] + bytes(min(length, len(content) - at)) + content[at + length :]


def repeat(rng: random.Random, content: bytes) -> bytes:
    """A stretch twice."""
    at, length = _place(rng, len(content)), rng.choice((1, 4, 64, 512))
    return content[: at + length] + content[at : at + length] + content[at + length :]


def swap(rng: random.Random, content: bytes) -> bytes:
    """Two stretches in each other's place."""
    length = rng.choice((1, 2, 4, 8, 64, 512))
    one, other = sorted((_place(rng, len(content)), _place(rng, len(content))))
    if one + length > other:
        return content[:one]
    a, b = content[one : one + length], content[other : other + length]
    return content[:one] + b + content[one + length : other] + a + content[other + length :]


def append(rng: random.Random, content: bytes) -> bytes:
    """Something after the end."""
    return content + rng.choice((b"\0", b"\n", rng.randbytes(30), content[:200], content))


def noise(rng: random.Random, content: bytes) -> bytes:
    """Random bytes in place of others."""
    at, new = _place(rng, len(content)), rng.randbytes(rng.choice((1, 2, 4, 16, 64)))
    return content[:at] + new + content[at + len(new) :]


DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    flip, flip, flip, word, word, word, step, step, cut, zeros, repeat, swap, append, noise,
)  # fmt: skip


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The content after an accident, at times after three."""
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
        content = rng.choice(DAMAGES)(rng, content) if content else b"\n"
    return content


def damaged_files(rng: random.Random, files: dict[str, bytes], main: str) -> dict[str, bytes]:
    """The files with one of them damaged, gone (but the main one), or in the place of another."""
    changed = dict(files)
    name = rng.choice(sorted(files))
    chance = rng.random()
    if len(files) > 1 and chance < 0.05 and name != main:
        del changed[name]
    elif len(files) > 1 and chance < 0.1:
        changed[name] = files[rng.choice(sorted(files))]
    else:
        changed[name] = damaged(rng, files[name])
    return changed
