"""GeoPackages before GDAL opens them: no journal beside them, and no views among what is read."""

import sqlite3
from contextlib import closing
from pathlib import Path

from siting.errors import InputError
from siting.io.formats import reading

# Tables that GDAL itself asks before any layer.
_SYSTEM = ("gpkg_", "ogr_", "rtree_", "sqlite_")


def check_journal(path: Path) -> None:
    """Refuse a database whose last changes stand in a journal beside it.

    Raises
    ------
    InputError
        FILE_IN_USE.
    """
    for ending in ("-wal", "-journal"):
        journal = path.with_name(path.name + ending)
        if not journal.exists() or not journal.stat().st_size:
            continue
        raise InputError(
            "FILE_IN_USE",
            "another program has changes of this file that are not in it yet",
            where=str(path),
            found=journal.name,
            fix="close the file in the other program, such as QGIS",
        )


def views(path: Path) -> frozenset[str]:
    """Names of the views of a GeoPackage, in lower case.

    Raises
    ------
    InputError
        VIEW_REFUSED where a view stands in for a table of the format; FILE_CORRUPT.
    """
    rows = _asked(path, "SELECT name FROM sqlite_master WHERE type = 'view'")
    found = frozenset(name.lower() for name in rows)
    if system := sorted(name for name in found if name.startswith(_SYSTEM)):
        raise view_refused(path, system[0])
    return found


def layers(path: Path) -> list[str]:
    """Layers with geometry of a GeoPackage that has views, of which GDAL would read all rows."""
    return _asked(
        path,
        "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' AND lower(table_name)"
        " IN (SELECT lower(name) FROM sqlite_master WHERE type IN ('table', 'view'))",
    )


def _asked(path: Path, question: str) -> list[str]:
    """First column of what a database answers, opened to be read alone."""
    with reading(path):
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as base:
            return [str(row[0]) for row in base.execute(question)]


def view_refused(path: Path, name: str) -> InputError:
    """Error for a view, which is a program in SQL that may never end, and no stored features."""
    return InputError(
        "VIEW_REFUSED",
        "the layer is a view: SQL of the file would have to be run to read it",
        where=str(path),
        found=name,
        wanted="a layer whose features are stored",
        fix="store what the view shows: ogr2ogr stored.gpkg FILE LAYER",
    )
