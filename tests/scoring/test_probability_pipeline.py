"""A pipeline file from labels on layers to probabilities, totals and a layer with gaps covered."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from scipy.special import expit

from siting.check import check_file
from siting.run import run_plan

PIPELINE = """
siting: 1
name: Probable
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [0, 0, 40, 20]}
domain: land
sources:
  hot: {file: hot.tif, units: "1", kind: continuous}
  half: {file: half.tif, units: "1", kind: continuous}
  known: {file: known.csv, crs: EPSG:4326}
layers:
  land: {combine.above: {layer: hot, threshold: -99}}
scoring:
  before: {probability.prior_from_labels: {labels: known, explored: land}}
  curve:
    calibration.logistic:
      features: [hot, half]
      labels: known
      model: {sklearn.linear_model.LogisticRegression: {}}
      folds: {folds.spatial_blocks: {size: 4 degree, buffer: 50 km, splits: 4}}
      background: 400
      bootstraps: 4
  fewer:
    calibration.logistic:
      features: [hot]
      labels: known
      model: {sklearn.linear_model.LogisticRegression: {}}
      folds: {folds.spatial_blocks: {size: 4 degree, buffer: 50 km, splits: 4}}
      background: 400
      bootstraps: 4
  p: {probability.presence_background: {model: curve.model, prior: before.record, features: [hot, half]}}
  q: {probability.presence_background: {model: fewer.model, prior: before.record, features: [hot]}}
  covered: {missing.either: {full: p, reduced: q}}
candidates: {rank_by: covered, count: 5, spacing: 100 km}
outputs: [covered.tif, report.html]
"""  # noqa: E501 - a line of YAML


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    heat = rng.normal(size=(20, 40)).astype("float32")
    half = heat + rng.normal(size=(20, 40)).astype("float32")
    half[:, 30:] = np.nan
    place = {"crs": "EPSG:4326", "transform": from_origin(0, 20, 1, 1), "nodata": np.nan}
    for name, values in {"hot": heat, "half": half}.items():
        shape = {"height": 20, "width": 40, "count": 1, "dtype": "float32"}
        with rasterio.open(tmp_path / f"{name}.tif", "w", driver="GTiff", **shape, **place) as file:
            file.write(values, 1)
    row, column = np.nonzero((rng.random((20, 40)) < expit(2 * heat - 3.5)) & np.isfinite(half))
    frame = {"lon": column + 0.5, "lat": 19.5 - row, "name": [f"f{i}" for i in range(len(row))]}
    pd.DataFrame(frame).to_csv(tmp_path / "known.csv", index=False)
    (tmp_path / "p.yaml").write_text(PIPELINE)
    return tmp_path


def test_a_pipeline_gives_probabilities_with_their_cell(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("SITING_STORE", str(folder / "store"))
    run = run_plan(check_file(folder / "p.yaml"), folder / "out")
    with rasterio.open(folder / "out" / "latest" / "covered.tif") as file:
        covered = file.read(1)
    assert np.isfinite(covered).all()
    assert 0 < covered.min() < covered.max() <= 1
    assert run is not None
