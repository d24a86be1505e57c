"""What the card of a site says, as rows of text and numbers; what a card lacks is left empty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from siting.kinds import Results
from siting.outputs.map.labels import display_unit, one_line
from siting.outputs.numbers import (
    NOTHING,
    finite,
    fixed_text,
    number_text,
    percent_text,
    place_text,
)
from siting.outputs.simulated import COST, Band, Part, bands, class_names, cost_parts, dollars

PERCENT = "%"
# Figures below the headline, in reading order: name, and what it is called there.
FACTS = (
    ("compute_uptime", "Uptime: processors' hours with power"),
    ("energy_uptime", "Energy of the load that is served"),
    ("full_load_hours", "Hours at full load"),
    ("hotel_unserved", "Hours without even the hotel load"),
    ("firm_energy_cost", "Cost of energy at this uptime"),
    ("curtailed", "Generation that nobody takes"),
    ("wave_capacity_factor", "Capacity factor of the converter"),
    ("solar_capacity_factor", "Capacity factor of the panels"),
    ("node_load", "Load of one node"),
    ("node_panels", "Panels of one node"),
    ("node_battery", "Battery of one node"),
    ("access_share", "Hours in which ships can work"),
    ("access_wait", "Mean wait for ships, calmest month"),
    ("years", "Years of its own that were simulated"),
    ("compute_uptime_year_p10", "Uptime that one year in ten stays below"),
    ("compute_uptime_year_p90", "Uptime that one year in ten exceeds"),
    ("longest_outage", "Longest run of hours below full load"),
    ("hs50", "Wave height of fifty years"),
    ("hs50_low", "Lower end of its interval of 90 %"),
    ("hs50_high", "Upper end of its interval of 90 %"),
)


class Fact(NamedTuple):
    """A named figure as text."""

    label: str
    value: str


class Assumed(NamedTuple):
    """An input that somebody chose: its price, its range, and what the range does to the cost."""

    parameter: str
    value: str
    range: str
    unit: str
    source: str
    note: str
    effect: str


class BreakEven(NamedTuple):
    """What firm power may cost, by uptime and by what hull and hall cost over a hall on land."""

    caption: str
    factors: list[str]
    rows: list[tuple[str, list[str]]]
    sentences: list[str]


@dataclass(frozen=True)
class Site:
    """The words of one card."""

    site_id: str
    rank: str
    place: str
    sea: str
    cost: str
    bands: list[Band]
    hours: str
    is_morphed: bool
    year: str
    refused: str
    facts: list[Fact]
    parts: list[Part]
    total: float | None
    parts_unit: str
    assumed: list[Assumed]
    break_even: BreakEven | None


def sites(results: Results) -> list[Site]:
    """The cards of a run, the best first."""
    return [_site(card, results) for card in results.cards]


def _site(card: Mapping[str, Any], results: Results) -> Site:
    figures = _mapping(card.get("figures"))
    units = {name: str(_mapping(each).get("units") or "1")
             for name, each in _mapping(card.get("columns")).items()}  # fmt: skip
    site_id = one_line(str(card.get("site_id") or ""))
    waterfall = _mapping(card.get("waterfall"))
    return Site(
        site_id,
        number_text(finite(card.get("rank"))),
        *_place(site_id, results),
        dollars(finite(figures.get(COST))),
        bands(figures, is_morphed="donor" in card),
        _donor(_mapping(card.get("donor"))) or _own_hours(_mapping(card.get("hindcast"))),
        "donor" in card,
        _year(card),
        str(card.get("refused") or ""),
        _facts(figures, units),
        cost_parts(waterfall),
        finite(_mapping(waterfall.get("parts")).get("total")),
        display_unit(str(waterfall.get("units") or "")),
        _assumed(card),
        _break_even(_mapping(card.get("break_even"))),
    )  # fmt: skip


def _facts(figures: Mapping[str, Any], units: Mapping[str, str]) -> list[Fact]:
    """Figures with their units; years are counted, not shared out."""
    told = {name: "yr" if name == "years" else units.get(name, "1") for name in figures}
    # Where the year has no window for ships, their wait is carried on from greater heights.
    guessed = {"access_wait"} if figures.get("access_share") == 0 else set()
    return [
        Fact(
            f"{label}: a guess, the year has no window" if name in guessed else label,
            figure_text(finite(figures[name]), told[name]),
        )
        for name, label in FACTS
        if name in figures
    ]


def _own_hours(hindcast: Mapping[str, Any]) -> str:
    """Which years of its own a site was given."""
    years = [str(each.get("year")) for each in _mappings(hindcast.get("years"))]
    if not years:
        return ""
    span = years[0] if len(years) == 1 else f"{len(years)} years, {years[0]} to {years[-1]}"
    told = f"Hours of the cell's own ({span}) in {one_line(str(hindcast.get('file') or 'a file'))}"
    sun = one_line(str(hindcast.get("sun") or ""))
    return f"{told}; sun: {sun}." if sun else f"{told}."


def _year(card: Mapping[str, Any]) -> str:
    """What year the balance is of."""
    year = finite(_mapping(card.get("year")).get("calendar_year"))
    if year is None:
        return "Daily means of one year morphed from the donor's: no real year of this place."
    return f"Daily means of {year:.0f}, the middle one of its years by what is served."


def figure_text(value: float | None, units: str) -> str:
    r"""A figure with its unit; shares of one as per cent.

    Examples
    --------
    >>> figure_text(0.9219, "1"), figure_text(286.4, "USD MWh-1"), figure_text(None, "h")
    ('92.2\xa0%', '286.4\xa0$/MWh', '–')
    """
    if value is None:
        return NOTHING
    if units == "1":
        return f"{percent_text(value, 1)}\u00a0{PERCENT}"
    return f"{number_text(value, 4)}\u00a0{display_unit(units)}"


def _place(site_id: str, results: Results) -> tuple[str, str]:
    """Coordinates of a site, and the name of its sea where a layer of classes gives one."""
    frame = results.candidates
    if frame is None or "site_id" not in frame or not (frame["site_id"] == site_id).any():
        return "", ""
    row = frame[frame["site_id"] == site_id].iloc[0]
    place = place_text(float(row["latitude"]), float(row["longitude"]))
    return place, ", ".join(class_names(row, results))


def _donor(donor: Mapping[str, Any]) -> str:
    """Whose hours the site was given, and whether its season was shifted."""
    if not donor:
        return ""
    latitude = finite(donor.get("latitude"))
    where = "" if latitude is None else (
        f" ({fixed_text(abs(latitude), 1)}° {'S' if latitude < 0 else 'N'})"
    )  # fmt: skip
    shifted = ("its season shifted by half a year across the equator"
               if donor.get("season_shifted") else "its season as it is")  # fmt: skip
    site = one_line(str(donor.get("site") or "a donor"))
    return f"Hours after one year of {site}{where}, {shifted}."


def _assumed(card: Mapping[str, Any]) -> list[Assumed]:
    """Every assumed input, those first whose range changes the cost of this site most."""
    effects = {str(each.get("parameter")): (finite(each.get("cost_at_low")),
                                            finite(each.get("cost_at_high")))
               for each in _mappings(card.get("sensitivity"))}  # fmt: skip
    rows = [_assumed_row(each, effects.get(str(each.get("parameter"))))
            for each in _mappings(card.get("assumed"))]  # fmt: skip
    order = {name: place for place, name in enumerate(effects)}
    return sorted(rows, key=lambda row: order.get(row.parameter, len(order)))


def _assumed_row(
    row: Mapping[str, Any], effect: tuple[float | None, float | None] | None
) -> Assumed:
    low, high = (finite(row.get(end)) for end in ("low", "high"))
    unit = str(row.get("unit") or "1")
    return Assumed(
        one_line(str(row.get("parameter") or "")),
        number_text(finite(row.get("value"))),
        NOTHING if low is None or high is None else f"{number_text(low)} to {number_text(high)}",
        display_unit(unit) or "1",
        one_line(str(row.get("source") or "")) or "not stated",
        one_line(str(row.get("note") or "")),
        NOTHING if effect is None else f"{dollars(effect[0])} to {dollars(effect[1])}",
    )


def assumed_of_all(found: Iterable[Site]) -> list[Assumed]:
    """Every assumed input of any card once, in the order of their names."""
    rows = {row[:-1]: row for site in found for row in site.assumed}
    return sorted(rows.values())


def _break_even(record: Mapping[str, Any]) -> BreakEven | None:
    """Prices of firm power that an hour at sea can bear; None without a record."""
    uptimes, factors, prices = (_list(record.get(key))
                                for key in ("uptimes", "hull_factors", "prices"))  # fmt: skip
    if not uptimes or len(prices) != len(uptimes):
        return None
    unit = display_unit(str(record.get("units") or "USD MWh-1"))
    caption = (
        f"Firm power may cost at most [{unit}], by uptime and by what hull and hall cost over a "
        f"hall on land, where an hour of the same processor costs "
        f"{dollars(finite(record.get('reference')))} $ elsewhere"
    )
    rows = [
        (
            f"{number_text(100 * float(uptime))}\u00a0{PERCENT}",
            [_price(each) for each in _list(row)],
        )
        for uptime, row in zip(uptimes, prices, strict=True)
    ]
    return BreakEven(
        caption,
        [f"× {number_text(finite(each))}" for each in factors],
        rows,
        [one_line(str(each)) for each in _list(record.get("sentences"))],
    )


def _price(price: Any) -> str:
    return "no price" if finite(price) is None else fixed_text(finite(price), 0)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
