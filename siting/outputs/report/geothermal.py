"""What the economics of geothermal wells say, as rows of plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.kinds import Results
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.numbers import NOTHING, finite, fixed_text, number_text, percent_text
from siting.outputs.report.validation import Item

KINDS = {
    "hydrothermal": "Hydrothermal wells",
    "egs": "Enhanced geothermal wells",
    "superhot": "Superhot wells (assumed)",
}
PRICE = display_unit("USD MWh-1")
RUNGS = {
    "desk": "Desk study",
    "gradient": "Gradient holes",
    "slim": "Slim holes",
    "production": "Full wells",
}


@dataclass(frozen=True)
class Band:
    """Percentiles of a quantity: a tenth, a half and nine tenths of the draws lie below."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, figures: Mapping[str, Any], name: str) -> "Band | None":
        """Percentiles of that name; None where any is not known."""
        low, middle, high = (finite(figures.get(f"{name}_p{rank}")) for rank in (10, 50, 90))
        if low is None or middle is None or high is None:
            return None
        return cls(low, middle, high)

    def text(self) -> str:
        """Middle, with both ends."""
        middle, low, high = (number_text(each, 3) for each in (self.middle, self.low, self.high))
        return f"{middle} ({low} to {high})"


@dataclass(frozen=True)
class Driver:
    """An input, its share of the spread, and the cost at its ends."""

    label: str
    share: float
    is_assumed: bool
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Portrait:
    """One place in full."""

    label: str
    items: tuple[Item, ...]
    conditional: Band | None
    risked: Band | None
    success: float | None
    assumed: float | None
    drivers: tuple[Driver, ...]
    ladder: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Economics:
    """One kind of wells: what it rests on, how far its percentiles are off, three places."""

    name: str
    title: str
    basis: tuple[Item, ...]
    errors: str
    portraits: tuple[Portrait, ...]


def records(results: Results) -> list[tuple[str, dict[str, Any]]]:
    """Records of geothermal economics by name."""
    return [
        (name, each) for name, each in results.records.items() if "portraits" in each and
        each.get("wells") in KINDS
    ]  # fmt: skip


def read(results: Results) -> list[Economics]:
    """The economics of each kind of wells of a run; empty without any."""
    return [
        Economics(
            name,
            KINDS[str(record["wells"])],
            tuple(_basis(record)),
            _errors(record.get("table_error") or {}),
            tuple(_portrait(each, at) for at, each in enumerate(record.get("portraits") or [])),
        )
        for name, record in records(results)
    ]


def _basis(record: Mapping[str, Any]) -> list[Item]:
    basis = record.get("basis") or {}
    assumed, rows = record.get("assumed_rows"), record.get("rows")
    given = [
        ("Prices of", str(basis.get("dollar_year") or NOTHING)),
        ("Real rate, before tax", f"{percent_text(finite(basis.get('rate')))} %"),
        ("Life", f"{number_text(finite(basis.get('life')), 3)} years"),
        ("Fixed charge rate", f"{percent_text(finite(basis.get('fixed_charge_rate')))} %"),
        ("Tax credits", str(basis.get("tax_credits") or NOTHING)),
        ("Target cost", f"{number_text(finite(basis.get('target')), 3)} {PRICE}"),
        ("Rows of the table of costs that are assumed", f"{assumed} of {rows}"),
        ("Cells with a cost", f"{record.get('cells_with_power')} of {record.get('cells')}"),
    ]
    return [Item(label, value) for label, value in given]


def _errors(told: Mapping[str, Any]) -> str:
    """The greatest error among medians, and among the tenth and ninetieth percentiles."""
    errors = {str(name): finite(value) for name, value in (told.get("error") or {}).items()}
    middle = [each for name, each in errors.items() if each is not None and name.endswith("_p50")]
    ends = [each for name, each in errors.items() if each is not None and "_p50" not in name]
    if not middle or not ends:
        return ""
    medians, others = (fixed_text(100 * max(each), 1) for each in (middle, ends))
    return (
        f"{medians} % on medians and {others} % on 10th and 90th percentiles, "
        f"against {told.get('draws')} draws at {told.get('cells')} cells"
    )


def _portrait(given: Mapping[str, Any], at: int) -> Portrait:
    figures = given.get("figures") or {}
    depth = finite(given.get("depth"))
    temperature, spread = (finite(given.get(name)) for name in ("temperature", "temperature_sd"))
    net = Band.of(figures, "net")
    items = [
        ("Temperature", f"{number_text(temperature, 3)} ± {number_text(spread, 2)} °C"),
        ("Depth of the wells", f"{number_text(None if depth is None else depth / 1000, 3)} km"),
        ("Probability that there is something to find",
         f"{percent_text(finite(given.get('existence')))} %"),
        ("Net power if it succeeds", f"{net.text() if net else NOTHING} MW"),
        ("Success", f"{percent_text(finite(figures.get('success')))} %"),
        ("Success at or below the target cost",
         f"{percent_text(finite(figures.get('below_target')))} %"),
        ("Full wells of exploration for each success",
         number_text(finite(figures.get("wells_per_discovery")), 3)),
        ("Expected spending that ends in nothing",
         f"{number_text(finite(figures.get('loss')), 3)} MUSD"),
    ]  # fmt: skip
    labels = ("One of the best cells", "A cell of the best tenth", "The middle cell")
    return Portrait(
        labels[at] if at < len(labels) else f"Cell {at + 1}",
        tuple(Item(label, value) for label, value in items),
        Band.of(figures, "conditional"),
        Band.of(figures, "risked"),
        finite(figures.get("success")),
        finite(given.get("assumed_share")),
        tuple(_driver(each) for each in given.get("tornado") or []),
        tuple(_rung(each) for each in given.get("ladder") or []),
    )


def _driver(row: Mapping[str, Any]) -> Driver:
    return Driver(
        display_name(str(row.get("input") or "").replace("_ladder", "")),
        finite(row.get("share")) or 0.0,
        row.get("status") == "assumed",
        finite(row.get("low")),
        finite(row.get("high")),
    )


def _rung(row: Mapping[str, Any]) -> tuple[str, ...]:
    name = str(row.get("rung") or "")
    return (
        RUNGS.get(name, display_name(name)),
        percent_text(finite(row.get("reached"))),
        number_text(finite(row.get("tries")), 3),
        number_text(finite(row.get("cost")), 3),
        percent_text(finite(row.get("existence"))),
        percent_text(finite(row.get("existence_if_not"))),
    )


def bars_text(economics: Economics) -> str:
    """What the figure of costs shows, for those who do not see it."""
    told = []
    for each in economics.portraits:
        if each.conditional and each.risked:
            told.append(
                f"{each.label}: {each.conditional.text()} {PRICE} if it succeeds, "
                f"{each.risked.text()} with failures, success {percent_text(each.success)} %"
            )
    return f"Cost of energy, median with 10th and 90th percentile. {'; '.join(told)}."


def tornado_text(portrait: Portrait) -> str:
    """What the figure of drivers shows."""
    rows = [f"{each.label} {percent_text(each.share)} %" for each in portrait.drivers]
    return f"Share of the spread of the risked cost by input: {', '.join(rows)}."
