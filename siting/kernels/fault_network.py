"""How traces meet: nodes where they cross or abut, ends that meet none, steps between these."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siting.geodesy import ecef
from siting.kernels.traces import Integers, Segments, Traces, local
from siting.projection import Floats, wrap

_CLOSED = 1e-9  # [degree] ends of a ring


class Nodes(NamedTuple):
    """Places where traces meet, and the ends of traces that meet none."""

    longitude: Floats  # of the nodes [degree]
    latitude: Floats
    arms: Integers  # ways that lead from a node: 2 for a trace that runs through, 1 for an end
    ends: Integers  # traces that end at it
    free: NDArray[np.bool_]  # (2 traces,) of the ends, in the order of Traces.ends


class _Contacts(NamedTuple):
    """Traces at places: the same place once for each trace that touches it."""

    places: Floats  # (n, 2) [degree]
    trace: Integers
    is_end: NDArray[np.bool_]


def nodes(found: Traces, pieces: Segments, tolerance: float) -> Nodes:
    """Places where traces meet, with the number of arms of each; ends that meet no other trace.

    Parameters
    ----------
    found : Traces
        Lines one by one.
    pieces : Segments
        Their straight pieces.
    tolerance : float
        Distance over the ground within which an end touches another trace, and places are one
        node [m]; at least a metre, as pieces bend by half of that.

    Notes
    -----
    Edges cross where they do so in longitude and latitude, in which they are straight. Where an
    end lies within the tolerance of a crossing of its own trace, it ends there. A trace that
    crosses itself has no node.

    References
    ----------
    Sanderson and Nixon (2015), The use of topology in fracture network characterization, J.
    Struct. Geol. 72, 55-66: nodes of one arm (I), three (Y) and four (X).

    Examples
    --------
    >>> from siting.kernels.traces import segments, traces
    >>> cross = [shapely.LineString([(-1, 0), (1, 0)]), shapely.LineString([(0, -1), (0, 1)])]
    >>> found = traces(np.array(cross), "faults")
    >>> met = nodes(found, segments(found), 100.0)
    >>> met.longitude.tolist(), met.arms.tolist(), met.free.tolist()
    ([0.0], [4], [True, True, True, True])
    """
    ends, owner = found.ends
    touching, touched = _touches(ends, owner, pieces, tolerance)
    crossing, one, other = _crossings(found)
    both = np.concatenate([crossing, crossing])
    at_ends = np.unique(touching)
    contacts = _Contacts(
        np.concatenate([both, ends[at_ends], ends[touching]]),
        np.concatenate([one, other, owner[at_ends], touched]),
        np.repeat([False, True, False], [len(both), len(at_ends), len(touching)]),
    )
    first, last = ends[::2], ends[1::2]
    closed = np.abs(np.column_stack([wrap((last - first)[:, 0]), (last - first)[:, 1]])) < _CLOSED
    free = ~np.repeat(closed.all(axis=1), 2)
    free[at_ends] = False
    return Nodes(*_clustered(contacts, tolerance), free)


def _touches(
    ends: Floats, owner: Integers, pieces: Segments, tolerance: float
) -> tuple[Integers, Integers]:
    """Ends within a distance of other traces, and these traces."""
    points, step = ecef(*ends.T), pieces.end - pieces.start
    half = float(np.linalg.norm(step, axis=1).max()) / 2
    tree = cKDTree(pieces.start + step / 2)
    near = tree.query_ball_point(points, tolerance + half)
    end = np.repeat(np.arange(len(ends)), [len(each) for each in near])
    piece = np.concatenate([*near, []]).astype(np.int64)
    others = pieces.trace[piece] != owner[end]
    end, piece = end[others], piece[others]
    away = points[end] - pieces.start[piece]
    share = (away * step[piece]).sum(axis=1) / (step[piece] ** 2).sum(axis=1)
    away -= np.clip(share, 0, 1)[:, None] * step[piece]
    close = np.linalg.norm(away, axis=1) <= tolerance
    return end[close], pieces.trace[piece[close]]


def _crossings(found: Traces) -> tuple[Floats, Integers, Integers]:
    """Places where edges of different traces cross or touch, and the two traces."""
    joined = found.joined
    edges = np.stack([found.places[:-1][joined], found.places[1:][joined]], axis=1)
    edges[..., 0] += (wrap(edges[:, 0, 0]) - edges[:, 0, 0])[:, None]
    number = np.arange(len(edges))
    # Beyond the dateline an edge lies on the map twice.
    east, west = edges[..., 0].max(axis=1) >= 180, edges[..., 0].min(axis=1) <= -180
    turn = np.array([360.0, 0.0])
    number = np.concatenate([number, number[east], number[west]])
    lines = shapely.linestrings(np.concatenate([edges, edges[east] - turn, edges[west] + turn]))
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    owner = found.trace[:-1][joined][number]
    pairs = owner[a] < owner[b]
    a, b = a[pairs], b[pairs]
    places = shapely.intersection(lines[a], lines[b])
    single = shapely.get_type_id(places) == shapely.GeometryType.POINT  # else they run together
    at = shapely.get_coordinates(places[single])
    return np.column_stack([wrap(at[:, 0]), at[:, 1]]), owner[a][single], owner[b][single]


def _clustered(contacts: _Contacts, tolerance: float) -> tuple[Floats, Floats, Integers, Integers]:
    """Longitude, latitude, arms and ends of the nodes that contacts close together are."""
    count = len(contacts.trace)
    if not count:
        none = np.zeros(0, dtype=np.int64)
        return none.astype(float), none.astype(float), none, none
    near = cKDTree(ecef(*contacts.places.T)).query_pairs(tolerance, output_type="ndarray")
    graph = coo_array((np.ones(len(near)), near.T), (count, count))
    total, node = connected_components(graph, directed=False)
    members, inverse = np.unique(
        np.column_stack([node, contacts.trace]), axis=0, return_inverse=True
    )
    ending = np.bincount(inverse.ravel(), contacts.is_end, len(members)) > 0
    arms = np.bincount(members[:, 0], np.where(ending, 1, 2), total).astype(np.int64)
    ends = np.bincount(members[:, 0], ending, total).astype(np.int64)
    longitude, latitude = _middles(contacts.places, node, total)
    return longitude, latitude, arms, ends


def _middles(places: Floats, group: NDArray[np.integer], groups: int) -> tuple[Floats, Floats]:
    """Mean longitude and latitude of groups of places close together [degree]."""
    first = np.zeros(groups, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    count = np.bincount(group, minlength=groups)
    apart = wrap(places[:, 0] - places[first[group], 0])
    longitude = wrap(places[first, 0] + np.bincount(group, apart, groups) / count)
    return longitude, np.bincount(group, places[:, 1], groups) / count


class Steps(NamedTuple):
    """Steps from the free end of a trace to that of another one."""

    longitude: Floats  # half way between the ends [degree]
    latitude: Floats
    first: Integers  # the two traces
    second: Integers
    across: Floats  # distance across strike, positive for a step to the left [m]
    overlap: Floats  # along strike, negative where the ends do not reach each other [m]


def steps(
    found: Traces,
    pieces: Segments,
    free: NDArray[np.bool_],
    widths: tuple[float, float],
    overlap: float,
    angle: float,
) -> Steps:
    """Steps between free ends that point past each other.

    Parameters
    ----------
    found : Traces
        Lines one by one.
    pieces : Segments
        Their straight pieces.
    free : numpy.ndarray of shape (2 traces,)
        Which ends meet no other trace.
    widths : tuple of float
        Least and greatest distance across strike [m].
    overlap : float
        Greatest distance along strike by which the ends overlap or fail to [m].
    angle : float
        Greatest difference of the strikes at the ends [degree].

    Notes
    -----
    Strike at an end is that of the chord over the last stretch as long as the greatest width, or
    over the whole of a shorter trace. Each end makes one step at most, with the nearest end that
    fits, where each is the other's nearest.

    Examples
    --------
    Walking east along the first trace, the second lies to the left, 2.2 km away.

    >>> from siting.kernels.traces import segments, traces
    >>> south = shapely.LineString([(0, 0), (0.3, 0)])
    >>> north = shapely.LineString([(0.28, 0.02), (0.6, 0.02)])
    >>> found = traces(np.array([south, north]), "faults")
    >>> free = np.ones(4, dtype=bool)
    >>> step = steps(found, segments(found), free, (100.0, 5000.0), 5000.0, 30.0)
    >>> step.across.round(1).tolist(), step.overlap.round(1).tolist()
    ([2211.5], [2226.4])
    """
    places, owner = (each[free] for each in found.ends)
    points = ecef(*places.T)
    outward = _outward(found, pieces, widths[1])[free]
    pair = cKDTree(points).query_pairs(np.hypot(widths[1], overlap), output_type="ndarray")
    one, other = np.sort(pair[owner[pair[:, 0]] != owner[pair[:, 1]]], axis=1).T
    frame = places[one].T
    u, v, apart = (
        np.column_stack(local(vectors, *frame))
        for vectors in (outward[one], outward[other], points[other] - points[one])
    )
    u, v = (each / np.linalg.norm(each, axis=1)[:, None] for each in (u, v))
    along = u - v  # from the one trace towards the other, where they run against each other
    with np.errstate(invalid="ignore"):
        along /= np.linalg.norm(along, axis=1)[:, None]
    ahead = (along * apart).sum(axis=1)
    across = along[:, 0] * apart[:, 1] - along[:, 1] * apart[:, 0]
    fits = (u * v).sum(axis=1) <= -np.cos(np.radians(angle))
    fits &= (np.abs(across) >= widths[0]) & (np.abs(across) <= widths[1])
    fits &= np.abs(ahead) <= overlap
    kept = np.flatnonzero(fits)
    kept = kept[_mutual(one[kept], other[kept], np.linalg.norm(apart[kept], axis=1), len(places))]
    one, other = one[kept], other[kept]
    middle = wrap(places[one, 0] + wrap(places[other, 0] - places[one, 0]) / 2)
    latitude = (places[one, 1] + places[other, 1]) / 2
    return Steps(middle, latitude, owner[one], owner[other], across[kept], -ahead[kept])


def _outward(found: Traces, pieces: Segments, stretch: float) -> Floats:
    """Chord of the last stretch before each end, towards the end, in the order of Traces.ends."""
    total = np.bincount(pieces.trace, pieces.length, len(found.row))
    stop = np.cumsum(total)
    begin = stop - total
    back = np.minimum(stretch, total)
    at = np.column_stack([begin + back, stop - back]).ravel()
    reached = np.cumsum(pieces.length)
    piece = np.minimum(np.searchsorted(reached, at), len(reached) - 1)
    # Rounding of the running sum may point to the neighbouring trace's first or last piece.
    last = np.cumsum(np.bincount(pieces.trace, minlength=len(found.row))) - 1
    first = np.concatenate([[0], last[:-1] + 1])
    piece = np.clip(piece, np.repeat(first, 2), np.repeat(last, 2))
    share = 1 - np.clip((reached[piece] - at) / pieces.length[piece], 0, 1)
    inner = pieces.start[piece] + share[:, None] * (pieces.end - pieces.start)[piece]
    return np.asarray(ecef(*found.ends[0].T) - inner)


def _mutual(one: Integers, other: Integers, distance: Floats, count: int) -> NDArray[np.bool_]:
    """Pairs of which each is the other's nearest."""
    nearest = np.full(count, np.inf)
    for side in (one, other):
        np.minimum.at(nearest, side, distance)
    return np.asarray((distance == nearest[one]) & (distance == nearest[other]))
