"""Every file passes through siting/io: no other module opens, decodes or writes one by itself."""

import ast
from pathlib import Path

import pytest

SITING = Path(__file__).parents[2] / "siting"

# What only the one door may call. `load` and `loads` count where they are pickle's and the like.
FORBIDDEN = {
    "read_file", "to_file", "read_parquet", "to_parquet", "read_feather", "to_feather",
    "open_dataset", "open_mfdataset", "open_zarr", "open_rasterio", "to_netcdf", "read_csv",
    "to_csv",
    "read_excel", "to_excel", "read_pickle", "to_pickle", "read_json", "read_hdf", "to_hdf",
    "read_sql", "to_sql", "read_dataframe", "write_dataframe", "extractall", "safe_load",
    "unsafe_load", "full_load", "genfromtxt", "loadtxt", "savetxt", "fromfile", "tofile", "savez",
}  # fmt: skip
FORBIDDEN_OF = {
    "rasterio": {"open"},
    "fiona": {"open"},
    "yaml": {"load", "load_all", "safe_load"},
    "pickle": {"load", "loads", "dump", "dumps", "Unpickler"},
    "joblib": {"load", "dump"},
    "cloudpickle": {"load", "loads", "dump", "dumps"},
    "dill": {"load", "loads"},
    "marshal": {"load", "loads"},
    "shelve": {"open"},
    "np": {"load", "save"},
    "numpy": {"load", "save"},
    "h5py": {"File"},
    "sqlite3": {"connect"},
}
FORBIDDEN_IMPORTS = {
    "pickle",
    "joblib",
    "cloudpickle",
    "dill",
    "marshal",
    "shelve",
    "fiona",
    "yaml",
}
# The store reads and writes its own objects.
OWN_OBJECTS = {("store", "read_parquet"), ("store", "to_parquet")}
# Work between a run and its own workers travels as pickles; SECURITY.md says whom to trust then.
ON_THE_WIRE = {"kernels/sending.py", "kernels/worker_tasks.py"}


def side_doors(source: str, package: str) -> list[str]:
    """Calls and imports of a module that only siting/io may make, with their lines."""
    tree = ast.parse(source)
    ours = {alias.asname or alias.name for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("siting.io")
            for alias in node.names}  # fmt: skip
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            found += [f"{node.lineno}: import {name}" for name in sorted(names & FORBIDDEN_IMPORTS)]
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").partition(".")[0]
            names = {alias.name for alias in node.names}
            if module in FORBIDDEN_IMPORTS or names & FORBIDDEN_OF.get(module, set()):
                found.append(f"{node.lineno}: from {module} import {', '.join(sorted(names))}")
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if owner in ours or (package, node.attr) in OWN_OBJECTS:
                continue
            if node.attr in FORBIDDEN or node.attr in FORBIDDEN_OF.get(owner, set()):
                found.append(f"{node.lineno}: {owner}.{node.attr}")
    return found


MODULES = sorted(
    path.relative_to(SITING).as_posix()
    for path in SITING.rglob("*.py")
    if not path.is_relative_to(SITING / "io")
)


@pytest.mark.parametrize("module", MODULES)
def test_no_side_door(module) -> None:
    source = (SITING / module).read_text(encoding="utf-8")
    found = side_doors(source, module.partition("/")[0])
    assert [each for each in found if "pickle" not in each or module not in ON_THE_WIRE] == []


@pytest.mark.parametrize(
    "source",
    [
        "import rasterio\nrasterio.open('a')",
        "from rasterio import open",
        "import geopandas as gpd\ngpd.read_file('a')",
        "frame.to_csv('a')",
        "import pickle",
        "from joblib import load",
        "import yaml\nyaml.load('a')",
        "import numpy as np\nnp.load('a')",
        "import xarray as xr\nxr.open_dataset('a')",
        "archive.extractall('a')",
        "f = frame.to_parquet",
    ],
)
def test_side_doors_are_seen(source) -> None:
    assert side_doors(source, "layers")


@pytest.mark.parametrize(
    "source",
    [
        "from siting.io import yaml\nyaml.load('a', 'b')",
        "from siting.io import model as models\nmodels.load(b'')",
        "json.loads('1')",
        "path.open('rb')",
    ],
)
def test_the_one_door_is_no_side_door(source) -> None:
    assert side_doors(source, "pipeline") == []


def test_the_store_may_read_its_own_objects() -> None:
    assert side_doors("gpd.read_parquet(path)", "store") == []
