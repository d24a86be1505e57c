"""Whether this installation can do its work."""

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from typing import Any

from siting.errors import SitingError
from siting.wording import counted

LIBRARIES = (
    "numpy",
    "pandas",
    "xarray",
    "dask",
    "zarr",
    "rasterio",
    "geopandas",
    "pyogrio",
    "pyarrow",
    "scikit-learn",
    "folium",
    "django-js-lib-leaflet",
)
# Extras and the library that each brings; without one, what needs it tells how to install it.
EXTRAS = {"netcdf": "h5netcdf", "geostatistics": "gstools", "cluster": "distributed"}
FREE_BYTES_WANTED = 2_000_000_000


def examine() -> list[dict[str, Any]]:
    """One row a check: name, whether it is in order, what was found, how to fix it."""
    return [
        _python(),
        *map(_library, LIBRARIES),
        _data(),
        _drivers(),
        _store(),
        _kernels(),
        _extras(),
        _processors(),
    ]


def _row(name: str, ok: bool, found: str, fix: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "found": found, "fix": "" if ok else fix}


def _python() -> dict[str, Any]:
    found = ".".join(map(str, sys.version_info[:3]))
    return _row("Python", sys.version_info >= (3, 11), found, "install Python 3.11 or newer")


def _library(name: str) -> dict[str, Any]:
    try:
        return _row(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return _row(name, False, "not installed", f"pip install {name}")


def _extras() -> dict[str, Any]:
    """Which extras are installed; none has to be."""
    there = {name: importlib.util.find_spec(each) for name, each in EXTRAS.items()}
    found = ", ".join(f"{name} {'yes' if spec else 'no'}" for name, spec in there.items())
    return _row("extras", True, found)


def _data() -> dict[str, Any]:
    """Every embedded file is there and is the one that the catalogue describes."""
    from siting.sources.catalogue import catalogue
    from siting.store import sha256_file

    try:
        entries = catalogue()
        wrong = [
            name
            for name, entry in entries.items()
            if not entry.path.is_file() or sha256_file(entry.path) != entry.sha256
        ]
    except SitingError as error:
        return _row("embedded data", False, error.message, "install siting again")
    found = f"{len(entries) - len(wrong)} of {len(entries)} files whole"
    return _row("embedded data", not wrong, found, f"install siting again: {', '.join(wrong)}")


def _drivers() -> dict[str, Any]:
    import pyogrio

    present = pyogrio.list_drivers()
    missing = [name for name in ("GPKG", "GeoJSON", "LIBKML") if name not in present]
    found = f"GDAL {pyogrio.__gdal_version_string__}"
    return _row("GDAL drivers", not missing, found, f"pyogrio lacks {', '.join(missing)}")


def _store() -> dict[str, Any]:
    from siting.store import default_root

    root = default_root()
    parent = next(each for each in (root, *root.parents) if each.exists())
    free = shutil.disk_usage(parent).free
    ok = os.access(parent, os.W_OK) and free > FREE_BYTES_WANTED
    found = f"{root}, {free / 1e9:.0f} GB free"
    return _row("store", ok, found, "set SITING_STORE to a folder with room")


def _kernels() -> dict[str, Any]:
    """Where compiled kernels are kept; none yet is in order, and costs the first run."""
    from siting.kernels.compiled import kept

    folder, count, size = kept()
    kernels = counted(count, "kernel") if count else "no kernel yet, the first run compiles them"
    found = f"{kernels}, {size / 1e6:.0f} MB in {folder}"
    fix = "name a folder that can be written to in SITING_STORE or NUMBA_CACHE_DIR"
    return _row("compiled kernels", os.access(folder, os.W_OK), found, fix)


def _processors() -> dict[str, Any]:
    pages = os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e9 if pages else 0.0
    found = f"{counted(os.cpu_count() or 1, 'processor')}, {memory:.0f} GB"
    return _row("machine", memory == 0 or memory > 3, found, "4 GB of memory are needed")
