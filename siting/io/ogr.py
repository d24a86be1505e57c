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
from siting.io.formats import OGR_DRIVERS, Format, reading, wrong_format

FORMATS = "GeoPackage, Shapefile, GeoJSON, FlatGeobuf or GeoParquet"
_GEOJSON = re.compile(rb'"type"\s*:\s*"Feature(Collection)?"')


@cache
def harden() -> None:
    """Unload all drivers from pyogrio's GDAL but those that siting uses, for this process.

    The others look for addresses and commands in whatever file they are shown.
    """
    others = sorted(set(pyogrio.list_drivers()) - OGR_DRIVERS)
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others), "GDAL_PAM_ENABLED": "NO"})
    pyogrio.core._register_drivers()


def read_ogr(path: Path, kind: Format, layer: str | None) -> gpd.GeoDataFrame:
    """Features of one layer of a file, as they stand in it.

    Raises
    ------
    InputError
        NOT_A_VECTOR, NOT_SPATIAL, LAYER_AMBIGUOUS, LAYER_MISSING, FILE_IN_USE, FILE_CORRUPT.
    """
    harden()
    if kind == "geojson" and not _GEOJSON.search(path.read_bytes()):
        raise wrong_format("NOT_A_VECTOR", path, wanted=FORMATS)
    if kind == "geopackage":
        _check_journal(path)
    if kind == "shapefile":
        _check_length(path)
    with _heard(path):
        layers = [str(row[0]) for row in pyogrio.list_layers(path) if row[1] is not None]
    chosen = _layer(layers, layer, path)
    with _heard(path):
        info = pyogrio.read_info(path, layer=chosen)
    if info["driver"] not in OGR_DRIVERS:
        raise wrong_format("NOT_A_VECTOR", path, wanted=FORMATS)
    encoding = _shapefile_encoding(path) if kind == "shapefile" else None
    with _heard(path):
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=chosen, encoding=encoding)
    return frame


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


def _check_journal(path: Path) -> None:
    """Refuse a database whose last changes stand in a journal beside it."""
    journal = path.with_name(path.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        raise InputError(
            "FILE_IN_USE",
            "another program has changes of this file that are not in it yet",
            where=str(path),
            found=journal.name,
            fix="close the file in the other program, such as QGIS",
        )


def _check_length(path: Path) -> None:
    """Refuse a shapefile that is not as long as its header says [16-bit words]."""
    with path.open("rb") as file:
        stated = 2 * int.from_bytes(file.read(28)[24:], "big")
    if path.stat().st_size < stated:
        raise InputError(
            "FILE_CORRUPT", "the file is cut short", where=str(path),
            found=f"{path.stat().st_size} bytes", wanted=f"{stated} bytes",
            fix="bring the file again",
        )  # fmt: skip


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


def _shapefile_encoding(path: Path) -> str | None:
    """Encoding of a shapefile that does not state it; None where it does."""
    beside = {each.suffix.lower(): each for each in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    content = beside[".dbf"].read_bytes()
    if len(content) < 32 or content[29] != 0:
        return None
    try:
        content[32:].decode("utf-8")
    except UnicodeDecodeError:
        warn(
            "ENCODING_GUESSED",
            "the text of the file is taken for Windows-1252",
            where=str(path),
            found="neither a .cpg file nor a code page, and no UTF-8",
            fix="add a .cpg file that names the encoding",
            severity="note",
        )
        return "cp1252"
    return "utf-8"
