"""What a variogram says and how well it predicts values that were left out, as figures."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from siting.geodesy import MEAN_RADIUS
from siting.kernels.kriging import Field, Floats, Integers, predicted
from siting.kernels.variogram_fit import Variogram

_FEWEST_BLOCKS = 4
_MOST_NEAREST = 64  # values left out take a system of equations each


def variogram_record(variogram: Variogram, field: Field, nearest: int) -> dict[str, Any]:
    """Model, estimate by distance and cross-validation of a variogram, as JSON.

    Parameters
    ----------
    variogram : Variogram
        The model.
    field : Field
        Values at places.
    nearest : int
        How many places count for each that is left out, up to 64.
    """
    nearest = min(nearest, _MOST_NEAREST)
    size = variogram.range
    single = ((np.array([i]), np.array([i])) for i in range(len(field.places)))
    blocks = block_of(field.places, size)
    lags = zip(
        variogram.distance, variogram.semivariance, variogram.pairs, variogram.fitted, strict=True
    )
    return {
        "model": variogram.model,
        "range": round(variogram.range, 1),
        "range_units": "m",
        "sill": variogram.sill,
        "nugget": variogram.nugget,
        "measurement_variance": variogram.error,
        "range_found": bool(variogram.range < variogram.distance[-1]),
        "places": len(field.places),
        "pairs": int(variogram.pairs.sum()),
        "lags": [
            {"distance": d, "semivariance": s, "pairs": int(n), "fitted": f} for d, s, n, f in lags
        ],
        "leave_one_out": _judged(field, single, nearest),
        "blocks": {"size": round(size, 1), "count": int(blocks.max()) + 1}
        | (_judged(field, _apart(blocks), nearest) if blocks.max() + 1 >= _FEWEST_BLOCKS else {}),
    }


def block_of(places: Floats, size: float) -> Integers:
    """Number of the block that each place lies in: about square, in bands of latitude.

    Parameters
    ----------
    places : numpy.ndarray of shape (n, 3)
        Earth-centred positions [m].
    size : float
        Side of a block [m].

    Examples
    --------
    >>> from siting.geodesy import ecef
    >>> block_of(ecef([0.1, 0.2, 5.0], [60.1, 60.1, 60.1]), 50_000.0).tolist()
    [0, 0, 1]
    """
    unit = places / np.linalg.norm(places, axis=1, keepdims=True)
    latitude, longitude = np.arcsin(unit[:, 2]), np.arctan2(unit[:, 1], unit[:, 0])
    band = np.floor(latitude * MEAN_RADIUS / size)
    round_band = 2 * np.pi * MEAN_RADIUS * np.cos((band + 0.5) * size / MEAN_RADIUS)
    number = np.maximum(np.round(round_band / size), 1)
    column = np.floor((longitude + np.pi) / (2 * np.pi) * number)
    return np.asarray(
        np.unique(np.column_stack([band, column]), axis=0, return_inverse=True)[1].ravel(),
        dtype=np.int64,
    )


def _apart(blocks: Integers) -> Iterator[tuple[Integers, Integers]]:
    for number in range(int(blocks.max()) + 1):
        inside = np.flatnonzero(blocks == number)
        yield inside, inside


def _judged(field: Field, groups: Any, nearest: int) -> dict[str, Any]:
    """How far predictions lie from the values that they did not know."""
    mean, variance = predicted(field, field.places, groups, nearest)
    told = np.isfinite(mean)
    difference = (mean - field.values)[told]
    # A value differs from the field by its own error as well.
    sd = np.sqrt(variance + field.error)[told]
    ratio = np.abs(difference) / sd
    return {
        "places": int(told.sum()),
        "rmse": float(np.sqrt(np.mean(difference**2))),
        "rmse_of_the_mean": float(field.values[told].std()),
        "bias": float(difference.mean()),
        "within_1_sd": float((ratio <= 1).mean()),
        "within_2_sd": float((ratio <= 2).mean()),
    }
