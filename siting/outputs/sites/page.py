"""The page of site cards: one file without code that asks the network for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting import __version__
from siting.kinds import Results
from siting.outputs import templates
from siting.outputs.map import content as run
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.numbers import NOTHING, finite, number_text
from siting.outputs.report.drawing import drawing
from siting.outputs.report.page import Picture, policy
from siting.outputs.report.provenance import MARKS
from siting.outputs.simulated import cost_parts, dollars
from siting.outputs.sites import content, figures
from siting.outputs.sites.pixels import picture

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Pictures:
    """The figures of one card; None where the card lacks what they show."""

    months: Picture | None
    year: Picture | None
    week: Picture | None
    parts: Picture | None
    sensitivity: Picture | None


def write(results: Results, path: Path) -> None:
    """Write the cards of the best sites to one HTML file; the same results give the same bytes.

    Where no candidate had the data to be simulated, the page says so.
    """
    path.write_bytes(render(results).encode("utf-8", errors="replace"))


def render(results: Results) -> str:
    """The cards of a run as HTML."""
    style = templates.style(
        ("siting.outputs.report", "report.css"), ("siting.outputs.sites", "sites.css")
    )
    cards = content.sites(results)
    with drawing():
        pictures = [_pictures(card) for card in results.cards]
    return templates.environment("siting.outputs.sites").get_template("page.html").render(
        face=run.face(results),
        cards=list(zip(cards, pictures, results.cards, strict=True)),
        count=0 if results.candidates is None else len(results.candidates),
        assumed=content.assumed_of_all(cards),
        climate=_climate(results),
        device=_device(results.cards[0].get("device") if results.cards else None),
        month_names=MONTHS,
        months=_month_rows,
        version=__version__,
        style=style,
        policy=policy(style),
    )  # fmt: skip


def _pictures(card: Mapping[str, Any]) -> Pictures:
    """Every figure that a card has the numbers for."""
    waterfall = card.get("waterfall") or {}
    parts = cost_parts(waterfall)
    unit = display_unit(str(waterfall.get("units") or "1"))
    total = finite((waterfall.get("parts") or {}).get("total"))
    rows, months = card.get("sensitivity") or [], card.get("months") or {}
    told = ", ".join(f"{part.label} {dollars(part.cost)}" for part in parts)
    return Pictures(
        picture(figures.months_figure(months), figures.months_text(months)) if months else None,
        _balance(card.get("year"), "The year by days"),
        _balance(card.get("week"), "The week in which least is served, by hours"),
        picture(
            figures.waterfall_figure(parts, total, unit),
            f"Parts of the cost [{unit}]: {told}; sum {dollars(total)}.",
        ) if parts else None,
        picture(
            figures.sensitivity_figure(rows, figures.cost_of(card), unit),
            figures.sensitivity_text(rows),
        ) if rows else None,
    )  # fmt: skip


def _balance(balance: Mapping[str, Any] | None, what: str) -> Picture | None:
    if not balance:
        return None
    return picture(figures.balance_figure(balance), figures.balance_text(balance, what))


def _month_rows(card: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Monthly values as text, each row with its name and unit."""
    found = []
    for title, names in figures.PANELS:
        for name, label in names:
            row = (card.get("months") or {}).get(name)
            if row:
                unit = display_unit(str(row.get("units") or "1"))
                scale = 1 if unit else 100
                values = [finite(each) for each in row["values"]]
                texts = [NOTHING if each is None else number_text(scale * each, 3)
                         for each in values]  # fmt: skip
                found.append((f"{title}{', ' if label else ''}{label} [{unit or '%'}]", texts))
    return found


@dataclass(frozen=True)
class Climate:
    """A monthly layer that the simulation may have read."""

    name: str
    status: str
    mark: str
    vintage: str
    uncertainty: str
    source: str


def _climate(results: Results) -> list[Climate]:
    """The monthly layers of the run, with how far off they may be."""
    found = []
    for name, layer in results.monthlies.items():
        mark = {**results.marks.get(name, {}), **layer.attrs}
        status = str(mark.get("status") or "assumed")
        found.append(
            Climate(
                display_name(name),
                status,
                MARKS.get(status, "?"),
                str(mark.get("vintage") or NOTHING),
                str(mark.get("uncertainty") or "not stated"),
                str(mark.get("source") or "not stated"),
            )
        )
    return found


def _device(device: Any) -> list[content.Fact]:
    """What is told of the device."""
    if not isinstance(device, Mapping):
        return []
    units = {"rated_power": "\u00a0kW", "deck_power": "\u00a0kW"}
    labels = {"rated_power": "Rated power of its converter", "deck_power": "Panels on its deck"}
    return [
        content.Fact(
            labels.get(str(name), display_name(str(name))),
            (number_text(finite(value)) if finite(value) is not None else str(value))
            + units.get(str(name), ""),
        )
        for name, value in device.items()
        if value not in (None, "")
    ]
