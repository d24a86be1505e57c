"""The screenings of copper and hydrogen, end to end on coarse cells."""

import json
from pathlib import Path

import pytest

from siting.check import check_file, find_pipeline
from siting.run import run_plan
from siting.sources.folders import pipelines_root

COARSE = "70 km"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Folders of what each pipeline published."""
    folder = tmp_path_factory.mktemp("screenings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_STORE", str(folder / "store"))
        for name in ("copper", "hydrogen"):
            run_plan(check_file(find_pipeline(name), COARSE), folder / name)
    return folder


def manifest(outcomes: Path, name: str) -> dict:
    return json.loads((outcomes / name / "latest" / "manifest.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["copper", "hydrogen"])
def test_a_screening_has_no_mistakes_and_is_shipped(name):
    path = find_pipeline(name)
    assert path.parent == pipelines_root()
    assert {"map.html", "report.html"} <= set(check_file(path).outputs)


@pytest.mark.parametrize("name", ["copper", "hydrogen"])
def test_a_screening_says_on_its_face_what_is_missing(name):
    text = " ".join(find_pipeline(name).read_text("utf-8").split())
    description = text.partition("description: >- ")[2].partition(" grid:")[0]
    for evidence in ("geological maps", "magnetics", "as nothing of it is embedded"):
        assert evidence in description


@pytest.mark.parametrize("name", ["copper", "hydrogen"])
def test_a_screening_publishes_map_report_and_candidates_with_few_warnings(outcomes, name):
    latest = outcomes / name / "latest"
    assert all((latest / each).stat().st_size > 10_000 for each in ("map.html", "report.html"))
    assert len((latest / "candidates.csv").read_text("utf-8").splitlines()) > 100
    warnings = [f for f in manifest(outcomes, name)["findings"] if f["severity"] == "warning"]
    assert len(warnings) <= 5
    assert all(each["fix"] for each in warnings)


def test_copper_is_judged_with_every_single_layer_beside_it(outcomes):
    skill = manifest(outcomes, "copper")["records"]["skill"]
    methods = {each["name"]: each for each in skill["methods"] if each["stratum"] == "land"}
    assert {"score", "arc_distance", "moho", "relief"} <= set(methods)
    assert skill["paired"]["baseline"] == "arc_distance"
    # Where arcs are is worth something, and no more is claimed than was measured.
    assert methods["score"]["auc"]["low"] > 0.6
    assert skill["labels"]["left_out_unverified"] == 12
    assert skill["verdict"] in (outcomes / "copper" / "latest" / "map.html").read_text("utf-8")


def test_hydrogen_claims_no_skill(outcomes):
    found = manifest(outcomes, "hydrogen")
    assert "SKILL_UNTESTED" in {each["code"] for each in found["findings"]}
    assert not any("verdict" in record for record in found["records"].values())
    for page in ("map.html", "report.html"):
        text = (outcomes / "hydrogen" / "latest" / page).read_text("utf-8")
        assert "Not validated" in text
        assert "SKILL_UNTESTED" in text
        assert "ultramafic" in text
