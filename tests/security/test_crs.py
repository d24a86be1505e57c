"""A CRS is a definition: it opens no file of its own choosing, and asks no server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from siting.errors import GridError, SitingError
from siting.io.crs import known_crs
from siting.io.raster import read_raster
from siting.io.vector import read_features
from siting.projection import analysis_crs

from .. import small_world
from .readers import attempt
from .roots import REPOSITORY
from .test_gdal import GRID

# A definition can name a file of shifts, which PROJ opens wherever it lies.
NAMED = [
    "+proj=longlat +ellps=bessel +nadgrids={file} +type=crs",
    "+proj=longlat +ellps=bessel +nadgrids=@{file} +type=crs",
    "+proj=longlat +datum=WGS84 +geoidgrids={file} +type=crs",
    "+init={file}:1",
    'BOUNDCRS[SOURCECRS[GEOGCRS["x",DATUM["y",ELLIPSOID["z",6377397.155,299.1528128]],'
    'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]]],'
    'TARGETCRS[GEOGCRS["WGS 84",DATUM["w",ELLIPSOID["WGS 84",6378137,298.257223563]],'
    'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]]],'
    'ABRIDGEDTRANSFORMATION["g",METHOD["NTv2"],PARAMETERFILE["f","{file}"]]]',
]
CHILD = """
import json, sys, pyproj.network
from siting.io.vector import read_features
read_features(sys.argv[1])
print(json.dumps(pyproj.network.is_network_enabled()))
"""


@pytest.mark.parametrize("text", NAMED)
def test_a_crs_that_names_a_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.tif"
    small_world.write_raster(path, small_world.heat(), crs=None)
    named = text.replace("{file}", str(tmp_path / "elsewhere.gsb"))
    with pytest.raises(SitingError, match="CRS_"):
        read_raster(path, GRID, kind="continuous", crs=named).to_numpy()


ADDRESSES = [
    "/etc/passwd", "file:///etc/passwd", "http://192.0.2.1/a.prj", "ESRI::/etc/passwd",
    "@/etc/passwd", "urn:ogc:def:crs:/etc::x",
]  # fmt: skip


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_crs_is_no_path_and_no_address(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.tif"
    small_world.write_raster(path, small_world.heat(), crs=None)
    found, codes = attempt(read_raster, path, GRID, kind="continuous", crs=text)
    assert found is None or not np.isfinite(found).any()
    assert codes[0].startswith("CRS_")


def test_grids_are_not_fetched_though_the_user_allows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1},'
        ' "geometry": {"type": "Point", "coordinates": [1, 2]}}]}'
    )
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PROJ_NETWORK": "ON"},
    )  # fmt: skip
    assert json.loads(done.stdout) is False


@pytest.mark.parametrize("text", NAMED)
def test_a_grid_whose_crs_names_a_file_is_refused(text: str) -> None:
    with pytest.raises(GridError, match="CRS_NAMES_FILE|GRID_CRS"):
        analysis_crs(text.replace("{file}", "/elsewhere.gsb"))


@pytest.mark.parametrize("text", ["+init=/elsewhere:1", "+proj=longlat +nadgrids=@null,/a.gsb"])
def test_a_crs_inside_a_file_that_names_another_is_refused(tmp_path: Path, text: str) -> None:
    beside = tmp_path / "a.geojson"
    beside.write_text(
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "'
        + text + '"}}, "features": []}'
    )  # fmt: skip
    with pytest.raises(SitingError, match="CRS_NAMES_FILE"):
        read_features(beside)


WEB = "+proj=merc +a=6378137 +b=6378137 +nadgrids=@null +wktext +type=crs"


@pytest.mark.parametrize("text", ["EPSG:3857", "EPSG:4314", "EPSG:4326+5773", WEB, "to_wkt"])
def test_a_crs_that_names_no_file_is_taken(text: str) -> None:
    # EPSG:3857 in GDAL's older WKT names the grid "null", as WEB does: no shift, and no file.
    text = CRS(3857).to_wkt("WKT1_GDAL") if text == "to_wkt" else text
    assert known_crs(None, text, Path("a.tif")).axis_info


def test_a_bound_crs_of_numbers_is_taken() -> None:
    text = "+proj=longlat +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +type=crs"
    assert known_crs(None, text, Path("a.tif")).type_name == "Bound CRS"
