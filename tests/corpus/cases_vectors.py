"""Vector files: shapes that are odd or broken, CRSs that lie, formats that hold several things."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, box

from .harness import Corpus
from .places import SITES, at, distances, features, inside

corpus = Corpus()
case = corpus.case
HERE = at(*SITES)
POINTS = [Point(*each) for each in SITES]
LEASE = (-119.52, 38.48, -118.48, 39.52)
INSIDE = inside(*LEASE)
# Cells of a tenth of a degree either side of the dateline.
DATELINE = "{crs: EPSG:4326, resolution: 0.1 degree, bounds: [179, 38, 181, 40]}"
Write = Callable[[Path], Any]


def vector(
    id: str, expect: str, code: str | None, why: str, file: str, write: Write, **options: Any
) -> None:
    """A case that is a vector file, which the function writes into the folder."""
    holds = options.pop("holds", HERE if expect in {"accept", "handle"} else None)
    more, grid = options.pop("more", ""), options.pop("grid", {})

    @case(f"v_{id}", kind="vector", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        write(folder / file)
        return distances(f"{{file: {file}{more}}}", **({"grid": grid} if grid else {}))


def frame(shapes: Sequence[Any], crs: Any = "EPSG:4326", **options: Any) -> Write:
    """Write shapes in the format of the file's ending."""

    def write(path: Path) -> None:
        told = features(shapes, crs)
        if path.suffix == ".parquet":
            told.to_parquet(path, **options)
        else:
            told.to_file(path, **options)

    return write


def then(write: Write, change: Callable[[Path], Any]) -> Write:
    def both(path: Path) -> None:
        write(path)
        change(path)

    return both


def collection(*geometries: Any, **members: Any) -> Write:
    """Write GeoJSON of geometries as mappings."""
    found = [{"type": "Feature", "properties": {}, "geometry": each} for each in geometries]
    content = {"type": "FeatureCollection", **members, "features": found}
    return lambda path: path.write_text(json.dumps(content))


def point(*coordinates: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": coordinates}


def ring(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*places, places[0]]]}


def named(crs: str | None) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": crs}} if crs else None}


MAPPED = [point(*each) for each in SITES]

# --- good files of every format -------------------------------------------------------------------
for _ending in ("gpkg", "shp", "geojson", "fgb", "parquet"):
    vector(
        f"good_{_ending}", "accept", None, f"places as .{_ending}", f"a.{_ending}", frame(POINTS)
    )
    vector(f"lease_{_ending}", "accept", None, f"a lease as .{_ending}", f"a.{_ending}",
           frame([box(*LEASE)]), holds=INSIDE)  # fmt: skip
_utm = gpd.GeoSeries(POINTS, crs=4326).to_crs(32611)
for _ending in ("gpkg", "shp", "parquet"):
    vector(f"utm_{_ending}", "accept", None, "places in metres, with their CRS", f"a.{_ending}",
           frame(list(_utm), 32611))  # fmt: skip
vector("crs_member", "accept", None, "GeoJSON of old with the CRS of its metres", "a.geojson",
       collection(*(point(each.x, each.y) for each in _utm),
                  **named("urn:ogc:def:crs:EPSG::32611")))  # fmt: skip
vector("crs_member_84", "accept", None, "GeoJSON of old in degrees", "a.geojson",
       collection(*MAPPED, **named("urn:ogc:def:crs:OGC:1.3:CRS84")))  # fmt: skip
vector("crs_stated", "accept", None, "a CRS in the pipeline for a file without", "a.shp",
       then(frame(POINTS), lambda path: path.with_suffix(".prj").unlink()),
       more=", crs: EPSG:4326")  # fmt: skip
vector("multi", "accept", None, "multi-points of one", "a.shp",
       frame([MultiPoint([each]) for each in POINTS]))  # fmt: skip
