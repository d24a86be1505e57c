"""Points of a longitude-latitude grid, and points as vectors from the Earth's centre."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cell_centres(resolution: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude of the cells of a world grid, first row in the north [degree]."""
    rows = round(180 / resolution)
    latitude = 90 - (np.arange(rows) + 0.5) * resolution
    longitude = -180 + (np.arange(2 * rows) + 0.5) * resolution
    return tuple(np.meshgrid(latitude, longitude, indexing="ij"))


def unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Points of the unit sphere, x y z along the last axis."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
