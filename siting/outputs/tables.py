"""Candidates as tables: CSV, GeoPackage, GeoParquet, GeoJSON and KMZ."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from siting.io import write as files
from siting.kinds import Results

_WRITERS: dict[str, Callable[..., Any]] = {
    ".csv": files.csv,
    ".gpkg": files.gpkg,
    ".parquet": files.parquet,
    ".geojson": files.geojson,
    ".kmz": files.kmz,
}


def write(results: Results, path: Path) -> None:
    """Write the candidates in the format that the file's ending names."""
    _WRITERS[path.suffix](path, results.candidates)
