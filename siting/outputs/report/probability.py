"""Records of probabilities and intervals as rows of plain text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.labels import display_name
from siting.outputs.numbers import finite, fixed_text, number_text, percent_text
from siting.outputs.report.compare import mappings
from siting.outputs.report.skill import Estimate
from siting.outputs.report.validation import Cell, Item

KINDS = ("prior", "calibration", "probability", "conformal", "missing layers")


@dataclass(frozen=True)
class Part:
    """One record: its name, what it says in a sentence, and its figures."""

    record: Mapping[str, Any]
    name: str
    text: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class MissingRow:
    """What one layer costs, left out of training and missing where the model is applied."""

    name: str
    figures: tuple[Cell, ...]


@dataclass(frozen=True)
class Missing:
    """What every layer costs a model."""

    name: str
    text: str
    filled: str
    whole: str
    rows: tuple[MissingRow, ...]


@dataclass(frozen=True)
class Probabilities:
    """All that a run says of its probabilities and intervals."""

    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]


def probability_records(results: Results) -> dict[str, dict[str, Any]]:
    """Records of priors, calibrations, probabilities, intervals and missing layers, by name."""
    return {name: each for name, each in results.records.items() if each.get("kind") in KINDS}


def read(records: Mapping[str, Mapping[str, Any]]) -> Probabilities | None:
    """The records as text, priors first; None without any.

    Examples
    --------
    >>> read({}) is None
    True
    >>> read({"before.record": {"kind": "prior", "text": "So many."}}).parts[0].text
    'So many.'
    """
    if not records:
        return None
    rows = sorted(records.items(), key=lambda item: KINDS.index(str(item[1].get("kind"))))
    parts = [(name, each) for name, each in rows if each.get("kind") != "missing layers"]
    lost = [(name, each) for name, each in rows if each.get("kind") == "missing layers"]
    return Probabilities(
        tuple(Part(each, _name(name), str(each.get("text") or ""), tuple(_items(each)))
              for name, each in parts),
        tuple(_missing(name, each) for name, each in lost),
    )  # fmt: skip


def _name(name: str) -> str:
    return display_name(name.removesuffix(".record"))


def _items(record: Mapping[str, Any]) -> Iterator[Item]:
    found = {
        "prior": _prior, "calibration": _calibration, "probability": _probability,
        "conformal": _conformal,
    }  # fmt: skip
    for label, value in found[str(record["kind"])](record):
        if value:
            yield Item(label, value)


def _prior(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Systems to 1000 km²", _spread(record.get("per_1000_km2"))
    yield "Systems expected in all", _number(record.get("systems"))


def _calibration(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield (
        "Labels stand against",
        {
            "absence": "places known to have no system",
            "background": "a background that may hold some",
        }.get(str(record.get("nature")), ""),
    )
    systems, others = (_number(record.get(each)) for each in ("systems", "others"))
    yield "Systems with presence, others", f"{systems}, {others}"
    yield "AUC over held-out systems [1]", _fixed(record.get("auc"), 2)
    for label, key in (("Brier score", "brier"), ("Expected calibration error", "ece")):
        values = [
            _fixed(_mapping(record.get(each)).get(key), 3) for each in ("score", "calibrated")
        ]
        yield f"{label} of the score, and by the curve [1]", ", ".join(filter(None, values))
    yield "Samples that no fold tested", _number(record.get("untested"))


def _probability(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Cells", str(record.get("support") or "").removeprefix("of ")
    yield "Cells with a system, by the probabilities", _spread(record.get("expected_cells"))
    yield "Cells with a system, by the prior", _spread(record.get("prior_cells"))
    yield "Systems, by the prior", _spread(record.get("prior_systems"))
    yield "Area unlike what the model has seen [%]", _percent(record.get("outside"), 1)
    yield "Area without all features [%]", _percent(record.get("without_values"), 1)
    yield "Area capped at 1, by the median [%]", _percent(record.get("capped"), 2)
    looked, cells = (_number(record.get(each)) for each in ("cells_looked_at", "cells"))
    yield "Cells that totals are from, of all", f"{looked}, {cells}"


def _conformal(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    unit = str(record.get("unit") or "")
    yield "Share of places to be held [%]", _percent(record.get("coverage"))
    yield "Share measured in folds left out [%]", _percent(record.get("measured"))
    yield "Share in the fold where it was lowest [%]", _percent(record.get("lowest_fold"))
    yield f"Half of the width, median [{unit}]", _number(record.get("half_width"), 4)
    yield f"Root mean square error, held out [{unit}]", _number(record.get("rms_error"), 4)


def _missing(name: str, record: Mapping[str, Any]) -> Missing:
    return Missing(
        _name(name),
        str(record.get("text") or ""),
        str(record.get("filled") or ""),
        f"AUC {_fixed(record.get('auc'), 2)}, log loss {_fixed(record.get('log_loss'), 3)}",
        tuple(_missing_row(each) for each in mappings(record.get("layers"))),
    )


def _missing_row(row: Mapping[str, Any]) -> MissingRow:
    cells = [
        _cell(_mapping(row.get(part)).get(key), decimals)
        for part in ("left_out", "missing")
        for key, decimals in (("auc_lost", 2), ("log_loss_added", 3))
    ]
    return MissingRow(display_name(str(row.get("name") or "")), tuple(cells))


def _cell(figure: Any, decimals: int) -> Cell:
    found = Estimate.of(figure)
    value, low, high = (
        "" if each is None else fixed_text(each, decimals, signed=True)
        for each in (found.value, found.low, found.high)
    )
    return Cell(value, f"{low} to {high}" if found.known else "")


def _spread(figure: Any) -> str:
    found = _mapping(figure)
    mean, low, high = (_number(found.get(each)) for each in ("mean", "p10", "p90"))
    return f"{mean} (p10 {low}, p90 {high})" if found else ""


def _number(value: Any, digits: int = 3) -> str:
    known = finite(value)
    whole = known is not None and known == int(known) and abs(known) < 1e9
    return number_text(known, 9 if whole else digits)


def _fixed(value: Any, decimals: int) -> str:
    known = finite(value)
    return "" if known is None else fixed_text(known, decimals)


def _percent(value: Any, decimals: int = 0) -> str:
    known = finite(value)
    return "" if known is None else percent_text(known, decimals)


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
