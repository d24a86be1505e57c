"""The record of a comparison as rows of plain text: pooled and within blocks side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.labels import display_name
from siting.outputs.numbers import NOTHING, finite, fixed_text, number_text, percent_text
from siting.outputs.report.skill import Estimate
from siting.outputs.report.validation import Cell, Item

KIND = "comparison"  # of the record
SINGLES = 8  # single layers in the table, the best of them; the record has all
ROLES = {
    "chosen": "model, chosen inside",
    "approach": "model",
    "single_chosen": "layer, chosen inside",
    "single": "single layer",
}


@dataclass(frozen=True)
class Row:
    """One method under one kind of folds."""

    name: str
    role: str
    figures: tuple[Cell, ...]
    leaks: bool
    strong: bool


@dataclass(frozen=True)
class AgainstRow:
    """A model against the layer chosen inside the same folds."""

    name: str
    pooled: Cell
    pooled_share: str
    within: Cell
    within_share: str


@dataclass(frozen=True)
class Comparison:
    """What a run's comparison found."""

    record: Mapping[str, Any]
    verdict: str
    beats: bool
    shares: tuple[str, ...]
    tables: tuple[tuple[str, bool, tuple[Row, ...]], ...]
    against: tuple[AgainstRow, ...]
    folds: tuple[tuple[str, ...], ...]
    items: tuple[Item, ...]
    leakage_text: str
    leakage_passed: bool | None
    capture_of: str
    cut: int  # single layers that the table leaves out


def comparison_record(results: Results) -> dict[str, Any] | None:
    """The comparison that says most of the ranked score; None without one."""
    return next((record for _, record in comparison_records(results)), None)


def comparison_records(results: Results) -> list[tuple[str, dict[str, Any]]]:
    """All comparisons of a run by name, those of the ranked score's own features first."""
    found = [(name, each) for name, each in results.records.items() if each.get("kind") == KIND]
    step = results.score.partition(".")[0]
    model = results.models.get(f"{step}.model") or results.models.get(step)
    features = set(model.features) if model else set()
    return sorted(found, key=lambda each: -len(features & _compared_layers(each[1])))


def _compared_layers(record: Mapping[str, Any]) -> set[str]:
    methods = mappings(record.get("methods"))
    return {str(each.get("name")) for each in methods if each.get("role") == "single"}


def read(record: Mapping[str, Any] | None) -> Comparison | None:
    """A comparison as text, with what is missing left empty; None without one.

    Examples
    --------
    >>> read(None) is None, read({"kind": "comparison", "verdict": "So."}).verdict
    (True, 'So.')
    """
    if not record:
        return None
    methods = mappings(record.get("methods"))
    # Stored records have their keys in the order of the alphabet: 1, 10, 25, 3, 5.
    captured = _mapping(_sites(methods[0]).get("capture")) if methods else {}
    shares = tuple(sorted(captured, key=lambda share: (len(share), share)))
    leakage = _mapping(record.get("leakage"))
    passed = leakage.get("passed")
    return Comparison(
        record,
        str(record.get("verdict") or ""),
        record.get("beats_single") is True,
        shares,
        tuple(_tables(record, methods, shares)),
        tuple(_against(each) for each in mappings(record.get("against"))),
        tuple(_folds(each) for each in mappings(record.get("folds"))),
        tuple(_items(record)),
        str(leakage.get("text") or ""),
        passed if isinstance(passed, bool) else None,
        str(record.get("capture_of") or "systems"),
        max(0, sum(each.get("role") == "single" for each in methods) - SINGLES),
    )


def map_line(record: Mapping[str, Any] | None) -> str:
    """The line for a map's head: the verdict's first sentence, and what the others warn of.

    Examples
    --------
    >>> map_line({"verdict": "No model wins. Within blocks it is chance.", "contrast": True})
    'No model wins. What is found is a contrast between regions, not shown to be places.'
    """
    if not record:
        return ""
    first = str(record.get("verdict") or "").split(". ", 1)[0].rstrip(".")
    told = f"{first}." if first else ""
    if record.get("contrast"):
        told += " What is found is a contrast between regions, not shown to be places."
    if _mapping(record.get("leakage")).get("passed") is False:
        told += " ▲ The self-test for leakage did not pass."
    return told.strip()


