"""Both GDALs read the file that they are shown, with the drivers that siting uses, and no more."""

import ast
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from siting.errors import InputError
from siting.grid import make_grid
from siting.io import ogr
from siting.io.formats import OGR_DRIVERS
from siting.io.raster import read_raster
from siting.io.vector import read_features

from .. import small_world
from .readers import attempt
from .roots import REPOSITORY

SECRET = 42424242.0
GRID = make_grid("EPSG:4326", 0.1, (-120, 38, -116, 41))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A raster outside the folder of data, that nothing may read."""
    path = tmp_path / "elsewhere" / "secret.tif"
    path.parent.mkdir()
    small_world.write_raster(path, np.full((30, 40), SECRET, "float32"))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_only_the_drivers_in_use_are_left_in_pyogrio() -> None:
    ogr.harden()
    assert set(pyogrio.list_drivers()) == OGR_DRIVERS
    assert {
        "GPKG", "ESRI Shapefile", "GeoJSON", "FlatGeobuf", "LIBKML", "MEM"
    } == OGR_DRIVERS  # fmt: skip


def test_every_raster_is_opened_with_one_driver_by_name() -> None:
    # rasterio's drivers cannot be unloaded once it has registered them, so none but the named
    # one is ever asked.
    for path in (REPOSITORY / "siting").rglob("*.py"):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if "rasterio.open" in source else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "rasterio.open":
                named = {key.arg: ast.unparse(key.value) for key in node.keywords}
                spread = "**profile" in ast.unparse(node)  # the writer's own, of the COG
                # The door that opens both names them in its signature, to which mypy holds callers.
                both = 'driver: Literal["GTiff", "GRIB"]' in source and named["driver"] == "driver"
                assert named.get("driver") == "'GTiff'" or spread or both, ast.unparse(node)


PAM = """<PAMDataset><SRS>EPSG:3857</SRS><GeoTransform>0, 1, 0, 0, 0, 1</GeoTransform>
<PAMRasterBand band="1"><NoDataValue>40</NoDataValue><Offset>99</Offset><Scale>7</Scale>
</PAMRasterBand></PAMDataset>"""
VRT = """<VRTDataset rasterXSize="40" rasterYSize="30"><VRTRasterBand dataType="Float32" band="1">
<SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""
BESIDE = {
    "tfw": "1\n0\n0\n-1\n500\n500\n",
    "tifw": "1\n0\n0\n-1\n500\n500\n",
    "wld": "1\n0\n0\n-1\n500\n500\n",
    "prj": 'PROJCS["x"]',
    "tif.aux.xml": PAM,
    "aux.xml": PAM,
    "aux": PAM,
    "tif.msk": VRT,
    "tif.vrt": VRT,
    "vrt": VRT,
    "tif.xml": PAM,
    "imd": "version = 1;",
    "rpb": "satId = x;",
    "RPB": "satId = x;",
    "_rpc.txt": "LINE_OFF: 1",
    "_RPC.TXT": "LINE_OFF: 1",
    "tab": '!table\nDefinition Table\n  File "{secret}"\n',
    "hdr": "nrows 1",
    "gcp": "x",
}


@pytest.mark.parametrize("ending", BESIDE)
def test_nothing_beside_a_geotiff_counts(data: Path, secret: Path, ending: str) -> None:
    path = data / "heat.tif"
    small_world.write_raster(path, small_world.heat())
    before = read_raster(path, GRID, kind="continuous", units="mW m-2").to_numpy()
    name = f"heat{ending}" if ending.startswith("_") else f"heat.{ending}"
    (data / name).write_text(BESIDE[ending].replace("{secret}", str(secret)))
    layer, codes = attempt(read_raster, path, GRID, kind="continuous", units="mW m-2")
    if ending == "tif.msk" and layer is None:  # a mask that is no raster may be refused
        return
    np.testing.assert_array_equal(layer.to_numpy(), before)
    assert set(codes) <= {"SIDECAR_OVERRIDES"}


@pytest.mark.parametrize("name", ["heat.tif.msk", "heat.tif.ovr"])
def test_a_raster_beside_a_geotiff_changes_no_value(data: Path, secret: Path, name: str) -> None:
    path = data / "heat.tif"
    small_world.write_raster(path, small_world.heat())
    before = read_raster(path, GRID, kind="continuous", units="mW m-2").to_numpy()
    (data / name).write_bytes(secret.read_bytes())
    layer, codes = attempt(read_raster, path, GRID, kind="continuous", units="mW m-2")
    if layer is None:  # refused aloud, or not used
        assert codes == ["OVERVIEW_STALE"]
    else:
        np.testing.assert_array_equal(layer.to_numpy(), before)


