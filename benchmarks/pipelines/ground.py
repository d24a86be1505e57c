"""Layers of the world's ground with rioxarray, rasterio, geopandas and scipy; nothing of siting.

What the scripts of this folder share, as a user would keep it in a module of their own.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rioxarray
import shapely
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import Proj, Transformer
from rasterio.enums import Resampling
from rasterio.features import rasterize
from scipy import ndimage
from scipy.spatial import cKDTree

DATA = Path(__file__).parents[2] / "data"
EQUAL_AREA = "EPSG:6933"
SOUTH, NORTH = -60.0, 84.0
RADIUS = 6_371_008.8  # [m] mean of the earth's

Floats = NDArray[np.float32]


def world(cell: float) -> xr.DataArray:
    """An empty layer of the world in equal areas, closed at the dateline; cells of about [m]."""
    to_map = Transformer.from_crs(4326, EQUAL_AREA, always_xy=True)
    half = to_map.transform(180.0, 0.0)[0]
    columns = 4 * round(2 * half / cell / 4)
    size = 2 * half / columns
    up, down = (round(abs(to_map.transform(0.0, y)[1]) / size) for y in (NORTH, SOUTH))
    return empty(EQUAL_AREA, Affine(size, 0, -half, 0, -size, up * size), up + down, columns)


def empty(crs: str, transform: Affine, rows: int, columns: int) -> xr.DataArray:
    """A layer of NaN with its place on earth."""
    y = transform.f + transform.e * (np.arange(rows) + 0.5)
    x = transform.c + transform.a * (np.arange(columns) + 0.5)
    values = np.full((rows, columns), np.nan, np.float32)
    layer = xr.DataArray(values, coords={"y": y, "x": x}, dims=("y", "x"))
    return layer.rio.write_crs(crs).rio.write_transform(transform)


def raster(file: str, like: xr.DataArray, *, classes: bool = False) -> xr.DataArray:
    """An embedded raster on the grid: bilinear or the average by the sizes of cells, or classes."""
    found: Any = rioxarray.open_rasterio(DATA / file, masked=True, mask_and_scale=True)
    found = found.squeeze("band", drop=True) if found.sizes["band"] == 1 else found
    coarse = _degrees(like) > 1.5 * abs(found.rio.resolution()[0])
    if classes:
        how = Resampling.mode if coarse else Resampling.nearest
    else:
        how = Resampling.average if coarse else Resampling.bilinear
    placed = found.rio.reproject_match(like, resampling=how, num_threads=2)
    return placed.astype(np.float32).assign_coords(y=like.y, x=like.x)


def _degrees(like: xr.DataArray) -> float:
    """Side of a cell in degrees of a great circle."""
    side = abs(like.rio.resolution()[0])
    return side if like.rio.crs.is_geographic else math.degrees(side / RADIUS)


def points(file: str) -> gpd.GeoDataFrame:
    """Places from a table or a GeoParquet file."""
    if file.endswith(".parquet"):
        return gpd.read_parquet(DATA / file)
    table = pd.read_csv(DATA / file)
    places = gpd.points_from_xy(table.longitude, table.latitude, crs=4326)
    return gpd.GeoDataFrame(table, geometry=places)


def burned(areas: gpd.GeoSeries, like: xr.DataArray, *, touched: bool) -> NDArray[np.bool_]:
    """Cells in polygons: of which any part is, or whose centre is."""
    shapes = areas.to_crs(like.rio.crs)
    shapes = shapes[shapes.is_valid & ~shapes.is_empty]
    mask: NDArray[np.uint8] = rasterize(
        shapes, like.shape, transform=like.rio.transform(), all_touched=touched, dtype="uint8"
    )
    return mask.astype(bool)


def land(like: xr.DataArray) -> NDArray[np.bool_]:
    """Cells with land north of 60 S that no ice sheet covers."""
    outline = gpd.read_parquet(DATA / "land_50m.parquet").geometry
    ice = gpd.read_parquet(DATA / "ice_sheets.parquet").geometry
    _, latitude = centres(like)
    inside = burned(outline.clip((-180, -85, 180, 85)), like, touched=True)
    ice = ice.clip((-180, -85, 180, 85))
    return inside & ~burned(ice, like, touched=False) & (latitude >= SOUTH)


def centres(like: xr.DataArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes of all cells [degree]."""
    to_degrees = Transformer.from_crs(like.rio.crs, 4326, always_xy=True)
    return to_degrees.transform(*np.meshgrid(like.x.to_numpy(), like.y.to_numpy()))


def earth_centred(longitude: Any, latitude: Any) -> NDArray[np.float64]:
    """Cartesian coordinates on the ellipsoid [m], so that a k-d tree knows no dateline."""
    to_cartesian = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    return np.column_stack(to_cartesian.transform(longitude, latitude, np.zeros(len(longitude))))


class Cells:
    """Cells of the domain with their places in space, made once for all layers of distance."""

    def __init__(self, like: xr.DataArray, domain: NDArray[np.bool_]) -> None:
        longitude, latitude = centres(like)
        self.like, self.domain = like, domain
        self.places = earth_centred(longitude[domain], latitude[domain])

    def distance(self, features: gpd.GeoDataFrame, n: int = 1) -> xr.DataArray:
        """Distance over the ground to the n-th nearest of points [km]."""
        tree = cKDTree(earth_centred(features.geometry.x, features.geometry.y))
        chords = tree.query(self.places, k=[n], workers=2)[0][:, 0]
        return self.layer(2 * RADIUS * np.arcsin(chords / (2 * RADIUS)) / 1000)

    def count_within(self, features: gpd.GeoDataFrame, radius: float) -> xr.DataArray:
        """How many points lie within a radius [m] of each cell."""
        tree = cKDTree(earth_centred(features.geometry.x, features.geometry.y))
        chord = 2 * RADIUS * math.sin(radius / (2 * RADIUS))
        counts = tree.query_ball_point(self.places, chord, workers=2, return_length=True)
        return self.layer(counts)

    def layer(self, values: Any) -> xr.DataArray:
        """Values of the domain's cells as a layer."""
        data = np.full(self.domain.shape, np.nan, np.float32)
        data[self.domain] = values
        return self.like.copy(data=data)


