"""What a manifest must hold to be compared and verified."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from siting.errors import StorageError


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Output(_Shape):
    bytes: int
    sha256: str


class _Step(_Shape):
    key: str
    recipe: dict[str, Any]


class _Finding(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    code: str
    message: str
    where: str
    found: str
    wanted: str
    fix: str
    severity: Literal["warning", "note"]


class _Manifest(_Shape):
    title: str
    pipeline: str
    run: str
    grid: dict[str, Any]
    inputs: dict[str, Any]
    versions: dict[str, str]
    records: dict[str, dict[str, Any]]
    steps: dict[str, _Step]
    findings: list[_Finding]
    outputs: dict[str, _Output]
    top: list[dict[str, Any]]
    domain: str | None
    accept: dict[str, str]


def problem(manifest: dict[str, Any]) -> str:
    """What is wrong with the shape of a manifest; empty where nothing is.

    Examples
    --------
    >>> problem({})
    'title: Field required'
    """
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""


def of_another_form(where: str, found: str) -> StorageError:
    """Error for a manifest that is whole, but not as this version writes it."""
    return StorageError(
        "RUN_DAMAGED",
        "the manifest of a run is of another form, as another version of siting writes it",
        where=where,
        found=found,
        fix="run the pipeline again, or use the version that made it",
    )


@contextmanager
def as_written(where: str) -> Iterator[None]:
    """Turn whatever a recipe of another form breaks inside the ``with`` block into an error.

    Examples
    --------
    >>> with as_written("runs/0a"):
    ...     {}["function"]
    Traceback (most recent call last):
    siting.errors.StorageError: RUN_DAMAGED: the manifest of a run is of another form, ...
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, StorageError):
            raise
        raise of_another_form(where, f"{type(error).__name__}: {error}") from error
