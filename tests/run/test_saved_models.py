"""Train with one pipeline file, apply with another: the known answer comes back elsewhere."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio

from siting.check import check_file
from siting.errors import InputError, PipelineInvalidError
from siting.run import run_plan
from siting.store import sha256_file

TRAIN = """\
siting: 1
name: Training
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [0, 0, 20, 20]}
sources:
  cells:
    file: cells.csv
    columns: {hot: mW m-2, far: km, temperature: degC}
scoring:
  warm:
    learned.from_cells:
      cells: cells
      features: [hot, far]
      target: temperature
      model: {sklearn.linear_model.LinearRegression: {}}
outputs: [warm.skops, warm.card.json]
"""
# Another region, with a layer in another unit and one of another name.
APPLY = """\
siting: 1
name: Elsewhere
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [40, 10, 46, 14]}
sources:
  heat: {file: heat.tif, units: W m-2}
  far: {file: far.tif, units: km}
  trained: {model: warm.skops, SHA}
scoring:
  warm:
    learned.applied: {model: trained, features: [far, heat], renamed: {heat: hot}}
outputs: [warm.tif, warm.extrapolated.tif]
accept: {MODEL_EXTRAPOLATES: one cell is meant to lie beyond}
"""


def raster(path: Path, values: Any) -> None:
    transform = rasterio.transform.from_origin(40, 14, 1, 1)
    with rasterio.open(
        path, "w", driver="GTiff", height=4, width=6, count=1, dtype="float64",
        transform=transform, crs="EPSG:4326",
    ) as file:  # fmt: skip
        file.write(np.asarray(values, dtype=float).reshape(4, 6), 1)


def read(path: Path) -> Any:
    with rasterio.open(path) as file:
        return file.read(1)


OTHER = 'sha256: "' + 64 * "0" + '"'
HEAT = np.linspace(0.05, 0.11, 24)
HEAT[9] = 2.0  # W m-2, twenty times what the training has seen
FAR = np.linspace(1.0, 9.0, 24)


def run(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.yaml").write_text(text)
    run_plan(check_file(folder / f"{name}.yaml"), folder / name)
    return folder / name / "latest"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cells whose temperature is 20 + 1.5 hot - 4 far, and another region's layers."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    rng = np.random.default_rng(3)
    hot, far = rng.uniform(40, 120, 80), rng.uniform(0, 10, 80)
    frame = pd.DataFrame({"lon": rng.uniform(0, 20, 80), "lat": rng.uniform(0, 20, 80)})
    frame = frame.assign(hot=hot, far=far, temperature=20 + 1.5 * hot - 4 * far)
    frame.to_csv(tmp_path / "cells.csv", index=False)
    raster(tmp_path / "heat.tif", HEAT)
    raster(tmp_path / "far.tif", FAR)
    return tmp_path


def test_a_model_trained_here_is_applied_elsewhere(world: Path) -> None:
    trained = run(world, "train", TRAIN)
    (world / "warm.skops").write_bytes((trained / "warm.skops").read_bytes())
    digest = sha256_file(world / "warm.skops")
    applied = run(world, "apply", APPLY.replace("SHA", f'sha256: "{digest}"'))
    wanted = 20 + 1.5 * HEAT * 1000 - 4 * FAR
    assert read(applied / "warm.tif").ravel() == pytest.approx(wanted, rel=1e-6)
    beyond = read(applied / "warm.extrapolated.tif").ravel()
    assert np.flatnonzero(beyond == 1).tolist() == [9]
    manifest = json.loads((applied / "manifest.json").read_text())
    (finding,) = [each for each in manifest["findings"] if each["code"] == "MODEL_EXTRAPOLATES"]
    assert finding["found"].startswith("hot: 4.2% of the area")  # 1 of 24 cells, of like area
    assert manifest["inputs"]["warm.skops"] == digest


def test_the_card_says_what_the_model_was_trained_on(world: Path) -> None:
    card = json.loads((run(world, "train", TRAIN) / "warm.card.json").read_text())
    assert card["features"] == ["hot", "far"]
    assert card["units"] == {"hot": "mW m-2", "far": "km"}
    assert card["target_units"] == "degC"
    assert card["labels"]["used"] == 80
    assert 40 <= card["ranges"]["hot"][0] < card["ranges"]["hot"][1] <= 120


def test_the_same_cells_give_a_model_of_the_same_bytes(world: Path) -> None:
    forest = TRAIN.replace(
        "{sklearn.linear_model.LinearRegression: {}}",
        "{sklearn.ensemble.ExtraTreesRegressor: {n_estimators: 5}}",
    )
    one = (run(world, "one", forest) / "warm.skops").read_bytes()
    (world / "store").rename(world / "old store")
    assert (run(world, "two", forest) / "warm.skops").read_bytes() == one


def test_a_model_that_is_another_one_is_refused(world: Path) -> None:
    trained = run(world, "train", TRAIN)
    (world / "warm.skops").write_bytes((trained / "warm.skops").read_bytes())
    with pytest.raises(InputError, match="^CHECKSUM_MISMATCH"):
        run(world, "apply", APPLY.replace("SHA", OTHER))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("units: W m-2", "units: degC"), "MODEL_UNITS"),
        (("renamed: {heat: hot}", "renamed: {}"), "MODEL_FEATURES"),
        (("features: [far, heat]", "features: [heat]"), "MODEL_FEATURES"),
    ],
)
def test_layers_that_do_not_fit_are_refused(world: Path, change: Any, code: str) -> None:
    trained = run(world, "train", TRAIN)
    (world / "warm.skops").write_bytes((trained / "warm.skops").read_bytes())
    with pytest.raises(InputError, match=f"^{code}"):
        run(world, "apply", APPLY.replace(", SHA", "").replace(*change))


def mistakes(folder: Path, text: str) -> list[str]:
    (folder / "wrong.yaml").write_text(text)
    with pytest.raises(PipelineInvalidError) as caught:
        check_file(folder / "wrong.yaml")
    return [each.code for each in caught.value.errors]


def test_mistakes_are_told_before_anything_is_opened(world: Path) -> None:
    assert mistakes(world, TRAIN.replace("warm.skops", "cold.skops")) == ["OUTPUT_UNKNOWN"]
    (world / "warm.skops").write_bytes(b"")
    plain = APPLY.replace(", SHA", "")
    assert mistakes(world, plain.replace("warm.skops", "warm.skops, units: m")) == [
        "CONFIG_UNKNOWN_KEY"
    ]
    assert mistakes(world, plain.replace("model: trained", "model: far")) == ["KIND_WRONG"]


@pytest.mark.parametrize("name", ["warm.pkl", "warm.joblib", "warm.onnx"])
def test_a_pickle_is_refused_by_its_name(world: Path, name: str) -> None:
    (world / name).write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="^MODEL_UNTRUSTED"):
        run(world, "apply", APPLY.replace("warm.skops, SHA", name))


def test_a_pickle_is_refused_by_its_content(world: Path) -> None:
    (world / "warm.skops").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="^MODEL_UNTRUSTED"):
        run(world, "apply", APPLY.replace(", SHA", ""))


def test_a_model_outside_the_folders_is_refused(world: Path) -> None:
    (world / "in").mkdir()
    for name in ("heat.tif", "far.tif"):
        (world / name).rename(world / "in" / name)
    (world / "warm.skops").write_bytes(b"")
    (world / "in" / "apply.yaml").write_text(APPLY.replace("warm.skops, SHA", "../warm.skops"))
    with pytest.raises(InputError, match="^PATH_OUTSIDE_DATA"):
        check_file(world / "in" / "apply.yaml")
