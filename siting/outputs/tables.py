"""Candidates as tables: CSV, GeoPackage, GeoParquet, GeoJSON and KMZ."""

from collections.abc import Callable
from pathlib import Path

from geopandas import GeoDataFrame

from siting.columns import column_name
from siting.errors import PipelineError
from siting.io import write as files
from siting.kinds import Results

_WRITERS: dict[str, Callable[[Path, GeoDataFrame], None]] = {
    ".csv": files.csv,
    ".parquet": files.parquet,
    ".geojson": files.geojson,
    ".kmz": files.kmz,
}


def write(results: Results, path: Path) -> None:
    """Write the candidates in the format that the file's ending names.

    Parameters
    ----------
    results : Results
        The run's values. Every format holds the same rows and columns, best first.
    path : Path
        The file; a GeoPackage is styled by the score, as QGIS opens it.

    Raises
    ------
    PipelineError
        OUTPUT_UNKNOWN, where the run chose no candidates, or siting writes no such format.
    """
    known = [*_WRITERS, ".gpkg"]
    if path.suffix not in known:
        raise PipelineError(
            "OUTPUT_UNKNOWN", "siting does not write such a table", where="outputs",
            found=path.name, wanted=", ".join(known),
        )  # fmt: skip
    if results.candidates is None:
        raise PipelineError(
            "OUTPUT_UNKNOWN", "the run chose no candidates", where="outputs", found=path.name,
            fix="write the section `candidates:`",
        )  # fmt: skip
    write_frame(path, results.candidates, column_name(results.score))


def write_frame(path: Path, frame: GeoDataFrame, style_by: str) -> None:
    """Write features in the format of the file's ending, a GeoPackage coloured by a column."""
    if path.suffix == ".gpkg":
        files.gpkg(path, frame, style_by=style_by)
    else:
        _WRITERS[path.suffix](path, frame)
