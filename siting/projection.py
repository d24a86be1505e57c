"""What a CRS means for the cells of a grid: where they are, and whether to trust it at all."""

import re
import warnings
from functools import lru_cache

import numpy as np
import pyproj.network
from numpy.typing import ArrayLike, NDArray
from odc.geo.geobox import GeoBox
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from siting.errors import GridError

Floats = NDArray[np.float64]

WGS84 = "EPSG:4326"
_CYLINDRICAL_EQUAL_AREA = "Lambert Cylindrical Equal Area"
# Definitions that make PROJ open a file wherever it lies: of shifts, of old definitions, or of a
# pipeline. The file "null" is PROJ's own word for no shift; GDAL writes it for Web Mercator.
_NAMES_FILE = re.compile(
    r"grids\s*=(?!\s*@?null(?:[\s+\"]|$))|\binit\s*=(?!epsg:\d+\s*$)|PROJ-based"
    r"|PARAMETERFILE(?!\s*\[\s*\"[^\"]*\"\s*,\s*\"@?null\")",
    re.IGNORECASE,
)
_EQUAL_AREA = {_CYLINDRICAL_EQUAL_AREA, "Albers Equal Area", "Lambert Azimuthal Equal Area"}

# Else PROJ_NETWORK=ON lets PROJ fetch files of shifts.
pyproj.network.set_network_enabled(False)  # type: ignore[attr-defined]  # not in its __all__


def names_file(crs: str | CRS) -> bool:
    """Whether a definition, or a CRS by its WKT, names a file that PROJ would open.

    Examples
    --------
    >>> names_file("+proj=longlat +ellps=bessel +nadgrids=/tmp/a.gsb"), names_file("EPSG:4326")
    (True, False)
    """
    text = crs if isinstance(crs, str) else crs.to_wkt()
    return _NAMES_FILE.search(text) is not None


@lru_cache(maxsize=32)
def analysis_crs(crs: str) -> CRS:
    """The CRS, where distances and areas on its grids can be trusted.

    Raises
    ------
    GridError
        Where it is unknown, names a file, is not of two horizontal axes, or stretches lengths
        beyond use.

    Examples
    --------
    >>> analysis_crs("EPSG:6933").name
    'WGS 84 / NSIDC EASE-Grid 2.0 Global'
    """
    if names_file(str(crs)):
        raise _naming(str(crs))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # `+init=` leaves the axes' order open
            system = CRS.from_user_input(crs)
    except (CRSError, FutureWarning) as error:
        raise _unusable("this is no coordinate reference system", str(crs)) from error
    if names_file(system):
        raise _naming(str(crs))
    found = f"{crs} ({system.name})"
    if not (system.is_geographic or system.is_projected) or len(system.axis_info) != 2:
        raise _unusable("a grid needs a CRS of two horizontal axes", found)
    if system.is_geographic and not is_cylindrical(system):
        raise _unusable("a geographic grid needs WGS84 or NAD83/ETRS89 degrees", found)
    method = _method(system)
    if method.startswith("Mercator") or "Pseudo Mercator" in method:
        raise GridError(
            "GRID_DISTORTED",
            "Mercator stretches lengths with latitude: 10.2 km read 13.4 at 40 N",
            where="grid.crs",
            found=found,
            wanted="an equal-area or local CRS",
            fix="use EPSG:6933 for the world, or an equal-area CRS of the region",
        )
    return system


def _naming(crs: str) -> GridError:
    return GridError(
        "CRS_NAMES_FILE",
        "the coordinate reference system names a file, which is not opened",
        where="grid.crs",
        found=crs[:200],
        wanted="an EPSG code such as EPSG:6933 or EPSG:4326",
    )


def _unusable(message: str, found: str) -> GridError:
    wanted = "an EPSG code such as EPSG:6933 or EPSG:4326"
    return GridError("GRID_CRS", message, where="grid.crs", found=found, wanted=wanted)


def crs_of(grid: GeoBox) -> CRS:
    """The pyproj CRS of a grid."""
    if grid.crs is None:
        raise _unusable("the grid has no CRS", "none")
    return grid.crs.proj


