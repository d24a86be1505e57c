"""Hourly fields of many years in one file, reduced in one pass or read at one place.

The pass itself is in :mod:`siting.io.hindcast_reduction`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.findings import warn
from siting.io.formats import StrPath, format_of, local_file, wrong_format
from siting.io.hindcast_evidence import Evidence
from siting.io.hindcast_grib import open_grib
from siting.io.hindcast_netcdf import open_netcdf
from siting.io.hindcast_part import HindcastPart, stamps
from siting.io.hindcast_reduction import depths, reduced, report
from siting.io.hindcast_rex import is_rex, open_rex
from siting.io.hindcast_store import Store
from siting.io.hindcast_window import steps_within, window
from siting.io.hindcast_years import open_years
from siting.io.quantities import quantities
from siting.io.time_axis import CIVIL_YEAR, DAY, TimeAxis
from siting.io.time_checks import check_order, check_steps
from siting.kernels.series_reduction import Reducer

WITHIN = 50_000.0  # of a place, for the cell whose series stands for it [m]
LONGEST_STEP = 6 * 3600.0  # of a hindcast: longer steps are means or samples, not sea states [s]
NEAREST = 64  # cells that are looked through for one with data
_READ = "NetCDF as of ERA5, WAVEWATCH III or CMEMS; GRIB of ERA5; HDF5 as of WPTO or the NSRDB"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HindcastFile(HindcastPart):
    """Hours of one or more quantities at many cells, in a file that is opened where it is read.

    Parameters
    ----------
    store : Store
        The file.
    rows, columns, steps : slice
        The part of it that counts.
    attrs : dict
        Marks: source, status, vintage.

    Attributes
    ----------
    quantities : tuple of str
        What it holds, by the names of ``data/quantities.yaml``.
    times : numpy.ndarray of shape (t,)
        Time stamps in UTC, in the order of the file.
    cells : Cells
        Where its cells are: a grid, or a list of sites.
    """

    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def times(self) -> NDArray[np.datetime64]:
        """Time stamps in UTC, in the order of the file."""
        return stamps(self.axis.seconds)

    def __repr__(self) -> str:
        """What it holds, in one line."""
        height, width = self.cells.shape
        return (
            f"HindcastFile({self.path.name}: {', '.join(self.quantities)};"
            f" {self.axis.seconds.size} steps, {height} x {width} cells)"
        )

    def around(self, grid: GeoBox) -> "HindcastFile":
        """The part of it on and around a grid.

        Raises
        ------
        InputError
            OUTSIDE_GRID.
        """
        rows, columns = window(self.store.cells, grid, self.path)
        return replace(self, rows=rows, columns=columns)

    def reduce(self, reducers: Mapping[str, Reducer]) -> dict[str, xr.DataArray]:
        """Reductions of all hours, made in one pass over the file.

        Parameters
        ----------
        reducers : mapping of str to Reducer
            Reductions of :mod:`siting.kernels.series_reduction` by the names of their results.

        Returns
        -------
        dict of str to xarray.DataArray
            (…, cell) with coordinates ``longitude`` and ``latitude`` of the cells, rows first.

        Raises
        ------
        InputError
            VARIABLE_MISSING for a quantity that the file does not hold, TOO_LARGE for results
            that do not fit, LAYER_EMPTY where no cell has data, TIME_ACCUMULATED for radiation
            that is still a sum, FILE_CORRUPT.
        """
        return reduced(self, reducers)

    def series(self, longitude: float, latitude: float, *, within: float = WITHIN) -> pd.DataFrame:
        """Hours of all quantities at the nearest cell that has data.

        Parameters
        ----------
        longitude, latitude : float
            The place [degree].
        within : float, optional
            Greatest distance of the cell [m].

        Returns
        -------
        pandas.DataFrame
            Column ``time`` (UTC) and one for each quantity, NaN where there is no value; in
            ``attrs`` the cell's ``longitude``, ``latitude``, ``site`` and ``distance`` [m], and
            ``columns`` with the units.

        Raises
        ------
        InputError
            SITE_MISMATCH where no cell with data is near enough.
        """
        numbers, distances = self.cells.nearest(longitude, latitude, NEAREST)
        near = [number for number, away in zip(numbers, distances, strict=True) if away <= within]
        values = self.hours(np.array(near), self.quantities) if near else {}
        full = [
            k
            for k in range(len(near))
            if all(np.isfinite(each[:, k]).any() for each in values.values())
        ]
        if full:
            one = {name: each[:, full[0]].copy() for name, each in values.items()}
            return self._table(one, near[full[0]], float(distances[full[0]]), full[0])
        raise InputError(
            "SITE_MISMATCH",
            "no cell with data is near enough to the place",
            where=f"{self.path}: {longitude:g} E {latitude:g} N",
            found=f"the nearest cell is {distances[0] / 1000:.1f} km away"
            + (f"; the {len(near)} near enough have no data" if near else ""),
            wanted=f"a cell with data within {within / 1000:g} km",
            fix="name a place at sea that the file covers, or allow more with `within`",
        )

    def hours(self, numbers: NDArray[np.int64], wanted: tuple[str, ...]) -> dict[str, Floats]:
        """All steps of some cells, (t, cells), in one pass over the part that they lie in."""
        row, column = np.divmod(numbers, self.cells.shape[1])
        rows = slice(self.rows.start + int(row.min()), self.rows.start + int(row.max()) + 1)
        first = int(column.min())
        columns = slice(self.columns.start + first, self.columns.start + int(column.max()) + 1)
        chunk = self.store.shape.chunks
        cells = (rows.stop - rows.start) * (columns.stop - columns.start)
        parts: dict[str, list[Floats]] = {name: [] for name in wanted}
        with self.store.reader() as read:
            for steps in depths(self, max(cells, chunk[1] * chunk[2])):
                for name, found in parts.items():
                    block = read(name, steps, rows, columns)
                    found.append(block[:, row - row.min(), column - first])
        return {name: np.concatenate(found) for name, found in parts.items()}

    def _table(
        self, values: dict[str, Floats], number: int, distance: float, passed: int
    ) -> pd.DataFrame:
        shifts = {self.store.variables[name].shift for name in values}
        shift = shifts.pop() if len(shifts) == 1 else 0.0
        order = np.argsort(self.axis.seconds, kind="stable")
        table = pd.DataFrame(
            {
                "time": stamps(self.axis.seconds + shift)[order].astype("datetime64[ns]"),
                **{name: each[order] for name, each in values.items()},
            }
        )
        evidence = {name: Evidence(order.size) for name in values}
        for name, each in evidence.items():
            each.begin(1)
            each.see(slice(0, order.size), values[name][:, None])
            each.end()
        report(self, evidence)
        x, y = (float(each.ravel()[number]) for each in (self.cells.longitude, self.cells.latitude))
        if passed:
            warn(
                "CELL_WITHOUT_DATA",
                "nearer cells have no data: the series is that of the nearest cell that has",
                where=str(self.path),
                found=f"{x:g} E {y:g} N, {distance / 1000:.1f} km away; {passed} passed over",
                severity="note",
            )
        columns = {
            name: {
                "units": quantities()[name].units,
                "seconds_to_middle": self.store.variables[name].shift - shift,
            }
            for name in values
        }
        numbers = self.store.sites
        table.attrs.update(
            self.attrs,
            site=numbers[self.columns.start + number] if numbers else f"{x:g} E {y:g} N",
            longitude=x,
            latitude=y,
            distance=distance,
            columns=columns,
            source=str(self.attrs.get("source", self.path.name)),
        )
        return table


def open_hindcast(
    path: StrPath,
    variables: Mapping[str, str] | None = None,
    *,
    grid: GeoBox | None = None,
    time_range: tuple[str, str] | None = None,
) -> HindcastFile:
    """A hindcast, once its cells, hours, units and periods are found to be sound.

    Parameters
    ----------
    path : path-like
        NetCDF or Zarr (ERA5, WAVEWATCH III, CMEMS, and others by the CF conventions), GRIB of
        ECMWF, or HDF5 in the layout of rex (WPTO, NSRDB); or a folder of such files that follow
        each other in time, as one for each year.
    variables : mapping of str to str, optional
        Variable of the file by the name of the quantity, as in
        ``{"wave_energy_period": "mwp"}``. Otherwise all that are known for sure.
    grid : GeoBox, optional
        Only cells on and around this grid count.
    time_range : tuple of str, optional
        First and last date that count, such as ``2010-01-01``.

    Raises
    ------
    InputError
        PERIOD_UNTYPED for a wave period whose type nobody names; TIME_DUPLICATE,
        TIME_NOT_MONOTONIC, TIME_COARSE, TIME_MISMATCH, TIME_ACCUMULATED, UNITS_MISSING,
        GRID_IRREGULAR, OUTSIDE_GRID, FORMAT_UNKNOWN and what else is wrong with a file.

    Notes
    -----
    Radiation that is added up over the step before each stamp (ERA5's ``ssrd``) is divided by its
    length and counts at the middle of that step; peak frequencies (WAVEWATCH III's ``fp``) become
    periods. Missing values stay missing: no waves under ice is not waves of no height.
    """
    file = local_file(path)
    store = _open(file, variables)
    _check_times(store.axis)
    steps = steps_within(store.axis, time_range)
    check_steps(store.axis.cut(steps), together=True)
    height, width = store.cells.shape
    whole = slice(0, height), slice(0, width)
    found = HindcastFile(store, *whole, steps, {"source": file.name})
    return found if grid is None else found.around(grid)


def _open(file: Path, variables: Mapping[str, str] | None) -> Store:
    kind = format_of(file)
    if file.is_dir() and kind == "unknown":
        return open_years(file, partial(_open, variables=variables))
    if kind == "hdf5" and is_rex(file):
        return open_rex(file, variables)
    if kind in {"netcdf3", "hdf5", "zarr"}:
        return open_netcdf(file, kind, variables)
    if kind == "grib":
        return open_grib(file, variables)
    raise wrong_format("FORMAT_UNKNOWN", file, _READ)


def _check_times(axis: TimeAxis) -> None:
    """Refuse steps out of order, of another calendar, or too long for sea states.

    Raises
    ------
    InputError
        TIME_DUPLICATE, TIME_NOT_MONOTONIC, TIME_UNREADABLE, TIME_COARSE.
    """
    check_order(axis.seconds, axis.where)
    if abs(axis.year - CIVIL_YEAR) > 0.01:
        raise InputError(
            "TIME_UNREADABLE",
            "the hours of a hindcast are of the civil calendar",
            where=axis.where,
            found=f"years of {axis.year:g} days",
            wanted="the calendar 'standard' or 'proleptic_gregorian'",
            fix="convert the time axis",
        )
    if axis.step > LONGEST_STEP or axis.is_climatology:
        raise InputError(
            "TIME_COARSE",
            "the steps are too long: means over them are not the states of the sea",
            where=axis.where,
            found=f"steps of {axis.step / DAY:.3g} days",
            wanted=f"steps of at most {LONGEST_STEP / 3600:g} hours",
            fix="bring the hourly file; read means by month as a raster",
        )
