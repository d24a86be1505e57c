"""Damage to the text of a pipeline: its bytes, and the signs that YAML gives a meaning to."""

import random
import re
from collections.abc import Callable

from . import odd

TRICKS = (
    b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xe2\x80\x8b", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"\xc2\xa0", b"\xe3\x80\x80",
    b"\xef\xbc\x9a", b"\r", b"\r\n", b"\t", b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xff",
    b"\xf0\x9f\x98\x80", b"\xcc\x81", b"\xc3",
)  # fmt: skip
FRAGMENTS = (
    "&a ", "*a", "&a [*a]", "<<: *a", "<<: {a: 1}", "!!python/object/apply:os.system [id]",
    "!!binary aGk=", "!include x", "!!int ", "!<tag:yaml.org,2002:str> ", "%YAML 1.1\n---\n",
    "%TAG ! x\n---\n", "---\n", "...\n", "\n---\n{}\n", "? ", "? [a, b]\n: c\n", "- ", "| ",
    "|\n  x\n", ">-\n  x\n", "|9\n", "# x\n", "#", "'", '"', "\\", "\"\\x00\"", "\"\\ud800\"",
    "\"\\U00110000\"", "{", "}", "[", "]", "{a", ": ", ":", ",", ", ,", "\t", "  ", "\n", "\n\n\n",
    "@", "`", "~", "=", "null", "{}", "[]", "{{}}", "[[]]", "{[]: 1}", "{1.5: 1}", "{true: 1}",
    "{null: 1}", "2024-01-01", "1e1000000", "0x", "0o9", "1_0", "190:20:30", ".inf", ".nan",
    "-.inf",
)  # fmt: skip
_TOKEN = re.compile(r"\s+|[\w.%-]+|.", re.DOTALL)


# ------------------------------------------------------------------ bytes
def flip_bits(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """One to eight bits turned over."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def insert_bytes(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Something put in."""
    at = rng.randrange(len(content) + 1)
    new = rng.choice((rng.randbytes(rng.randint(1, 8)), rng.choice(TRICKS), content[at : at + 9]))
    return content[:at] + new * rng.choice((1, 1, 2, 30)) + content[at:]


def delete_bytes(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Something taken out, the end perhaps."""
    at = rng.randrange(len(content))
    length = len(content) if rng.random() < 0.1 else rng.choice((1, 1, 2, 5, 40, 400))
    return content[:at] + content[at + length :]


def splice(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """The beginning of one text and the end of another."""
    return content[: rng.randrange(len(content))] + other[rng.randrange(len(other)) :]


def overwrite(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """A stretch of other bytes."""
    at = rng.randrange(len(content))
    new = rng.choice((rng.randbytes(rng.randint(1, 16)), rng.choice(TRICKS)))
    return content[:at] + new + content[at + len(new) :]


BYTES: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    flip_bits, insert_bytes, delete_bytes, splice, overwrite,
)  # fmt: skip


def damaged_bytes(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """The content after one to three accidents."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        content = rng.choice(BYTES)(rng, content or b"\n", other or b"\n")
    return content


# ------------------------------------------------------------------ lines and tokens
def _lines(rng: random.Random, text: str) -> str:
    """Lines doubled, dropped, swapped or moved to the side."""
    lines = text.splitlines(keepends=True) or ["\n"]
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    way = rng.randrange(6)
    if way == 0:
        lines.insert(to, lines[at])
    elif way == 1:
        del lines[at]
    elif way == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif way == 3:
        lines[at] = rng.choice((" ", "  ", "\t", "      ")) + lines[at]
    elif way == 4:
        lines[at] = lines[at].lstrip()
    else:
        lines[at] = lines[at].rstrip("\n")
    return "".join(lines)


def _tokens(rng: random.Random, text: str) -> str:
    """Words doubled, dropped, swapped, misspelt or put in quotes."""
    tokens = _TOKEN.findall(text) or ["x"]
    at, to = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    word = tokens[at]
    way = rng.randrange(6)
    if way == 0:
        tokens.insert(to, word)
    elif way == 1:
        del tokens[at]
    elif way == 2:
        tokens[at], tokens[to] = tokens[to], word
    elif way == 3:
        tokens[at] = word[1:] + word[:1] if rng.random() < 0.5 else word * 2
    elif way == 4:
        tokens[at] = f"'{word}'" if rng.random() < 0.5 else f'"{word}"'
    else:
        tokens[at] = rng.choice(FRAGMENTS)
    return "".join(tokens)


def _values(rng: random.Random, text: str) -> str:
    """An odd value in place of a word."""
    words = list(re.finditer(r"[\w.-]+", text))
    if not words:
        return text
    word = rng.choice(words)
    number = rng.choice(odd.NUMBERS)
    new = rng.choice((str(number), rng.choice(odd.TEXTS), rng.choice(odd.QUANTITIES)))
    return text[: word.start()] + new + text[word.end() :]


def _fragment(rng: random.Random, text: str) -> str:
    """Signs of YAML where there were none."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(FRAGMENTS) + text[at:]


def _nesting(rng: random.Random, text: str) -> str:
    """Something nested deeply, or far too much of it."""
    at = rng.randrange(len(text) + 1)
    count = rng.choice((3, 18, 21, 50, 2000))
    begin, end = rng.choice((("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[{a: [", "]}]")))
    return text[:at] + begin * count + end * rng.choice((0, count)) + text[at:]


def _much(rng: random.Random, text: str) -> str:
    """More of it than anybody writes by hand."""
    lines = text.splitlines(keepends=True) or ["x\n"]
    at = rng.randrange(len(lines))
    many = [lines[at].replace(":", f"{number}:", 1) for number in range(rng.choice((50, 2000)))]
    return "".join(lines[:at] + many + lines[at:])


TOKENS: tuple[Callable[[random.Random, str], str], ...] = (
    _lines, _lines, _tokens, _tokens, _tokens, _values, _values, _values, _fragment, _fragment,
)  # fmt: skip


def damaged_text(rng: random.Random, text: str) -> str:
    """The text after one to three accidents."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice(TOKENS)(rng, text)
    if rng.random() < 0.02:
        text = rng.choice((_nesting, _nesting, _nesting, _much))(rng, text)
    return text
