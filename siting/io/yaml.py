"""Strict YAML 1.2 (core schema) with the place of every key and value."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from siting.errors import InputError, PipelineError

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_NODES = 10_000

KeyPath = tuple[str | int, ...]
Mark = tuple[int, int]

# YAML 1.2.2, section 10.3.2: what a plain scalar means in the core schema. All else is text.
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# Written without quotes these mean one thing in YAML 1.1 and another in 1.2: NO is false or text,
# 1:30 is ninety or text, 010 is eight or ten, 1_000 is a number or text. Nobody can know which.
_AMBIGUOUS = re.compile(
    r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)|[-+]?[1-9][0-9]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?"
    r"|[-+]?0[0-9]+|[-+]?[0-9]+(?:_[0-9]+)+"
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

# The pure-Python loader gives the same events, slower, where PyYAML was built without libyaml.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    r"""Data of a YAML file, and where each part of it stands.

    Parameters
    ----------
    data
        Nested dicts, lists, text, numbers, booleans and None.
    source
        Name of the file, for messages.
    marks
        Line and column (from 1) of each value, by its path of keys and list positions.
    key_marks
        Line and column (from 1) of each key, by the path of its value.
    text
        What was read.

    Examples
    --------
    >>> document = load("grid:\n  crs: EPSG:6933\n", "world.yaml")
    >>> document.data
    {'grid': {'crs': 'EPSG:6933'}}
    >>> document.where(("grid", "crs")), document.where_key(("grid", "crs"))
    ('world.yaml:2:8', 'world.yaml:2:3')
    """

    data: Any
    source: str
    marks: dict[KeyPath, Mark] = field(repr=False)
    key_marks: dict[KeyPath, Mark] = field(repr=False)
    text: str = field(default="", repr=False)

    def where(self, path: KeyPath) -> str:
        """File, line and column of the value at a path, or of its nearest parent in the file."""
        while path and path not in self.marks:
            path = path[:-1]
        return _place(self.source, self.marks[path])

    def where_key(self, path: KeyPath) -> str:
        """File, line and column of the key at a path, or of the value where it has no key."""
        mark = self.key_marks.get(path)
        return _place(self.source, mark) if mark else self.where(path)


def read(path: Path) -> Document:
    """Document in a UTF-8 file.

    Raises
    ------
    InputError
        FILE_MISSING where there is no such file.
    PipelineError
        CONFIG_ENCODING where it is not UTF-8, and whatever :func:`load` raises.
    """
    source = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputError(
            "FILE_MISSING",
            "there is no such file",
            where=source,
            fix="check the name, or write the file",
        ) from error
    _check_size(len(content), source)
    try:
        return load(content.decode("utf-8"), source)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise PipelineError(
            "CONFIG_ENCODING",
            "the file is not UTF-8 text",
            where=_place(source, (before.count(b"\n") + 1, column)),
            found=f"byte 0x{content[error.start]:02x}",
            wanted="UTF-8",
            fix="save the file as UTF-8",
        ) from error


def load(text: str, source: str) -> Document:
    """Document in a text.

    Parameters
    ----------
    text
        One YAML document without tags, anchors and aliases, at most 1 MiB and 20 levels deep.
    source
        Name of the file, for messages.

    Raises
    ------
    PipelineError
        CONFIG_SYNTAX, CONFIG_DUPLICATE_KEY, CONFIG_TYPE, CONFIG_TOO_COMPLEX, CONFIG_DOCUMENTS,
        CONFIG_VERSION, CONFIG_EMPTY, CONFIG_ENCODING, CONFIG_VALUE.

    Examples
    --------
    >>> load("{name: 'NO', id: '010', vintage: 2024-01-01, weight: 1e3}", "example").data
    {'name': 'NO', 'id': '010', 'vintage': '2024-01-01', 'weight': 1000.0}
    """
    text = text.removeprefix("\ufeff")
    try:
        _check_size(len(text.encode("utf-8")), source)
    except UnicodeEncodeError as error:
        raise PipelineError(
            "CONFIG_ENCODING", "the text holds half of a surrogate pair", where=source
        ) from error
    try:
        return _Builder(text, source).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PipelineError(
            "CONFIG_SYNTAX",
            ": ".join(part for part in (error.context, error.problem) if part),
            where=_place(source, _start(mark)) if mark else source,
            wanted="YAML 1.2",
            fix="check indentation (spaces, no tabs), quotes, brackets and colons near this place",
        ) from error
    except yaml.YAMLError as error:
        raise PipelineError(
            "CONFIG_SYNTAX",
            "the text holds a character that YAML does not allow",
            where=source,
            found=str(error),
            fix="remove control characters from the file",
        ) from error


class _Builder:
    """One pass over the parser's events, so that nothing refused is ever built."""

    def __init__(self, text: str, source: str) -> None:
        self.loader = _Loader(text)
        self.text = text
        self.source = source
        self.marks: dict[KeyPath, Mark] = {}
        self.key_marks: dict[KeyPath, Mark] = {}
        self.nodes = 0

    def document(self) -> Document:
        self.loader.get_event()  # stream start
        start = self.loader.get_event()
        if isinstance(start, yaml.StreamEndEvent):
            raise self.error("CONFIG_EMPTY", "the file is empty", start)
        if start.version not in (None, (1, 2)) or start.tags:
            raise self.error(
                "CONFIG_VERSION",
                "the file begins with a directive that is not read",
                start,
                wanted="YAML 1.2 without %TAG",
                fix="remove the lines that begin with %",
            )
        event = self.loader.get_event()
        data = self.value(event, (), 1)
        if data is None:
            raise self.error("CONFIG_EMPTY", "the file holds nothing", event)
        self.loader.get_event()  # document end
        end = self.loader.get_event()
        if not isinstance(end, yaml.StreamEndEvent):
            raise self.error(
                "CONFIG_DOCUMENTS",
                "the file holds several documents",
                end,
                wanted="one document",
                fix="put what follows --- into a file of its own",
            )
        return Document(data, self.source, self.marks, self.key_marks, self.text)

    def value(self, event: Any, path: KeyPath, depth: int) -> Any:
        self.check(event, depth)
        self.marks[path] = _start(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth)
        return self.mapping(path, depth)

    def sequence(self, path: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        event = self.loader.get_event()
        while not isinstance(event, yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items)), depth + 1))
            event = self.loader.get_event()
        return items

    def mapping(self, path: KeyPath, depth: int) -> dict[str | int, Any]:
        items: dict[str | int, Any] = {}
        event = self.loader.get_event()
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.key(event, depth)
            if key in items:
                first = _place(self.source, self.key_marks[(*path, key)])
                raise self.error(
                    "CONFIG_DUPLICATE_KEY",
                    f"{key!r} is written twice",
                    event,
                    found=f"the first is at {first}",
                    fix="remove or rename one of the two",
                )
            self.key_marks[(*path, key)] = _start(event.start_mark)
            items[key] = self.value(self.loader.get_event(), (*path, key), depth + 1)
            event = self.loader.get_event()
        return items

    def key(self, event: Any, depth: int) -> str | int:
        self.check(event, depth + 1)
        key = self.scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool)):
            return key
        raise self.error(
            "CONFIG_TYPE",
            "a key must be text or a whole number",
            event,
            found=event.value if isinstance(event, yaml.ScalarEvent) else "a list or mapping",
            fix="put the key in quotes",
        )

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        plain: bool = event.implicit[0]
        if not plain:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _AMBIGUOUS.fullmatch(text):
            raise self.error(
                "CONFIG_TYPE",
                "versions of YAML disagree on what this means",
                event,
                found=text,
                fix=f'write "{text}" in quotes for text, true or false, or a plain number',
            )
        try:
            if _INTEGER.fullmatch(text):
                return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
            if _FLOAT.fullmatch(text):
                return float(text)
        except ValueError as error:  # Python refuses to read more than 4300 digits
            raise self.error("CONFIG_VALUE", "the number has too many digits", event) from error
        return float(text.replace(".", "")) if _NOT_FINITE.fullmatch(text) else text

    def check(self, event: Any, depth: int) -> None:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.error(
                "CONFIG_TOO_COMPLEX",
                "anchors (&) and aliases (*) are not allowed",
                event,
                found=event.anchor,
                fix="write the value out, or put text that begins with & or * in quotes",
            )
        if event.tag is not None:
            raise self.error(
                "CONFIG_SYNTAX",
                "tags are not allowed",
                event,
                found=event.tag,
                fix="remove the tag, or put text that begins with ! in quotes",
            )
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise self.error(
                "CONFIG_TOO_COMPLEX",
                "the file is nested too deeply or holds too many values",
                event,
                wanted=f"at most {MAX_DEPTH} levels and {MAX_NODES} keys and values",
            )

    def error(
        self, code: str, message: str, event: Any, found: str = "", wanted: str = "", fix: str = ""
    ) -> PipelineError:
        where = _place(self.source, _start(event.start_mark))
        return PipelineError(code, message, where=where, found=found, wanted=wanted, fix=fix)


def _start(mark: Any) -> Mark:
    return mark.line + 1, mark.column + 1


def _place(source: str, mark: Mark) -> str:
    return f"{source}:{mark[0]}:{mark[1]}"


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise PipelineError(
            "CONFIG_TOO_COMPLEX",
            "the file is too large",
            where=source,
            found=f"more than {MAX_BYTES} bytes",
            wanted="at most 1 MiB",
            fix="keep data in CSV or Parquet files",
        )
