"""Hindcasts that are refused, or read with a finding."""

from pathlib import Path

import numpy as np

from siting.io.hindcast import open_hindcast
from tests import grib_files
from tests import hindcast_files as made_up

from .made import example


@example("TIME_COARSE")
def _(folder: Path) -> None:
    days = made_up.hours(12, 24 * 30)
    values = {"swh": (made_up.heights(12), made_up.WAVES)}
    open_hindcast(made_up.write(made_up.era5(values, days), folder / "monthly.nc"))


@example("TIME_MISMATCH")
def _(folder: Path) -> None:
    datasets = {
        "significant_wave_height": (np.ones((24, 2), "f4"), {"units": "m"}),
        "energy_period": (np.ones((21, 2), "f4"), {"units": "s"}),
    }
    places = [(-126.0, 41.0), (-126.0, 42.0)]
    open_hindcast(made_up.rex(folder / "waves.h5", datasets, made_up.hours(24), places))


@example("UNITS_ASSUMED")
def _(folder: Path) -> None:
    datasets = {"ghi": (np.ones((24, 1), "f4"), {})}
    open_hindcast(made_up.rex(folder / "sun.h5", datasets, made_up.hours(24), [(-126.0, 41.0)]))


@example("DATA_PRELIMINARY")
def _(folder: Path) -> None:
    open_hindcast(made_up.write(made_up.era5_old(48, final=24), folder / "era5.nc"))


@example("CELL_WITHOUT_DATA")
def _(folder: Path) -> None:
    file = open_hindcast(made_up.write(made_up.era5_waves(48), folder / "era5.nc"))
    file.series(-127.1, 42.0)


@example("GRIB_UNSUPPORTED")
def _(folder: Path) -> None:
    path = grib_files.waves(folder / "era5.grib", 2)
    content = bytearray(path.read_bytes())
    content[8 + 28 + 5] = 4  # a Gaussian grid
    path.write_bytes(content)
    open_hindcast(path)
