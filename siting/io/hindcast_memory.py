"""Hours that are in memory already, as a hindcast."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.io.hindcast import HindcastFile
from siting.io.hindcast_store import Cells, Floats, Read, Store, Variable
from siting.io.over_time import Shape
from siting.io.quantities import known_name
from siting.io.time_axis import CIVIL_YEAR, TimeAxis
from siting.io.time_checks import check_order
from siting.projection import wrap


def hindcast_of(
    times: NDArray[np.datetime64],
    longitude: ArrayLike,
    latitude: ArrayLike,
    values: Mapping[str, NDArray[np.float64]],
) -> HindcastFile:
    """Hours of some sites as a hindcast.

    Parameters
    ----------
    times : numpy.ndarray of shape (t,)
        Time stamps in UTC.
    longitude, latitude : array-like of shape (s,)
        Sites [degree].
    values : mapping of str to numpy.ndarray of shape (t, s)
        Values by the name of the quantity, in its unit; NaN where there are none.

    Raises
    ------
    ValueError
        For a quantity that is not known, or arrays of other shapes.

    Examples
    --------
    >>> times = np.datetime64("2020-01-01", "s") + 3600 * np.arange(3)
    >>> hours = {"significant_wave_height": np.array([[1.0], [2.0], [3.0]])}
    >>> hindcast_of(times, [-125.0], [44.0], hours)
    HindcastFile(memory: significant_wave_height; 3 steps, 1 x 1 cells)
    """
    x, y = np.atleast_1d(wrap(longitude)), np.atleast_1d(np.asarray(latitude, dtype=float))
    seconds = times.astype("datetime64[s]").astype(np.float64)
    for name, each in values.items():
        known_name(name)
        if each.shape != (seconds.size, x.size):
            raise ValueError(f"{name} has the shape {each.shape}, not {(seconds.size, x.size)}")
    check_order(seconds, "times")
    store = Store(
        path=Path("memory"),
        layout="memory",
        cells=Cells(x[None], y[None]),
        axis=TimeAxis("times", seconds, CIVIL_YEAR),
        variables={name: Variable(name, name) for name in values},
        shape=Shape(1, x.size, (1, 1, 1), 8),
        reader=partial(_reader, dict(values)),
    )
    whole = slice(0, 1), slice(0, x.size), slice(0, seconds.size)
    return HindcastFile(store, *whole, {"source": "memory"})


@contextmanager
def _reader(values: Mapping[str, Floats]) -> Iterator[Read]:
    def read(quantity: str, steps: slice, rows: slice, columns: slice) -> Floats:
        return np.asarray(values[quantity][steps, columns], dtype=np.float64)[:, None, :]

    yield read
