"""Fits the waves' parameters to known places, and judges them with whole regions left out.

``python -m data.build.waves.fit CACHE`` prints what was fitted and how well regions that took no
part in the fit come out. Beside the verified rows of `data/wave_facts.csv` it takes the monthly
means of buoys and hindcasts in the folder that SITING_REFERENCE_DATA names, where there is one.
"""

import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import spearmanr

from data.build.waves.forcing import Forcing, forcing
from data.build.waves.rays import Parameters, Sea, Step, march, steps

FACTS = Path(__file__).parents[2] / "wave_facts.csv"
WATTS = 0.4903  # [kW m-3 s-1], power of deep water over squared height and period
VARIED = 1.1  # root mean square of a month's heights over their mean, at the buoys
REGIONS = {
    "46042": "california", "44007": "maine", "41009": "florida", "42001": "gulf_of_mexico",
    "coastDat2": "north_sea", "PacWave": "oregon", "Oregon": "oregon",
}  # fmt: skip
START = Parameters(0.8, 400.0, 4000.0, 0.1, 0.0, 0.6, 8000.0)
SCALE = np.array([0.3, 0.5, 0.5, 0.1, 0.1, 0.3, 0.5])  # how far the fit may go without a reason
REASON = 0.02  # weight of that


@dataclass(frozen=True)
class Place:
    """What is known of a place: heights and power of months [m, kW m-1], period [s], or nan."""

    name: str
    region: str
    latitude: float
    longitude: float
    months: tuple[int, ...]
    height: float
    monthly: NDArray[np.float64]
    power: float
    period: float


def verified() -> list[Place]:
    """Verified rows of the table of facts."""
    with FACTS.open(encoding="utf-8") as lines:
        return [_fact(row) for row in csv.DictReader(lines) if row["verified"] == "yes"]


def unverified() -> list[Place]:
    """Rows that take no part in anything, for a look."""
    with FACTS.open(encoding="utf-8") as lines:
        return [_fact(row) for row in csv.DictReader(lines) if row["verified"] != "yes"]


def _fact(row: dict[str, str]) -> Place:
    first, last = (int(month) - 1 for month in row["months"].split("-"))
    months = tuple((first + i) % 12 for i in range((last - first) % 12 + 1))
    known = {"height": np.nan, "power": np.nan} | {row["quantity"]: float(row["value"])}
    return Place(
        row["fact_id"], row["region"], float(row["latitude"]), float(row["longitude"]), months,
        known["height"], np.full(12, np.nan), known["power"], np.nan,
    )  # fmt: skip


def measured() -> list[Place]:
    """Monthly means of buoys and hindcasts, where they are at hand."""
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder:
        return []
    stations = json.loads((Path(folder) / "wave" / "stations.json").read_text(encoding="utf-8"))
    return [_station(name, each) for name, each in stations.items()]


def _station(name: str, each: dict[str, float | list[float]]) -> Place:
    region = next(region for word, region in REGIONS.items() if word in name)
    monthly = np.array(each["hs_m"], float)
    return Place(
        name, region, each["lat"], each["lon"], tuple(range(12)),
        monthly.mean(), monthly, np.nan, each["te"],
    )  # fmt: skip


Ways = list[list[Step]]


def ways(field: Forcing, places: Sequence[Place]) -> Ways:
    """Rays to each place."""
    return [list(steps(field, p.latitude, np.array([p.longitude]))) for p in places]


def joined(chosen: Ways) -> list[Step]:
    """Rays to several places as those to one."""
    fields = ("source", "speed", "few", "passes")
    return [
        Step(each[0].length, *(np.concatenate([getattr(s, f) for s in each]) for f in fields))
        for each in zip(*chosen, strict=True)
    ]


def errors(sea: Sea, places: Sequence[Place]) -> dict[str, NDArray[np.float64]]:
    """Logarithms of modelled over known: height or power as known, months, period."""
    year = []
    for i, place in enumerate(places):
        months = list(place.months)
        height, period = sea.height[i, months], sea.period[i, months]
        power = WATTS * np.mean((VARIED * height) ** 2 * period)
        by_height, by_power = np.log(height.mean() / place.height), np.log(power / place.power) / 2
        year.append(by_height if np.isfinite(place.height) else by_power)
    monthly = np.log(sea.height / np.stack([place.monthly for place in places]))
    energy = sea.height**2
    mean_period = np.sum(sea.period * energy, axis=1) / energy.sum(axis=1)
    period = np.log(mean_period / np.array([place.period for place in places]))
    return {"year": np.array(year), "months": monthly, "period": period}


