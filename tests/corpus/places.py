"""Places in tables and vector files, what pipelines make of them, and what must come out."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Geod

from .harness import EAST, GRID, NORTH, SOUTH, WEST, Result, pipeline, raster

Places = Sequence[tuple[float, float]]
Holds = Callable[[Result], None]

# Three places in the home window, and a table of them as it should be.
SITES = ((-119.25, 39.15), (-118.65, 38.45), (-118.35, 39.75))
CSV = (
    "site_id,name,lon,lat,depth\ns1,Alpha,-119.25,39.15,1200\n"
    "s2,Beta,-118.65,38.45,800\ns3,Gamma,-118.35,39.75,1500\n"
)

# Twelve sites of which the eastern half are fields; the layer "heat" rises to the east.
LABELLED = [
    (f"s{i:02d}", f"Site {i}", -119.93 + 0.1613 * i, 38.12 + (i * 0.7307) % 1.8, int(i >= 6))
    for i in range(12)
]


def labelled(rows: Iterable[Sequence[Any]] = LABELLED, header: str = "") -> str:
    """A table of labelled sites as CSV."""
    lines = [header or "site_id,name,lon,lat,label"]
    return "\n".join([*lines, *(",".join(map(str, row)) for row in rows)]) + "\n"


def with_labels(words: Sequence[Any]) -> str:
    """The labelled sites with other words for their labels."""
    return labelled([(*row[:4], word) for row, word in zip(LABELLED, words, strict=True)])


def distances(source: str = "{file: sites.csv}", grid: str = GRID) -> str:
    """A pipeline whose one layer is the distance to the places of a source."""
    return pipeline(
        sources=f"sites: {source}",
        layers="d: {distance.distance_to: {features: sites}}",
        outputs="[d.tif]",
        grid=grid,
    )


def covering(source: str, grid: str = GRID) -> str:
    """A pipeline whose one layer is the distance to polygons, which is 0 inside."""
    return distances(source, grid)


def ranking(folder: Path, source: str = "{file: sites.csv}", more: str = "") -> str:
    """A pipeline that ranks the hottest cells, with the places as known fields."""
    raster(folder / "heat.tif", nodata=-9999)
    return pipeline(
        sources=f"heat: {{file: heat.tif, units: mW m-2}}\nsites: {source}",
        layers="hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 120 mW m-2}}",
        more=f"{more}\nscoring:\n  score: {{overlay.weighted: {{layers: {{hot: 1.0}}}}}}\n"
        "candidates: {rank_by: score, count: 4, spacing: 30 km, known: sites}",
        outputs="[candidates.csv]",
    )


def learning(
    folder: Path,
    source: str = "{file: sites.csv}",
    options: str = "target: label, background: 100",
    layers: str = "",
    features: str = "heat",
    grid: str = GRID,
    heat: dict[str, Any] | None = None,
) -> str:
    """A pipeline that learns from the labels of the places; ``heat`` has options of its raster."""
    raster(folder / "heat.tif", nodata=-9999, **(heat or {}))
    return pipeline(
        sources=f"heat: {{file: heat.tif, units: mW m-2}}\nsites: {source}",
        layers=layers,
        more="scoring:\n  learned:\n    learned.classifier:\n"
        f"      {{features: [{features}], labels: sites, {options}, bootstraps: 2,\n"
        "       model: {sklearn.linear_model.LogisticRegression: {}}}",
        outputs="[learned.tif]",
        grid=grid,
    )


def at(*places: tuple[float, float], off: float = 0.02) -> Holds:
    """Holds where cells have their geodesic distance to the nearest of the places, to `off` km."""

    def holds(result: Result) -> None:
        with rasterio.open(result.folder / "d.tif") as file:
            found = file.read(1)
            rows, columns = np.mgrid[0 : file.height, 0 : file.width]
            x, y = file.transform * (columns.ravel() + 0.5, rows.ravel() + 0.5)
        size = len(x)
        each = [
            Geod(ellps="WGS84").inv(x, y, np.full(size, lon), np.full(size, lat))[2]
            for lon, lat in places
        ]
        wanted = np.min(each, axis=0).reshape(found.shape) / 1000
        assert found == pytest.approx(wanted, rel=2e-3, abs=off)

    return holds


def inside(west: float, south: float, east: float, north: float) -> Holds:
    """Holds where the distance is 0 in the cells of a box of longitudes and latitudes only."""

    def holds(result: Result) -> None:
        with rasterio.open(result.folder / "d.tif") as file:
            found = file.read(1)
            rows, columns = np.mgrid[0 : file.height, 0 : file.width]
            x, y = file.transform * (columns + 0.5, rows + 0.5)
        wanted = (x > west) & (x < east) & (y > south) & (y < north)
        assert wanted.any()
        assert ((found == 0) == wanted).all()

    return holds


def known_names(*names: str) -> Holds:
    """Holds where the candidates know no fields but these, and know these."""

    def holds(result: Result) -> None:
        table = pd.read_csv(result.folder / "candidates.csv", dtype=str, keep_default_na=False)
        assert set(table["known_name"]) == set(names)

    return holds


def learned_east(result: Result) -> None:
    """Holds where what is learned rises to the east, as the labels do."""
    west, east = (result.value_at("learned", lon, 39.05) for lon in (WEST + 0.15, EAST - 0.15))
    assert 0 <= west < east <= 1
    assert result.value_at("learned", WEST + 0.15, SOUTH + 0.15) < result.value_at(
        "learned", EAST - 0.15, NORTH - 0.15
    )


def features(shapes: Sequence[Any], crs: Any = "EPSG:4326", **columns: Any) -> gpd.GeoDataFrame:
    """A frame of shapes."""
    return gpd.GeoDataFrame(columns or {"depth": range(len(shapes))}, geometry=shapes, crs=crs)
