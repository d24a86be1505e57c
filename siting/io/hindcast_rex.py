"""HDF5 in the layout of rex: WPTO's wave hindcast and the NSRDB, hours by sites.

A dataset for each quantity (time, site), ``time_index`` as texts, ``meta`` as a table of the
sites. Packed values are divided by ``scale_factor``; where there is an ``add_offset`` too they are
multiplied by it, as NetCDF has it (https://github.com/NREL/rex, Apache-2.0 and BSD: the rule).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import InputError, library
from siting.findings import warn
from siting.io.containers import check_hdf5
from siting.io.formats import reading
from siting.io.hindcast_names import Offer, chosen, variable_of
from siting.io.hindcast_store import Cells, Floats, Read, Store, Variable
from siting.io.over_time import Shape
from siting.io.source import check_block, equals, numeric
from siting.io.time_axis import CIVIL_YEAR, TimeAxis, zone_offset
from siting.projection import wrap

_META, _TIMES = "meta", "time_index"
_MAX_TABLE = 1 << 30  # bytes of the table of sites
# Units of the NSRDB's and WPTO's datasets, where the attribute is missing.
_UNITS = {
    "ghi": "W m-2", "dni": "W m-2", "dhi": "W m-2", "air_temperature": "degC",
    "wind_speed": "m s-1", "significant_wave_height": "m", "energy_period": "s",
    "peak_period": "s",
}  # fmt: skip
# SWAN's names of the four periods, which WPTO's files repeat.
_SWAN = {
    "TMM10": "wave_energy_period", "TM01": "wave_mean_period_tm01",
    "TM02": "wave_mean_period_tm02", "RTP": "wave_peak_period", "TPS": "wave_peak_period",
}  # fmt: skip


def is_rex(path: Path) -> bool:
    """Whether an HDF5 file holds a table of sites and a list of times."""
    h5py = library("h5py", "netcdf")

    with reading(path), h5py.File(path, "r") as file:
        return {_META, _TIMES} <= set(file)


def open_rex(path: Path, wanted: Mapping[str, str] | None) -> Store:
    """A hindcast in the layout of rex.

    Raises
    ------
    InputError
        VARIABLE_MISSING, PERIOD_UNTYPED, QUANTITY_MISMATCH, UNITS_MISSING, COORD_INVALID,
        TIME_INVALID, TIME_MISMATCH, GRID_MISMATCH, FILE_CORRUPT, PATH_OUTSIDE_DATA, TOO_LARGE.
    """
    h5py = library("h5py", "netcdf")

    check_hdf5(path)
    with reading(path), h5py.File(path, "r") as file:
        cells, sites = _cells(file[_META], path)
        axis = _axis(file[_TIMES], path)
        names = [name for name, each in file.items() if _is_series(each)]
        offers = [_offer(name, file[name], path) for name in names]
        picked = chosen(path, offers, wanted)
        datasets = [file[each.name] for each in picked.values()]
        for each in datasets:
            _check_shape(each, axis.seconds.size, cells.shape[1], path)
            numeric(str(each.dtype), path)
        steps, columns = (max((d.chunks or (1, 1))[axis] for d in datasets) for axis in (0, 1))
        for quantity, offer in picked.items():
            attrs = dict(file[offer.name].attrs)
            _tell_unit(path, offer, attrs)
            _check_swan(path, quantity, attrs, offer.name)
        fill = {each.name: _fills(file[each.name]) for each in picked.values()}
    variables = {
        quantity: variable_of(path, offer, quantity, axis) for quantity, offer in picked.items()
    }
    shape = Shape(1, cells.shape[1], (steps, 1, columns), 8)
    check_block(steps * columns, np.dtype(np.float64), path)
    return Store(path, "rex", cells, axis, variables, shape,
                 partial(_reader, path, variables, fill), sites)  # fmt: skip


def _is_series(item: Any) -> bool:
    return getattr(item, "ndim", 0) == 2 and item.dtype.kind in "iuf"


def _attr(attrs: Mapping[str, Any], *names: str) -> Any:
    return next((attrs[name] for name in names if name in attrs), None)


def _text(value: Any) -> str:
    value = np.ravel(value)[0] if value is not None and np.ndim(value) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _offer(name: str, dataset: Any, path: Path) -> Offer:
    attrs = dict(dataset.attrs)
    stated = _attr(attrs, "scale_factor", "psm_scale_factor")
    scale = float(np.ravel(1.0 if stated is None else stated)[0])
    added = _attr(attrs, "add_offset", "psm_add_offset", "adder")
    offset = float(np.ravel(0.0 if added is None else added)[0])
    if not offset and scale:
        scale = 1.0 / scale
    unit = _text(_attr(attrs, "units", "psm_units")) or _UNITS.get(name.lower(), "")
    return Offer(name, _plain(unit), scale=scale, offset=offset)


def _plain(unit: str) -> str:
    return {"W/m2": "W m-2", "W/m^2": "W m-2", "Celsius": "degC"}.get(unit, unit)


def _tell_unit(path: Path, offer: Offer, attrs: Mapping[str, Any]) -> None:
    if offer.units and not _text(_attr(attrs, "units", "psm_units")):
        warn(
            "UNITS_ASSUMED",
            "a dataset without a unit is taken to be in the one that this layout has",
            where=f"{path}: {offer.name}",
            found=offer.units,
            severity="note",
        )


def _check_swan(path: Path, quantity: str, attrs: Mapping[str, Any], name: str) -> None:
    """Report a period that SWAN's own name contradicts."""
    said = _SWAN.get(_text(attrs.get("SWAN_name")).upper(), quantity)
    if said != quantity:
        warn(
            "QUANTITY_MISMATCH",
            "the file contradicts itself about what it measures",
            where=f"{path}: {name}",
            found=f"{quantity} by its name, {said} by the attribute SWAN_name"
            f" {_text(attrs['SWAN_name'])}",
            wanted=quantity,
            fix="find out what it holds; name it under `quantities:`",
        )


