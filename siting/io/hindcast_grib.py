"""GRIB as ECMWF and others deliver ERA5 and wave models: a message for each hour and quantity."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.io.formats import reading
from siting.io.grib_messages import ECMWF, Message, messages
from siting.io.hindcast_names import Offer, chosen, variable_of
from siting.io.hindcast_store import Floats, Read, Store, Variable, cells_of_frame
from siting.io.opening import opened
from siting.io.over_time import Shape
from siting.io.placement import Frame
from siting.io.source import check_block, equals
from siting.io.time_axis import CIVIL_YEAR, TimeAxis

_NO_DATA = 9999.0  # what GDAL writes for a value that a bitmap hides, where it names none itself
_WAVES = "Significant height of combined wind waves and swell"
# By edition 1: ECMWF's tables 140 and 128, https://codes.ecmwf.int/grib/param-db.
_ECMWF_1 = {
    (140, 229): Offer("swh", "m", _WAVES),
    (140, 232): Offer("mwp", "s", "Mean wave period"),
    (140, 231): Offer("pp1d", "s", "Peak wave period"),
    (140, 220): Offer("mp1", "s", "Mean wave period based on first moment"),
    (140, 221): Offer("mp2", "s", "Mean zero-crossing wave period"),
    (140, 230): Offer("mwd", "degree", "Mean wave direction"),
    (128, 34): Offer("sst", "K", "Sea surface temperature"),
    (128, 167): Offer("t2m", "K", "2 metre temperature"),
    (128, 169): Offer("ssrd", "J m-2", "Surface short-wave (solar) radiation downwards"),
    (128, 207): Offer("si10", "m s-1", "10 metre wind speed"),
}
# By edition 2: WMO's table 4.2-10-0, whoever made it.
_WMO_2 = {
    (10, 0, 3): Offer("swh", "m", _WAVES),
    (10, 0, 14): Offer("mwd", "degree", "Mean wave direction"),
    (10, 0, 15): Offer("mean_period", "s", "Mean period of combined wind waves and swell"),
    (10, 0, 28): Offer("mp2", "s", "Mean zero-crossing wave period"),
    (10, 0, 34): Offer("pp1d", "s", "Peak wave period"),
    (0, 0, 0): Offer("t2m", "K", "2 metre temperature"),
    (0, 2, 1): Offer("si10", "m s-1", "10 metre wind speed"),
}
# ECMWF's mean period is Tm-1,0; of others' the table does not say which it is.
_ECMWF_2 = {(10, 0, 15): _ECMWF_1[140, 232]}


def open_grib(path: Path, wanted: Mapping[str, str] | None) -> Store:
    """A hindcast in GRIB of edition 1 or 2, on a regular grid.

    Raises
    ------
    InputError
        GRIB_UNSUPPORTED for grids and packings that are not read, GRID_MISMATCH, TIME_MISMATCH,
        VARIABLE_MISSING, PERIOD_UNTYPED, FILE_CORRUPT.
    """
    with reading(path):
        every = messages(path)
    fields = _fields(every)
    offers = [offer for offer, _ in fields.values()]
    picked = chosen(path, offers, wanted)
    bands = {quantity: fields[offer.name][1] for quantity, offer in picked.items()}
    _check_alike([every[band] for numbers in bands.values() for band in numbers], path)
    seconds = _seconds(every, bands, path)
    with opened(path, driver="GRIB", **_OPTIONS) as dataset:
        frame = _frame(dataset, len(every), path)
    check_block(frame.height * frame.width, np.dtype("f8"), path)
    axis = TimeAxis(f"{path}: time", seconds, CIVIL_YEAR)
    variables = {
        quantity: variable_of(path, offer, quantity, axis) for quantity, offer in picked.items()
    }
    shape = Shape(frame.height, frame.width, (1, frame.height, frame.width), 8)
    reader = partial(_reader, path, variables, bands)
    return Store(path, "GRIB", cells_of_frame(frame), axis, variables, shape, reader)


# No list of messages beside the file is believed.
_OPTIONS: dict[str, Any] = {"USE_IDX": "NO"}


def _fields(every: list[Message]) -> dict[str, tuple[Offer, list[int]]]:
    """Fields of each known parameter by its short name, as positions in the file."""
    found: dict[str, tuple[Offer, list[int]]] = {}
    for number, each in enumerate(every):
        if (offer := _offer(each)) is not None:
            found.setdefault(offer.name, (offer, []))[1].append(number)
    return found


def _offer(message: Message) -> Offer | None:
    ours = message.centre == ECMWF
    if message.edition == 1:
        table, number = message.parameter
        return _ECMWF_1.get((table, number)) if ours else None
    discipline, category, number = message.parameter
    key = discipline, category, number
    return _ECMWF_2.get(key, _WMO_2.get(key)) if ours else _WMO_2.get(key)


def _seconds(every: list[Message], bands: Mapping[str, list[int]], path: Path) -> Floats:
    """Times of the fields, once they are those of all quantities."""
    times = {
        quantity: np.array([every[band].seconds for band in numbers])
        for quantity, numbers in bands.items()
    }
    first, *others = times
    for other in others:
        if not np.array_equal(times[first], times[other]):
            raise InputError(
                "TIME_MISMATCH",
                "two variables are of different times",
                where=str(path),
                found=f"{_span(times[first])} of {first}, {_span(times[other])} of {other}",
                wanted="the same hours of all",
                fix="write the hours that they share, or name them in two sources",
            )
    return times[first]


def _span(seconds: Floats) -> str:
    dates = seconds[[0, -1]].astype(np.int64).astype("datetime64[s]").astype("datetime64[D]")
    return f"{seconds.size:,} hours from {dates[0]} to {dates[1]}"


def _check_alike(fields: list[Message], path: Path) -> None:
    """Refuse fields that are not read here, or that lie on different grids."""
    if problem := next((each.unreadable for each in fields if each.unreadable), ""):
        raise _unsupported(path, problem)
    if len({each.grid for each in fields}) > 1:
        raise InputError(
            "GRID_MISMATCH",
            "the fields of the file lie on different cells",
            where=str(path),
            wanted="the same cells for all",
            fix="write waves and weather into a file each: grib_copy -w shortName=swh/mwp",
        )


def _unsupported(path: Path, found: str) -> InputError:
    return InputError(
        "GRIB_UNSUPPORTED",
        "the file is of a kind of GRIB that is not read",
        where=str(path),
        found=found,
        wanted="a regular grid of longitudes and latitudes, in a packing that GDAL knows",
        fix=f"convert it to NetCDF: grib_to_netcdf -k 4 -o {path.stem}.nc {path.name}",
    )


def _frame(dataset: Any, count: int, path: Path) -> Frame:
    """Where the cells are, once GDAL finds the fields that the headers name."""
    if dataset.count != count:
        raise _unsupported(path, f"{dataset.count:,} fields by GDAL, {count:,} by the headers")
    affine = dataset.transform
    if affine.b or affine.d or dataset.crs is None or not dataset.crs.is_geographic:
        raise _unsupported(path, "cells on no regular grid of longitudes and latitudes")
    # Models take the earth for a sphere and their latitudes for geodetic ones.
    return Frame(CRS.from_epsg(4326), Affine(*affine[:6]), dataset.height, dataset.width)


@contextmanager
def _reader(
    path: Path, variables: Mapping[str, Variable], bands: Mapping[str, list[int]]
) -> Iterator[Read]:
    with opened(path, driver="GRIB", **_OPTIONS) as dataset:

        def read(quantity: str, steps: slice, rows: slice, columns: slice) -> Floats:
            window = (rows.start, rows.stop), (columns.start, columns.stop)
            found = [
                _values(dataset, band + 1, window, variables[quantity])
                for band in bands[quantity][steps]
            ]
            return np.stack(found)

        yield read


def _values(dataset: Any, band: int, window: Any, variable: Variable) -> Floats:
    stored = dataset.read(band, window=window)
    hidden = dataset.nodatavals[band - 1]
    return variable.value(stored, equals(stored, _NO_DATA if hidden is None else hidden))
