"""Days and hours of sun that are made from months, against records of others.

Run from a clone with the package installed:
``python -m data.build.morphing.judge_sun REFERENCE_FOLDER CACHE``. Hours against a satellite's
record of one place, in the Amazon; the spread of days against MERRA-2 in cells of 3 degrees that
are mostly sea, whose means vary less than any point.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from data.build.fetch import member
from data.build.ocean.grid import sea_share
from data.build.ocean.judge_solar import FILE, MOSTLY, coarse, merra
from siting.kernels import morph
from siting.kernels.solar import cosine_of_zenith, month_of_hour, photovoltaic, sun_tables

SEEDS = 20
MONTH = month_of_hour(np.arange(8760))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path, help="folder with solar/ of the reference data")
    parser.add_argument("cache", type=Path, help="folder of source packages")
    arguments = parser.parse_args()
    latitude, ghi, air, wind = record(arguments.reference / "solar")
    means = np.array([[ghi[m == MONTH].mean() for m in range(12)]])
    made = [morph.hourly_sun([latitude], means, morph.daily_clearness(k))[0] for k in range(SEEDS)]
    for name, series in (("own", [ghi]), ("made", made)):
        each = [figures(latitude, one.astype(float), air, wind) for one in series]
        print(name, {key: round(float(np.mean([e[key] for e in each])), 4) for key in each[0]})
    for line in spread_at_sea(arguments.cache):
        print(line)
    return 0


def record(folder: Path) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, hours of irradiance in solar time, monthly air temperature and wind."""
    with h5py.File(folder / "nsrdb_brazil_solar.h5") as file:
        place = file["meta"][0]
        half_hours = file["ghi"][:, 0].astype(float)
        others = [file[name][:, 0].astype(float) for name in ("air_temperature", "wind_speed")]
    # Stamps are of the time zone, a quarter of an hour from the sun's time there: its values at
    # each full and half hour are then those of a quarter before and after the middle of the hour.
    if abs(float(place["longitude"]) / 15 - float(place["timezone"]) - 0.25) > 0.01:
        raise ValueError(f"another place than the one this was written for: {place}")
    ghi = half_hours.reshape(-1, 2).mean(axis=1)
    hours = [each.reshape(-1, 2).mean(axis=1) for each in others]
    air, wind = (np.array([[each[m == MONTH].mean() for m in range(12)]]) for each in hours)
    return float(place["latitude"]), ghi, air, wind


def figures(
    latitude: float, ghi: np.ndarray, air: np.ndarray, wind: np.ndarray
) -> dict[str, float]:
    """What a year of sun is compared by."""
    power = photovoltaic([latitude], ghi[None], air, wind)[0].astype(float)
    daily = ghi.reshape(-1, 24).mean(axis=1)
    monthly = np.array([daily[m == MONTH[::24]].mean() for m in range(12)])[MONTH[::24]]
    relative = daily / monthly
    return {
        "capacity_factor": power.mean(),
        "spread of days over their month": relative.std(),
        "dullest twentieth of days": np.quantile(relative, 0.05),
        "brightest twentieth of days": np.quantile(relative, 0.95),
        "correlation from day to day": np.corrcoef(relative[1:], relative[:-1])[0, 1],
        "days below 0.7 of their month": (relative < 0.7).mean(),
        "spread of an hour's step": np.diff(ghi).std(),
    }


def spread_at_sea(cache: Path) -> Iterator[str]:
    """Standard deviation of days over their month's mean, MERRA-2's and Bendt's, by latitude."""
    with np.load(member("gsee-climate-data", FILE, cache)) as file:
        days, share, latitude = (file[name].astype(float) for name in ("xk", "pk", "lat"))
    mean = (days * share).sum(axis=-1)
    spread = np.sqrt(((days - mean[..., None]) ** 2 * share).sum(axis=-1)) / mean
    clearness = mean / outside(latitude)[:, None]
    _, row, column = merra(cache)
    sea = (coarse(sea_share(cache), row, column) > MOSTLY)[..., None]
    ranks = (np.arange(31) + 0.5) / 31
    for low, high in ((0, 23), (23, 45), (45, 65)):
        zone = ((np.abs(latitude) >= low) & (np.abs(latitude) < high))[:, None, None]
        inside = sea & zone & (clearness > 0.2) & (clearness < 0.7)
        made = []
        for index in clearness[inside]:
            of_days = [morph._clearness_of_rank(rank, *morph._bendt(index)) for rank in ranks]
            made.append(np.std(of_days) / np.mean(of_days))
        yield (
            f"{low} to {high} degrees, {inside.sum()} months of cells: MERRA-2"
            f" {spread[inside].mean():.3f}, made {np.mean(made):.3f}"
        )


def outside(latitude: np.ndarray) -> np.ndarray:
    """Monthly means outside of the atmosphere, (latitudes, 12) [W m-2]."""
    hours = np.arange(8760) + 0.5
    extraterrestrial = sun_tables(hours, universal=False).extraterrestrial
    light = np.maximum(cosine_of_zenith(latitude, hours), 0) * extraterrestrial
    return np.stack([light[:, m == MONTH].mean(axis=1) for m in range(12)], axis=1)


if __name__ == "__main__":
    sys.exit(main())
