"""No code is run from data, models or pipeline files, and no source of siting could run any."""

import ast
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import geopandas as gpd
import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from siting.check import check_file
from siting.errors import SitingError
from siting.grid import make_grid
from siting.io import model as models
from siting.io.raster import read_raster
from siting.io.table import read_points, read_table
from siting.io.vector import read_features
from siting.kinds import FittedModel
from siting.scoring.estimators import build_estimator

from .. import small_world
from .readers import attempt
from .roots import REPOSITORY

GRID = make_grid("EPSG:4326", 0.1, (-120, 38, -116, 41))


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = str(place)

    def __reduce__(self):
        return os.mkdir, (self.place,)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What code from data would make."""
    return tmp_path / "executed"


@pytest.fixture
def payload(place: Path):
    """A pickle that makes the place; after the test it must not be there."""
    yield pickle.dumps(Payload(place))
    assert not place.exists()


def test_the_payload_works(place: Path) -> None:
    pickle.loads(pickle.dumps(Payload(place)))
    assert place.is_dir()


def npy(payload: bytes) -> bytes:
    """An array of objects as NumPy stores it: a header, and a pickle."""
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + payload


def test_the_array_of_objects_works(place: Path) -> None:
    np.load(io.BytesIO(npy(pickle.dumps(Payload(place)))), allow_pickle=True)
    assert place.is_dir()


READERS = {
    "raster": lambda path: read_raster(path, GRID, kind="continuous"),
    "features": read_features,
    "points": read_points,
    "table": read_table,
}
XML = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;"><!ENTITY e SYSTEM "file:///etc/passwd">]><{root}>&c;&e;</{root}>'
)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "name",
    [
        "a.pkl",
        "a.tif",
        "a.nc",
        "a.csv",
        "a.parquet",
        "a.gpkg",
        "a.geojson",
        "a.shp",
        "a.fgb",
        "a.joblib",
    ],
)
def test_a_pickle_is_refused_whatever_it_is_called(
    tmp_path: Path, payload: bytes, read: str, name: str
) -> None:
    (tmp_path / name).write_bytes(payload)
    with pytest.raises(SitingError, match="MODEL_UNTRUSTED|NOT_A_|FILE_CORRUPT|CSV_|COLUMN_"):
        READERS[read](tmp_path / name)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", ["npy", "npz", "joblib", "zip"])
def test_arrays_of_objects_are_refused(
    tmp_path: Path, place: Path, payload: bytes, read: str, kind: str
) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "joblib":
        joblib.dump([Payload(place)], path)
    elif kind == "npy":
        path.write_bytes(npy(payload))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("arr_0.npy", npy(payload))
    with pytest.raises(SitingError, match="MODEL_UNTRUSTED|NOT_A_|FILE_CORRUPT|ARCHIVE_"):
        READERS[read](path)


@pytest.mark.parametrize("root", ["gpx", "kml", "qgis", "PAMDataset", "OGRVRTDataSource", "svg"])
@pytest.mark.parametrize("read", READERS)
def test_xml_with_entities_is_refused(tmp_path: Path, read: str, root: str) -> None:
    path = tmp_path / f"a.{root}"
    path.write_text(XML.replace("{root}", root))
    with pytest.raises(SitingError) as refused:
        READERS[read](path)
    assert "root:" not in str(refused.value)  # of /etc/passwd


@pytest.mark.parametrize("ending", ["aux.xml", "tif.aux.xml", "qml", "tif.xml"])
def test_entities_beside_a_raster_do_nothing(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "a.tif"
    small_world.write_raster(path, small_world.heat())
    (tmp_path / f"a.{ending}").write_text(XML.replace("{root}", "PAMDataset"))
    layer = read_raster(path, GRID, kind="continuous", units="mW m-2")
    np.testing.assert_array_equal(layer.to_numpy(), small_world.heat())


def zarr_array(folder: Path, **metadata) -> None:
    """A Zarr 2 group with one array, whose one chunk is a pickle."""
    array = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "<f4", "compressor": None,
        "fill_value": 0, "order": "C", "filters": None, **metadata,
    }  # fmt: skip
    (folder / "a").mkdir(parents=True)
    (folder / ".zgroup").write_text('{"zarr_format": 2}')
    (folder / "a" / ".zarray").write_text(json.dumps(array))
    (folder / "a" / ".zattrs").write_text('{"_ARRAY_DIMENSIONS": ["x"]}')


@pytest.mark.parametrize(
    "metadata",
    [
        {"filters": [{"id": "pickle", "protocol": 5}], "dtype": "|O"},
        {"filters": [{"id": "pickle", "protocol": 5}]},
        {"compressor": {"id": "pickle", "protocol": 5}},
        {"dtype": "|O", "filters": [{"id": "json2"}]},
        {"dtype": "|O", "filters": [{"id": "msgpack2"}]},
        {"dtype": "|O", "filters": [{"id": "vlen-utf8"}]},
        {"filters": [{"id": "os.system"}]},
    ],
)
def test_zarr_with_codecs_that_make_objects_is_refused(
    tmp_path: Path, payload: bytes, metadata: dict
) -> None:
    folder = tmp_path / "a.zarr"
    zarr_array(folder, **metadata)
    (folder / "a" / "0").write_bytes(payload)
    with pytest.raises(SitingError, match="CODEC_REFUSED"):
        read_raster(folder, GRID, kind="continuous")


def test_zarr_3_with_codecs_that_make_objects_is_refused(tmp_path: Path, payload: bytes) -> None:
    folder = tmp_path / "a.zarr"
    (folder / "a" / "c").mkdir(parents=True)
    group = {"zarr_format": 3, "node_type": "group"}
    array = {
        "zarr_format": 3, "node_type": "array", "shape": [1], "data_type": "float32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1]}},
        "chunk_key_encoding": {"name": "default"}, "fill_value": 0,
        "codecs": [{"name": "bytes"}, {"name": "numcodecs.pickle", "configuration": {}}],
    }  # fmt: skip
    (folder / "zarr.json").write_text(json.dumps(group))
    (folder / "a" / "zarr.json").write_text(json.dumps(array))
    (folder / "a" / "c" / "0").write_bytes(payload)
    with pytest.raises(SitingError, match="CODEC_REFUSED"):
        read_raster(folder, GRID, kind="continuous")


@pytest.mark.parametrize("depth", [1_000, 200_000])
@pytest.mark.parametrize("where", ["properties", "geometry", "coordinates"])
def test_geojson_nested_without_end_does_nothing(tmp_path: Path, depth: int, where: str) -> None:
    deep = "[" * depth + "]" * depth
    parts = {"properties": '{"a": 1}', "geometry": '{"type": "Point", "coordinates": [1, 2]}'}
    parts[where] = {
        "properties": f'{{"a": {deep}}}',
        "geometry": '{"type":"GeometryCollection","geometries":[' * depth + "]}" * depth,
        "coordinates": "",
    }[where]
    if where == "coordinates":
        parts["geometry"] = f'{{"type": "Polygon", "coordinates": {deep}}}'
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
        f'{parts["properties"]}, "geometry": {parts["geometry"]}}}]}}'
    )
    found, codes = attempt(read_features, path)
    if found is None:
        assert set(codes) <= {"FILE_CORRUPT", "GEOMETRY_EMPTY", "GEOMETRY_MIXED", "LAYER_EMPTY"}
    else:
        assert len(found) == 1


def parquet(path: Path, payload: bytes, *, geo: bool) -> None:
    """A Parquet file with pickles wherever its metadata can hold some."""
    frame = gpd.GeoDataFrame(
        {"label": ["a"], "lon": [-118.0], "lat": [39.0]},
        geometry=[shapely.Point(-118, 39)], crs=4326,
    )  # fmt: skip
    frame.to_parquet(path)
    table = pq.read_table(path)
    if not geo:
        table = table.drop_columns(["geometry"])
    hostile = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": payload,
    }
    fields = [f.with_metadata(hostile) if f.name == "label" else f for f in table.schema]
    kept = {k: v for k, v in table.schema.metadata.items() if geo or k != b"geo"}
    pandas = json.loads(kept[b"pandas"])
    pandas["attributes"] = {"x": payload.hex()}
    pandas["columns"][0]["numpy_type"] = "__import__('os').system('true')"
    pandas["columns"][0]["metadata"] = {"pickle": payload.hex()}
    kept |= {b"pandas": json.dumps(pandas).encode(), b"pickle": payload}
    pq.write_table(table.cast(pa.schema(fields, metadata=kept)), path)


@pytest.mark.parametrize("read", ["features", "points", "table"])
def test_pickles_in_the_metadata_of_parquet_stay_closed(
    tmp_path: Path, payload: bytes, read: str
) -> None:
    path = tmp_path / "a.parquet"
    parquet(path, payload, geo=read == "features")
    found, codes = attempt(READERS[read], path)
    if found is None:
        assert set(codes) <= {"FILE_CORRUPT", "NOT_A_TABLE", "NOT_A_VECTOR", "MODEL_UNTRUSTED"}
    else:
        assert found["label"].tolist() == ["a"]


def skops_with(change) -> bytes:
    """A stored model whose schema is changed."""
    fitted = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    content = models.dump(FittedModel(fitted, ("a",)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files["schema.json"])
    change(schema, files)
    files["schema.json"] = json.dumps(schema).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


FOREIGN = {
    "a function of the system": {"__module__": "os", "__class__": "system"},
    "eval": {"__module__": "builtins", "__class__": "eval", "__loader__": "FunctionNode"},
    "a class with a call": {"__module__": "subprocess", "__class__": "Popen"},
    "a partial": {"__module__": "functools", "__class__": "partial", "__loader__": "PartialNode"},
    "a method": {"__module__": "operator", "__class__": "methodcaller",
                 "__loader__": "OperatorFuncNode"},
    "a function of scikit-learn": {"__module__": "sklearn.datasets", "__class__": "fetch_openml",
                                   "__loader__": "FunctionNode"},
    "a reader of siting": {"__module__": "siting.store", "__class__": "Store"},
    "a loader that is none": {"__loader__": "EvilNode"},
    "a module that is not there": {"__module__": "kanarienvogel", "__class__": "X"},
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
def test_models_of_foreign_types_are_refused(what: str) -> None:
    content = skops_with(lambda schema, files: schema.update(FOREIGN[what]))
    with pytest.raises(SitingError, match="MODEL_UNTRUSTED|FILE_CORRUPT"):
        models.load(content)


def test_arrays_of_objects_in_a_model_are_refused(payload: bytes) -> None:
    def change(schema: dict, files: dict) -> None:
        for name in files:
            if name.endswith(".npy"):
                files[name] = npy(payload)

    with pytest.raises(SitingError, match="MODEL_UNTRUSTED|FILE_CORRUPT"):
        models.load(skops_with(change))


@pytest.mark.parametrize("kind", ["pickle", "joblib", "skops of a function"])
def test_models_that_are_code_are_refused(place: Path, payload: bytes, kind: str) -> None:
    stream = io.BytesIO()
    joblib.dump(Payload(place), stream)
    made = {
        "pickle": payload,
        "joblib": stream.getvalue(),
        "skops of a function": skops.io.dumps(FunctionTransformer(os.mkdir)),
    }
    with pytest.raises(SitingError, match="MODEL_UNTRUSTED|FILE_CORRUPT"):
        models.load(made[kind])


ESTIMATORS = [
    "os.System", "builtins.Eval", "subprocess.Popen", "sklearn.utils.Bunch",
    "sklearn.datasets.Fetch", "sklearn.feature_extraction.text.CountVectorizer",
    "sklearn.externals.Joblib", "sklearn.linear_model.__class__.Mro", "sklearn.svm.os.System",
    "sklearn.svm.SVC.__init__.__globals__.X", "siting.io.model.Load", "siting.store.Store",
    "siting.overlay_estimators.__builtins__.Eval", "sklearn..Evil", "..os.System", "sklearn.svm.np",
    "sklearn.pipeline.Pipeline.__class__", "__main__.X", "sklearn.model_selection.os.System",
]  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_outside_the_list_are_refused(name: str) -> None:
    with pytest.raises(SitingError, match="ESTIMATOR_"):
        build_estimator({name: {}}, "scoring.model")


@pytest.mark.parametrize(
    "spec",
    [
        {"sklearn.preprocessing.FunctionTransformer": {"func": "os.system"}},
        {"sklearn.pipeline.Pipeline": {"steps": {"a": {"os.System": {}}}}},
        {"sklearn.pipeline.Pipeline": {"memory": "/tmp/x", "steps": {}}},
        {"sklearn.linear_model.Ridge": {"__class__": "x"}},
        {"sklearn.linear_model.Ridge": {"alpha": {"os.System": {}}}},
        {"sklearn.ensemble.RandomForestClassifier": {"n_jobs": 64}},
        {"sklearn.calibration.CalibratedClassifierCV": {"estimator": {"os.System": {}}}},
        {"sklearn.model_selection.GridSearchCV": {
            "estimator": {"sklearn.pipeline.Pipeline": {"steps": {"a": {"os.System": {}}}}},
            "param_grid": {"memory": ["/tmp/x"]}}},
    ],
)  # fmt: skip
def test_parameters_that_would_run_code_are_refused(spec: dict) -> None:
    with pytest.raises(SitingError, match="ESTIMATOR_"):
        build_estimator(spec, "scoring.model")


FUNCTIONS = [
    "os.system", "combine.__class__", "combine.np.load", "distance._private", "combine.np",
    "../combine.rescale", "builtins.eval", "combine.rescale.__globals__", "siting.io.model.load",
    "combine.__builtins__", "heat.importlib", "combine.", ".rescale", "combine rescale",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_are_no_layers_are_refused(tmp_path: Path, name: str) -> None:
    text = small_world.PIPELINE.replace("combine.rescale: {layer", f'"{name}": {{layer')
    with pytest.raises(SitingError) as refused:
        check_file(small_world.make(tmp_path, text))
    assert refused.value.exit_code == 2


TAGS = [
    "!!python/object/apply:os.mkdir [{place}]", "!!python/object/new:os.mkdir [{place}]",
    "!!python/name:os.mkdir", "!!python/module:os", "!!python/object:os.x {}",
    "!<tag:yaml.org,2002:python/object/apply:os.mkdir> [{place}]", "!include /etc/passwd",
    "!!binary aGk=", "!!set {a}", "!ENV ${HOME}", "&a [*a]", "<<: *a",
]  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_tags_of_yaml_are_refused(tmp_path: Path, place: Path, tag: str) -> None:
    path = small_world.make(tmp_path, small_world.PIPELINE.replace("Small world", tag))
    path.write_text(path.read_text().replace("{place}", str(place)))
    with pytest.raises(SitingError, match="CONFIG_"):
        check_file(path)
    assert not place.exists()


# Calls that turn text into code, or start other programs; and where siting may import by name.
RUNS = {"eval", "exec", "compile", "__import__", "execfile", "breakpoint", "input"}
SYSTEM = {
    "os.system",
    "os.popen",
    "os.execv",
    "os.execvp",
    "os.spawnl",
    "os.posix_spawn",
    "os.fork",
}
PROGRAMS = {"subprocess", "pty", "multiprocessing", "ctypes", "socketserver", "http", "urllib",
            "requests", "ftplib", "smtplib", "webbrowser", "code", "runpy"}  # fmt: skip
BY_NAME = {
    "pipeline/registry.py": "the stages' own modules",
    "outputs/writers.py": "the writers' own modules",
    "outputs/quiet.py": "Matplotlib and Folium",
    "scoring/estimators.py": "modules on the list of estimators",
    "pipeline/recipes.py": "modules of estimators that are built already, for their code's digest",
    "io/model.py": "to look whether a name on the list is a class",
    "errors.py": "libraries of siting's own extras; callers write their names out",
    "run/__init__.py": "its own modules, when they are asked for",
    "store/__init__.py": "its own modules, when they are asked for",
}
# The C library that the process runs on anyway, to have freed memory given back.
C_LIBRARY = {"kernels/memory_budget.py": {"ctypes"}}
# Modules that ask the network, or read addresses, once ``--allow-remote`` lets them.
NETWORK = {"io/web.py": {"http.client", "urllib.parse"}, "sources/addresses.py": {"urllib.parse"}}
# A child that is no program of others: it goes on with the same command.
FORKS = {"terminal/supervision.py"}
SOURCES = sorted(p.relative_to(REPOSITORY / "siting").as_posix()
                 for p in (REPOSITORY / "siting").rglob("*.py"))  # fmt: skip


def dotted(node: ast.expr) -> str:
    """The name of what is called, such as ``os.system``."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def runs_code(source: str, name: str) -> list[str]:
    """What in a module could run code that is not the project's own."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            by_name = called.endswith("import_module") and name not in BY_NAME
            forks = called == "os.fork" and name in FORKS
            if (called in RUNS | SYSTEM and not forks) or by_name:
                found.append(f"{node.lineno}: {called}")
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        names = [each for each in names if each not in (NETWORK | C_LIBRARY).get(name, ())]
        found += [f"import {each}" for each in names if each.partition(".")[0] in PROGRAMS]
    return found


def test_no_module_of_siting_could_run_code_of_others() -> None:
    found = {name: runs_code((REPOSITORY / "siting" / name).read_text("utf-8"), name)
             for name in SOURCES}  # fmt: skip
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "source",
    ["eval('1')", "import subprocess", "from subprocess import run", "os.system('ls')",
     "importlib.import_module(name)", "import urllib.request", "__import__('os')"],
)  # fmt: skip
def test_such_code_is_seen(source: str) -> None:
    assert runs_code(source, "layers/heat.py")
