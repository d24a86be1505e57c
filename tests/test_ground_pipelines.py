"""Engineered systems over the world and the Great Basin, end to end on coarse cells."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from siting.check import check_file, find_pipeline
from siting.run import run_plan


def _published(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    latest = folder / "latest"
    table = pd.read_csv(latest / "candidates.csv", comment="#")
    return json.loads((latest / "manifest.json").read_text("utf-8")), table


def _warnings(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in manifest["findings"] if each["severity"] == "warning"]


@pytest.fixture(scope="module")
def egs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `siting run egs` publishes at cells of 200 km."""
    folder = tmp_path_factory.mktemp("egs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_STORE", str(folder / "store"))
        run_plan(check_file(find_pipeline("egs"), "200 km"), folder)
    return folder


def test_engineered_systems_are_cheapest_where_rock_is_hot_at_shallow_depth(egs: Path) -> None:
    manifest, table = _published(egs)
    assert len(_warnings(manifest)) <= 5
    assert table["wells"].is_monotonic_increasing
    # Of the cheaper half of the candidates 200 degC lies shallower than of the dearer.
    half = len(table) // 2
    depth = table["to_200"]
    assert depth[:half].mean() <= depth[half:].mean()


def test_a_cost_of_success_stands_beside_that_with_failures_and_its_chance(egs: Path) -> None:
    _, table = _published(egs)
    assert (table["wells"] > table["wells_if_success_p50"]).all()  # the median, with failures
    assert (table["wells_risked_p10"] <= table["wells"]).all()
    assert table["wells_success"].between(0, 1).all()


def test_the_report_tells_what_power_would_cost(egs: Path) -> None:
    report = (egs / "latest" / "report.html").read_text("utf-8")
    assert "What geothermal power would cost" in report


@pytest.fixture(scope="module")
def great_basin(
    tmp_path_factory: pytest.TempPathFactory, reference_data: Path
) -> tuple[dict[str, Any], pd.DataFrame]:
    """What the Great Basin's map comes to at cells of 4 km, with one approach."""
    folder = tmp_path_factory.mktemp("basin")
    document = yaml.safe_load(find_pipeline("great_basin").read_text("utf-8"))
    scoring = document["scoring"]
    del scoring["cells_judged"]
    judged = scoring["map_judged"]["compare.layers"]
    judged["approaches"] = {"logistic": judged["approaches"]["logistic"]}
    judged["bootstraps"] = 100
    scoring["learned"]["learned.classifier"]["bootstraps"] = 2
    scoring["curve"]["calibration.isotonic"]["bootstraps"] = 2
    path = folder / "basin.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_STORE", str(folder / "store"))
        patch.setenv("SITING_CACHE", str(reference_data))
        run_plan(check_file(path, "4 km"), folder)
    return _published(folder)


def test_the_basin_says_what_its_models_are_worth_before_anything_else(great_basin: Any) -> None:
    manifest, _ = great_basin
    record = manifest["records"]["map_judged"]
    assert record["verdict"].startswith(("No model is shown", "The models find more than any"))
    assert record["labels"]["used"] > 100
    leaky = {each["folds"] for each in record["methods"] if each["leakage"]}
    assert leaky == {"random (leakage)"}
    assert len(_warnings(manifest)) <= 5


def test_probabilities_of_the_basin_keep_to_their_prior(great_basin: Any) -> None:
    """With .5 systems per 1000 km2, a cell of 16 km2 has a prior of 1 - exp(-.008) = .0080."""
    _, table = great_basin
    prior = -math.expm1(-0.5 * 16 / 1000)
    assert prior < table["p"].iloc[:10].mean() < 0.5
    assert table["p"].between(0, 1).all()
    assert (table["p_p10"] <= table["p_p90"]).all()


def test_wells_at_likely_places_cost_and_lose_less(great_basin: Any) -> None:
    _, table = great_basin
    for name in ("wells", "wells_wells_per_discovery"):
        assert table["p"].corr(table[name], method="spearman") < -0.9
