"""Strain rate of the ground: from velocities of sites, and what is read from its components."""

from typing import Annotated, Any, NamedTuple

import dask.array as da
import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field

from siting import frames
from siting.coverage import geometries
from siting.errors import InputError
from siting.findings import warn
from siting.grid import as_layer, chunks, longitude_latitude
from siting.kernels.strain import Sites, sites_of, strain_rate
from siting.kinds import Features, Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_KILOMETRE = 1000.0
_MILLIMETRE = 1e-3
_NANOSTRAIN = 1e-9
_FEWEST_SITES = 5
# [mm yr-1] of the fastest site, and of the median standard deviation. The fastest pair of plates,
# at Tonga, parts with 240 (Bevis et al. 1995, Nature 374, 249-251); decades of GNSS leave .03.
_SPEEDS, _ERRORS = (0.1, 300.0), (0.005, 30.0)

_Rate = Annotated[Layer, Unit("nanostrain yr-1")]


class StrainRate(NamedTuple):
    """Components of the strain rate and their standard deviations."""

    exx: _Rate
    eyy: _Rate
    exy: _Rate
    exx_sd: _Rate
    eyy_sd: _Rate
    exy_sd: _Rate


@layer(status="derived")
def from_velocities(
    sites: Features, distance: Annotated[float, Unit("km"), Field(gt=0, le=2000)], grid: Grid
) -> StrainRate:
    """Horizontal strain rate from velocities of sites, such as GNSS stations.

    Parameters
    ----------
    sites : points
        Sites with columns ``east_velocity``, ``north_velocity`` and their standard deviations
        ``east_velocity_sd`` and ``north_velocity_sd`` [units of velocity, stated].
    distance : float
        Smoothing distance D [km]: a site at a distance r weighs exp(-(r/D)²). Some one to three
        spacings of the sites: less shows noise, more blurs faults.
    grid : GeoBox
        The run's grid.

    Returns
    -------
    exx, eyy, exy : (y, x) layers
        Strain rates east, north (extension positive) and of shear, half the change of the right
        angle between them [nanostrain yr-1].
    exx_sd, eyy_sd, exy_sd : (y, x) layers
        Their standard deviations [nanostrain yr-1]. NaN, as the rates, where fewer than five
        sites lie within 2.5 D or where these leave half of the horizon empty.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TEXT; GEOMETRY_WRONG where the sites are no points; FEATURES_FEW
        for fewer than five; VALUE_INVALID for a velocity that is missing or a standard deviation
        that is not greater than 0.
    UnitsError
        UNITS_MISSING where velocities do not say their unit.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the fastest site or the median error is none on earth, as in another unit.

    Notes
    -----
    Planes u_e = U + e_xx x + a y and u_n = V + b x + e_yy y through the velocities around each
    cell, e_xy = (a + b)/2, by least squares with variances s² exp((r/D)²). The rotation of the
    plate is taken out first, east and north are those of the cell, so that a rigid plate has no
    strain anywhere. Standard deviations are formal, raised where sites fit their plane worse than
    their own errors; that a plane over D blurs what is sharper is not in them: slip on a locked
    fault shows as a zone some D wide. Sites in motion by volcanoes, pumping or after an earthquake
    must be left out beforehand.

    References
    ----------
    Shen, Wang, Zeng and Wang (2015), Optimal interpolation of spatially discretized geodetic data,
    Bull. Seism. Soc. Am. 105, 2117-2127.

    Examples
    --------
    Sites move east by 1 mm per year for every 100 km that they lie further east:

    >>> import geopandas
    >>> from siting.grid import make_grid
    >>> x, y = np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0])
    >>> rows = {"east_velocity": 1.1132 * x.ravel(), "north_velocity": 0.0 * x.ravel()}
    >>> rows |= {"east_velocity_sd": np.full(9, 0.1), "north_velocity_sd": np.full(9, 0.1)}
    >>> places = geopandas.points_from_xy(x.ravel(), y.ravel(), crs=4326)
    >>> sites = geopandas.GeoDataFrame(rows, geometry=places)
    >>> sites.attrs["columns"] = dict.fromkeys(rows, "mm yr-1")
    >>> grid = make_grid("EPSG:4326", 0.1, (-0.05, -0.05, 0.05, 0.05))
    >>> found = from_velocities(sites, distance="150 km", grid=grid)
    >>> [round(float(found.exx.values.item()), 1), round(abs(found.eyy.values.item()), 1)]
    [10.0, 0.0]
    """
    known = _sites(sites, "strain.from_velocities")

    def block(block_info: Any = None) -> NDArray[np.float32]:
        _, *ends = block_info[None]["array-location"]
        rows, columns = (slice(*pair) for pair in ends)
        place = longitude_latitude(grid, rows, columns)
        rates = strain_rate(*place, known, distance * _KILOMETRE)
        return np.asarray(rates / _NANOSTRAIN, dtype=np.float32)

    found = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        block, chunks=((6,), *chunks(grid)), dtype=np.float32, meta=np.empty((0, 0, 0), np.float32)
    )
    return StrainRate(*(as_layer(found[part], grid) for part in range(6)))