@lru_cache(maxsize=32)
def is_cylindrical(system: CRS) -> bool:
    """Whether x is longitude alone, y latitude alone: geographic, or cylindrical equal-area.

    Examples
    --------
    >>> [is_cylindrical(CRS(crs)) for crs in ("EPSG:4326", "EPSG:6933", "EPSG:5070")]
    [True, True, False]
    """
    if system.is_geographic:
        ellipsoid, meridian = system.ellipsoid, system.prime_meridian
        modern = ellipsoid is not None and abs(ellipsoid.semi_major_metre - 6_378_137.0) < 1.0
        greenwich = meridian is not None and meridian.longitude == 0
        return modern and greenwich and system.axis_info[0].unit_name == "degree"
    return _method(system) == _CYLINDRICAL_EQUAL_AREA and system.axis_info[0].unit_name == "metre"


def is_equal_area(system: CRS) -> bool:
    """Whether equal areas on the map are equal areas on the ground."""
    return _method(system) in _EQUAL_AREA


def _method(system: CRS) -> str:
    operation = system.coordinate_operation
    return operation.method_name if operation and system.is_projected else ""


@lru_cache(maxsize=32)
def circle(system: CRS) -> tuple[float, float, float]:
    """Central meridian [degree], its x, and the length of a parallel, for a cylindrical CRS.

    Examples
    --------
    >>> [round(value) for value in circle(CRS("EPSG:6933"))]
    [0, 0, 34735061]
    """
    if system.is_geographic:
        return 0.0, 0.0, 360.0
    parameters = system.to_cf()
    meridian, middle = parameters["longitude_of_central_meridian"], parameters["false_easting"]
    quarter = from_geographic(system).transform(meridian + 90.0, 0.0)[0] - middle
    return meridian, middle, 4 * quarter


@lru_cache(maxsize=32)
def from_geographic(system: CRS) -> Transformer:
    """Transformer from WGS84 longitude and latitude [degree] to a CRS."""
    return Transformer.from_crs(WGS84, system, always_xy=True)


@lru_cache(maxsize=32)
def to_geographic(system: CRS) -> Transformer:
    """Transformer from a CRS to WGS84 longitude and latitude [degree]."""
    return Transformer.from_crs(system, WGS84, always_xy=True)


def position(grid: GeoBox, i: ArrayLike, j: ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude at row and column positions, counted from the north-west corner.

    Parameters
    ----------
    grid : GeoBox
        The grid.
    i, j : array-like
        Row and column positions, broadcast; the centre of the first cell is at 0.5, 0.5.

    Returns
    -------
    longitude, latitude : numpy.ndarray
        Places [degree], longitudes from -180 to 180; to be read, not written to. NaN outside
        the domain of the projection.
    """
    affine, system = grid.affine, crs_of(grid)
    x = affine.c + np.asarray(j, dtype=float) * affine.a
    y = affine.f + np.asarray(i, dtype=float) * affine.e
    if is_cylindrical(system):
        longitude, latitude = _cylindrical(system, x, y)
        return _read_only(longitude, latitude)
    x, y = np.broadcast_arrays(x, y)
    place = to_geographic(system).transform(x, y)
    longitude, latitude = (np.where(np.isfinite(v), v, np.nan) for v in place)
    return wrap(longitude), latitude


def _cylindrical(system: CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitude of each x and latitude of each y, before they meet."""
    if system.is_geographic:
        return wrap(x), y
    meridian, middle, length = circle(system)
    latitude = to_geographic(system).transform(np.full(y.shape, middle), y)[1]
    latitude = np.where(np.isfinite(latitude), latitude, np.nan)
    return wrap(meridian + (x - middle) / length * 360), latitude


def _read_only(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    shape = np.broadcast_shapes(longitude.shape, latitude.shape)
    return np.broadcast_to(longitude, shape), np.broadcast_to(latitude, shape)


def wrap(longitude: ArrayLike) -> Floats:
    """Longitudes in [-180, 180) [degree].

    Examples
    --------
    >>> wrap([180.0, 190.0, -180.0, 359.5]).tolist()
    [-180.0, -170.0, -180.0, -0.5]
    """
    degrees = np.asarray(longitude, dtype=float)
    inside = (degrees >= -180) & (degrees < 180)
    turned = (degrees + 180) % 360 - 180
    turned = np.where(turned >= 180, -180.0, turned)  # a hair west of -180 rounds up to 180
    return np.where(inside, degrees, turned)
