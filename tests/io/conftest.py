"""Small files, made where a test needs them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.transform import from_bounds

from siting.grid import make_grid

HOME = (-120.0, 38.0, -118.0, 40.0)


@pytest.fixture
def home() -> GeoBox:
    """20 x 20 cells of 0.1 degree."""
    return make_grid("EPSG:4326", 0.1, HOME)


@pytest.fixture
def field() -> np.ndarray:
    """40 in the north-west, 2 more for each column, 1.5 more for each row."""
    row, column = np.mgrid[0:20, 0:20]
    return (40.0 + 2.0 * column + 1.5 * row).astype("float32")


@pytest.fixture
def tif(tmp_path: Path) -> Callable[..., Path]:
    """Writer of GeoTIFF files."""

    def write(
        values: np.ndarray,
        bounds: tuple[float, float, float, float] = HOME,
        *,
        name: str = "a.tif",
        crs: str | None = "EPSG:4326",
        transform: Affine | None = None,
        units: str = "",
        scale: float = 1.0,
        offset: float = 0.0,
        colours: dict[int, tuple[int, ...]] | None = None,
        tags: dict[str, str] | None = None,
        **options: Any,
    ) -> Path:
        path = tmp_path / name
        bands = values if values.ndim == 3 else values[None]
        profile = {
            "driver": "GTiff",
            "count": bands.shape[0],
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": bands.dtype,
            "crs": crs,
            "transform": transform or from_bounds(*bounds, bands.shape[2], bands.shape[1]),
            **options,
        }
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(bands)
            dataset.units = [units] * len(bands)
            if (scale, offset) != (1.0, 0.0):
                dataset.scales, dataset.offsets = [scale] * len(bands), [offset] * len(bands)
            if colours:
                dataset.write_colormap(1, colours)
            dataset.update_tags(**(tags or {}))
        return path

    return write
