"""Power onto a line 30 nautical miles off the coasts, to compare with a published total.

``python -m data.build.waves.coast_flux`` reads the layers and prints it. Gunn and Stock-Williams
(2012), Renewable Energy 44, 296-304, found 2.11 TW (0.05).
"""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from data.build.waves.climate import VARIED, WATTS

DATA = Path(__file__).parents[2]
OFFSHORE = 55.56  # [km]
KILOMETRES = 111.195  # [km degree-1]
STEP = 0.1  # [degree], of the distance to the coast
SOUTHERNMOST, NORTHERNMOST = -60.0, 66.0


def read(name: str) -> NDArray[np.float64]:
    """Bands with NaN."""
    with rasterio.open(DATA / f"{name}.tif") as raster:
        values: NDArray[np.float64] = raster.read(masked=True).astype(float).filled(np.nan)
        return values * raster.scales[0]


def total() -> tuple[float, float]:
    """Power that crosses the line shoreward [TW], and the line's length [km].

    The line is where the distance d to the coast is 55.56 km: its length element per area is the
    gradient's size where d crosses. Cells without waves take those of the nearest cell that has.
    """
    height, period, direction = (
        _filled(read(f"{name}_monthly"))
        for name in ("significant_wave_height", "wave_energy_period", "wave_from_direction")
    )
    latitude = (90 - STEP * (np.arange(1800) + 0.5))[:, None]
    distance = read("coast_distance")[0]
    north = -np.gradient(distance, axis=0) / (STEP * KILOMETRES)
    east = np.gradient(distance, axis=1) / (STEP * KILOMETRES * np.cos(np.radians(latitude)))
    slope = np.hypot(north, east)
    band = (np.abs(distance - OFFSHORE) < 10) & (slope > 0.3) & (slope < 1.5)
    band &= (latitude > SOUTHERNMOST) & (latitude < NORTHERNMOST)
    area = (STEP * KILOMETRES) ** 2 * np.cos(np.radians(latitude)) * np.ones_like(distance)
    length = np.where(band, area * np.minimum(slope, 1) / 20, 0)  # of a band 20 km wide
    row, column = np.nonzero(band)
    cell = (slice(None), row // 10, column // 10)
    power = WATTS * (VARIED * height[cell]) ** 2 * period[cell]
    to = np.radians(direction[cell])  # waves come from here: shoreward is down the distance
    seaward = np.sin(to) * east[band] / slope[band] + np.cos(to) * north[band] / slope[band]
    crossing = np.clip(seaward, 0, None) * power * length[band]
    return float(crossing.sum(axis=1).mean() / 1e6), float(length.sum())


def _filled(months: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each month with its gaps closed by the nearest known cell; months with none keep naught."""
    out = np.empty_like(months)
    for i, month in enumerate(months):
        gap = np.isnan(month)
        distance, nearest = distance_transform_edt(gap, return_indices=True)
        out[i] = np.where(distance <= 3, month[tuple(nearest)], 0)
    return out


if __name__ == "__main__":
    terawatts, kilometres = total()
    print(f"{terawatts:.2f} TW onto {kilometres / 1000:.0f} thousand km; published 2.11 TW")
