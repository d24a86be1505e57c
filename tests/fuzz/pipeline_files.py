"""Mutated pipeline files: each ends with a plan, or with errors that say what and where."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

from siting import findings
from siting.check import check
from siting.errors import InputError, PipelineError, PipelineInvalidError, SitingError
from siting.io import yaml
from siting.sources.folders import pipelines_root

from .. import small_world
from . import structure
from .emit import emit
from .limits import large
from .mistakes import mutated
from .texts import damaged_bytes, damaged_text
from .worker import Attempt

LEVELS = ("bytes", "tokens", "structure", "limits")
LARGE_EVERY = 1000  # attempts between two large files
LONGEST = 20_000  # characters of a message
LOOKED_AT = 30  # errors of one file whose words are looked at
# What concerns the file as a whole has no line.
WHOLE_FILE = frozenset({"CONFIG_ENCODING", "CONFIG_TOO_COMPLEX", "CONFIG_SYNTAX", "CONFIG_EMPTY"})
_CODE = re.compile(r"[A-Z][A-Z0-9_]+")
_PLACE = re.compile(r".*p\.yaml(?::(\d+):(\d+))?(?: \(.*\))?", re.DOTALL)
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class PipelineFiles:
    """Attempts with pipeline files; see :class:`tests.fuzz.worker.Fuzzer`."""

    slow = 1.0
    memory = 200 << 20
    address_space = 8 << 30

    def __init__(self, seed: int, level: str = "") -> None:
        self.seed = seed
        self.level = level
        self.folder = Path()

    def prepare(self, folder: Path) -> None:
        small_world.make(folder)
        self.folder = folder
        for index in range(30):  # what is loaded at first use belongs to no attempt
            self.attempt(self.files(-1 - index))

    def files(self, index: int) -> dict[str, bytes]:
        rng = random.Random(f"{self.seed}/{index}")
        usual = "limits" if index % LARGE_EVERY == LARGE_EVERY - 1 else LEVELS[index % 3]
        level = self.level or usual
        return {"p.yaml": content(rng, level)}

    def attempt(self, files: dict[str, bytes]) -> Attempt:
        return judge(files["p.yaml"], self.folder)


def content(rng: random.Random, level: str) -> bytes:
    """A mutated pipeline file."""
    if level == "limits":
        return large(rng).encode()
    if level == "structure":
        data = mutated(rng, structure.pipeline(rng))
        return emit(data, rng).encode("utf-8", "surrogatepass")
    text = _text(rng)
    if level == "tokens":
        return damaged_text(rng, text).encode("utf-8", "surrogatepass")
    return damaged_bytes(
        rng, *(each.encode("utf-8", "surrogatepass") for each in (text, _text(rng)))
    )


def _text(rng: random.Random) -> str:
    """A good pipeline file."""
    chance = rng.random()
    if chance < 0.45:
        return small_world.PIPELINE
    if chance < 0.5:
        return (pipelines_root() / "geothermal.yaml").read_text("utf-8")
    return emit(structure.pipeline(rng), rng)


def judge(content: bytes, folder: Path) -> Attempt:
    """What comes of a pipeline file, and what about it breaks a promise."""
    try:
        with findings.collect() as noticed:
            _check(content, folder)
    except PipelineInvalidError as error:
        return _judged(error.errors, content)
    except (PipelineError, InputError) as error:
        return _judged([error], content)
    except SitingError as error:
        return Attempt(("other",), "other class", f"{type(error).__name__}: {error}")
    return Attempt(("PLAN", *(f"{each.code} (finding)" for each in noticed)))


def _check(content: bytes, folder: Path) -> None:
    path = folder / "p.yaml"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        path.write_bytes(content)
        check(yaml.read(path), folder)
        return
    check(yaml.load(text, str(path)), folder)


def _judged(errors: Sequence[SitingError], content: bytes) -> Attempt:
    codes = tuple({each.code: None for each in errors})
    problem = "" if errors else "no error inside"
    widths = [len(line) for line in _LINE_END.split(content.decode("utf-8", "replace"))]
    for each in errors[:LOOKED_AT]:
        problem = problem or _problem(each, widths)
    return Attempt(codes, "message" if problem else "", problem)


def _problem(error: SitingError, widths: list[int]) -> str:
    """What is wrong with an error: its code, words, or the place that it names."""
    text = str(error)
    if not _CODE.fullmatch(error.code) or not error.message.strip():
        return f"no code or no message: {text!r}"
    if len(text) > LONGEST:
        return f"{error.code}: a message of {len(text)} characters"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return f"{error.code}: half a character in the message"
    place = _PLACE.fullmatch(error.where)
    if place is None:
        return f"{error.code}: no place in the file: {error.where!r}"
    if place[1] is None:
        return "" if error.code in WHOLE_FILE else f"{error.code}: no line: {error.where!r}"
    # Bytes that are no text have no column among characters.
    return "" if error.code == "CONFIG_ENCODING" else _misplaced(error, place, widths)


def _misplaced(error: SitingError, place: re.Match[str], widths: list[int]) -> str:
    line, column = int(place[1]), int(place[2])
    if not 1 <= line <= len(widths) + 1:
        return f"{error.code}: line {line} of {len(widths)}"
    width = widths[line - 1] if line <= len(widths) else 0
    return "" if 1 <= column <= width + 2 else f"{error.code}: column {column} of {width}"
