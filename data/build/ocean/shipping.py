"""Ports and shipping lanes."""

from pathlib import Path

import geopandas
import numpy as np
import shapely

from data.build.coast import distance_to_coast
from data.build.fetch import member
from data.build.write import write_features

DATA = "searoute-1.6.0/searoute/data"
FARTHEST = 100.0  # [km] from the coast, on either side: inland ports and offshore terminals beyond
PRECISION = 1e-4  # [degree], some 10 m


def ports(cache: Path, path: Path) -> None:
    """Write ports near the coast with their name, country and code, sorted by code."""
    source = geopandas.read_file(member("searoute", f"{DATA}/ports.geojson", cache))
    named = source.rename(columns={"cty": "country", "port": "code"}).sort_values(["code", "name"])
    near = distance_to_coast(named.geometry.y, named.geometry.x, cache) <= FARTHEST
    named["country"] = named["country"].str.replace("_", " ").str.title()
    columns = ["code", "name", "country", "geometry"]
    chosen = named[near].drop_duplicates("code")[columns]
    write_features(path, _rounded(chosen.reset_index(drop=True)))


def shipping_lanes(cache: Path, path: Path) -> None:
    """Write lanes with the strait or canal that they pass, if any; cut at the dateline."""
    source = geopandas.read_file(member("searoute", f"{DATA}/marnet_searoute.geojson", cache))
    source["geometry"] = [_within_the_world(line) for line in source.geometry]
    lanes = source[["passage", "geometry"]].explode(ignore_index=True)
    lanes = lanes[shapely.length(lanes.geometry.values) > 0].reset_index(drop=True)
    rounded = _rounded(lanes.assign(passage=lanes["passage"].fillna("")))
    # A lane shorter than the precision is left without a place.
    write_features(path, rounded[~rounded.geometry.is_empty].reset_index(drop=True))


def _within_the_world(line: shapely.Geometry) -> shapely.Geometry:
    """Line between 180 W and 180 E; what lies beyond is brought to the other side."""
    parts = [
        shapely.transform(
            shapely.intersection(line, shapely.box(turn - 180, -90, turn + 180, 90)),
            lambda points, turn=turn: points - np.array([turn, 0.0]),
        )
        for turn in (-360, 0, 360)
    ]
    return shapely.line_merge(shapely.union_all([part for part in parts if part.length > 0]))


def _rounded(features: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    exact = shapely.set_precision(features.geometry.values, PRECISION)
    return features.set_geometry(geopandas.GeoSeries(exact, crs=4326))
