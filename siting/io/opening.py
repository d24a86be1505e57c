"""GeoTIFF files, opened by GDAL without what lies beside them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning

from siting.io.formats import GDAL_READING, reading


@contextmanager
def opened(path: Path, **options: Any) -> Iterator[Any]:
    """A GeoTIFF as a rasterio dataset; whatever goes wrong with it is FILE_CORRUPT.

    Parameters
    ----------
    path : Path
        The file.
    **options
        Open options of GDAL's driver, such as ``overview_level``.
    """
    with (
        reading(path),
        warnings.catch_warnings(),
        rasterio.Env(**GDAL_READING),
    ):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, driver="GTiff", **options) as dataset:
            yield dataset
