"""Lines on the ground one by one: their vertices, their straight pieces, their strikes."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from siting import findings
from siting.coverage import Geometries
from siting.errors import InputError
from siting.geodesy import SEMI_MAJOR_AXIS, arc, ecef
from siting.projection import Floats, wrap
from siting.wording import counted

Integers = NDArray[np.int64]

LONGEST_PIECE = 5_000.0  # [m] bends by 0.5 m from its chord
_SAME = 1e-9  # [degree] vertices closer than this, a tenth of a millimetre, are one
_TOLD = "traces of faults"  # one name for all functions: a run tells a finding once
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)


@dataclass(frozen=True)
class Traces:
    """Lines without breaks, as fault traces on a map; the parts of a multi-part line are several.

    Attributes
    ----------
    places : numpy.ndarray of shape (vertices, 2)
        Longitude and latitude [degree]; longitudes run on beyond 180 across the dateline.
    trace : numpy.ndarray of shape (vertices,)
        Which trace each vertex belongs to; vertices of a trace stand together, in order.
    row : numpy.ndarray of shape (traces,)
        Which of the features each trace is part of.
    """

    places: Floats
    trace: Integers
    row: Integers

    @property
    def joined(self) -> NDArray[np.bool_]:
        """Whether each vertex but the last is joined to the next one."""
        return np.asarray(self.trace[1:] == self.trace[:-1])

    @property
    def ends(self) -> tuple[Floats, Integers]:
        """First and last places of the traces, (2 traces, 2) in turns, and their traces."""
        first = np.concatenate([[True], ~self.joined])
        last = np.concatenate([~self.joined, [True]])
        where = np.column_stack([np.flatnonzero(first), np.flatnonzero(last)]).ravel()
        return self.places[where], self.trace[where]


@dataclass(frozen=True)
class Segments:
    """Straight pieces of traces, short enough to be taken for chords through the earth.

    Attributes
    ----------
    start, end : numpy.ndarray of shape (segments, 3)
        Earth-centred places [m].
    length : numpy.ndarray of shape (segments,)
        Over the ground [m].
    azimuth : numpy.ndarray of shape (segments,)
        Of the way from start to end, clockwise from true north, from 0 to 360 [degree].
    trace : numpy.ndarray of shape (segments,)
        Which trace each piece belongs to, in order along it.
    """

    start: Floats
    end: Floats
    length: Floats
    azimuth: Floats
    trace: Integers


def traces(lines: Geometries, where: str) -> Traces:
    """Lines one by one, without repeated vertices and without those that have no length.

    Parameters
    ----------
    lines : array of shapely lines
        In longitude and latitude [degree], single or multi-part; a third coordinate is not used.
        Edges over more than half the globe are taken the short way, across the dateline.
    where : str
        Who asks, for errors.

    Raises
    ------
    InputError
        GEOMETRY_WRONG for anything but lines, COORD_INVALID for a place that is no number,
        FEATURES_NONE where none has a length.

    Warns
    -----
    GEOMETRY_EMPTY
        Where lines without a length are left out.

    Examples
    --------
    >>> line = shapely.MultiLineString([[(179, 0), (-179, 0)], [(0, 1), (0, 1), (0, 2)]])
    >>> found = traces(np.array([line]), "faults")
    >>> found.places.tolist(), found.trace.tolist(), found.row.tolist()
    ([[179.0, 0.0], [181.0, 0.0], [0.0, 1.0], [0.0, 2.0]], [0, 0, 1, 1], [0, 0])
    """
    parts, row = _parts(lines, where)
    places, trace = shapely.get_coordinates(parts, return_index=True)
    _refuse_nowhere(places, row[trace], where)
    places = _unwrapped(places, trace)
    moved = np.abs(np.diff(places, axis=0)).max(axis=1) > _SAME
    keep = np.concatenate([[True], moved | (trace[1:] != trace[:-1])])
    places, trace = places[keep], trace[keep]
    long = np.bincount(trace, minlength=len(parts)) > 1
    _tell_without_length(row[~long], where, len(parts))
    kept = long[trace]
    return Traces(places[kept], (np.cumsum(long) - 1)[trace[kept]], row[long])


def _parts(lines: Geometries, where: str) -> tuple[Geometries, Integers]:
    """Single lines, and the feature that each belongs to."""
    parts, row = shapely.get_parts(lines, return_index=True)
    parts, outer = shapely.get_parts(parts, return_index=True)  # collections of multi-parts
    if not np.isin(shapely.get_type_id(parts), _LINES).all():
        raise InputError(
            "GEOMETRY_WRONG", "points and areas are no traces", where=where,
            found=", ".join(sorted({each.geom_type for each in parts})), wanted="lines",
            fix="bring the traces as lines; an outline becomes one by geometry.boundary",
        )  # fmt: skip
    return np.asarray(parts), np.asarray(row[outer], dtype=np.int64)


def _refuse_nowhere(places: Floats, row: Integers, where: str) -> None:
    bad = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if bad.size:
        raise InputError(
            "COORD_INVALID", f"{counted(bad.size, 'place is', 'places are')} no number",
            where=where, found=f"row {row[bad[0]] + 1}: {places[bad[0]].tolist()}",
            wanted="longitudes and latitudes",
        )  # fmt: skip


def _unwrapped(places: Floats, trace: Integers) -> Floats:
    """Places whose longitudes run on across the dateline, each trace from -180 to 180 at first."""
    step = np.diff(places[:, 0])
    joined = trace[1:] == trace[:-1]
    turns = np.concatenate([[0.0], np.cumsum(np.where(joined, -360 * np.round(step / 360), 0.0))])
    first = np.flatnonzero(np.concatenate([[True], ~joined]))
    begin = wrap(places[first, 0]) - places[first, 0] - turns[first]
    longitude = places[:, 0] + turns + np.repeat(begin, np.diff([*first, len(places)]))
    return np.column_stack([longitude, places[:, 1]])


def _tell_without_length(rows: Integers, where: str, count: int) -> None:
    if len(rows) == count:
        raise InputError(
            "FEATURES_NONE", "no line has a length", where=where, found=counted(count, "line"),
            wanted="lines of two or more places",
        )  # fmt: skip
    if len(rows):
        findings.warn(
            "GEOMETRY_EMPTY", "lines without a length are left out", where=_TOLD,
            found=f"{counted(len(rows), 'line')}, first in row {rows[0] + 1}",
            wanted="lines of two or more places",
        )  # fmt: skip


def tell_repeated(found: Traces) -> None:
    """Warn of pieces of lines that are repeated, in either direction.

    Warns
    -----
    ROW_DUPLICATE
        The same words for the same lines, so that a run tells it once.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (1, 0)])
    >>> with findings.collect() as told:
    ...     tell_repeated(traces(np.array([line, line.reverse()]), "faults"))
    >>> [(each.code, each.found) for each in told]
    [('ROW_DUPLICATE', '1 piece of 2, as in rows 1 and 2')]
    """
    joined = found.joined
    places = np.column_stack([wrap(found.places[:, 0]), found.places[:, 1]])
    ends = np.round(places / _SAME).astype(np.int64)
    one, other = ends[:-1][joined], ends[1:][joined]
    later = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    edges = np.where(later[:, None], np.hstack([other, one]), np.hstack([one, other]))
    order = np.lexsort(edges.T)
    same = (edges[order][1:] == edges[order][:-1]).all(axis=1)
    if not same.any():
        return
    rows = found.row[found.trace[:-1][joined]]
    pair = np.sort(rows[[order[:-1][same][0], order[1:][same][0]]]) + 1
    findings.warn(
        "ROW_DUPLICATE", "pieces of lines are repeated, place by place", where=_TOLD,
        found=f"{counted(same.sum(), 'piece')} of {len(edges)}, as in rows {pair[0]} and {pair[1]}",
        wanted="each line once",
        fix="remove the copies: their length counts twice, and their ends meet each other",
    )  # fmt: skip


def segments(found: Traces, longest: float = LONGEST_PIECE) -> Segments:
    """Straight pieces of traces, at most a given length.

    Parameters
    ----------
    found : Traces
        Lines one by one.
    longest : float
        Greatest length of a piece [m].

    Notes
    -----
    Edges are straight in longitude and latitude, as GeoJSON has them. A piece of s m lies s²/8R
    under the ground in its middle, and bends as much at most to its side below 45 degrees of
    latitude: 0.5 m for 5 km.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (0.1, 0.1)])
    >>> pieces = segments(traces(np.array([line]), "faults"))
    >>> len(pieces.length), round(pieces.length.sum()), pieces.azimuth.round(1).tolist()
    (4, 15690, [45.2, 45.2, 45.2, 45.2])
    """
    joined = found.joined
    begin, step = found.places[:-1][joined], np.diff(found.places, axis=0)[joined]
    lowest = np.radians(np.minimum(np.abs(begin[:, 1]), np.abs(begin[:, 1] + step[:, 1])))
    crossing = begin[:, 1] * (begin[:, 1] + step[:, 1]) < 0
    width = np.where(crossing, 1.0, np.cos(lowest)) * step[:, 0]
    bound = 1.01 * SEMI_MAJOR_AXIS * np.radians(np.hypot(width, step[:, 1]))  # 1 % for ellipticity
    pieces = np.maximum(np.ceil(bound / longest), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    at = [
        begin[edge] + ((number + offset) / pieces[edge])[:, None] * step[edge]
        for offset in (0, 0.5, 1)
    ]
    start, end = ecef(*at[0].T), ecef(*at[2].T)
    length = arc(np.linalg.norm(end - start, axis=1))
    east, north = local(end - start, *at[1].T)
    azimuth = np.degrees(np.arctan2(east, north)) % 360
    return Segments(start, end, length, azimuth, found.trace[:-1][joined][edge])


def local(vectors: Floats, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Parts of earth-centred vectors to the east and to the north at places [m].

    Examples
    --------
    >>> east, north = local(np.array([[0.0, 3.0, 4.0]]), np.array([0.0]), np.array([0.0]))
    >>> east.item(), north.item()
    (3.0, 4.0)
    """
    lam, phi = np.radians(longitude), np.radians(latitude)
    x, y, z = vectors.T
    outward = x * np.cos(lam) + y * np.sin(lam)
    return y * np.cos(lam) - x * np.sin(lam), z * np.cos(phi) - outward * np.sin(phi)


