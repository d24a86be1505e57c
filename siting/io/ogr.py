"""Vector files through GDAL, which is left with the few drivers that siting uses."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import geopandas as gpd
import pyogrio

from siting.errors import InputError
from siting.findings import warn
from siting.io import geopackage, shapefile
from siting.io.crs import parsed
from siting.io.formats import OGR_DRIVERS, Format, reading, wrong_format
from siting.wording import counted

FORMATS = "GeoPackage, Shapefile, GeoJSON, FlatGeobuf or GeoParquet"
_GEOJSON = re.compile(rb'"type"\s*:\s*"Feature(Collection)?"')
# The member "crs" of GeoJSON as it was before 2016: a name, or null.
_CRS_MEMBER = re.compile(
    rb'"crs"\s*:\s*(?:null|\{\s*"type"\s*:\s*"name"\s*,\s*'
    rb'"properties"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"\s*\}\s*\})'
)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:1\.3:)?:?CRS84", re.IGNORECASE)


@cache
def harden() -> None:
    """Unload all drivers from pyogrio's GDAL but those that siting uses, for this process.

    The others look for addresses and commands in whatever file they are shown.
    """
    others = sorted(set(pyogrio.list_drivers()) - OGR_DRIVERS)
    pyogrio.set_gdal_config_options(
        {
            "GDAL_SKIP": ",".join(others),
            "GDAL_PAM_ENABLED": "NO",
            "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
            "OGR_SQLITE_LOAD_EXTENSIONS": None,
        }
    )
    pyogrio.core._register_drivers()


def read_ogr(path: Path, kind: Format, layer: str | None) -> gpd.GeoDataFrame:
    """Features of one layer of a file, as they stand in it.

    Raises
    ------
    InputError
        NOT_A_VECTOR, NOT_SPATIAL, LAYER_AMBIGUOUS, LAYER_MISSING, FILE_IN_USE, VIEW_REFUSED,
        PATH_OUTSIDE_DATA, FILE_CORRUPT.
    """
    harden()
    named = kind != "geojson" or _names_crs(path)
    computed: frozenset[str] = frozenset()
    if kind == "geopackage":
        geopackage.check_journal(path)
        computed = geopackage.views(path)
    if kind == "shapefile":
        shapefile.check_parts(path)
    if computed:
        layers = geopackage.layers(path)
    else:
        with _heard(path):
            layers = [str(row[0]) for row in pyogrio.list_layers(path) if row[1] is not None]
    chosen = _layer(layers, layer, path)
    if chosen.lower() in computed:
        raise geopackage.view_refused(path, chosen)
    with _heard(path):
        info = pyogrio.read_info(path, layer=chosen)
    if info["driver"] not in OGR_DRIVERS:
        raise wrong_format("NOT_A_VECTOR", path, wanted=FORMATS)
    if info["features"] > path.stat().st_size:  # room is made for as many as the file states
        raise _uncounted(path, "too few bytes for them", info["features"])
    encoding = shapefile.encoding(path) if kind == "shapefile" else None
    with _heard(path):
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=chosen, encoding=encoding)
    if len(frame) < info["features"] and kind != "shapefile":
        raise _uncounted(path, counted(len(frame), "feature"), info["features"])
    if not named or (frame.crs is not None and frame.crs.name.lower().startswith("undefined")):
        return frame.set_crs(None, allow_override=True)
    return frame


def _uncounted(path: Path, found: str, stated: int) -> InputError:
    return InputError(
        "FILE_CORRUPT", "features of the file cannot be read", where=str(path), found=found,
        wanted=f"{stated}, as the file states", fix="bring or make the file again",
    )  # fmt: skip


@contextmanager
def _heard(path: Path) -> Iterator[None]:
    """Findings instead of GDAL's warnings, FILE_CORRUPT instead of its errors."""
    with warnings.catch_warnings(record=True) as heard, reading(path):
        warnings.simplefilter("always")
        yield
    for each in heard:
        warn(
            "READER_WARNING",
            "GDAL has doubts about the file",
            where=str(path),
            found=str(each.message),
            severity="note",
        )


def _names_crs(path: Path) -> bool:
    """Whether a GeoJSON file has a CRS: WGS 84, or by its member "crs" another one, or none.

    Raises
    ------
    InputError
        NOT_A_VECTOR for JSON that is no GeoJSON, CRS_UNKNOWN for a name that GDAL passes over,
        CRS_NAMES_FILE for one that names a file.
    """
    content = path.read_bytes()
    if not _GEOJSON.search(content):
        raise wrong_format("NOT_A_VECTOR", path, wanted=FORMATS)
    member = _CRS_MEMBER.search(content)
    if member is None or member[1] is None:
        return member is None
    name = member[1].decode("utf-8", "replace")
    if not _CRS84.fullmatch(name):
        try:
            parsed(name, path)
        except InputError as error:
            error.wanted = "longitude and latitude in WGS 84"
            error.fix = 'write the file again in WGS 84, without the member "crs"'
            raise
    return True


def _layer(layers: list[str], wanted: str | None, path: Path) -> str:
    if not layers:
        raise InputError("NOT_SPATIAL", "the file has no layer with geometry", where=str(path))
    if wanted is None and len(layers) == 1:
        return layers[0]
    if wanted is not None and wanted in layers:
        return wanted
    raise InputError(
        "LAYER_AMBIGUOUS" if wanted is None else "LAYER_MISSING",
        "the layer to read is not named" if wanted is None else "there is no such layer",
        where=str(path),
        found=wanted or "",
        wanted="one of " + ", ".join(layers),
        fix="add `layer:` to the source",
    )