vector("parts", "accept", None, "a polygon in two parts", "a.gpkg", frame(
       [shapely.MultiPolygon([box(*LEASE), box(0, 0, 1, 1)])]), holds=INSIDE)  # fmt: skip
vector("clockwise", "accept", None, "rings the wrong way round", "a.geojson",
       frame([shapely.reverse(box(*LEASE))]), holds=INSIDE)  # fmt: skip
vector("repeated_vertices", "accept", None, "vertices twice", "a.gpkg", frame(
       [Polygon(np.repeat(np.array(box(*LEASE).exterior.coords), 3, axis=0))]),
       holds=INSIDE)  # fmt: skip
vector("many_vertices", "accept", None, "two hundred thousand vertices", "a.fgb",
       frame([shapely.segmentize(box(*LEASE), 2e-5)]), holds=INSIDE)  # fmt: skip
vector("copies", "accept", None, "one lease three times", "a.gpkg", frame([box(*LEASE)] * 3),
       holds=INSIDE)  # fmt: skip
vector("no_index", "accept", None, "a GeoPackage without index", "a.gpkg",
       frame(POINTS, SPATIAL_INDEX="NO"))  # fmt: skip
vector("layer_named", "accept", None, "one of two layers", "a.gpkg",
       then(frame(POINTS, layer="new"), frame([box(*LEASE)], layer="old")),
       more=", layer: new")  # fmt: skip
vector("geoarrow", "accept", None, "GeoParquet in its own encoding", "a.parquet",
       frame(POINTS, geometry_encoding="geoarrow"))  # fmt: skip
vector("boxes", "accept", None, "GeoParquet with boxes", "a.parquet",
       frame(POINTS, write_covering_bbox=True))  # fmt: skip
vector(
    "two_geometries",
    "handle",
    "GEOMETRY_SECOND",
    "a second geometry",
    "a.parquet",
    lambda path: features(POINTS).assign(b=gpd.GeoSeries(POINTS, crs=4326)).to_parquet(path),
)
vector("measures", "handle", "Z_DROPPED", "heights", "a.gpkg",
       frame([Point(each.x, each.y, 1500) for each in POINTS]))  # fmt: skip
vector("beyond", "accept", None, "longitudes beyond 180", "a.geojson",
       collection(point(180.55, 39.05)), grid=DATELINE, holds=at((-179.45, 39.05)))  # fmt: skip
vector("dateline_line", "accept", None, "a fault across the dateline", "a.geojson",
       frame([LineString([(179.55, 39.05), (-179.45, 39.05)])]), grid=DATELINE,
       holds=at(*((179.55 + i / 100, 39.05) for i in range(101)), off=2.5))  # fmt: skip
_east, _west = box(179.5, 38.5, 180, 39.5), box(-180, 38.5, -179.5, 39.5)
vector("dateline_split", "accept", None, "a lease cut at the dateline", "a.gpkg",
       frame([shapely.MultiPolygon([_east, _west])]), grid=DATELINE,
       holds=inside(179.5, 38.5, 180.5, 39.5))  # fmt: skip
vector("dateline_beyond", "accept", None, "a lease that goes on beyond 180", "a.gpkg",
       frame([box(179.5, 38.5, 180.5, 39.5)]), grid=DATELINE,
       holds=inside(179.5, 38.5, 180.5, 39.5))  # fmt: skip
vector("dateline_whole", "handle", "ANTIMERIDIAN", "a lease across the dateline", "a.geojson",
       collection(ring((179.5, 38.5), (-179.5, 38.5), (-179.5, 39.5), (179.5, 39.5))),
       grid=DATELINE, holds=inside(179.5, 38.5, 180.5, 39.5))  # fmt: skip
vector("dateline_box", "error", "GEOMETRY_AMBIGUOUS", "the world or a strip of it", "a.geojson",
       collection(ring((-179.9, -60), (179.9, -60), (179.9, 85), (-179.9, 85))))  # fmt: skip
