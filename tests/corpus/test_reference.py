"""The reference corpus of bad inputs, made afresh by its own script, through whole pipelines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from siting.errors import SitingError
from siting.io import model as models

from . import cases_config
from .harness import PIPELINE, Result, pipeline
from .test_corpus import CASES

DATA = os.environ.get("SITING_REFERENCE_DATA", "")
SCRIPT = Path(DATA).parent / "corpus" / "make_corpus.py"
pytestmark = pytest.mark.skipif(
    not DATA or not SCRIPT.is_file(),
    reason="the reference corpus is not here: SITING_REFERENCE_DATA names no folder beside it",
)

# Where siting says the same by another, narrower code.
OTHER_CODES = {"y_bbox_inverted": "GRID_BOUNDS"}

# Cases in the corpus's own notation for pipelines and models: the same mistake in siting's.
OWN_CASES = {
    "g_config": "config_ok_good",
    "y_unknown_key": "config_unknown_key",
    "y_duplicate_key": "config_duplicate_key",
    "y_wrong_type": "config_weight_text",
    "y_bool_trap": "config_name_no",
    "y_exp_trap": "config_ok_exponent",
    "y_traversal": "config_file_up",
    "y_output_abs": "config_output_path",
    "y_env": "config_output_variable",
    "y_bomb": "config_billion_laughs",
    "y_pytag": "config_python_tag",
    "y_nan": "config_weight_nan",
    "y_empty": "config_empty",
    "y_deep": "config_deep",
    "y_latin1": "config_latin1",
    "y_bbox_inverted": "config_bounds_inverted",
    "y_layer_unknown": "config_reference",
    "m_feature_order": "m_order",
}

# Windows of the grid for cases that do not lie in the home window.
WINDOWS = {
    "r_crs_mismatch": "[-117.1, 36.0, -116.9, 36.2]",
    "r_antimeridian": "[-180, 38, -178, 40]",
    "r_rotated": "[-119.98, 39.38, -119.86, 39.5]",
}
FINE = {"r_crs_mismatch", "r_rotated"}  # on a grid of 0.01 degree

# The place lies at x = 500,000 m, y = 3,997,400 m: column 10, row 12, and 40 + 2 * 10 + 1.5 * 12
# is 78. The corpus says 60, which leaves the row out.
RIGHT_VALUES = {"r_crs_mismatch": 78.0}
# A cell of the fine grid is up to 0.005 degree from the place, where the plane rises 25 a degree.
TOLERANCES = {"r_rotated": 0.25}
# The constant bands of this case are what it is about.
ALSO_WARNED = {"r_uint8_overflow": {"LAYER_CONSTANT"}}
# Tables of places alone: their labels are too few to learn from.
PLACES = {"i_script", "i_backtick", "i_formula", "i_closescript", "v_id_zeros", "v_nan_coord"}
UNITS = {"r_units_none": None, "r_celsius_as_kelvin": None, "n_no_units": None}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Folder of the corpus's files."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run(
        [sys.executable, SCRIPT, "--out", folder], check=True, capture_output=True, timeout=300
    )
    return folder / "dev"


def manifest() -> list[dict]:
    """Cases by the corpus's own registry, without their files."""
    if not SCRIPT.is_file():
        return []
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import cases_dev, corpuslib;"
        "keys = ('id', 'kind', 'expect', 'code', 'main', 'oracle');"
        "print(json.dumps([{k: c[k] for k in keys} for c in corpuslib.CASES]))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, SCRIPT.parent], check=True, capture_output=True, text=True
    )
    return json.loads(found.stdout)


def grid_of(case: dict) -> str:
    bounds = WINDOWS.get(case["id"])
    if case["kind"] in {"netcdf", "zarr"}:
        bounds = "[-126, 38, -124, 40]"
    size = "0.01" if case["id"] in FINE else "0.1"
    bounds = bounds or "[-120, 38, -118, 40]"
    return f"{{crs: EPSG:4326, resolution: {size} degree, bounds: {bounds}}}"


def raster_text(case: dict) -> str:
    unit = UNITS.get(case["id"], "mW m-2" if "heatflow" in case["main"] else "'1'")
    units = f", units: {unit}" if unit else ""
    band = ", band: 1" if case["id"] == "r_uint8_overflow" else ""
    layer = f"a: {{file: '{case['main']}', status: measured{units}{band}}}"
    return pipeline(sources=layer, outputs="[a.tif]", grid=grid_of(case))


