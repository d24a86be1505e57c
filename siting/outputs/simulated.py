"""What a simulator and its surrogate say of a run: verdict, cost with its bands, names of seas."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from siting.columns import column_name
from siting.kinds import Results
from siting.outputs.map.labels import display_name, display_unit, one_line
from siting.outputs.names import SITES
from siting.outputs.numbers import finite, fixed_text, number_text, percent_text

COST = "cost_per_gpu_hour"
DOLLARS = display_unit("USD GPU-1 h-1")
BANDS = (
    ("waves and morphing, one standard deviation", f"{COST}_low", f"{COST}_high"),
    ("prices in their ranges, 10th to 90th percentile", f"{COST}_p10", f"{COST}_p90"),
)
PARTS = {
    "wave": "Wave converter",
    "solar": "Panels",
    "battery": "Battery",
    "hull": "Hull and hall",
    "compute": "Processors",
    "link": "Satellite link",
    "tow_and_service": "Tow and service",
    "insurance": "Insurance",
    "decommissioning": "Decommissioning",
    "place": "Exclusive zone",
    "losses": "Nodes lost",
}
_CARDS_WANTED = re.compile(rf"(?m)^[^#\n]*\b{re.escape(SITES)}\b")


class Band(NamedTuple):
    """How far off a cost may be, and by what."""

    label: str
    value: str


class Part(NamedTuple):
    """A part of the cost of a delivered GPU-hour [USD]."""

    label: str
    cost: float


def surrogate_record(results: Results) -> dict[str, Any] | None:
    """The record of a model that was learned from a simulator; None without any."""
    return next((each for each in results.records.values() if "best_single" in each), None)


def cards_wanted(results: Results) -> bool:
    """Whether the run writes the page of cards, so that other pages may link to it.

    The outputs asked for stand in the text of the pipeline alone.
    """
    return bool(results.cards) and _CARDS_WANTED.search(results.pipeline) is not None


def dollars(cost: float | None) -> str:
    """A cost of a GPU-hour with two decimals.

    Examples
    --------
    >>> dollars(4.583), dollars(None)
    ('4.58', '–')
    """
    return fixed_text(cost, 2)


def bands(figures: Mapping[str, Any], *, is_morphed: bool = True) -> list[Band]:
    """How far off the cost may be: by waves and morphing, and by what things cost.

    Examples
    --------
    >>> bands({"cost_per_gpu_hour_low": 3.9, "cost_per_gpu_hour_high": 5.74})
    [Band(label='waves and morphing, one standard deviation', value='3.90 to 5.74')]
    """
    found = []
    for label, *ends in BANDS:
        low, high = (finite(figures.get(end)) for end in ends)
        if low is not None and high is not None:
            label = label if is_morphed else label.replace("waves and morphing", "waves")
            found.append(Band(label, f"{dollars(low)} to {dollars(high)}"))
    return found


def class_names(row: "pd.Series[Any]", results: Results) -> list[str]:
    """Names of the classes that a candidate lies in, such as its sea."""
    found = []
    for name, layer in results.layers.items():
        names = layer.attrs.get("categories")
        value = row.get(column_name(name))
        if isinstance(names, Mapping) and value is not None and not pd.isna(value):
            told = {str(code): str(each) for code, each in names.items()}.get(f"{float(value):g}")
            found += [one_line(told)] if told else []
    return found


def cost_parts(waterfall: Mapping[str, Any]) -> list[Part]:
    """Parts of the cost, the largest first; those that are nothing are left out."""
    parts = waterfall.get("parts") or {}
    known = {name: finite(value) for name, value in parts.items() if name != "total"}
    found = [Part(PARTS.get(name, display_name(name)), cost)
             for name, cost in known.items() if cost]  # fmt: skip
    return sorted(found, key=lambda part: (-part.cost, part.label))


def cost_verdict(results: Results) -> str:
    """What the best simulated site costs beside what an hour costs elsewhere; empty without.

    The break-even sentence is that of the uptime nearest to the site's own.
    """
    card = results.cards[0] if results.cards else {}
    figures, record = (card.get(key) or {} for key in ("figures", "break_even"))
    cost, uptime = (finite(figures.get(name)) for name in (COST, "compute_uptime"))
    if cost is None:
        return ""
    told = f"The best simulated site costs {dollars(cost)} {DOLLARS}"
    told += "".join(
        f" ({band.value} with {band.label})"
        for band in bands(figures, is_morphed="donor" in card)[:1]
    )
    reference = finite(record.get("reference"))
    told += "" if reference is None else f"; an hour elsewhere costs {dollars(reference)}"
    power = finite(figures.get("firm_energy_cost"))
    if power is not None and uptime is not None:
        told += (
            f". Its power costs {number_text(power, 3)} {display_unit('USD MWh-1')} "
            f"at an uptime of {percent_text(uptime)} %"
        )
    uptimes, sentences = record.get("uptimes") or [], record.get("sentences") or []
    if uptime is None or not uptimes or len(uptimes) > len(sentences):
        return f"{told}."
    nearest = min(range(len(uptimes)), key=lambda place: abs(uptimes[place] - uptime))
    shown = [sentences[nearest], *sentences[len(uptimes) :]]  # what follows holds at any uptime
    return " ".join([f"{told}.", *(one_line(str(sentence)) for sentence in shown)])