def _sites(frame: Any, where: str) -> Sites:
    points = geometries(frame, where)
    if (shapely.get_type_id(points) != shapely.GeometryType.POINT).any():
        raise InputError(
            "GEOMETRY_WRONG", "sites are points", where=where,
            found=", ".join(sorted({each.geom_type for each in points})), wanted="points",
        )  # fmt: skip
    if len(points) < _FEWEST_SITES:
        raise InputError(
            "FEATURES_FEW", "a plane cannot be judged by so few sites", where=where,
            found=counted(len(points), "site"), wanted=f"{_FEWEST_SITES} or more",
        )  # fmt: skip
    velocity, sd = _velocities(frame, "", where), _velocities(frame, "_sd", where)
    bad = ~(np.isfinite(velocity) & np.isfinite(sd) & (sd > 0)).all(axis=1)
    if bad.any():
        raise InputError(
            "VALUE_INVALID", "a velocity or its standard deviation cannot be used", where=where,
            found=f"{counted(int(bad.sum()), 'row')}, the first being row {int(bad.argmax()) + 1}",
            wanted="velocities, with standard deviations greater than 0",
            fix="leave these sites out, or give them a standard deviation",
        )  # fmt: skip
    _tell_speeds(velocity, sd, where)
    return sites_of(shapely.get_x(points), shapely.get_y(points), velocity, sd)


def _tell_speeds(velocity: Floats, sd: Floats, where: str) -> None:
    """A finding for velocities, or errors of them, that plates do not have: of another unit."""
    speed, error = np.hypot(*velocity.T) / _MILLIMETRE, sd / _MILLIMETRE
    spans = ((speed.max(), _SPEEDS, "sites move"), (np.median(error), _ERRORS, "errors are"))
    for value, (low, high), said in spans:
        # Sites that do not move at all are a test, or a plate seen from itself.
        if value and not low <= value <= high:
            warn(
                "RANGE_IMPLAUSIBLE",
                f"{said} so {'slow' if value < low else 'fast'} as none on earth"
                if said == "sites move"
                else f"{said} so {'small' if value < low else 'large'} as none of a survey",
                where=where,
                found=f"{value:.3g} mm yr-1",
                wanted=f"{low:g} to {high:g} mm yr-1",
                fix="are these m yr-1 or um yr-1? State the unit of the columns",
            )


def _velocities(frame: Any, suffix: str, where: str) -> Floats:
    """Columns of velocities east and north, or of what stands beside them [m yr-1]."""
    names = (f"{way}_velocity{suffix}" for way in ("east", "north"))
    values = [frames.column(frame, name, "mm yr-1", where) for name in names]
    return np.stack(values, axis=1) * _MILLIMETRE


@layer()
def second_invariant(exx: _Rate, eyy: _Rate, exy: _Rate) -> _Rate:
    """Second invariant of the strain rate: how fast the ground deforms, whatever the way.

    Parameters
    ----------
    exx, eyy, exy : (y, x) layers
        Strain rates east, north and of (tensor) shear [nanostrain yr-1].

    Returns
    -------
    (y, x) layer
        Second invariant [nanostrain yr-1].

    Notes
    -----
    sqrt(exx² + eyy² + 2 exy²), the same in any direction of the axes. It is positive by
    construction, so that errors raise it: below some twice its standard deviation it shows noise.

    References
    ----------
    Kreemer, Blewitt and Klein (2014), A geodetic plate motion and global strain rate model,
    Geochem. Geophys. Geosyst. 15, 3849-3889.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"units": "nanostrain yr-1"}
    >>> cells = [xr.DataArray([[rate]], dims=("y", "x"), attrs=attrs) for rate in (3.0, 4.0, 0.0)]
    >>> second_invariant(*cells).values.tolist()
    [[5.0]]
    """
    return (exx**2 + eyy**2 + 2 * exy**2) ** 0.5


