"""Structure from fault traces: length per area, strikes, and how the traces meet."""

from typing import Annotated, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import frames
from siting.coverage import Geometries, geometries
from siting.errors import InputError, PipelineError
from siting.grid import from_function
from siting.kernels.density import events_within
from siting.kernels.fault_network import Nodes, nodes, steps
from siting.kernels.lines import SegmentTree
from siting.kernels.traces import Segments, Traces, axial_mean, segments, tell_repeated, traces
from siting.kinds import Features, Grid, Layer, Unit
from siting.layers.source_edges import Places, tell_cut
from siting.projection import Floats
from siting.proximity import cell_side
from siting.signature import layer

_RADIUS = Field(gt=0, le=1000)
_TOLERANCE = Field(ge=1, le=10_000)
_METRES = 1000.0  # [m km-1]
_WGS84 = "EPSG:4326"
_NOWHERE: Geometries = np.zeros(0, dtype=object)
_DEXTRAL, _SINISTRAL = ("dextral", "right"), ("sinistral", "left")


@layer()
def line_density(
    features: Features, radius: Annotated[float, Unit("km"), _RADIUS], grid: Grid
) -> Annotated[Layer, Unit("km km-2")]:
    """Length of lines per area within a radius.

    Parameters
    ----------
    features : lines
        Traces of faults, dykes or contacts, beyond the grid too: those within the radius of a
        cell count, so that the density does not fall towards the grid's edge.
    radius : float
        Distance from the cell's centre within which lines count [km].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Length over area [km km-2]; 0 where there is no line, mapped or not.

    Raises
    ------
    InputError
        GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.
    PipelineError
        RADIUS_SMALL where lines between the circles of neighbouring cells would not count.

    Warns
    -----
    ROW_DUPLICATE
        Where pieces of lines are repeated: their length counts twice.
    GEOMETRY_EMPTY
        Where lines without a length are left out.
    FEATURES_CUT
        Where the source ends beside the grid in a straight line.

    Notes
    -----
    ΣL/(π r²), with every line cut by the circle exactly and measured over the ellipsoid. It is
    a density of what was mapped: where maps are of several scales it shows their outlines.

    Examples
    --------
    Through the middle of a circle of 10 km runs a line of 20 km: 2/(π r).

    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 0.01, (0, 0, 0.01, 0.01))
    >>> fault = gpd.GeoDataFrame(geometry=[shapely.LineString([(-1, 0.005), (1, 0.005)])], crs=4326)
    >>> print(f"{line_density(fault, '10 km', grid).values.item():.6f}")
    0.063662
    """
    where = "faults.line_density"
    _refuse_narrow(radius, grid, where)
    found, pieces = _pieces(features, where)
    _tell_cut_lines(found, features.crs, grid, radius, where)
    tree = SegmentTree(pieces)
    area = np.pi * radius**2

    def density(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        length = tree.length_within(longitude, latitude, radius * _METRES)
        return np.asarray(length / _METRES / area)

    return from_function(grid, density, np.float32)


def _pieces(features: Any, where: str) -> tuple[Traces, Segments]:
    found = traces(geometries(features, f"{where}.features"), f"{where}.features")
    tell_repeated(found)
    return found, segments(found)


def _tell_cut_lines(found: Traces, crs: Any, grid: GeoBox, radius: float, where: str) -> None:
    first = np.concatenate([[True], ~found.joined])
    last = np.concatenate([~found.joined, [True]])
    longitude, latitude = found.places.T
    places = Places(longitude, latitude, first | last, found.trace)
    tell_cut(places, crs, grid, radius * _METRES, f"{where}.features")


def _refuse_narrow(radius: float, grid: GeoBox, where: str) -> None:
    least = cell_side(grid) / _METRES / np.sqrt(2)
    if radius < least:
        raise PipelineError(
            "RADIUS_SMALL", "the circles of neighbouring cells leave ground between them",
            where=f"{where}.radius", found=f"{radius:g} km",
            wanted=f"at least half the diagonal of a cell, {least:.3g} km",
        )  # fmt: skip


@layer()
def point_density(
    features: Features, radius: Annotated[float, Unit("km"), _RADIUS], grid: Grid
) -> Annotated[Layer, Unit("km-2")]:
    """Number of points per area within a radius.

    Parameters
    ----------
    features : points
        Places, such as intersections of faults; there may be none.
    radius : float
        Distance from the cell's centre within which points count [km].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Points per area [km-2]; 0 where there are none.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where the features are no points; GEOMETRY_EMPTY, CRS_MISSING.
    PipelineError
        RADIUS_SMALL where points between the circles of neighbouring cells would not count.

    Warns
    -----
    FEATURES_CUT
        Where the source ends beside the grid in a straight line.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 0.01, (0, 0, 0.01, 0.01))
    >>> nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0.1], [0, 0]), crs=4326)
    >>> print(f"{point_density(nodes, '5 km', grid).values.item():.6f}")
    0.012732
    """
    where = "faults.point_density"
    _refuse_narrow(radius, grid, where)
    places = geometries(features, f"{where}.features") if len(features) else _NOWHERE
    if (shapely.get_type_id(places) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "only points are counted", where=f"{where}.features",
            found=", ".join(sorted({each.geom_type for each in places})), wanted="points",
            fix="use faults.line_density for lines",
        )  # fmt: skip
    x, y, area = shapely.get_x(places), shapely.get_y(places), np.pi * radius**2
    each = np.arange(len(x))
    found = Places(x, y, each >= 0, each)
    tell_cut(found, features.crs, grid, radius * _METRES, f"{where}.features")

    def density(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return np.asarray(events_within(longitude, latitude, x, y, radius * _METRES) / area)

    return from_function(grid, density, np.float32)


class Orientation(NamedTuple):
    """Parts of the mean strike of lines, twice the azimuth, and how alike strikes are."""

    cosine: Annotated[Layer, Unit("1")]
    sine: Annotated[Layer, Unit("1")]
    alignment: Annotated[Layer, Unit("1")]


@layer()
def orientation(
    features: Features, radius: Annotated[float, Unit("km"), _RADIUS], grid: Grid
) -> Orientation:
    """Mean strike of lines within a radius, as parts that models can use.

    Parameters
    ----------
    features : lines
        Traces of faults, beyond the grid too.
    radius : float
        Distance from the cell's centre within which lines count [km].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    cosine, sine, alignment : (y, x) layers
        Means by length of cos 2θ (1 for strikes to the north, -1 to the east) and of sin 2θ (1
        for north-east, -1 for north-west) over strikes θ, and the length of the vector of both:
        1 where all lines are parallel, 0 where no strike prevails. NaN where there is no line.

    Raises
    ------
    InputError, PipelineError
        As :func:`line_density`, which gives the same warnings too.

    Notes
    -----
    Strikes are axes: 179 and 1 degree differ by 2. Their mean is that of the doubled angles, and
    no layer of azimuths comes out, which nothing could average, scale or split at a threshold.

    References
    ----------
    Mardia and Jupp (2000), Directional statistics, Wiley, section 1.4.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 0.01, (0, 0, 0.01, 0.01))
    >>> fault = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (0, 1)])], crs=4326)
    >>> [each.values.round(3).item() for each in orientation(fault, "10 km", grid)]
    [1.0, 0.0, 1.0]
    """
    where = "faults.orientation"
    _refuse_narrow(radius, grid, where)
    tree = SegmentTree(_pieces(features, where)[1])
    double = np.radians(2 * tree.segments.azimuth)

    def mean(part: Floats) -> Any:
        def block(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
            return tree.mean_within(longitude, latitude, radius * _METRES, part)

        return from_function(grid, block, np.float32)

    cosine, sine = mean(np.cos(double)), mean(np.sin(double))
    return Orientation(cosine, sine, np.hypot(cosine, sine))


@layer()
def strikes(features: Features) -> Features:
    """Lines with their length and mean strike.

    Parameters
    ----------
    features : lines
        Traces of faults.

    Returns
    -------
    lines
        The same rows with columns ``line_length`` [km], ``azimuth``: mean strike by length,
        clockwise from true north, from 0 to 180 [degree], and ``straightness``: 1 for a straight
        line, less the more its strike changes. NaN for a line without length.

    Raises
    ------
    InputError
        GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.

    Notes
    -----
    Means of doubled angles, as in :func:`orientation`.

    Examples
    --------
    >>> bend = shapely.LineString([(0, 0), (0.2, 0), (0.2, 0.1)])
    >>> found = strikes(gpd.GeoDataFrame(geometry=[bend], crs=4326))
    >>> found[["line_length", "azimuth", "straightness"]].round(2).values.tolist()
    [[33.32, 90.0, 0.34]]
    """
    where = "faults.strikes.features"
    found = traces(geometries(features, where), where)
    pieces = segments(found)
    row, count = found.row[pieces.trace], len(features)
    length = np.bincount(row, pieces.length, count) / _METRES
    azimuth, straightness = axial_mean(pieces.azimuth, pieces.length, row, count)
    columns = {"line_length": length, "azimuth": azimuth, "straightness": straightness}
    told = {
        "line_length": ("km", "length over the ground"),
        "azimuth": ("degree", "mean strike, an axis from 0 to 180"),
        "straightness": ("1", "resultant length of the strikes"),
    }
    return _with_columns(features.assign(**columns), told)


@layer()
def straight_pieces(features: Features) -> Features:
    """Lines cut at their vertices, each piece with its strike.

    Parameters
    ----------
    features : lines
        Traces of faults.

    Returns
    -------
    lines
        A row for each straight piece with the columns of its line, ``line_length`` [km] and
        ``azimuth``: strike in its middle, clockwise from true north, from 0 to 180 [degree].

    Raises
    ------
    InputError
        GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.

    Examples
    --------
    >>> bend = shapely.LineString([(0, 0), (0.1, 0), (0.1, 0.1)])
    >>> straight_pieces(gpd.GeoDataFrame(geometry=[bend], crs=4326)).azimuth.round(1).tolist()
    [90.0, 0.0]
    """
    where = "faults.straight_pieces.features"
    found = traces(geometries(features, where), where)
    joined = found.joined
    edges = np.stack([found.places[:-1][joined], found.places[1:][joined]], axis=1)
    row = found.row[found.trace[:-1][joined]]
    each = Traces(edges.reshape(-1, 2), np.arange(2 * len(edges)) // 2, np.arange(len(edges)))
    pieces = segments(each)
    length = np.bincount(pieces.trace, pieces.length, len(edges)) / _METRES
    azimuth = axial_mean(pieces.azimuth, pieces.length, pieces.trace, len(edges))[0]
    cut = features.to_crs(_WGS84).iloc[row].reset_index(drop=True)
    cut = cut.set_geometry(shapely.linestrings(edges), crs=_WGS84)
    told = {
        "line_length": ("km", "length over the ground"),
        "azimuth": ("degree", "strike, an axis from 0 to 180"),
    }
    cut.attrs = dict(features.attrs)
    return _with_columns(cut.assign(line_length=length, azimuth=azimuth), told)


@layer()
def intersections(
    features: Features, tolerance: Annotated[float, Unit("m"), _TOLERANCE] = 100.0
) -> Features:
    """Places where traces cross or abut.

    Parameters
    ----------
    features : lines
        Traces of faults; the parts of a multi-part line are traces of their own.
    tolerance : float
        Distance within which an end touches another trace, and places are one [m]: as far as
        the map's lines may be off.

    Returns
    -------
    points
        With columns ``node``: ``crossing`` where four or more ways lead from the place,
        ``abutment`` where three do (X and Y nodes); ``arms``, the number of ways, and ``ends``,
        the number of traces that end there. Two traces that merely join end to end are one fault
        drawn in two pieces, and no intersection. There may be none at all.

    Raises
    ------
    InputError
        GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.

    Warns
    -----
    ROW_DUPLICATE, GEOMETRY_EMPTY
        As :func:`line_density`.

    References
    ----------
    Sanderson and Nixon (2015), The use of topology in fracture network characterization, J.
    Struct. Geol. 72, 55-66.

    Examples
    --------
    >>> lines = [[(-1, 0), (1, 0)], [(0, -1), (0, 1)], [(0.5, 0), (0.5, 1)]]
    >>> faults = gpd.GeoDataFrame(geometry=[shapely.LineString(each) for each in lines], crs=4326)
    >>> found = intersections(faults)
    >>> list(zip(found.node, found.geometry.x.round(6), found.geometry.y))
    [('crossing', 0.0, 0.0), ('abutment', 0.5, 0.0)]
    """
    met = _network(features, "faults.intersections", tolerance)[2]
    found = met.arms > 2
    rows = {
        "node": np.where(met.arms[found] > 3, "crossing", "abutment"),
        "arms": met.arms[found],
        "ends": met.ends[found],
    }
    told = {
        "arms": ("1", "ways that lead from the place"),
        "ends": ("1", "traces that end at the place"),
    }
    return _points(rows, met.longitude[found], met.latitude[found], told)


@layer()
def terminations(
    features: Features, tolerance: Annotated[float, Unit("m"), _TOLERANCE] = 100.0
) -> Features:
    """Ends of traces that touch no other trace.

    Parameters
    ----------
    features : lines
        Traces of faults; the parts of a multi-part line are traces of their own.
    tolerance : float
        Distance within which an end touches another trace [m].

    Returns
    -------
    points
        With the column ``feature``: position of the trace among the features, from 1. Rings
        have no ends. There may be none at all.

    Raises
    ------
    InputError
        GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.

    Warns
    -----
    ROW_DUPLICATE, GEOMETRY_EMPTY
        As :func:`line_density`.

    Notes
    -----
    A trace that ends where the map ends, or goes under younger rocks, terminates here too.

    Examples
    --------
    >>> lines = [[(-1, 0), (1, 0)], [(0, 0), (0, 1)]]
    >>> faults = gpd.GeoDataFrame(geometry=[shapely.LineString(each) for each in lines], crs=4326)
    >>> [place.wkt for place in terminations(faults).geometry]
    ['POINT (-1 0)', 'POINT (1 0)', 'POINT (0 1)']
    """
    found, _, met = _network(features, "faults.terminations", tolerance)
    ends, trace = found.ends
    longitude, latitude = ends[met.free].T
    rows = {"feature": found.row[trace[met.free]] + 1}
    told = {"feature": ("1", "position of the trace, from 1")}
    return _points(rows, longitude, latitude, told)


@layer()
def step_overs(
    features: Features,
    separation: Annotated[float, Unit("km"), Field(gt=0, le=100)] = 5.0,
    least_separation: Annotated[float, Unit("km"), Field(gt=0, le=100)] = 0.2,
    overlap: Annotated[float, Unit("km"), Field(gt=0, le=100)] = 5.0,
    angle: Annotated[float, Unit("degree"), Field(gt=0, lt=90)] = 30.0,
    tolerance: Annotated[float, Unit("m"), _TOLERANCE] = 100.0,
    slip_sense: str | None = None,
) -> Features:
    """Steps from the free end of a trace to that of a sub-parallel one.

    Parameters
    ----------
    features : lines
        Traces of faults; the parts of a multi-part line are traces of their own.
    separation, least_separation : float
        Greatest and least distance across strike [km]; below the least it is a gap in a trace.
    overlap : float
        Greatest distance along strike by which the ends overlap, or fail to reach each other [km].
    angle : float
        Greatest difference of the strikes at the ends [degree].
    tolerance : float
        Distance within which an end touches another trace, and is not free [m].
    slip_sense : str, optional
        Column that says ``dextral`` (right-lateral) or ``sinistral`` (left-lateral), alone or
        among other words, such as ``Sinistral-Normal``.

    Returns
    -------
    points
        Half way between the ends, with columns ``step``: ``left`` or ``right``, the side of the
        next trace for who walks along either; ``bend``: ``releasing`` (left steps of sinistral,
        right ones of dextral faults), ``restraining``, or ``unknown`` where the sense of slip of
        the two is not known or not the same; ``separation`` and ``overlap`` (negative for an
        underlap) [km]. There may be none at all.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the least separation is not below the greatest.
    InputError
        COLUMN_MISSING; GEOMETRY_WRONG for points and areas; FEATURES_NONE, GEOMETRY_EMPTY,
        CRS_MISSING.

    Notes
    -----
    Strike at an end is that over the last `separation` of the trace. Each end makes one step, with
    the nearest that fits, where each is the other's nearest. Ruptures seldom jump steps wider
    than 4 to 5 km (Wesnousky 2006), hence the default.

    References
    ----------
    Wesnousky (2006), Predicting the endpoints of earthquake ruptures, Nature 444, 358-360. Faulds
    and Hinz (2015), Favorable tectonic and structural settings of geothermal systems in the Great
    Basin region, Proc. World Geothermal Congress.

    Examples
    --------
    >>> lines = [[(0, 0), (0.3, 0)], [(0.28, 0.02), (0.6, 0.02)]]
    >>> faults = gpd.GeoDataFrame(
    ...     {"slip": ["Sinistral", "Sinistral-Normal"]},
    ...     geometry=[shapely.LineString(each) for each in lines], crs=4326,
    ... )
    >>> found = step_overs(faults, slip_sense="slip")
    >>> found.drop(columns="geometry").round(1).values.tolist()
    [['left', 'releasing', 2.2, 2.2]]
    """
    where = "faults.step_overs"
    if least_separation >= separation:
        raise PipelineError(
            "VALUE_INVALID", "the least separation is not below the greatest", where=where,
            found=f"{least_separation:g} and {separation:g} km",
        )  # fmt: skip
    sense = _senses(features, slip_sense, where)
    found, pieces, met = _network(features, where, tolerance)
    widths = least_separation * _METRES, separation * _METRES
    step = steps(found, pieces, met.free, widths, overlap * _METRES, angle)
    left = step.across > 0
    one, other = (sense[found.row[trace]] for trace in (step.first, step.second))
    known = (one == other) & (one != 0)
    opens = left == (one < 0)
    rows = {
        "step": np.where(left, "left", "right"),
        "bend": np.where(known, np.where(opens, "releasing", "restraining"), "unknown"),
        "separation": np.abs(step.across) / _METRES,
        "overlap": step.overlap / _METRES,
    }
    told = {
        "separation": ("km", "distance across strike"),
        "overlap": ("km", "distance along strike, negative for an underlap"),
    }
    return _points(rows, step.longitude, step.latitude, told)


def _senses(features: Any, name: str | None, where: str) -> NDArray[np.int64]:
    """1 for dextral, -1 for sinistral, 0 where neither or both is said."""
    if name is None:
        return np.zeros(len(features), dtype=np.int64)
    words = [str(each).casefold() for each in frames.column(features, name, None, where)]
    said = [
        [any(word in text for word in names) for text in words] for names in (_DEXTRAL, _SINISTRAL)
    ]
    dextral, sinistral = np.array(said, dtype=np.int64)
    return np.asarray(dextral - sinistral)


def _network(features: Any, where: str, tolerance: float) -> tuple[Traces, Segments, Nodes]:
    found, pieces = _pieces(features, where)
    return found, pieces, nodes(found, pieces, tolerance)


def _points(
    rows: dict[str, Any], longitude: Floats, latitude: Floats, told: dict[str, tuple[str, str]]
) -> gpd.GeoDataFrame:
    """Points with columns, their units and meanings."""
    places = gpd.points_from_xy(longitude, latitude, crs=_WGS84)
    return _with_columns(gpd.GeoDataFrame(rows, geometry=places), told)


def _with_columns(features: gpd.GeoDataFrame, told: dict[str, tuple[str, str]]) -> gpd.GeoDataFrame:
    columns = {name: {"units": unit, "description": text} for name, (unit, text) in told.items()}
    features.attrs["columns"] = {**features.attrs.get("columns", {}), **columns}
    return features
