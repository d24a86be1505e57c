"""Gates of quality: figures of a run's records that a pipeline file requires to be reached."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from siting.errors import PipelineError
from siting.io.yaml import Document
from siting.pipeline.messages import mistake
from siting.pipeline.registry import nearest

Figure = float | bool | None
Figures = dict[str, list[Figure]]


class Bounds(NamedTuple):
    """What a figure must be: a number within limits, or true or false."""

    at_least: float | None = None
    at_most: float | None = None
    exactly: bool | None = None

    def __str__(self) -> str:
        """The limits in words, such as ``at least 0.7``."""
        if self.exactly is not None:
            return str(self.exactly).lower()
        limits = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)

    def met(self, value: Figure) -> bool:
        """Whether a figure is as it must be; one that has no value is not."""
        if self.exactly is not None:
            return value is self.exactly
        if value is None or isinstance(value, bool):
            return False
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


def _bounds(written: Any) -> Bounds:
    """Bounds as a pipeline file writes them."""
    if isinstance(written, bool):
        return Bounds(exactly=written)
    limits = written if isinstance(written, dict) else {"at_least": written}
    numbers = [each for each in limits.values() if type(each) in (int, float)]
    known = limits.keys() <= {"at_least", "at_most"}
    if not known or len(numbers) < len(limits) or not all(map(math.isfinite, numbers)):
        raise PydanticCustomError("requirement", _WANTED)
    bounds = Bounds(**limits)
    if not numbers or (len(numbers) == 2 and limits["at_least"] > limits["at_most"]):
        raise PydanticCustomError("requirement", "the limits leave nothing, or everything, out")
    return bounds


_WANTED = "write the least number allowed, {at_least: 0.7}, {at_most: 20}, true or false"
_NUMBER = {"type": "number"}
_SCHEMA = {
    "anyOf": [
        _NUMBER,
        {"type": "boolean"},
        {
            "type": "object",
            "properties": {"at_least": _NUMBER, "at_most": _NUMBER},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
# As `require:` holds them.
Requirement = Annotated[Bounds, PlainValidator(_bounds), WithJsonSchema(_SCHEMA)]


def unknown_records(
    document: Document, require: Mapping[str, Bounds], records: list[str], broken: set[str]
) -> list[PipelineError]:
    """Errors for requirements of what is no record; which figures one has, only a run knows."""
    return [
        mistake(
            document,
            ("require", figure),
            "CONFIG_REFERENCE",
            f"'{figure}' is no figure of a record",
            found=figure,
            wanted=", ".join(f"{name}.…" for name in records) or "a step that gives a record",
            fix="write the name of a record and of a figure in it, such as skill.auc",
            at_key=True,
        )
        for figure in require
        if figure.partition(".")[0] not in broken
        and not any(figure.startswith(f"{name}.") for name in records)
    ]


def figures(records: Mapping[str, Any]) -> Figures:
    """Every figure of some records by its dotted path; several rows of one name stand together.

    Rows of a list go by their ``name``; of a table by strata only rows of the first stratum count.
    A figure with an interval goes by its own path, its ends by ``low`` and ``high``. The first
    row of ``methods``, the score that sites are ranked by, needs no name.

    Examples
    --------
    >>> row = {"name": "score", "auc": {"value": 0.9, "low": 0.8}}
    >>> sorted(figures({"skill": {"methods": [row], "passed": True}}))[:3]
    ['skill.auc', 'skill.auc.low', 'skill.methods.score.auc']
    """
    found: Figures = {}
    for name, record in records.items():
        methods = record.get("methods") if isinstance(record, Mapping) else None
        first = methods[0] if isinstance(methods, list) and methods else {}
        for path, value in (*_leaves(first), *_leaves(record)):
            found.setdefault(f"{name}{path}", []).append(value)
    return found


def _leaves(value: Any) -> Iterator[tuple[str, Figure]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            inner = "" if key == "value" else f".{key}"
            yield from ((inner + path, leaf) for path, leaf in _leaves(each))
    elif isinstance(value, list):
        rows = [row for row in value if isinstance(row, Mapping) and "name" in row]
        for row in rows:
            if row.get("stratum") == rows[0].get("stratum"):
                yield from ((f".{row['name']}{path}", leaf) for path, leaf in _leaves(row))
    elif value is None or isinstance(value, int | float):
        yield "", value


def judged(
    require: Mapping[str, Bounds], records: Mapping[str, Any]
) -> list[dict[str, Figure | str]]:
    """One row a requirement: figure, the worst value found, what was wanted, whether it is met.

    Raises
    ------
    PipelineError
        FIGURE_UNKNOWN, where no record has such a figure.

    Examples
    --------
    >>> judged({"skill.auc": Bounds(at_least=0.7)}, {"skill": {"auc": 0.64}})
    [{'figure': 'skill.auc', 'found': 0.64, 'wanted': 'at least 0.7', 'met': False}]
    """
    known = figures(records)
    return [_judged(figure, wanted, known) for figure, wanted in require.items()]


def _judged(figure: str, wanted: Bounds, known: Figures) -> dict[str, Figure | str]:
    if figure not in known:
        raise PipelineError(
            "FIGURE_UNKNOWN",
            "no record of the run has this figure",
            where=f"require.{figure}",
            found=figure,
            wanted=", ".join(nearest(figure, list(known), 5)) or ", ".join(list(known)[:10]),
            fix="name one of the figures of the record, as the manifest of a run lists them",
        )
    values = known[figure]
    failing = [each for each in values if not wanted.met(each)]
    return {
        "figure": figure,
        "found": (failing or values)[0],
        "wanted": str(wanted),
        "met": not failing,
    }
