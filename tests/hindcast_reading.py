"""Hindcasts of tests, read: with or without what is found, and whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.findings import collect
from siting.io.hindcast import HindcastFile, open_hindcast
from siting.kernels.series_reduction import ValidCount
from tests import hindcast_files as files

HS, TE = "significant_wave_height", "wave_energy_period"


def quietly(path: Path, variables: Mapping[str, str] | None = None, **more: Any) -> HindcastFile:
    """The hindcast, whatever there is to say of it."""
    with collect():
        return open_hindcast(path, variables, **more)


def codes(path: Path, variables: Mapping[str, str] | None = None) -> set[str]:
    """Codes of what is found while a hindcast is opened and its counts are taken."""
    with collect() as findings:
        file = open_hindcast(path, variables)
        file.reduce({name: ValidCount((name,)) for name in file.quantities})
    return {each.code for each in findings}


def table(file: HindcastFile, quantity: str) -> NDArray[np.float64]:
    """All hours of all cells, in the order of the file."""
    with file.store.reader() as read:
        height, width = file.cells.shape
        whole = read(quantity, slice(0, file.times.size), slice(0, height), slice(0, width))
    return whole.reshape(file.times.size, -1)


PLACES = [(-124.5, 44.7), (-124.6, 44.7), (-124.7, 44.8)]


def wpto(path: Path, **attrs: Any) -> Path:
    """A year's start of WPTO's hindcast at three sites, three-hourly."""
    return files.rex(
        path,
        {
            HS: (files.heights(80, (3,)).astype("f4"), {"units": "m"}),
            "energy_period": (files.periods(80, (3,)).astype("f4"), {"units": "s", **attrs}),
        },
        files.hours(80, 3),
        PLACES,
    )