def fitted(chosen: Ways, places: Sequence[Place]) -> Parameters:
    """Parameters of the least squared errors, each region counted once.

    The period's two do not change the height: they are fitted after the other five.
    """
    way = joined(chosen)
    regions = [place.region for place in places]
    weight = np.array([1 / regions.count(region) for region in regions])

    def loss(z: NDArray[np.float64], part: slice, others: NDArray[np.float64]) -> float:
        whole = others.copy()
        whole[part] = z
        found = errors(march(way, _parameters(whole)), places)
        months = np.nan_to_num(_mean_square(found["months"]))
        square = found["year"] ** 2 + months if part.start == 0 else found["period"] ** 2
        known = np.isfinite(square)
        fit = np.sum((weight * square)[known]) / np.sum(weight[known])
        return float(fit + REASON * np.sum(z**2))

    z = np.zeros(7)
    for part, tries in ((slice(0, 5), 160), (slice(5, 7), 50)):
        options = {"maxfev": tries, "xatol": 0.02, "fatol": 1e-5, "initial_simplex": _simplex(part)}
        z[part] = minimize(loss, z[part], (part, z), "Nelder-Mead", options=options).x
    return _parameters(z)


def _simplex(part: slice) -> NDArray[np.float64]:
    size = part.stop - part.start
    return np.vstack([np.zeros(size), 0.5 * np.eye(size)])


def _mean_square(monthly: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(monthly)
    total = np.sum(np.where(known, monthly, 0) ** 2, axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _parameters(z: NDArray[np.float64]) -> Parameters:
    """Parameters at a distance from the start; the two shares shift, the others scale."""
    start = np.array([START.height, START.growth, START.decay, 0, 0, START.period, START.stretch])
    scaled = start * np.exp(z * SCALE)
    shifted = np.array([START.bias, START.season]) + z[3:5] * SCALE[3:5]
    return Parameters(*scaled[:3], *shifted, *scaled[5:])


def left_out(rays: Ways, places: Sequence[Place]) -> dict[str, NDArray[np.float64]]:
    """Errors at each place of a fit that knew nothing of its region."""
    held = {"year": np.empty(len(places)), "months": np.empty((len(places), 12))}
    held["period"] = np.empty(len(places))
    for region in sorted({place.region for place in places}):
        inside = [i for i, place in enumerate(places) if place.region == region]
        outside = [i for i in range(len(places)) if i not in inside]
        p = fitted([rays[i] for i in outside], [places[i] for i in outside])
        print(f"without {region}: {_shown(p)}", flush=True)
        found = errors(march(joined([rays[i] for i in inside]), p), [places[i] for i in inside])
        for name, values in found.items():
            held[name][inside] = values
    return held


def _shown(p: Parameters) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in vars(p).items())


def _summary(log_error: NDArray[np.float64]) -> str:
    known = log_error[np.isfinite(log_error)]
    bias = 100 * np.expm1(known.mean())
    return f"bias {bias:+.1f} %, rms of logarithm {np.sqrt(np.mean(known**2)):.3f}, n {known.size}"


def main(cache: Path) -> None:
    field = forcing(cache)
    places = [*verified(), *measured()]
    rays = ways(field, places)
    p = fitted(rays, places)
    print("all:", _shown(p), p, flush=True)
    inside, held = errors(march(joined(rays), p), places), left_out(rays, places)
    for i, place in enumerate(places):
        months = np.sqrt(_mean_square(held["months"][i : i + 1]))[0]
        print(
            f"{place.region:16s}{place.name:32s} fit {np.expm1(inside['year'][i]):+.2f} left out "
            f"{np.expm1(held['year'][i]):+.2f}, months {months:.3f}, period "
            f"{np.expm1(inside['period'][i]):+.2f} {np.expm1(held['period'][i]):+.2f}"
        )
    for name in ("year", "months", "period"):
        print(f"{name}: fit {_summary(inside[name])}; left out {_summary(held[name])}")
    known = np.array([place.height for place in places])
    whole = np.isfinite(known) & np.array([len(place.months) == 12 for place in places])
    rank = spearmanr(known[whole] * np.exp(held["year"][whole]), known[whole]).statistic
    print(f"rank correlation of yearly heights, left out: {rank:.2f}")
    others = unverified()
    look = errors(march(joined(ways(field, others)), p), others)["year"]
    for place, value in zip(others, look, strict=True):
        modelled = place.height * np.exp(value)
        print(f"unverified {place.name:18s} {place.height:.1f}, modelled {modelled:.2f}")
    print("unverified:", _summary(look))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