def _fills(dataset: Any) -> list[float]:
    declared = (dataset.attrs.get(key, ()) for key in ("_FillValue", "fill_value"))
    return [float(each) for values in declared for each in np.ravel(values)]


def _cells(meta: Any, path: Path) -> tuple[Cells, tuple[str, ...]]:
    """Places of the sites and their numbers."""
    fields = meta.dtype.names or ()
    if not {"latitude", "longitude"} <= set(fields) or meta.size * meta.dtype.itemsize > _MAX_TABLE:
        raise InputError(
            "COORD_INVALID",
            "the table of sites has no longitudes and latitudes, or is too large to be one",
            where=f"{path}: {_META}",
            found=", ".join(fields) or str(meta.dtype),
            wanted="columns latitude and longitude",
        )
    table = meta[:]
    x, y = (np.asarray(table[name], dtype=np.float64) for name in ("longitude", "latitude"))
    bad = ~((np.abs(x) <= 360) & (np.abs(y) <= 90))
    if bad.any():
        raise InputError(
            "COORD_INVALID",
            "sites have no place on the globe",
            where=f"{path}: {_META}",
            found=f"{int(bad.sum())} of {bad.size}, first site {int(np.flatnonzero(bad)[0])}",
            wanted="latitudes from -90 to 90",
            fix="write the table of sites again",
        )
    return Cells(wrap(x)[None], y[None]), tuple(map(str, range(x.size)))


def _axis(dataset: Any, path: Path) -> TimeAxis:
    """Steps of a list of times as texts; those without a zone are in UTC in this layout.

    Raises
    ------
    InputError
        TIME_INVALID.
    """
    where = f"{path}: {_TIMES}"
    texts = pd.Series([_text(each).strip() for each in dataset[:]])
    zones = texts.str.extract(r"(?<=\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[-+]\d{2}:?\d{2})?$")[0]
    zones = zones.fillna("")
    bare = [text.removesuffix(zone) for text, zone in zip(texts, zones, strict=True)]
    stamps = pd.to_datetime(pd.Series(bare), format="ISO8601", errors="coerce")
    values: NDArray[np.datetime64] = stamps.to_numpy("datetime64[s]")
    bad = np.isnat(values)
    if bad.any() or not bad.size:
        raise InputError(
            "TIME_INVALID",
            "steps have no time that can be read",
            where=where,
            found=f"{int(bad.sum())} of {bad.size}"
            + (f", the first is '{texts[int(np.flatnonzero(bad)[0])]}'" if bad.any() else ""),
            wanted="texts such as 2010-01-01 00:00:00+00:00",
            fix="write the times again",
        )
    shifts = {zone: zone_offset(zone) for zone in set(zones)}
    return TimeAxis(where, values.astype(np.float64) - zones.map(shifts).to_numpy(), CIVIL_YEAR)


def _check_shape(dataset: Any, steps: int, sites: int, path: Path) -> None:
    """Refuse a dataset that is not of the file's hours and sites."""
    if dataset.shape == (steps, sites):
        return
    wrong = "TIME_MISMATCH" if dataset.shape[0] != steps else "GRID_MISMATCH"
    raise InputError(
        wrong,
        "a dataset is not of the hours and sites that the file lists",
        where=f"{path}: {dataset.name.lstrip('/')}",
        found=f"{dataset.shape[0]:,} hours of {dataset.shape[1]:,} sites",
        wanted=f"{steps:,} hours of {sites:,} sites",
        fix="bring the file again",
    )


@contextmanager
def _reader(
    path: Path, variables: Mapping[str, Variable], fill: Mapping[str, list[float]]
) -> Iterator[Read]:
    h5py = library("h5py", "netcdf")

    with reading(path), h5py.File(path, "r") as file:

        def read(quantity: str, steps: slice, rows: slice, columns: slice) -> Floats:
            variable = variables[quantity]
            with reading(path):
                stored = np.asarray(file[variable.name][steps, columns])
            missing = np.zeros(stored.shape, dtype=bool)
            for each in fill[variable.name]:
                missing |= equals(stored, each)
            return variable.value(stored, missing)[:, None, :]

        yield read
