"""Which earthquakes belong together: mainshocks with their fore- and aftershocks."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geodesy import arc, chord, ecef
from siting.projection import Floats

Integers = NDArray[np.int64]

_KILOMETRE = 1000.0
_DAYS_PER_YEAR = 365.25
_LEAST_DISTANCE = 0.1  # [km] epicentres are not known better
_LEAST_TIME = 1 / 1440  # [day] a minute
_LN10 = float(np.log(10))


def windows(magnitude: Floats) -> tuple[Floats, Floats]:
    """Distance [m] and time [day] within which events belong to one of a magnitude.

    Notes
    -----
    log10 km = 0.1238 M + 0.983; log10 days = 0.032 M + 2.7389 from magnitude 6.5, and
    0.5409 M - 0.547 below.

    References
    ----------
    Gardner and Knopoff (1974), Is the sequence of earthquakes in Southern California, with
    aftershocks removed, Poissonian?, Bull. Seism. Soc. Am. 64, 1363-1367, in the formula of van
    Stiphout, Zhuang and Marsan (2012), Seismicity declustering, CORSSA,
    doi:10.5078/corssa-52382934.

    Examples
    --------
    >>> distance, time = windows(np.array([6.0]))
    >>> [round(float(distance[0]) / 1000, 1), round(float(time[0]))]
    [53.2, 499]
    """
    m = np.asarray(magnitude, dtype=float)
    distance = 10 ** (0.1238 * m + 0.983) * _KILOMETRE
    return distance, 10 ** np.where(m >= 6.5, 0.032 * m + 2.7389, 0.5409 * m - 0.547)


def mainshocks_by_windows(
    longitude: Floats, latitude: Floats, time: Floats, magnitude: Floats
) -> Integers:
    """Mainshock of each event, by windows in space and time.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (n,)
        Epicentres [degree].
    time : numpy.ndarray of shape (n,)
        Origin times [day].
    magnitude : numpy.ndarray of shape (n,)
        Magnitudes.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Position of the mainshock, which is the event's own where it is one.

    Notes
    -----
    From the greatest magnitude down (the earlier first among equals), an event that is no other's
    takes all smaller ones in its window that are not taken yet: those after it, and those as long
    before it, which are its foreshocks.

    Examples
    --------
    >>> place, time = np.zeros(3), np.array([0.0, 10.0, 4000.0])
    >>> mainshocks_by_windows(place, place, time, np.array([5.0, 6.0, 5.5])).tolist()
    [1, 1, 2]
    """
    points = ecef(longitude, latitude)
    tree = cKDTree(points)
    distance, duration = windows(magnitude)
    reach = chord(distance)
    main = np.full(len(time), -1, dtype=np.int64)
    for event in np.lexsort((time, -magnitude)):
        if main[event] >= 0:
            continue
        near = np.array(tree.query_ball_point(points[event], reach[event]))
        mine = near[(np.abs(time[near] - time[event]) <= duration[event]) & (main[near] < 0)]
        main[mine] = event
        main[event] = event
    return main


def nearest_neighbours(
    longitude: Floats,
    latitude: Floats,
    time: Floats,
    magnitude: Floats,
    b_value: float,
    fractal_dimension: float,
) -> tuple[Integers, Floats]:
    """The earlier event that each is nearest to in space, time and magnitude.

    Parameters
    ----------
    longitude, latitude, time, magnitude : numpy.ndarray of shape (n,)
        As for :func:`mainshocks_by_windows`.
    b_value : float
        b of the Gutenberg-Richter relation.
    fractal_dimension : float
        Of epicentres.

    Returns
    -------
    parent : numpy.ndarray of shape (n,)
        Position of the nearest earlier event; the first event's is -1.
    proximity : numpy.ndarray of shape (n,)
        log10 of t r^d 10^(-b m), with years and kilometres; infinite for the first event.

    Notes
    -----
    Every event is compared with all before it: 50,000 events are 1.25 thousand million pairs.
    Events less than a minute or 100 m apart count as that far apart.

    References
    ----------
    Zaliapin and Ben-Zion (2013), Earthquake clusters in southern California I: identification and
    stability, J. Geophys. Res. 118, 2847-2864.
    """
    order = np.argsort(time, kind="stable")
    points, when = ecef(longitude[order], latitude[order]), time[order]
    share = b_value * magnitude[order]
    # Single precision, half a metre and some minutes in a century, finds the nearest in a third of
    # the time; its proximity is then told in full.
    coarse = points.astype(np.float32).T.copy()
    moments, shares = when.astype(np.float32), (share * _LN10).astype(np.float32)
    least = np.float32((_LEAST_DISTANCE * _KILOMETRE) ** 2)
    best = np.full(len(order), -1, dtype=np.int64)
    for position in range(1, len(order)):
        x, y, z = (axis[:position] - axis[position] for axis in coarse)
        square = np.maximum(x * x + y * y + z * z, least)
        later = np.maximum(moments[position] - moments[:position], np.float32(_LEAST_TIME))
        near = np.log(later) + np.float32(fractal_dimension / 2) * np.log(square)
        best[position] = (near - shares[:position]).argmin()
    apart = arc(np.linalg.norm(points - points[best], axis=1)) / _KILOMETRE
    years = np.maximum(when - when[best], _LEAST_TIME) / _DAYS_PER_YEAR
    near = np.log10(years) + fractal_dimension * np.log10(np.maximum(apart, _LEAST_DISTANCE))
    parent, proximity = np.full(len(time), -1, dtype=np.int64), np.full(len(time), np.inf)
    parent[order[1:]], proximity[order[1:]] = order[best[1:]], (near - share[best])[1:]
    return parent, proximity


def threshold_between_modes(proximity: Floats) -> float:
    """Proximity at which an event is as likely clustered as not, from two normal distributions.

    Parameters
    ----------
    proximity : numpy.ndarray of shape (n,)
        Finite proximities (log10).

    Returns
    -------
    float
        Threshold; NaN where the two are no two modes: their means lie closer than twice the
        greater of their standard deviations.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> both = np.concatenate([rng.normal(-6, 0.7, 400), rng.normal(-2, 0.7, 400)])
    >>> round(threshold_between_modes(both))
    -4
    """
    from sklearn.mixture import GaussianMixture

    fitted = GaussianMixture(2, random_state=0, n_init=3).fit(proximity[:, None])
    means, sds = fitted.means_[:, 0], np.sqrt(fitted.covariances_[:, 0, 0])
    if abs(means[0] - means[1]) < 2 * sds.max():
        return float(np.nan)
    between = np.linspace(means.min(), means.max(), 2001)
    clustered = fitted.predict_proba(between[:, None])[:, int(means.argmin())]
    return float(between[np.abs(clustered - 0.5).argmin()])


def mainshocks_of_families(
    parent: Integers, linked: NDArray[np.bool_], magnitude: Floats
) -> Integers:
    """Mainshock of each event: the greatest of its family, the earliest of equals.

    Parameters
    ----------
    parent : numpy.ndarray of shape (n,)
        As from :func:`nearest_neighbours`.
    linked : numpy.ndarray of bool, shape (n,)
        Whether the event belongs to its parent's family.
    magnitude : numpy.ndarray of shape (n,)
        Magnitudes.

    Examples
    --------
    >>> linked = np.array([False, True, True, False])
    >>> mainshocks_of_families(np.array([-1, 0, 1, 2]), linked, np.array([5, 6, 5, 5])).tolist()
    [1, 1, 1, 3]
    """
    root = np.where(linked, parent, np.arange(len(parent)))
    while (root != root[root]).any():
        root = root[root]
    order = np.argsort(-np.asarray(magnitude, dtype=float), kind="stable")
    greatest = np.full(len(parent), -1, dtype=np.int64)
    greatest[root[order[::-1]]] = order[::-1]  # the last to be written is the greatest
    return greatest[root]