def axial_mean(azimuth: Floats, weight: Floats, group: Integers, groups: int) -> Floats:
    """Mean strike of each group of lines, and how alike they are.

    Parameters
    ----------
    azimuth, weight : numpy.ndarray of shape (n,)
        Strikes, of which 10 and 190 are the same [degree], and what each counts.
    group : numpy.ndarray of shape (n,)
        Group of each, from 0 to `groups` - 1.
    groups : int
        Number of groups.

    Returns
    -------
    numpy.ndarray of shape (2, groups)
        Mean strike from 0 to 180 [degree], and resultant length: 1 where all are parallel, 0
        where no direction prevails. NaN for a group without weight.

    Notes
    -----
    The mean of unit vectors of twice the azimuth, halved: 179 and 1 have the mean 0, not 90.

    References
    ----------
    Mardia and Jupp (2000), Directional statistics, Wiley, section 1.4.

    Examples
    --------
    >>> strikes = np.array([179.0, 1.0])
    >>> axial_mean(strikes, np.ones(2), np.array([0, 0]), 1).round(4).tolist()
    [[0.0], [0.9994]]
    """
    double = np.radians(2 * azimuth)
    parts = np.ones_like(double), np.cos(double), np.sin(double)
    total, *sums = (np.bincount(group, weight * part, groups) for part in parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine, sine = (each / total for each in sums)
    halved = np.degrees(np.arctan2(sine, cosine)) / 2 % 180
    strike = np.where(180 - halved < 1e-9, 0.0, halved)
    return np.vstack([strike, np.hypot(cosine, sine)])