def gridded_text(case: dict) -> str:
    variable, unit, kind = ("dir", "degree", "circular") if case["id"] == "n_direction" else (
        "hs", "m", "continuous")  # fmt: skip
    units = f", units: {unit}" if case["id"] != "n_no_units" else ""
    layer = (
        f"a: {{file: '{case['main']}', variable: {variable}, kind: {kind}, over_time: mean,"
        f" status: measured{units}}}"
    )
    if case["kind"] == "zarr":
        layer = f"a: {{file: '{case['main']}', units: '1'}}"
    return pipeline(sources=layer, outputs="[a.tif]", grid=grid_of(case))


def vector_text(case: dict) -> str:
    return pipeline(
        sources=f"a: {{file: '{case['main']}', status: measured}}",
        layers="b: {distance.distance_to: {features: a}}",
        outputs="[b.tif]",
        grid=grid_of(case),
    )


def table_text(case: dict) -> str:
    if case["id"] in PLACES:
        return pipeline(
            sources=f"a: {{file: '{case['main']}', status: measured}}",
            layers="b: {distance.distance_to: {features: a}}",
            more="candidates: {rank_by: b, count: 5, spacing: 20 km, known: a}",
            outputs="[b.tif, candidates.csv, map.html, report.html]",
            grid=grid_of(case),
        )
    return pipeline(
        sources=(
            f"sites: {{file: '{case['main']}', status: measured}}\n"
            "elevation: {source: elevation}\nlab: {source: lab_depth}"
        ),
        more=(
            "scoring:\n  score:\n    learned.classifier: {features: [elevation, lab],"
            " labels: sites, target: label, background: 0,\n"
            "      model: {sklearn.linear_model.LogisticRegression: {}}}\n"
        ),
        outputs="[score.tif]",
        grid=grid_of(case),
    )


TEXTS = {
    "raster": raster_text,
    "raster+sites": raster_text,
    "archive": raster_text,
    "netcdf": gridded_text,
    "zarr": gridded_text,
    "vector": vector_text,
    "table": table_text,
}


def publish(case: dict, folder: Path, out: Path) -> Result:
    """What a case publishes through siting's own notation."""
    from siting.check import check_file
    from siting.run import run_plan

    if case["kind"] == "model":
        models.load((folder / case["main"]).read_bytes())
    path = folder / PIPELINE
    path.write_text(TEXTS[case["kind"]](case), encoding="utf-8")
    run_plan(check_file(path), out)
    return Result(out / "latest")


def check_oracle(case: dict, result: Result) -> None:
    """The right answer, where the corpus states one that a layer can show."""
    oracle = case["oracle"]
    name = "b" if case["kind"] == "vector" else "a"
    place = oracle.get("value_at") or oracle.get("value_at_mW")
    if place:
        longitude, latitude, stated = place
        value = RIGHT_VALUES.get(case["id"], stated)
        tolerance = TOLERANCES.get(case["id"], oracle.get("tol", 1e-3))
        found = result.value_at(name, longitude, latitude)
        assert found == pytest.approx(value, abs=tolerance)
    if "valid" in oracle:
        assert result.layer(name).count() == oracle["valid"]


def _id(case: dict) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", [c for c in manifest() if c["id"] not in OWN_CASES], ids=_id)
def test_reference_case(case, corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    folder, out = corpus / case["id"], tmp_path / "out"
    code = OTHER_CODES.get(case["id"], case["code"])
    if case["expect"] == "error":
        with pytest.raises(SitingError, match=code):
            publish(case, folder, out)
        assert not (out / "latest").exists()
        return
    result = publish(case, folder, out)
    if case["expect"] == "warn":
        assert code in result.warnings()
    else:
        assert set(result.warnings()) <= ALSO_WARNED.get(case["id"], set())
    check_oracle(case, result)


def test_every_case_in_another_notation_has_one_in_ours():
    ours = {case.id for case in CASES}
    assert set(OWN_CASES.values()) <= ours
    assert cases_config.corpus.cases
    strange = {c["id"] for c in manifest() if c["kind"] == "config"} - OWN_CASES.keys()
    assert not strange