def _tables(
    record: Mapping[str, Any], methods: list[Mapping[str, Any]], shares: tuple[str, ...]
) -> Iterator[tuple[str, bool, tuple[Row, ...]]]:
    """One part for each kind of folds: those of the verdict first, those that leak last."""
    main = str(record.get("main") or "")
    names = dict.fromkeys(str(each.get("folds") or "") for each in methods)
    leaks = {name: any(_leaks(m) for m in methods if m.get("folds") == name) for name in names}
    for name in sorted(names, key=lambda each: (leaks[each], each != main)):
        rows = sorted((each for each in methods if each.get("folds") == name), key=_order)
        single = [each for each in rows if each.get("role") == "single"][SINGLES:]
        shown = [each for each in rows if not any(each is other for other in single)]
        yield name, leaks[name], tuple(_row(each, shares) for each in shown)


def _order(method: Mapping[str, Any]) -> tuple[int, float]:
    role = str(method.get("role"))
    known = list(ROLES)
    place = known.index(role) if role in known else len(known)
    return place, -(Estimate.of(_sites(method).get("auc")).value or 0.0)


def _row(method: Mapping[str, Any], shares: tuple[str, ...]) -> Row:
    sites, role = _sites(method), str(method.get("role") or "")
    capture = _mapping(sites.get("capture"))
    calibration = _mapping(method.get("calibration"))
    crossing = _mapping(method.get("crossing"))
    figures = (
        _cell(sites.get("auc"), 1, 2),
        _cell(sites.get("within"), 1, 2),
        _cell(sites.get("precision"), 1, 2),
        *(_cell(capture.get(each), 100, 0) for each in shares),
        _plain(crossing.get("found"), 100, 0),
        _plain(_mapping(method.get("recall_squared_over_share")).get("value"), 1, 2),
        _plain(calibration.get("brier"), 1, 3),
        _plain(calibration.get("ece"), 1, 3),
    )
    mostly = method.get("mostly")
    name = display_name(str(method.get("name") or ""))
    told = f"{name} (mostly {display_name(str(mostly))})" if mostly else name
    strong = role in ("chosen", "single_chosen") and not _leaks(method)
    return Row(told, ROLES.get(role, role), figures, _leaks(method), strong)


def _leaks(method: Mapping[str, Any]) -> bool:
    return method.get("leakage") is True


def _sites(method: Mapping[str, Any]) -> dict[str, Any]:
    return _mapping(method.get("sites"))


def _cell(figure: Any, scale: float, decimals: int, *, signed: bool = False) -> Cell:
    found = Estimate.of(figure)
    value, low, high = (
        "" if each is None else fixed_text(scale * each, decimals, signed=signed)
        for each in (found.value, found.low, found.high)
    )
    joint = " to " if signed else "–"
    return Cell(value, f"{low}{joint}{high}" if found.known else "")


def _plain(value: Any, scale: float, decimals: int) -> Cell:
    known = finite(value)
    return Cell("" if known is None else fixed_text(scale * known, decimals), "")


def _against(row: Mapping[str, Any]) -> AgainstRow:
    pooled, within = _mapping(row.get("pooled")), _mapping(row.get("within"))
    return AgainstRow(
        display_name(str(row.get("name") or "")),
        _cell(pooled, 1, 2, signed=True),
        percent_text(finite(pooled.get("share_of_bootstraps"))),
        _cell(within, 1, 2, signed=True),
        percent_text(finite(within.get("share_of_bootstraps"))),
    )


def _folds(row: Mapping[str, Any]) -> tuple[str, ...]:
    match = _mapping(row.get("match"))
    buffer, w = finite(row.get("buffer")), finite(match.get("w"))
    return (
        str(row.get("name") or ""),
        number_text(finite(row.get("splits")), 9),
        number_text(finite(row.get("trained")), 9),
        number_text(finite(row.get("tested")), 9),
        number_text(finite(row.get("without_positives")), 9),
        NOTHING if buffer is None else number_text(buffer / 1000),
        NOTHING if w is None else number_text(w / 1000, 3),
    )


def _items(record: Mapping[str, Any]) -> Iterator[Item]:
    chosen = _mapping(record.get("chosen"))
    layers = _mapping(_mapping(chosen.get("layers")).get(str(record.get("main") or "")))
    for label, counts in (
        ("Models chosen inside the folds, and in how many", _mapping(chosen.get("approaches"))),
        ("Layers chosen inside the folds, and in how many", layers),
    ):
        told = ", ".join(f"{display_name(name)} {number}" for name, number in counts.items())
        if told:
            yield Item(label, told)
    variogram = _mapping(record.get("variogram"))
    if variogram.get("text"):
        yield Item("Variogram", str(variogram["text"]))
    if (reach := finite(variogram.get("feature_range"))) is not None:
        yield Item("Median range of the features [km]", number_text(reach / 1000, 3))
    if record.get("scope"):
        yield Item("Samples", str(record["scope"]))


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings in a list; none where there is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
