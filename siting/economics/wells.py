"""Wells of any kind served from a table: their layers, their depth, and what they rest on."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.economics.ground import Ground, tell_beyond
from siting.kernels import money
from siting.kernels.geothermal.accuracy import NAMES, basis, errors, portrait, with_all_draws
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import (
    AREAS,
    CHANCES,
    DEPTHS,
    SPREADS,
    SURFACES,
    Model,
    QuantileTable,
    build,
)
from siting.kinds import Layer, Record, Unit

Floats = NDArray[np.float64]
HOTTEST = 350.0  # [degC] mean beyond which the fits of ordinary plants say nothing
PORTRAITS = (0.01, 0.1, 0.5)  # cells told in full: by the rank of their risked cost

Money = Annotated[Layer, Unit("USD MWh-1")]
Power = Annotated[Layer, Unit("MW")]
Share = Annotated[Layer, Unit("1")]


class Wells(NamedTuple):
    """Power, cost and risk of wells at every cell."""

    risked_p50: Money
    risked_p10: Money
    risked_p90: Money
    if_success_p10: Money
    if_success_p50: Money
    if_success_p90: Money
    net_if_success_p10: Power
    net_if_success_p50: Power
    net_if_success_p90: Power
    success: Share
    below_target: Share
    expected_wells: Share
    wells_per_discovery: Share
    exploration_loss: Annotated[Layer, Unit("MUSD")]
    depth: Annotated[Layer, Unit("m")]
    record: Record


# What the figures of the kernel are called here, and what a column of them says.
_CALLED = {
    "risked_p50": ("risked_p50", "cost of energy, median, with what is lost at places that fail"),
    "risked_p10": ("risked_p10", "cost of energy, 10th percentile, with losses at failures"),
    "risked_p90": ("risked_p90", "cost of energy, 90th percentile, with losses at failures"),
    "if_success_p10": ("conditional_p10", "cost of energy, 10th percentile, only if it succeeds"),
    "if_success_p50": ("conditional_p50", "cost of energy, median, only if it succeeds"),
    "if_success_p90": ("conditional_p90", "cost of energy, 90th percentile, only if it succeeds"),
    "net_if_success_p10": ("net_p10", "net power of the field, 10th percentile, if it succeeds"),
    "net_if_success_p50": ("net_p50", "net power of the field, median, only if it succeeds"),
    "net_if_success_p90": ("net_p90", "net power of the field, 90th percentile, if it succeeds"),
    "success": ("success", "probability that a system is found and gives power"),
    "below_target": ("below_target", "probability of a success at or below the target cost"),
    "expected_wells": ("wells", "full wells expected to be drilled in exploration"),
    "wells_per_discovery": ("wells_per_discovery", "full exploration wells for each success"),
    "exploration_loss": ("loss", "expected money spent on exploration that ends in nothing"),
}  # fmt: skip


def tell_outside(cells: Places, existence: Floats, where: str) -> None:
    """Findings for cells beyond the nodes of the table, and for reservoirs of no known kind."""
    tell_beyond(where, cells.mean, "temperature", "degC", (-90.0, HOTTEST), "are these kelvins?")
    tell_outside_table(cells, existence, where)


def tell_outside_table(cells: Places, existence: Floats, where: str) -> None:
    """Findings for cells beyond the nodes of the table in all but temperature."""
    tell_beyond(where, cells.sd, "temperature_sd", "K", _ends(SPREADS), "is this its variance?")
    tell_beyond(
        where, cells.depth, "depth", "m", _ends(DEPTHS), "are these kilometres or feet?"
    )  # fmt: skip
    tell_beyond(
        where, cells.surface, "surface_temperature", "degC", _ends(SURFACES),
        "are these kelvins, or degrees Fahrenheit?",
    )  # fmt: skip
    # A chance of nothing at all is no chance: it gets no cost, and not that of the least node.
    some = np.where(existence > 0, existence, np.nan)
    tell_beyond(
        where, some, "probability", "1", _ends(CHANCES),
        "is it a density, or one for a cell of another size?",
    )  # fmt: skip


def tell_outside_areas(size: Floats, where: str) -> None:
    """Findings for areas of reservoirs beyond the nodes of the table."""
    advice = "are these square metres or hectares?"
    tell_beyond(where, size, "area", "km2", _ends(AREAS), advice)


def _ends(lattice: Floats) -> tuple[float, float]:
    return float(lattice[0]), float(lattice[-1])


class Served(NamedTuple):
    """Figures of all cells at their depth, from a table."""

    figures: NDArray[np.float32]
    cells: Places
    table: QuantileTable


def served(model: Model, options: list[Places], existence: Floats) -> Served:
    """The figures of each cell at that of its options whose median risked cost is least."""
    together = Places(*(np.concatenate(each) for each in zip(*options, strict=True)))
    table = build(model, together, np.tile(existence, len(options)))
    best, cells = table.figures(options[0], existence), [each.copy() for each in options[0]]
    for option in options[1:]:
        found = table.figures(option, existence)
        better = _judged(found, existence) < np.nan_to_num(_judged(best, existence), nan=np.inf)
        # A cell without a cost at any depth still has its chance of success there.
        better |= np.isnan(_judged(best, existence)) & np.isnan(cells[0]) & np.isfinite(option.mean)
        best[better] = found[better]
        for mine, theirs in zip(cells, option, strict=True):
            mine[better] = theirs[better]
    return Served(best, Places(*cells), table)


def _judged(figures: NDArray[np.float32], existence: Floats) -> NDArray[np.float32]:
    """The cost that depths are chosen by; without any chance it is that of a success alone."""
    risked, alone = (figures[:, NAMES.index(name)] for name in ("risked_p50", "conditional_p50"))
    return np.where(existence > 0, risked, alone)


def wells(model: Model, ground: Ground, found: Served, existence: Floats, costs: Any) -> Wells:
    """Layers of the figures of all cells, with the record of what they rest on."""
    layers = {
        name: ground.layer(
            found.figures[:, NAMES.index(figure)], f"{_SAID[model.kind.name]}: {text}"
        )
        for name, (figure, text) in _CALLED.items()
    }
    known = np.isfinite(found.cells.mean)
    depth = ground.layer(np.where(known, found.cells.depth, np.nan), "Depth of the wells")
    return Wells(**layers, depth=depth, record=_record(model, found, existence, costs))


_SAID = {
    "hydrothermal": "Hydrothermal",
    "egs": "Enhanced geothermal",
    "superhot": "Superhot, assumed",
}


def _record(model: Model, found: Served, existence: Floats, costs: Any) -> dict[str, Any]:
    """What the figures rest on, how far off they are, and three cells in full."""
    table = money.by_parameter(costs)
    risked = found.figures[:, NAMES.index("risked_p50")]
    ranked = np.argsort(risked, kind="stable")[: int(np.isfinite(risked).sum())]
    places = [int(ranked[int(rank * (len(ranked) - 1))]) for rank in PORTRAITS if len(ranked)]
    whole = with_all_draws(model, table)
    return {
        "wells": model.kind.name,
        "basis": basis(model, table),
        "cells": len(risked),
        "cells_with_power": len(ranked),
        "draws": len(model.sample),
        "nodes": len(found.table),
        "table_error": errors(model, found.cells, existence, found.figures, table),
        "portraits": [
            portrait(whole, found.cells, existence, row, table) for row in dict.fromkeys(places)
        ],
        "assumed_rows": int((table["status"] == "assumed").sum()) if "status" in table else None,
        "rows": len(table),
    }
