"""The skill record as plain values, whatever of it is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siting.outputs.numbers import finite

ROLES = ("index", "learned", "baseline")  # in the order that a table shows them
LEAK = "random"  # folds whose name begins so let neighbours of test samples into training


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; the value is None where fields are too few."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, record: Any) -> "Estimate":
        """A figure of a record; empty where there is none."""
        given = record if isinstance(record, Mapping) else {}
        return cls(*(finite(given.get(key)) for key in ("value", "low", "high")))

    @property
    def known(self) -> bool:
        """Whether there is an interval at least."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Method:
    """One method on one kind of folds in one stratum: how well it finds fields."""

    name: str
    role: str
    folds: str
    stratum: str
    fields: int | None
    auc: Estimate
    capture: dict[str, Estimate]

    @property
    def leaks(self) -> bool:
        """Whether its folds are such as let a model look at its test samples."""
        return self.folds.startswith(LEAK)


@dataclass(frozen=True)
class Paired:
    """A fixed score against the baseline to beat, over the same bootstraps of fields."""

    name: str
    baseline: str
    at: float | None
    share: float | None
    required: float | None
    difference: Estimate


@dataclass(frozen=True)
class Skill:
    """How well a run finds known fields."""

    methods: tuple[Method, ...]
    paired: tuple[Paired, ...]
    curves: dict[str, list[tuple[float, float]]]
    importance: tuple[tuple[str, float, float], ...]
    leakage: dict[str, Any]
    labels: dict[str, Any]
    beats: bool | None

    @property
    def strata(self) -> dict[str, list[Method]]:
        """Methods by stratum: index, learned, single layers; what leaks comes last."""
        found: dict[str, list[Method]] = {}
        for method in self.methods:
            found.setdefault(method.stratum, []).append(method)
        return {name: sorted(rows, key=_order) for name, rows in found.items()}

    @property
    def shares(self) -> list[str]:
        """Shares of land at which capture is told, in per cent, rising."""
        return sorted({share for method in self.methods for share in method.capture}, key=float)

    @property
    def score(self) -> str:
        """Name of the score that the verdict is about: the first index of the record."""
        return next((method.name for method in self.methods if method.role == "index"), "")

    def is_to_beat(self, method: Method) -> bool:
        """Whether a method is the baseline that has to be beaten."""
        return method.role == "baseline" and method.name in {p.baseline for p in self.paired}


def _order(method: Method) -> tuple[bool, int]:
    known = method.role in ROLES
    return method.leaks, ROLES.index(method.role) if known else len(ROLES)


def _is_per_cent(share: str) -> bool:
    try:
        return 0 < float(share) <= 100
    except ValueError:
        return False


def read(record: Mapping[str, Any] | None) -> Skill | None:
    """The record of a run's skill, with what is missing left empty; None without one.

    Examples
    --------
    >>> skill = read({"methods": [{"name": "score", "role": "index", "auc": {"value": 0.9}}]})
    >>> skill.methods[0].auc.value, skill.paired, skill.curves
    (0.9, (), {})
    """
    if not record:
        return None
    methods = tuple(_method(each) for each in _mappings(record.get("methods")))
    score = next((method.name for method in methods if method.role == "index"), "score")
    pairs = [{"name": score, **_mapping(record.get("paired"))}, *_mappings(record.get("variants"))]
    return Skill(
        methods,
        tuple(_paired(each) for each in pairs if "baseline" in each),
        _curves(record.get("curves")),
        tuple(_importance(each) for each in _mappings(record.get("importance"))),
        _mapping(record.get("leakage")),
        _mapping(record.get("labels")),
        record["beats_baseline"] if isinstance(record.get("beats_baseline"), bool) else None,
    )


def _method(record: Mapping[str, Any]) -> Method:
    name, role, folds, stratum = (
        str(record.get(key) or "") for key in ("name", "role", "folds", "stratum")
    )
    fields = finite(record.get("fields"))
    capture = _mapping(record.get("capture"))
    return Method(
        name,
        role,
        folds,
        stratum,
        None if fields is None else int(fields),
        Estimate.of(record.get("auc")),
        {str(k): Estimate.of(each) for k, each in capture.items() if _is_per_cent(str(k))},
    )


def _paired(record: Mapping[str, Any]) -> Paired:
    at, share, required = (
        finite(record.get(key)) for key in ("at", "share_of_bootstraps", "required")
    )
    return Paired(
        str(record.get("name") or ""),
        str(record["baseline"]),
        at,
        share,
        required,
        Estimate.of(record.get("difference")),
    )


def _curves(record: Any) -> dict[str, list[tuple[float, float]]]:
    found = {str(name): list(_points(each)) for name, each in _mapping(record).items()}
    return {name: points for name, points in found.items() if len(points) > 1}


def _points(record: Any) -> Iterator[tuple[float, float]]:
    for point in _list(record):
        pair = [finite(each) for each in _list(point)]
        if len(pair) == 2 and pair[0] is not None and pair[1] is not None:
            yield pair[0], pair[1]


def _importance(record: Mapping[str, Any]) -> tuple[str, float, float]:
    value, sd = (finite(record.get(key)) or 0.0 for key in ("value", "sd"))
    return str(record.get("layer") or ""), value, sd


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
