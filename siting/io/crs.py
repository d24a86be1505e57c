"""Coordinate reference systems of files: known, flat, and plausible for the coordinates."""

import warnings
from pathlib import Path

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from siting.errors import InputError
from siting.findings import warn
from siting.projection import from_geographic, names_file, to_geographic

Bounds = tuple[float, float, float, float]


def known_crs(found: str | CRS | None, declared: str | None, path: Path, hint: str = "") -> CRS:
    """CRS of a file: the one declared in the pipeline, else its own.

    Parameters
    ----------
    found : str or CRS or None
        What the file says.
    declared : str or None
        What the pipeline says; it wins, with a note where the two differ.
    path : Path
        The file, for messages.
    hint : str
        What else is known, for the message.

    Raises
    ------
    InputError
        CRS_MISSING where neither says anything, CRS_UNKNOWN where it cannot be understood,
        CRS_NAMES_FILE where PROJ would open a file for it.
    """
    own = None if found is None else _own(found, declared, path)
    if own is not None and not (own.is_geographic or own.is_projected):
        own = None  # a local drawing system has no place on the earth
    if declared is None:
        if own is None:
            raise InputError(
                "CRS_MISSING",
                "the file does not say where on the earth its coordinates are",
                where=str(path),
                found=hint,
                wanted="a coordinate reference system",
                fix="add `crs:` to the source, such as crs: EPSG:4326 for degrees",
            )
        return own
    chosen = _flat(declared, path)
    if own is not None and not own.equals(chosen, ignore_axis_order=True):
        warn(
            "CRS_OVERRIDDEN",
            "the CRS of the pipeline is used instead of the file's",
            where=str(path),
            found=own.name,
            wanted=chosen.name,
            severity="note",
        )
    return chosen


def _own(found: str | CRS, declared: str | None, path: Path) -> CRS | None:
    """The system that a file names; None where it makes no sense, but the pipeline names one."""
    try:
        return _flat(found, path)
    except InputError as error:
        if declared is None:
            raise
        warn(
            "CRS_OVERRIDDEN",
            "the CRS of the pipeline is used instead of the file's, which cannot be",
            where=str(path),
            found=error.found,
            wanted=declared,
            severity="note",
        )
        return None


def parsed(text: str | CRS, path: Path) -> CRS:
    """A CRS as pyproj understands it.

    Raises
    ------
    InputError
        CRS_UNKNOWN, CRS_NAMES_FILE.
    """
    if isinstance(text, str) and names_file(text):
        raise _naming(text, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # `+init=` leaves the axes' order open
            return CRS.from_user_input(text)
    except (CRSError, FutureWarning) as error:
        raise _unknown(str(text), path) from error


def _flat(text: str | CRS, path: Path) -> CRS:
    """The horizontal part of a CRS."""
    system = parsed(text, path)
    if system.is_compound:
        system = system.sub_crs_list[0]
    if names_file(system):
        raise _naming(str(text), path)
    factors = [axis.unit_conversion_factor for axis in system.axis_info]
    if not all(np.isfinite(factor) and factor > 0 for factor in factors):
        raise _unknown(str(text), path)
    return system.to_2d() if len(factors) == 3 else system


def _unknown(text: str, path: Path) -> InputError:
    return InputError(
        "CRS_UNKNOWN",
        "the coordinate reference system cannot be understood",
        where=str(path),
        found=text[:200],
        wanted="an EPSG code such as EPSG:4326, or WKT",
    )


def _naming(text: str, path: Path) -> InputError:
    return InputError(
        "CRS_NAMES_FILE",
        "the coordinate reference system names a file, which is not opened",
        where=str(path),
        found=text[:200],
        wanted="an EPSG code such as EPSG:4326, or WKT without files of shifts",
        fix="name the system with `crs:`; it wins over what the file says",
    )


def check_plausible(crs: CRS, bounds: Bounds, cell: float, path: Path) -> None:
    """Refuse coordinates that cannot be what the CRS says they are.

    Parameters
    ----------
    crs : CRS
        The system.
    bounds : tuple of float
        West, south, east, north [unit of the CRS].
    cell : float
        How far the edges may lie beyond the possible [unit of the CRS].
    path : Path
        The file, for messages.

    Raises
    ------
    InputError
        CRS_IMPLAUSIBLE; CRS_UNKNOWN where no place of it can be found on the earth.
    """
    west, south, east, north = bounds
    _check_usable(crs, path)
    if crs.is_geographic:
        limit = 90 * _per_degree(crs) + cell
        turn = 360 * _per_degree(crs) + cell
        good = -limit <= south <= north <= limit
        good = good and -turn <= west <= east <= 1.5 * turn and east - west <= turn + cell
        found = "coordinates that are no longitudes and latitudes"
    else:
        degrees = -360 - cell <= west <= east <= 360 + cell
        degrees = degrees and -90 - cell <= south <= north <= 90 + cell
        short = crs.axis_info[0].unit_conversion_factor < 10.0  # metres or feet, not kilometres
        good = not (degrees and short) and _on_earth(crs, bounds)
        found = "coordinates that look like degrees" if degrees else "coordinates out of its reach"
    if not good:
        raise InputError(
            "CRS_IMPLAUSIBLE",
            "the coordinates cannot be in the CRS that the file is labelled with",
            where=str(path),
            found=f"{crs.name}, but {found}: {west:.6g} {south:.6g} {east:.6g} {north:.6g}",
            fix="name the right CRS with `crs:`",
        )


def _check_usable(crs: CRS, path: Path) -> None:
    """Refuse a CRS that PROJ understands but cannot bring to longitude and latitude."""
    try:
        to_geographic(crs)
        from_geographic(crs)
    except ProjError as error:
        raise _unknown(crs.to_wkt(), path) from error


def _per_degree(crs: CRS) -> float:
    """Units of a geographic CRS in a degree."""
    return float(np.deg2rad(1.0) / crs.axis_info[0].unit_conversion_factor)


def _on_earth(crs: CRS, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    x, y = np.meshgrid(np.linspace(west, east, 3), np.linspace(south, north, 3))
    longitude, latitude = to_geographic(crs).transform(x, y)
    again = from_geographic(crs).transform(longitude, latitude)
    with np.errstate(invalid="ignore"):
        off = np.hypot(again[0] - x, again[1] - y)
        span = max(east - west, north - south, 1.0)
        return bool((np.isfinite(off) & (off < 0.01 * span + 1.0)).any())
