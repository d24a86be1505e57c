"""How well a model learned from simulated cells knows the others, as rows of plain text."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.labels import display_name
from siting.outputs.numbers import NOTHING, finite, fixed_text, number_text, percent_text
from siting.outputs.report.validation import Item
from siting.outputs.simulated import surrogate_record


@dataclass(frozen=True)
class Surrogate:
    """Figures of a surrogate: errors of the model and of single layers, rounds of the search."""

    simulated: str
    cells: str
    items: tuple[Item, ...]
    errors: tuple[tuple[str, str], ...]
    rounds: tuple[tuple[str, str, str], ...]


def read(results: Results) -> Surrogate | None:
    """The surrogate of a run; None without any."""
    record = surrogate_record(results)
    if record is None:
        return None
    singles = [each for each in record.get("singles") or [] if isinstance(each, Mapping)]
    errors = [("The model", record.get("error"))]
    errors += [(display_name(str(each.get("name"))), each.get("error")) for each in singles]
    errors += [("One number for all cells", record.get("constant"))]
    return Surrogate(
        _count(record.get("simulated")),
        _count(record.get("cells")),
        tuple(_items(record)),
        tuple((name, _error(error)) for name, error in errors),
        tuple(_round(each) for each in record.get("rounds") or []),
    )


def _items(record: Mapping[str, Any]) -> list[Item]:
    """What the record says beside its errors."""
    interval = record.get("interval") or {}
    factor = number_text(finite(interval.get("factor")), 3)
    rows = [
        ("Half of the cells are off by less than", f"{_error(record.get('typical'))} %"),
        ("Share of the differences between cells that it explains",
         f"{percent_text(finite(record.get('share_explained')))} %"),
        (f"Interval that holds {percent_text(finite(interval.get('coverage')))} % of cells",
         f"divide and multiply by {factor}"),
        ("Cells that may be among the best and were not simulated",
         _count(record.get("may_be_best"))),
        ("Best cells that were asked for, and how closely",
         f"{_count(record.get('best'))}, to {percent_text(finite(record.get('tolerance')))} %"),
        ("Cells without the data to be simulated", _count(record.get("not_simulable"))),
    ]  # fmt: skip
    return [Item(label, value) for label, value in rows]


def _count(value: Any) -> str:
    return number_text(finite(value), 9)


def _error(logarithm: Any) -> str:
    """An error of a logarithm as per cent of the value.

    Examples
    --------
    >>> _error(0.2243), _error(None)
    ('25.1', '–')
    """
    known = finite(logarithm)
    return NOTHING if known is None else fixed_text(100 * math.expm1(known), 1)


def _round(row: Mapping[str, Any]) -> tuple[str, str, str]:
    inside = percent_text(finite(row.get("inside")))
    return _count(row.get("simulated")), _error(row.get("error")), inside
