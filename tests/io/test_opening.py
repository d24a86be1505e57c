"""One driver of GDAL looks at a file, whatever the file is."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from siting.errors import InputError
from siting.io.opening import opened
from tests import grib_files as grib


@pytest.mark.parametrize("driver", ["PNG", "AAIGrid", "VRT"])
def test_no_other_driver_is_asked(tmp_path: Path, tif, driver: str) -> None:
    path = tmp_path / "b.tif"
    with rasterio.open(tif(np.arange(400).astype("uint8").reshape(20, 20))) as source:
        rasterio.shutil.copy(source, path, driver=driver)
    with pytest.raises(InputError, match="FILE_CORRUPT"), opened(path):
        pass


def test_grib_is_opened_where_it_is_asked_for(tmp_path: Path) -> None:
    path = grib.waves(tmp_path / "a.grib", 2)
    with opened(path, driver="GRIB") as dataset:
        assert (dataset.driver, dataset.count) == ("GRIB", 4)
    with pytest.raises(InputError, match="FILE_CORRUPT"), opened(path):
        pass
