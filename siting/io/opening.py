"""GeoTIFF and GRIB files, opened by GDAL without what lies beside them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import rasterio
from rasterio.errors import NotGeoreferencedWarning

from siting.io.formats import GDAL_READING, reading


@contextmanager
def opened(
    path: Path, *, driver: Literal["GTiff", "GRIB"] = "GTiff", **options: Any
) -> Iterator[Any]:
    """A raster as a rasterio dataset; whatever goes wrong with it is FILE_CORRUPT.

    Parameters
    ----------
    path : Path
        The file.
    driver : {"GTiff", "GRIB"}
        The one driver that may look at it.
    **options
        Open options of GDAL's driver, such as ``overview_level``.
    """
    with (
        reading(path),
        warnings.catch_warnings(),
        rasterio.Env(**GDAL_READING),
    ):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, driver=driver, **options) as dataset:
            yield dataset
