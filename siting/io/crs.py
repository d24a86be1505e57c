"""Coordinate reference systems of files: known, flat, and plausible for the coordinates."""

from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.findings import warn

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
        CRS_MISSING where neither says anything, CRS_UNKNOWN where it cannot be understood.
    """
    own = None if found is None else _flat(found, path)
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


def _flat(text: str | CRS, path: Path) -> CRS:
    """The horizontal part of a CRS."""
    try:
        system = CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(
            "CRS_UNKNOWN",
            "the coordinate reference system cannot be understood",
            where=str(path),
            found=str(text)[:200],
            wanted="an EPSG code such as EPSG:4326, or WKT",
        ) from error
    if system.is_compound:
        system = system.sub_crs_list[0]
    return system.to_2d() if len(system.axis_info) == 3 else system


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
        CRS_IMPLAUSIBLE.
    """
    west, south, east, north = bounds
    if crs.is_geographic:
        limit = 90 * _per_degree(crs) + cell
        turn = 360 * _per_degree(crs) + cell
        good = -limit <= south <= north <= limit
        good = good and -turn <= west <= east <= 1.5 * turn and east - west <= turn + cell
        found = "coordinates that are no longitudes and latitudes"
    else:
        degrees = -360 <= west <= east <= 360 and -90 <= south <= north <= 90
        short = crs.axis_info[0].unit_conversion_factor <= 1.0  # metres or feet, not kilometres
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


def _per_degree(crs: CRS) -> float:
    """Units of a geographic CRS in a degree."""
    return float(np.deg2rad(1.0) / crs.axis_info[0].unit_conversion_factor)


def _on_earth(crs: CRS, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    x, y = np.meshgrid(np.linspace(west, east, 3), np.linspace(south, north, 3))
    there = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    longitude, latitude = there.transform(x, y)
    again = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(longitude, latitude)
    with np.errstate(invalid="ignore"):
        off = np.hypot(again[0] - x, again[1] - y)
        span = max(east - west, north - south, 1.0)
        return bool((np.isfinite(off) & (off < 0.01 * span + 1.0)).any())
