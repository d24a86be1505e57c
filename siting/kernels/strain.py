"""Strain rate from velocities of places, by planes through the velocities around each cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from siting.geodesy import ecef
from siting.projection import Floats

_PATCH = 16  # rows and columns of cells that share one search
_REACH = 2.5  # smoothing distances up to which a site counts; its weight there is 0.002
_FEWEST_SITES = 5  # for two planes of three numbers each, with something left to judge them by


@dataclass(frozen=True)
class Sites:
    """Places with velocities, in earth-centred coordinates.

    Attributes
    ----------
    places : numpy.ndarray of shape (n, 3)
        Positions [m].
    velocity : numpy.ndarray of shape (n, 3)
        Velocities without the rotation that fits them best [m yr-1].
    sd : numpy.ndarray of shape (n, 2)
        Standard deviations of the velocities east and north [m yr-1].
    """

    places: Floats
    velocity: Floats
    sd: Floats


def sites_of(longitude: Floats, latitude: Floats, velocity: Floats, sd: Floats) -> Sites:
    """Sites from velocities east and north.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (n,)
        Places [degree].
    velocity, sd : numpy.ndarray of shape (n, 2)
        Velocities east and north and their standard deviations [m yr-1].

    Notes
    -----
    The rotation of a rigid plate that fits best is taken out: it strains nothing, and what the
    curvature of the earth makes of it over some hundred kilometres would look like strain.
    """
    places, axes = ecef(longitude, latitude), _axes(longitude, latitude)
    # east . (w x r) = w . (r x east), and so for north
    design = np.cross(places[:, None, :], axes).reshape(-1, 3)
    weight = 1 / sd.ravel()
    scale = np.abs(places).max()
    rotation = np.linalg.lstsq(design / scale * weight[:, None], velocity.ravel() * weight)[0]
    left = velocity - (design / scale @ rotation).reshape(-1, 2)
    return Sites(places, np.einsum("nc,ncx->nx", left, axes), sd)


def _axes(longitude: ArrayLike, latitude: ArrayLike) -> Floats:
    """Unit vectors east and north of places, of shape (..., 2, 3)."""
    lam, phi = np.broadcast_arrays(np.radians(longitude), np.radians(latitude))
    east = np.stack([-np.sin(lam), np.cos(lam), np.zeros_like(lam)], axis=-1)
    north = np.stack([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)], axis=-1)
    return np.stack([east, north], axis=-2)


def strain_rate(longitude: Floats, latitude: Floats, sites: Sites, distance: float) -> Floats:
    """Strain rates and their standard deviations at places.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (rows, columns)
        Cell centres [degree], neighbours in the arrays being neighbours on the ground.
    sites : Sites
        What is known of velocities.
    distance : float
        Smoothing distance D [m]: a site at a distance r weighs exp(-(r/D)²).

    Returns
    -------
    numpy.ndarray of shape (6, rows, columns)
        Strain rates east, north and of shear (half the change of the angle), and their standard
        deviations in this order [yr-1]. NaN where fewer than five sites lie within 2.5 D, or
        where they do not surround the place: the largest angle between two that are neighbours in
        azimuth is 180 degrees or more.
    """
    found = np.full((6, *longitude.shape), np.nan)
    tree = cKDTree(sites.places)
    for i in range(0, longitude.shape[0], _PATCH):
        for j in range(0, longitude.shape[1], _PATCH):
            patch = slice(i, i + _PATCH), slice(j, j + _PATCH)
            cells = ecef(longitude[patch], latitude[patch])
            axes = _axes(longitude[patch], latitude[patch]).reshape(-1, 2, 3)
            points = cells.reshape(-1, 3)
            centre = points.mean(axis=0)
            radius = np.linalg.norm(points - centre, axis=1).max() + _REACH * distance
            near = tree.query_ball_point(centre, radius)
            if len(near) >= _FEWEST_SITES:
                part = Sites(sites.places[near], sites.velocity[near], sites.sd[near])
                result = _of_patch(points, axes, part, distance)
                found[(slice(None), *patch)] = result.reshape(6, *cells.shape[:2])
    return found


def _of_patch(points: Floats, axes: Floats, sites: Sites, distance: float) -> Floats:
    """Strain rates of shape (6, cells)."""
    offset = sites.places[None, :, :] - points[:, None, :]
    square = np.einsum("msx,msx->ms", offset, offset)
    inside = square <= (_REACH * distance) ** 2
    share = np.where(inside, np.exp(-square / distance**2), 0.0)
    xy = np.einsum("msx,mcx->msc", offset, axes) / distance
    velocity = np.einsum("sx,mcx->msc", sites.velocity, axes)
    good = (inside.sum(axis=1) >= _FEWEST_SITES) & _surrounded(xy, inside)
    result = np.full((6, len(points)), np.nan)
    if good.any():
        planes = [
            _plane(xy[good], velocity[good, :, c], share[good], sites.sd[:, c]) for c in (0, 1)
        ]
        result[:, good] = _strain(*planes[0], *planes[1]) / distance
    return result


def _surrounded(xy: Floats, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the sites leave no half plane empty."""
    azimuth = np.where(inside, np.arctan2(xy[..., 1], xy[..., 0]), np.inf)
    azimuth = np.sort(azimuth, axis=1)
    number = inside.sum(axis=1)
    last = np.take_along_axis(azimuth, np.maximum(number - 1, 0)[:, None], axis=1)
    gap = np.diff(np.minimum(azimuth, last), axis=1).max(axis=1)
    round_the_back = azimuth[:, 0] + 2 * np.pi - last[:, 0]
    return np.asarray((number > 0) & (np.maximum(gap, round_the_back) < np.pi))


def _plane(xy: Floats, velocity: Floats, share: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Slopes (cells, 2) of planes through velocities, and their covariances (cells, 2, 2)."""
    design = np.concatenate([np.ones((*xy.shape[:2], 1)), xy], axis=2)
    weight = share / sd**2
    normal = np.einsum("msi,ms,msj->mij", design, weight, design, optimize=True)
    covariance = np.linalg.inv(normal)
    fitted = np.einsum("mij,msj,ms,ms->mi", covariance, design, weight, velocity, optimize=True)
    rest = velocity - np.einsum("msi,mi->ms", design, fitted)
    number = (share > 0).sum(axis=1)
    freedom = share.sum(axis=1) * (1 - 3 / number)
    misfit = np.maximum((weight * rest**2).sum(axis=1) / freedom, 1.0)
    return fitted[:, 1:], covariance[:, 1:, 1:] * misfit[:, None, None]


def _strain(east: Floats, east_cov: Floats, north: Floats, north_cov: Floats) -> Floats:
    """Strain rates and standard deviations from the slopes of the two planes."""
    rates = [east[:, 0], north[:, 1], (east[:, 1] + north[:, 0]) / 2]
    variances = [
        east_cov[:, 0, 0],
        north_cov[:, 1, 1],
        (east_cov[:, 1, 1] + north_cov[:, 0, 0]) / 4,
    ]
    return np.array([*rates, *np.sqrt(variances)])
