"""The tables of docs/offshore_costs.md: ``python -m tests.costs_page --write`` makes them again."""

import sys
from pathlib import Path

import pandas as pd

from siting.io.costs import read_costs
from siting.kernels import money
from siting.sources.catalogue import catalogue

PAGE = Path(__file__).parents[1] / "docs" / "offshore_costs.md"
BEGIN, END = "<!-- inputs -->\n", "<!-- end of inputs -->\n"
# A node that makes the weight of inputs comparable; no place of the map.
NODE = {
    "wave": 1250.0, "solar": 250.0, "battery_energy": 3000.0, "battery_power": 500.0,
    "it_power": 400.0, "nodes": 1.0, "distance": 500.0, "waiting": 2.0, "exclusive_zone": 1.0,
}  # fmt: skip
SERVED = 0.95
HEAD = "| input | value | from | to | unit | status | at `from` | at `to` |\n" + "|---" * 8 + "|\n"


def costs() -> pd.DataFrame:
    return read_costs(catalogue()["costs_offshore"].path, 2025)


def tables() -> str:
    """Every input: what it is worth, then what it rests on."""
    table = costs()
    weight = money.sensitivity(table, NODE, SERVED)
    device = money.sensitivity(table, NODE, SERVED, device="rm3")
    lines = []
    for name, row in table.iterrows():
        ends = [""] * 2
        source = weight if name in weight.index else device
        if name in source.index:
            ends = [f"{source.loc[name, each]:.2f}" for each in ("cost_at_low", "cost_at_high")]
        numbers = [f"{row[each]:g}" for each in ("value", "low", "high")]
        cells = [f"`{name}`", *numbers, row["unit"], row["status"], *ends]
        lines.append(f"| {' | '.join(cells)} |")
    rests = [
        f"- `{name}`: {row['note']}. Source: {row['source']}." for name, row in table.iterrows()
    ]
    return HEAD + "\n".join(lines) + "\n\n### What each rests on\n\n" + "\n".join(rests) + "\n"


def at_values(device: str = "drifting_node") -> float:
    """Cost of an hour on the node above, every input at its value [USD GPU-1 h-1]."""
    return float(money.cost_per_gpu_hour(NODE, money.at_value(costs()), SERVED, device).item())


def _write() -> None:
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + tables() + "\n" + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    _write()