def spacing(like: xr.DataArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """True width and height of the cells of each row on the ground [m], shape (rows, 1)."""
    to_degrees = Transformer.from_crs(like.rio.crs, 4326, always_xy=True)
    y = like.y.to_numpy()
    factors = Proj(like.rio.crs).get_factors(*to_degrees.transform(np.zeros(len(y)), y))
    dx, dy = (abs(each) for each in like.rio.resolution())
    return dx / factors.parallel_scale[:, None], dy / factors.meridional_scale[:, None]


def slope(elevation: xr.DataArray, *, closed: bool = True) -> xr.DataArray:
    """Slope of three rows and columns after Horn, closed at the dateline or not [degree]."""
    z = np.pad(elevation.to_numpy(), ((1, 1), (0, 0)), constant_values=np.nan)
    sides: Any = {"mode": "wrap"} if closed else {"constant_values": np.nan}
    z = np.pad(z, ((0, 0), (1, 1)), **sides)
    dx, dy = spacing(elevation)
    across, down = z[:, 2:] - z[:, :-2], z[2:] - z[:-2]
    east = (across[:-2] + 2 * across[1:-1] + across[2:]) / (8 * dx)
    north = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / (8 * dy)
    angle = np.degrees(np.arctan(np.hypot(east, north)))
    return elevation.copy(data=angle.astype(np.float32))


def vertices(lines: gpd.GeoSeries, apart: float, crs: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Places at most so far [m] apart along lines on a map; x and y on it."""
    return tuple(shapely.get_coordinates(lines.to_crs(crs).segmentize(apart)).T)


def disk(radius: float, cell: float) -> NDArray[np.float64]:
    """1 for the cells whose centres lie within a radius of the middle one."""
    reach = int(radius / cell)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return (np.hypot(x, y) * cell <= radius).astype(float)


def relief(elevation: xr.DataArray, radius: float, bands: int = 24) -> xr.DataArray:
    """Highest less lowest elevation within a radius [m], by bands of latitude.

    Cells of equal areas are not equally wide: each band of rows has an ellipse of its own.
    """
    dx, dy = spacing(elevation)
    z = elevation.to_numpy()
    highest, lowest = np.empty_like(z), np.empty_like(z)
    for rows in np.array_split(np.arange(len(z)), bands):
        wide, high = (radius / each[rows].mean() for each in (dx, dy))
        j, i = int(wide), int(high)
        y, x = np.mgrid[-i : i + 1, -j : j + 1]
        around = (x / wide) ** 2 + (y / high) ** 2 <= 1
        start, stop = max(rows[0] - i, 0), min(rows[-1] + 1 + i, len(z))
        band = np.pad(z[start:stop], ((0, 0), (j, j)), mode="wrap")
        inner = np.s_[rows[0] - start : rows[-1] + 1 - start, j : j + z.shape[1]]
        highest[rows] = ndimage.maximum_filter(band, footprint=around, mode="nearest")[inner]
        lowest[rows] = ndimage.minimum_filter(band, footprint=around, mode="nearest")[inner]
    return elevation.copy(data=highest - lowest)


def nearness(distance: xr.DataArray, half: float) -> xr.DataArray:
    """1 at no distance, one half at the half distance."""
    return 1 / (1 + (distance / half) ** 2)


def rescale(layer: xr.DataArray, low: float, high: float) -> xr.DataArray:
    """0 at low, 1 at high, constant beyond."""
    return ((layer - low) / (high - low)).clip(0, 1)


def is_among(layer: xr.DataArray, classes: list[int]) -> xr.DataArray:
    """1 where the class is among them, 0 where it is another, NaN where it is not known."""
    return layer.isin(classes).where(layer.notnull()).astype(np.float32)


def overlay(
    layers: Mapping[str, xr.DataArray], weights: Mapping[str, float], domain: NDArray[np.bool_]
) -> xr.DataArray:
    """Weighted mean of criteria in the domain."""
    total = sum(weight * layers[name] for name, weight in weights.items())
    return (total / sum(weights.values())).where(domain)


def heat_flow(regime: xr.DataArray) -> dict[str, xr.DataArray]:
    """Heat flow usual in a tectonic class, and its standard deviation [mW m-2]."""
    table = pd.read_csv(DATA / "heat_flow_classes.csv").set_index("class")
    return {
        "heat_flow": by_class(regime, table.heat_flow),
        "heat_flow.sd": by_class(regime, table.standard_deviation),
    }


def temperature(heat_flow: xr.DataArray, depth: float) -> xr.DataArray:
    """Temperature at a depth by conduction [degC]; NaN where more heat is made than flows."""
    q, k, a = heat_flow / 1000, 2.5, 1e-6
    return (15 + q * depth / k - a * depth**2 / (2 * k)).where(q >= a * depth)


def by_class(classes: xr.DataArray, table: pd.Series) -> xr.DataArray:
    """The value that belongs to the class of each cell; the table's index holds the classes."""
    values = np.full(int(table.index.max()) + 2, np.nan, np.float32)
    values[table.index] = table
    codes = classes.fillna(len(values) - 1).astype(int)
    return classes.copy(data=values[codes.to_numpy()])