@pytest.mark.parametrize(
    "content",
    [
        VRT, " \n" * 3000 + VRT, "\ufeff" + VRT, "<?xml version='1.0'?>" + VRT,
        "<!-- x -->" + VRT, "<GDAL_WMS><Service name='TMS'/></GDAL_WMS>", "/vsicurl/http://x/a.tif",
        "NETCDF:{secret}", '{"type": "gdal_streamed_alg"}', "gdalg", "GTI:{secret}", "WMS:http://x",
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{secret}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
    ],
)  # fmt: skip
def test_a_file_that_names_others_is_refused(data: Path, secret: Path, content: str) -> None:
    path = data / "heat.tif"
    path.write_text(content.replace("{secret}", str(secret)), "utf-8")
    for read in (lambda: read_raster(path, GRID, kind="continuous"), lambda: read_features(path)):
        with pytest.raises(InputError, match="NOT_A|PATH_OUTSIDE|REMOTE|FILE_CORRUPT"):
            read()


def points(path: Path, **options) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"label": ["a", "b"], "address": ["/vsicurl/http://192.0.2.1/a", "vrt://x"]},
        geometry=[shapely.Point(-118, 39), shapely.Point(-117, 40)], crs=4326,
    )  # fmt: skip
    frame.to_file(path, **options)
    return frame


SHAPE = {
    "qix": b"SQT\x01\x01\x00\x00\x00" + b"\xff" * 200,
    "sbn": b"\x00\x00\x27\x0a" + b"\xff" * 300,
    "sbx": b"\xff" * 100,
    "idm": b"\xff" * 100,
    "ind": b"\xff" * 100,
    "cpg": b"/vsicurl/http://192.0.2.1/\n",
    "CPG": b"\xff\xfe\x00" + b"A" * 100_000,
    "shp.xml": b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
    "aux.xml": PAM.encode(),
    "qpj": b"GEOGCS[/vsicurl/http://192.0.2.1/]",
    "wld": b"1\n0\n0\n-1\n500\n500\n",
}


@pytest.mark.parametrize("ending", SHAPE)
def test_absurd_files_beside_a_shapefile_change_nothing(data: Path, ending: str) -> None:
    path = data / "points.shp"
    wanted = points(path, encoding="utf-8")
    if ending.lower() == "cpg":
        (data / "points.cpg").unlink()
    (data / f"points.{ending}").write_bytes(SHAPE[ending])
    found, _ = attempt(read_features, path)
    if ending.lower() == "cpg" and found is None:  # an encoding that nobody knows may be refused
        return
    assert found.geometry.tolist() == wanted.geometry.tolist()
    assert found["label"].tolist() == ["a", "b"]


VIEW = (
    "CREATE VIEW v AS SELECT fid, geom, {} AS label FROM points;"
    "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id)"
    " VALUES ('v', 'features', 'v', 4326);"
    "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POINT', 4326, 0, 0);"
)
CODE = {
    "a value of another raster": VIEW.format(
        "gdal_get_pixel_value('{secret}', 1, 'georef', -118.0, 39.0)"
    ),
    "an extension": VIEW.format("load_extension('{secret}')"),
    "another file": VIEW.format("readfile('{secret}')"),
    "a written file": VIEW.format("writefile('{written}', 'x')"),
    "another data set": VIEW.format("ogr_layer_FeatureCount('{secret}', 'x')"),
    "an import": VIEW.format("ImportFromEPSG(4326)"),
    "a virtual table of GDAL": "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES "
    "('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(''{secret}'')');"
    + VIEW.format("(SELECT * FROM x)"),
    "a virtual table of SpatiaLite": "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES "
    "('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualText(''{secret}'', ''UTF-8'')');"
    + VIEW.format("(SELECT * FROM x)"),
    "triggers": "CREATE TABLE log(x); CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN "
    "INSERT INTO log VALUES (load_extension('{secret}')); END;",
    "SQL in the name of a layer": "INSERT INTO gpkg_contents(table_name, data_type, identifier, "
    "srs_id) VALUES ('points\"; ATTACH ''{written}'' AS x; --', 'features', 'y', 4326);"
    "INSERT INTO gpkg_geometry_columns VALUES ('points\"; ATTACH ''{written}'' AS x; --', 'geom', "
    "'POINT', 4326, 0, 0);",
}


def geopackage(path: Path, code: str, secret: Path) -> Path:
    """A GeoPackage with SQL in it; the file that the SQL would write."""
    points(path, layer="points")
    written = path.with_name("written.db")
    base = sqlite3.connect(path)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        base.create_function(name, 1, lambda shape: None)
    base.executescript(code.replace("{secret}", str(secret)).replace("{written}", str(written)))
    base.commit()
    base.close()
    return written


@pytest.mark.parametrize("what", CODE)
def test_sql_in_a_geopackage_reaches_nothing(data: Path, secret: Path, what: str) -> None:
    path = data / "points.gpkg"
    written = geopackage(path, CODE[what], secret)
    before = path.read_bytes()
    for layer in ("v", "points"):
        found, _ = attempt(read_features, path, layer=layer)
        if found is None:
            continue
        assert str(SECRET)[:6] not in found.to_string()
        assert layer == "v" or found["label"].tolist() == ["a", "b"]
    assert not written.exists()
    assert path.read_bytes() == before  # not even by a trigger


NEVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.mark.parametrize("layer", ["v", "V", "points", None])
def test_a_view_is_no_layer(data: Path, secret: Path, layer: str | None) -> None:
    path = data / "points.gpkg"
    geopackage(path, VIEW.format(f"({NEVER})"), secret)
    found, codes = attempt(read_features, path, layer=layer)
    if layer == "points":
        assert found["label"].tolist() == ["a", "b"]
    else:
        assert codes[0] in {"VIEW_REFUSED", "LAYER_MISSING", "LAYER_AMBIGUOUS"}
        assert layer != "v" or codes == ["VIEW_REFUSED"]


@pytest.mark.parametrize("table", ["gpkg_geometry_columns", "gpkg_extensions", "GPKG_ogr_contents"])
def test_no_table_of_the_format_is_a_view(data: Path, secret: Path, table: str) -> None:
    path = data / "points.gpkg"
    code = f"DROP TABLE IF EXISTS {table}; CREATE VIEW {table} AS {NEVER};"
    geopackage(path, code, secret)
    with pytest.raises(InputError, match="VIEW_REFUSED"):
        read_features(path)


@pytest.mark.parametrize(
    "path", ["/vsizip/a.zip/b.shp", "/vsicurl/http://192.0.2.1/a.gpkg", "/vsimem/a.gpkg",
             "https://192.0.2.1/a.gpkg", "vrt://a.tif", "GPKG:a.gpkg:layer", "zip://a.zip"]
)  # fmt: skip
def test_paths_with_a_meaning_of_their_own_are_refused(path: str) -> None:
    for read in (lambda: read_features(path), lambda: read_raster(path, GRID, kind="continuous")):
        with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED|FILE_MISSING"):
            read()


# What a child prints: values and drivers, in whatever environment it was started.
CHILD = """
import json, sys
from siting.grid import make_grid
from siting.io.raster import read_raster
from siting.io.vector import read_features
import pyogrio, pyproj
raster, package = sys.argv[1:]
grid = make_grid("EPSG:4326", 0.1, (-120, 38, -116, 41))
layer = read_raster(raster, grid, kind="continuous", units="mW m-2").to_numpy()
try:
    view = read_features(package, layer="v").to_string()
except Exception as error:
    view = str(error)
frame = read_features(package, layer="points")
print(json.dumps([layer.tolist(), frame.to_json(), sorted(pyogrio.list_drivers()), view]))
"""
ENVIRONMENT = {
    "GDAL_SKIP": "WFS",
    "OGR_SKIP": "WFS",
    "GDAL_PAM_ENABLED": "YES",
    "GDAL_DISABLE_READDIR_ON_OPEN": "NO",
    "GDAL_GEOREF_SOURCES": "WORLDFILE,PAM,INTERNAL",
    "GDAL_DRIVER_PATH": "{folder}",
    "OGR_DRIVER_PATH": "{folder}",
    "GDAL_CONFIG_FILE": "{folder}/gdalrc",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif",
    "GDAL_VRT_ENABLE_PYTHON": "YES",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "ALL",
    "SHAPE_ENCODING": "UTF-16",
    "SHAPE_RESTORE_SHX": "YES",
    "OGR_SQLITE_LOAD_EXTENSIONS": "{folder}/evil.so",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "YES",
    "OGR_CURRENT_DATE": "1999-01-01T00:00:00Z",
    "PROJ_NETWORK": "ON",
}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> list:
    """What a child reads in an environment that asks for all that siting has closed."""
    data = tmp_path_factory.mktemp("data")
    raster, package, secret = (data / name for name in ("heat.tif", "points.gpkg", "secret.tif"))
    small_world.write_raster(raster, small_world.heat())
    small_world.write_raster(secret, np.full((30, 40), SECRET, "float32"))
    geopackage(package, CODE["a value of another raster"], secret)
    for ending in ("tfw", "tif.aux.xml", "wld"):
        (data / f"heat.{ending}").write_text(BESIDE[ending])
    (data / "gdalrc").write_text("[configoptions]\nGDAL_PAM_ENABLED=YES\nGDAL_SKIP=\n")
    (data / "evil.so").write_bytes(b"\x7fELF")
    settings = {name: text.replace("{folder}", str(data)) for name, text in ENVIRONMENT.items()}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD, str(raster), str(package)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **settings}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


def test_the_users_environment_does_not_open_what_siting_closed(elsewhere: list) -> None:
    values, frame, drivers, _ = elsewhere
    np.testing.assert_array_equal(np.array(values, dtype="float32"), small_world.heat())
    labels = [each["properties"]["label"] for each in json.loads(frame)["features"]]
    assert labels == ["a", "b"]
    assert set(drivers) == OGR_DRIVERS


def test_the_users_environment_does_not_let_a_geopackage_read_others(elsewhere: list) -> None:
    assert str(SECRET)[:6] not in elsewhere[3]
