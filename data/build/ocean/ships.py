"""Climatologies in the package ferret-datasets: reports of ships, atlas and weather analyses."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from data.build.fetch import member
from data.build.ocean.grid import Field, extended, resampled, smoothed

FOLDER = "usr/share/ferret-vis/data"
LARGEST = 1e5  # values beyond are the files' marks for missing ones


@dataclass(frozen=True)
class Nodes:
    """Monthly values at regular nodes, first row in the north, first column near 180 W."""

    values: Field
    north: float
    west: float
    step: tuple[float, float]

    def places(self) -> tuple[Field, Field]:
        """Latitude and longitude of the nodes [degree]."""
        rows, columns = self.values.shape[-2:]
        latitude = self.north - np.arange(rows) * self.step[0]
        longitude = self.west + np.arange(columns) * self.step[1]
        return tuple(np.meshgrid(latitude, longitude, indexing="ij"))

    def at(self, places: tuple[Field, Field]) -> Field:
        """Values at other places, gaps closed from their neighbours first."""
        return resampled(extended(self.values), self.north, self.west, self.step, places)


def read(cache: Path, file: str, variable: str) -> Nodes:
    """A variable at the sea's surface, from a file whose rows run north and columns east."""
    path = member("ferret-datasets", f"{FOLDER}/{file}", cache)
    with netcdf_file(path, mmap=False) as source:
        found = source.variables[variable]
        latitude, longitude = (
            np.array(source.variables[name].data, float) for name in found.dimensions[-2:]
        )
        values = np.array(found.data, float)
    surface = values[:, 0] if values.ndim == 4 else values
    east = (longitude + 180) % 360 - 180
    order = np.argsort(east)
    world = np.where(np.abs(surface) < LARGEST, surface, np.nan)[:, ::-1][:, :, order]
    step = (latitude[1] - latitude[0], longitude[1] - longitude[0])
    return Nodes(world, latitude[-1], east[order[0]], step)


def blended(observed: Nodes, guess: Field, near: float, far: float) -> Field:
    """Guess corrected by what was observed around: within `near` cells, else within `far`."""
    residual = observed.values - guess
    close, certain = smoothed(residual, near)
    wide, known = smoothed(residual, far)
    trust = np.clip(2 * certain, 0, 1)
    return guess + trust * close + (1 - trust) * np.clip(4 * known, 0, 1) * wide


def years_to_months(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole years of months, as (year, month, rows, columns)."""
    return values.reshape(-1, 12, *values.shape[1:])
