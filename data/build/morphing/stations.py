"""Years of sea states at stations, for judging: records that are not shipped.

The folder of reference data holds them under `wave/`. Of one file, `ri_wave_2010.h5`, nothing is
used: its hundred points lie in a bay with waves of 2 cm, from which no sea can be made.
"""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from siting.kernels.morph import hourly_year

LONGEST_GAP = 75.0  # that is bridged [h]; buoys are serviced
MISSING = 99.0  # [m2 Hz-1]; NDBC writes 999.0 where there is no spectrum
TE_PER_TZ = 1.206  # of a Pierson and Moskowitz spectrum; the buoy reports zero crossings alone


class Year(NamedTuple):
    """Hours of one station and year."""

    station: str
    year: int
    latitude: float
    height: np.ndarray  # (8760,) [m]
    period: np.ndarray  # (8760,) [s]


def years(folder: Path) -> list[Year]:
    """Every year of every station that has no gap over three days."""
    return [*_monterey(folder), *_maine(folder), *_pacwave(folder), *_humboldt(folder)]


def _year(station: str, latitude: float, table: pd.DataFrame) -> Year:
    time = table["time"].to_numpy("datetime64[s]")
    found = (hourly_year(time, table[name], LONGEST_GAP) for name in ("height", "period"))
    return Year(station, int(table["time"].dt.year.iloc[0]), latitude, *found)


def _monterey(folder: Path) -> list[Year]:
    """Buoy 46042 of NDBC, 1996, from its spectra."""
    with gzip.open(folder / "46042w1996.txt.gz", "rt") as file:
        lines = [line.split() for line in file if line.strip()]
    frequency = np.array(lines[0][4:], float)
    density = np.array([line[4:] for line in lines[1:]], float)
    density[(density >= MISSING).any(axis=1)] = 0.0
    moment, inverse = (np.trapezoid(density * frequency**n, frequency, axis=1) for n in (0, -1))
    sea = moment > 0
    stamps = [f"19{y}-{m}-{d}T{h}:00" for y, m, d, h in (line[:4] for line in lines[1:])]
    table = pd.DataFrame({
        "time": pd.to_datetime(stamps),
        "height": 4 * np.sqrt(moment),
        "period": np.divide(inverse, moment, out=np.full(moment.size, np.nan), where=sea),
    })  # fmt: skip
    return [_year("buoy 46042, Monterey", 36.79, table[sea])]


def _maine(folder: Path) -> list[Year]:
    """Buoy 44007 of NDBC, 1996 to 2005, as published for a benchmark of environmental contours."""
    table = pd.read_csv(folder / "ec-benchmark_dataset_A.txt", sep=";")
    table.columns = pd.Index(["time", "height", "period"])
    table["time"] = pd.to_datetime(table["time"].str.strip(), format="%Y-%m-%d-%H")
    table["period"] *= TE_PER_TZ
    found = []
    for _, one in table.dropna().groupby(table["time"].dt.year):
        try:
            found.append(_year("buoy 44007, Maine", 43.53, one))
        except ValueError:  # gaps of weeks
            continue
    return found


def _pacwave(folder: Path) -> list[Year]:
    table = pd.read_csv(
        folder / "pacwave_north_sam_2010.csv", skiprows=3, header=None, usecols=range(6)
    )
    table.columns = pd.Index(["height", "period", "year", "month", "day", "hour"])
    table["time"] = pd.to_datetime(table[["year", "month", "day", "hour"]])
    return [_year("PacWave North, Oregon (hindcast)", 44.69, table)]


def _humboldt(folder: Path) -> list[Year]:
    """The embedded donor: the record that the package ships."""
    table = pd.read_csv(Path(__file__).parents[2] / "wave_donor.csv")
    table.columns = pd.Index(["time", "height", "period"])
    table["time"] = pd.to_datetime(table["time"]).dt.tz_localize(None)
    return [_year("Humboldt Bay, California (embedded donor)", 40.84, table)]
