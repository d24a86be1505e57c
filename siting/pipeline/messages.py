"""Pydantic's findings as pipeline errors: place in the file, YAML path, value, what is allowed."""

from typing import Any

from pydantic import BaseModel, ValidationError

from siting.errors import PipelineError, PipelineInvalidError
from siting.io.yaml import Document, KeyPath
from siting.pipeline.registry import nearest
from siting.wording import counted


def path_text(path: KeyPath) -> str:
    """A YAML path as people write it.

    Examples
    --------
    >>> path_text(("layers", "t3", 0, "depth"))
    'layers.t3[0].depth'
    """
    text = ""
    for each in path:
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else str(each)
    return text


def value_at(document: Document, path: KeyPath) -> Any:
    """The value at a path of the document; None where there is none."""
    value = document.data
    for each in path:
        try:
            value = value[each]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def mistake(
    document: Document,
    path: KeyPath,
    code: str,
    message: str,
    *,
    found: object = None,
    wanted: str = "",
    fix: str = "",
    at_key: bool = False,
) -> PipelineError:
    """An error at a path: ``file:line:column (yaml.path)``."""
    place = document.where_key(path) if at_key else document.where(path)
    return PipelineError(
        code,
        message,
        where=f"{place} ({path_text(path) or 'the whole file'})",
        found="" if found is None else _short(found),
        wanted=wanted,
        fix=fix,
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def mistakes(
    document: Document, base: KeyPath, error: ValidationError, model: type[BaseModel]
) -> list[PipelineError]:
    """Every finding of pydantic as an error of ours, each place once."""
    allowed = [each.alias or name for name, each in model.model_fields.items()]
    found: dict[str, PipelineError] = {}
    for each in error.errors()[: PipelineInvalidError.most]:
        path = _yaml_path(document, base, each["loc"])
        made = _one(document, path, each, allowed)
        found.setdefault(made.where, made)
    return list(found.values())


def _yaml_path(document: Document, base: KeyPath, location: tuple[int | str, ...]) -> KeyPath:
    """The YAML path of pydantic's location: unions' names left out, pairs back to keys."""
    path, value, pair = base, value_at(document, base), None
    for each in location:
        if pair is not None:
            path, value, pair = (*path, pair), value[pair], None
        elif isinstance(value, dict) and isinstance(each, int) and each not in value:
            pair = list(value)[each]
        elif _holds(value, each):
            path, value = (*path, each), value[each]
    if location and isinstance(value, dict) and isinstance(location[-1], str):
        last = location[-1]
        path = (*path, last) if path[-1:] != (last,) and last.isidentifier() else path
    return path


def _holds(value: Any, key: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(key, int) and key < len(value)
    return isinstance(value, dict) and key in value


# Pydantic speaks of JSON; people write YAML.
_WORDS = {
    "a valid array": "a list",
    "a valid list": "a list",
    "a valid tuple": "a list",
    "a valid dictionary": "a mapping",
    "an object": "a mapping",
    "a valid string": "text",
    "a valid number": "a number",
    "a valid integer": "a whole number",
    "a valid boolean": "true or false",
}


def _one(document: Document, path: KeyPath, error: Any, allowed: list[str]) -> PipelineError:
    kind, last = error["type"], str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        close = nearest(last, allowed, 1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        wanted = f"{hint}allowed: {', '.join(allowed)}"
        return mistake(
            document,
            path,
            "CONFIG_UNKNOWN_KEY",
            f"unknown key '{last}'",
            wanted=wanted,
            at_key=True,
        )
    if kind == "missing":
        return mistake(document, path, "CONFIG_MISSING_KEY", f"'{last}' is missing", fix="write it")
    message = "must be " + error["msg"].removeprefix("Input should be ")
    if error["type"] == "quantity" or not error["msg"].startswith("Input should be "):
        message = error["msg"]
    if kind == "too_short":
        message = f"must hold at least {counted(error['ctx']['min_length'], 'entry', 'entries')}"
    for word, ours in _WORDS.items():
        message = message.replace(word, ours)
    value = value_at(document, path)
    code = "CONFIG_TYPE" if kind.endswith(("_type", "_parsing")) else "CONFIG_VALUE"
    return mistake(document, path, code, message, found=value)
