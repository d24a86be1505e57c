"""Candidates, files and a map with geopandas, rioxarray and folium; nothing of siting."""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import numpy as np
import odc.geo.xr  # noqa: F401  # the accessor that places layers on a map
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.warp import transform_bounds
from scipy.spatial import cKDTree

from benchmarks.pipelines.ground import RADIUS, earth_centred, world

BEST = 50_000  # cells that are looked through for candidates at first


class Found(NamedTuple):
    """What a script has made: all layers by name, what ranks, where a candidate may be."""

    layers: Mapping[str, xr.DataArray]
    score: str
    allowed: NDArray[np.bool_]
    spacing: float  # [m]
    known: gpd.GeoDataFrame | None = None
    count: int = 200
    lowest: bool = False


def main(
    find: Callable[[xr.DataArray], Found], grid: Callable[[float], xr.DataArray] = world
) -> None:
    """``python -m benchmarks.pipelines.NAME CELL FOLDER``: the whole work of a script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cell", type=float, help="side of a cell [m, or degree]")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", action="store_true", help="keep all layers, for comparison")
    words = parser.parse_args()
    began = time.perf_counter()
    found = find(grid(words.cell))
    computed = time.perf_counter()
    publish(found, words.folder)
    print(f"layers and scores {computed - began:.1f} s, ", end="")
    print(f"candidates and files {time.perf_counter() - computed:.1f} s")
    if words.layers:
        kept = {name: layer.to_numpy() for name, layer in found.layers.items()}
        np.savez(words.folder / "layers.npz", **kept)


def publish(found: Found, folder: Path) -> None:
    """The score as COG, candidates as tables, all of it on a map."""
    score = found.layers[found.score]
    encoded = score.rio.write_nodata(np.nan)
    encoded.rio.to_raster(
        folder / f"{found.score}.tif", driver="COG", compress="DEFLATE", num_threads=2
    )
    places = candidates(found)
    places.drop(columns="geometry").to_csv(folder / "candidates.csv", index=False)
    places.to_file(folder / "candidates.gpkg", layer="candidates")
    places.to_parquet(folder / "candidates.parquet")
    places.to_file(folder / "candidates.geojson", driver="GeoJSON")
    draw(found, places).save(folder / "map.html")


def candidates(found: Found) -> gpd.GeoDataFrame:
    """The best cells of the allowed ground, apart from each other, with the values there."""
    score = found.layers[found.score]
    row, column = _best(found)
    to_degrees = Transformer.from_crs(score.rio.crs, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(score.x.to_numpy()[column], score.y.to_numpy()[row])
    columns = {"rank": np.arange(1, len(row) + 1), "longitude": longitude, "latitude": latitude}
    values = {name: layer.to_numpy()[row, column] for name, layer in found.layers.items()}
    frame = pd.DataFrame({**columns, **values})
    if found.known is not None:
        tree = cKDTree(earth_centred(found.known.geometry.x, found.known.geometry.y))
        away, nearest = tree.query(earth_centred(longitude, latitude))
        frame["nearest_known"] = found.known["name"].to_numpy()[nearest]
        frame["known_distance"] = away / 1000
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(longitude, latitude, crs=4326))


def _best(found: Found) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows and columns, best first: the best cells sorted, then one after the other taken."""
    score = found.layers[found.score]
    values = np.where(found.allowed, score.to_numpy(), np.nan).ravel()
    values = values if found.lowest else -values
    known = np.flatnonzero(np.isfinite(values))
    looked = BEST
    while True:
        order = known[np.argpartition(values[known], min(looked, len(known)) - 1)[:looked]]
        order = order[np.lexsort((order, values[order]))]
        row, column = np.divmod(order, score.shape[1])
        chosen = _apart(score, row, column, found)
        if len(chosen) == found.count or looked >= len(known):
            return row[chosen], column[chosen]
        looked *= 8


def _apart(score: xr.DataArray, row: NDArray[Any], column: NDArray[Any], found: Found) -> list[int]:
    to_degrees = Transformer.from_crs(score.rio.crs, 4326, always_xy=True)
    places = earth_centred(
        *to_degrees.transform(score.x.to_numpy()[column], score.y.to_numpy()[row])
    )
    tree = cKDTree(places)
    reach = 2 * RADIUS * np.sin(found.spacing / (2 * RADIUS))
    free = np.ones(len(places), dtype=bool)
    chosen: list[int] = []
    for number in range(len(places)):
        if free[number]:
            chosen.append(number)
            free[tree.query_ball_point(places[number], reach)] = False
            if len(chosen) == found.count:
                break
    return chosen


def draw(found: Found, places: gpd.GeoDataFrame) -> folium.Map:
    """The score at the grid's cells, other layers at most 1,024 pixels across, and the places."""
    sheet = folium.Map(location=(20, 0), zoom_start=2, tiles=None)
    for name, layer in found.layers.items():
        shown = layer.where(np.isfinite(layer)).astype(np.float32)
        if not bool(shown.notnull().any()):
            continue
        first = name == found.score
        placed = shown.odc.reproject(_sheet(layer, 4096 if first else 1024))
        placed.odc.add_to(sheet, name=name, cmap="viridis", robust=True, show=first)
    marks = folium.FeatureGroup("candidates")
    for place in places.to_dict("records"):
        text = "<br>".join(f"{key}: {value}" for key, value in place.items() if key != "geometry")
        folium.CircleMarker(
            (place["latitude"], place["longitude"]), radius=4, popup=folium.Popup(text)
        ).add_to(marks)
    marks.add_to(sheet)
    folium.LayerControl().add_to(sheet)
    return sheet


def _sheet(layer: xr.DataArray, most: int) -> GeoBox:
    """A layer's extent on the web's map, at most so many pixels wide."""
    inset = 1e-6 * abs(layer.rio.resolution()[0])  # not a hair beyond the dateline
    west, south, east, north = layer.rio.bounds()
    box = (west + inset, south + inset, east - inset, north - inset)
    left, bottom, right, top = transform_bounds(layer.rio.crs, "EPSG:3857", *box)
    width = min(layer.sizes["x"], most)
    size = (right - left) / width
    return GeoBox.from_bbox((left, bottom, right, top), "EPSG:3857", resolution=size, tight=True)
