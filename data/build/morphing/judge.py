"""Errors that morphing makes: each station made again from its months and another's hours.

Run from a clone with the package installed:
``python -m data.build.morphing.judge REFERENCE_FOLDER`` writes ``data/morphing_errors.csv``.
The station's own monthly means are taken as known, so that nothing but the donor's order and
scatter is judged; errors of a derived climate come on top.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from data.build.morphing.stations import Year, years
from siting.io.costs import read_costs
from siting.io.device import read_device
from siting.kernels import firm_power, morph, sizing
from siting.kernels.device import device_power
from siting.kernels.money import node
from siting.kernels.solar import month_of_hour

DATA = Path(__file__).parents[2]
HOTEL = 0.05
OVERSIZE = 1.5  # of waves: energy of the station's own year over that of the load
BATTERY = 12.0  # [kWh per kW of load]
DOLLARS = 2025
NODE = "drifting_node"
DEVICES = ("rm3", NODE)
MAINE = "buoy 44007, Maine"  # the one station of another ocean
SHARES = ("energy_served", "full_load_hours")  # their errors are differences, not logarithms
MONTH = month_of_hour(np.arange(8760))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path, help="folder with wave/ of the reference data")
    parser.add_argument("--out", type=Path, default=DATA / "morphing_errors.csv")
    arguments = parser.parse_args()
    known = years(arguments.reference / "wave")
    table = by_pair(pd.DataFrame(judged(known)))
    table.to_csv(arguments.out, index=False, float_format="%.4f", lineterminator="\n")
    print(summary(table).to_string(float_format=lambda value: f"{value:.3f}"))
    print(synchrony(*(each for each in known if each.year == 2010)))
    return 0


def judged(known: list[Year]) -> Iterator[dict[str, object]]:
    """Figures of every year of every station, its own and after every other station's years."""
    for target in known:
        waves = wave_sizes(target.height, target.period)
        own = figures(target.height, target.period, waves)
        for donor in known:
            if donor.station != target.station:
                made = figures(*morphed(donor, target), waves)
                yield from (row(donor, target, name, own[name], made[name]) for name in own)


def morphed(donor: Year, target: Year) -> tuple[np.ndarray, np.ndarray]:
    """Hours of the target from its own monthly means and the donor's hours."""
    months = [m == MONTH for m in range(12)]
    height = [target.height[m].mean() for m in months]
    period = [np.average(target.period[m], weights=target.height[m] ** 2) for m in months]
    sea = morph.hourly_waves(
        [height], [period], [target.latitude], donor.height, donor.period, donor.latitude
    )
    return sea.height[0], sea.period[0]


def wave_sizes(height: np.ndarray, period: np.ndarray) -> dict[str, float]:
    """Wave capacity of the standard design with each device, per kW of load."""
    return {name: OVERSIZE / float(power(name, height, period).mean()) for name in DEVICES}


def power(device: str, height: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Hours of a device per rated power, (1, 8760)."""
    d = read_device(DATA / "devices" / f"{device}.yaml")
    limits = [d[key] for key in ("rated_power", "cut_out_height", "availability")]
    return device_power(height, period, d["matrix"], d["heights"], d["periods"], *limits)[None]


def figures(
    height: np.ndarray, period: np.ndarray, wave_size: dict[str, float]
) -> dict[str, float]:
    """What a year of sea states is judged by."""
    found = {"wave_flux": 0.4902701 * float(np.mean(height.astype(float) ** 2 * period))}
    for name in DEVICES:
        wave = power(name, height, period)
        sun = np.zeros_like(wave)
        found[f"{name}_capacity_factor"] = float(wave.mean(dtype=float))
        design = [[wave_size[name], 0.0, BATTERY, 1.0]]
        served = firm_power.simulate(wave, sun, design, HOTEL, 1 - HOTEL)
        found[f"{name}_energy_served"] = float(served.energy_served[0, 0])
        found[f"{name}_full_load_hours"] = float(served.full_load_hours[0, 0])
        sized = sizing.cheapest(wave, sun, unit_costs(name), 0.0, HOTEL, 1 - HOTEL)
        found[f"{name}_cost_per_compute_hour"] = float(sized.unit_cost[0])
    return found


def unit_costs(device: str) -> sizing.UnitCosts:
    """Yearly costs by the embedded table, of a node of 100 kW 500 km from its port."""
    costs = read_costs(DATA / "costs" / "offshore.csv", DOLLARS)
    found = node.unit_costs(
        costs, load=[100.0], hotel=[HOTEL], pue=[1.1], distance=[500.0], device=device
    )
    return sizing.UnitCosts(found.wave, found.solar, found.energy, found.power, found.load)


def row(donor: Year, target: Year, figure: str, own: float, made: float) -> dict[str, object]:
    error = made - own if figure.endswith(SHARES) else np.log(made / own)
    return {
        "figure": figure, "donor": donor.station, "station": target.station,
        "own": own, "morphed": made, "error": error,
    }  # fmt: skip


def by_pair(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over the years of each pair of stations, with the spread of the errors."""
    groups = rows.groupby(["figure", "donor", "station"], sort=True)
    return groups.agg(
        years=("error", "size"),
        own=("own", "mean"),
        morphed=("morphed", "mean"),
        error=("error", "mean"),
        rms=("error", lambda each: float(np.sqrt(np.mean(each**2)))),
        worst=("error", lambda each: float(each.abs().max())),
    ).reset_index()


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Bias and root mean square of the errors, each pair of stations counted once."""
    across = (table["donor"] == MAINE) != (table["station"] == MAINE)
    embedded = table["donor"].str.contains("embedded")

    def rms(rows: pd.DataFrame) -> pd.Series:
        return np.sqrt(rows.assign(rms=rows["rms"] ** 2).groupby("figure")["rms"].mean())

    return pd.DataFrame({
        "pairs": table.groupby("figure").size(),
        "bias": table.groupby("figure")["error"].mean(),
        "rms": rms(table),
        "rms_across_oceans": rms(table[across]),
        "rms_of_the_embedded_donor": rms(table[embedded]),
        "worst": table.groupby("figure")["worst"].max(),
    })  # fmt: skip


def synchrony(first: Year, second: Year) -> str:
    """How often both nodes stand still together, as they are and as one donor would have it."""
    calm = [power(NODE, each.height, each.period)[0] for each in (first, second)]
    calm = [each < 0.5 * each.mean() for each in calm]
    made = power(NODE, *morphed(first, second))[0]
    same = made < 0.5 * made.mean()
    alone = [float(each.mean()) for each in calm]
    return (
        f"{first.station} and {second.station}, hours below half of the mean power: alone"
        f" {alone[0]:.3f} and {alone[1]:.3f}, together {(calm[0] & calm[1]).mean():.3f},"
        f" if independent {alone[0] * alone[1]:.3f}, the second morphed after the first"
        f" {(calm[0] & same).mean():.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
