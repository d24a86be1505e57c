"""What a model rests on, as rows of plain text: worth of layers by block, and responses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.numbers import finite, fixed_text, number_text
from siting.outputs.report.skill import Estimate
from siting.outputs.report.validation import Cell

IMPORTANCE, DEPENDENCE = "importance", "dependence"  # kinds of the records
SHUFFLES = {"pooled": "over all", "within": "within blocks", "between": "between blocks"}
FEW = 5  # samples in a bin below which the response there says little


@dataclass(frozen=True)
class Worth:
    """One layer: what is lost when it is shuffled, in the order of SHUFFLES."""

    name: str
    losses: tuple[Cell, ...]


@dataclass(frozen=True)
class Importance:
    """What layers are worth at held-out places."""

    record: Mapping[str, Any]
    name: str
    measure: str
    told: str
    rows: tuple[Worth, ...]


@dataclass(frozen=True)
class Dependence:
    """How a model responds along each layer."""

    record: Mapping[str, Any]
    name: str
    told: str


def records(results: Results) -> list[dict[str, Any]]:
    """The records of a run that this section shows."""
    known = (IMPORTANCE, DEPENDENCE)
    return [each for each in results.records.values() if each.get("kind") in known]


def importances(results: Results) -> list[Importance]:
    """Every record of what layers are worth."""
    return [_importance(*each) for each in _of_kind(results, IMPORTANCE)]


def dependences(results: Results) -> list[Dependence]:
    """Every record of responses."""
    return [_dependence(*each) for each in _of_kind(results, DEPENDENCE)]


def _of_kind(results: Results, kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, each) for name, each in results.records.items() if each.get("kind") == kind]


def features(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a record says of each layer; nothing where it has no such list."""
    found = record.get("features")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _importance(name: str, record: Mapping[str, Any]) -> Importance:
    rows = tuple(
        Worth(
            display_name(str(each.get("layer"))), tuple(cell(each.get(kind)) for kind in SHUFFLES)
        )
        for each in features(record)
    )
    skill = cell(record.get("skill"))
    measure = str(record.get("measure") or "")
    told = (
        f"{measure} {skill.value or 'only'} ({skill.interval}) of "
        f"{number_text(finite(record.get('tested')), 9)} held-out samples in "
        f"{number_text(finite(record.get('blocks')), 9)} blocks of {record.get('within')}; each "
        f"layer is shuffled {number_text(finite(record.get('repeats')), 9)} times."
    )
    return Importance(record, display_name(name), measure, told, rows)


def cell(figure: Any) -> Cell:
    """A figure with its interval as text, signed values with their sign of minus."""
    found = Estimate.of(figure)
    value, low, high = (
        "" if each is None else fixed_text(each, 3) for each in (found.value, found.low, found.high)
    )
    return Cell(value, f"{low} to {high}" if found.known else "")


def _dependence(name: str, record: Mapping[str, Any]) -> Dependence:
    level = finite(record.get("level"))
    told = (
        f"{number_text(finite(record.get('samples')), 9)} samples; the band holds "
        f"{'–' if level is None else fixed_text(100 * level, 0)} % of "
        f"{number_text(finite(record.get('refits')), 9)} refits on systems drawn with replacement."
    )
    return Dependence(record, display_name(name), told)


def axis_label(feature: Mapping[str, Any]) -> str:
    """Name of a layer with its unit.

    Examples
    --------
    >>> axis_label({"layer": "heat_flow", "units": "mW m-2"}), axis_label({"layer": "rank"})
    ('Heat flow [mW m⁻²]', 'Rank [1]')
    """
    unit = display_unit(str(feature.get("units") or "1")) or "1"
    return f"{display_name(str(feature.get('layer')))} [{unit}]"


def sparse(feature: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Stretches of a feature with few training samples, as pairs of values.

    Examples
    --------
    >>> sparse({"edges": [0.0, 1.0, 2.0, 3.0], "training": [9, 4, 0]})
    [(1.0, 3.0)]
    """
    edges, counts = feature.get("edges") or [], feature.get("training") or []
    found: list[tuple[float, float]] = []
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if count < FEW:
            start = found.pop()[0] if found and found[-1][1] == low else low
            found.append((start, high))
    return found