@layer()
def second_invariant_sd(
    exx: _Rate, eyy: _Rate, exy: _Rate, exx_sd: _Rate, eyy_sd: _Rate, exy_sd: _Rate
) -> _Rate:
    """Standard deviation of the second invariant of the strain rate.

    Parameters
    ----------
    exx, eyy, exy : (y, x) layers
        Strain rates east, north and of (tensor) shear [nanostrain yr-1].
    exx_sd, eyy_sd, exy_sd : (y, x) layers
        Their standard deviations [nanostrain yr-1].

    Returns
    -------
    (y, x) layer
        Standard deviation [nanostrain yr-1]; NaN where nothing deforms.

    Notes
    -----
    sqrt((exx s_xx)² + (eyy s_yy)² + (2 exy s_xy)²)/I, to first order and for errors that are
    independent: of use where the invariant is well above it.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"units": "nanostrain yr-1"}
    >>> cells = [xr.DataArray([[rate]], dims=("y", "x"), attrs=attrs) for rate in (3.0, 4.0, 0.0)]
    >>> sds = [xr.DataArray([[1.0]], dims=("y", "x"), attrs=attrs)] * 3
    >>> second_invariant_sd(*cells, *sds).values.tolist()
    [[1.0]]
    """
    invariant = (exx**2 + eyy**2 + 2 * exy**2) ** 0.5
    square = (exx * exx_sd) ** 2 + (eyy * eyy_sd) ** 2 + (2 * exy * exy_sd) ** 2
    return (square**0.5 / invariant).where(invariant > 0)


@layer()
def dilatation(exx: _Rate, eyy: _Rate) -> _Rate:
    """Rate at which an area grows.

    Parameters
    ----------
    exx, eyy : (y, x) layers
        Strain rates east and north [nanostrain yr-1].

    Returns
    -------
    (y, x) layer
        exx + eyy [nanostrain yr-1]; positive where the ground is stretched.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"units": "nanostrain yr-1"}
    >>> cells = [xr.DataArray([[rate]], dims=("y", "x"), attrs=attrs) for rate in (30.0, -10.0)]
    >>> dilatation(*cells).values.tolist()
    [[20.0]]
    """
    return exx + eyy


@layer()
def maximum_shear(exx: _Rate, eyy: _Rate, exy: _Rate) -> _Rate:
    """Greatest rate of shear in any direction.

    Parameters
    ----------
    exx, eyy, exy : (y, x) layers
        Strain rates east, north and of (tensor) shear [nanostrain yr-1].

    Returns
    -------
    (y, x) layer
        Half the difference of the principal strain rates [nanostrain yr-1]. Engineering shear,
        the change of an angle, is twice as much.

    Notes
    -----
    sqrt(((exx - eyy)/2)² + exy²).

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"units": "nanostrain yr-1"}
    >>> cells = [xr.DataArray([[rate]], dims=("y", "x"), attrs=attrs) for rate in (8.0, 0.0, 3.0)]
    >>> maximum_shear(*cells).values.tolist()
    [[5.0]]
    """
    return (((exx - eyy) / 2) ** 2 + exy**2) ** 0.5


@layer()
def style(exx: _Rate, eyy: _Rate, exy: _Rate) -> Annotated[Layer, Unit("1")]:
    """Style of deformation, from contraction over strike-slip to extension.

    Parameters
    ----------
    exx, eyy, exy : (y, x) layers
        Strain rates east, north and of (tensor) shear [nanostrain yr-1].

    Returns
    -------
    (y, x) layer
        -2 for contraction from all sides, -1 from one, 0 for pure shear, 1 for extension in one
        direction, 2 in all [1]; NaN where nothing deforms.

    Notes
    -----
    (e1 + e2)/max(abs e1, abs e2) of the principal strain rates e1 and e2.

    References
    ----------
    Kreemer, Blewitt and Klein (2014), A geodetic plate motion and global strain rate model,
    Geochem. Geophys. Geosyst. 15, 3849-3889.

    Examples
    --------
    >>> import xarray as xr
    >>> attrs = {"units": "nanostrain yr-1"}
    >>> cells = [xr.DataArray([[rate]], dims=("y", "x"), attrs=attrs) for rate in (10.0, 0.0, 0.0)]
    >>> style(*cells).values.tolist()
    [[1.0]]
    """
    mean, shear = (exx + eyy) / 2, (((exx - eyy) / 2) ** 2 + exy**2) ** 0.5
    greatest = abs(mean) + shear
    return (2 * mean / greatest).where(greatest > 0)