vector("pole", "error", "GEOMETRY_AMBIGUOUS", "a ring round the pole", "a.geojson",
       collection(ring(*((float(lon), 80.0) for lon in range(-175, 180, 10)))))  # fmt: skip

# --- shapes that are broken -----------------------------------------------------------------------
vector("bowtie", "warn", "GEOMETRY_REPAIRED", "a polygon that crosses itself", "a.gpkg",
       frame([Polygon([(-120, 38), (-119, 39), (-119, 38), (-120, 39)])]))  # fmt: skip
vector(
    "hole_outside",
    "warn",
    "GEOMETRY_REPAIRED",
    "a hole outside",
    "a.gpkg",
    frame(
        [Polygon(box(*LEASE).exterior.coords, [box(-118.3, 38.1, -118.2, 38.2).exterior.coords])]
    ),
)
vector(
    "overlap",
    "warn",
    "GEOMETRY_REPAIRED",
    "parts that overlap",
    "a.gpkg",
    frame([shapely.MultiPolygon([box(*LEASE), box(-119.5, 38.5, -118.5, 39)])]),
    holds=INSIDE,
)
vector("flat", "error", "GEOMETRY_EMPTY", "a polygon without area", "a.gpkg",
       frame([Polygon([(-120, 38), (-119, 38), (-120, 38)])]))  # fmt: skip
vector(
    "open",
    "error",
    "FILE_CORRUPT",
    "a ring that does not close",
    "a.geojson",
    collection({"type": "Polygon", "coordinates": [[[-119, 39], [-118, 39], [-118, 40]]]}),
)
vector("empty", "error", "GEOMETRY_EMPTY", "empty and null", "a.gpkg",
       frame([POINTS[0], Point(), None]))  # fmt: skip
vector("words", "error", "GEOMETRY_EMPTY", "coordinates as text", "a.geojson",
       collection({"type": "Point", "coordinates": ["-119", "39"]}))  # fmt: skip
vector("nan", "error", "COORD_INVALID", "NaN as a coordinate", "a.geojson",
       collection(point(float("nan"), 39.0)))  # fmt: skip
vector("mixed", "error", "GEOMETRY_MIXED", "points and polygons", "a.geojson",
       frame([POINTS[0], box(*LEASE)]))  # fmt: skip
vector("bag", "error", "GEOMETRY_MIXED", "a collection of geometries", "a.gpkg",
       frame([shapely.GeometryCollection(POINTS)]))  # fmt: skip
vector("nothing", "error", "LAYER_EMPTY", "no features", "a.geojson", collection())
vector("id_twice", "error", "ID_DUPLICATE", "one id for two places", "a.gpkg",
       lambda path: features(POINTS, site_id=["a", "b", "a"]).to_file(path))  # fmt: skip

# --- places that cannot be ------------------------------------------------------------------------
vector("no_crs", "error", "CRS_MISSING", "no .prj", "a.shp",
       then(frame(POINTS), lambda path: path.with_suffix(".prj").unlink()))  # fmt: skip
vector("no_crs_parquet", "error", "CRS_MISSING", "GeoParquet without", "a.parquet",
       frame(POINTS, None))  # fmt: skip
vector("crs_null", "error", "CRS_MISSING", "GeoJSON of old with null", "a.geojson",
       collection(*MAPPED, **named(None)))  # fmt: skip
vector("crs_unknown", "error", "CRS_UNKNOWN", "no such code", "a.geojson",
       collection(*MAPPED, **named("EPSG:999999")))  # fmt: skip
vector("metres", "error", "CRS_IMPLAUSIBLE", "metres as degrees", "a.geojson",
       collection(point(500_000, 4_000_000)))  # fmt: skip
vector("degrees", "error", "CRS_IMPLAUSIBLE", "degrees as metres", "a.gpkg", frame(POINTS, 32611))
vector("swapped", "error", "LATLON_SWAPPED", "latitude first", "a.geojson",
       collection(*(point(y, x) for x, y in SITES)))  # fmt: skip
