"""Every mistake of a pipeline file at once, with its place and the way out."""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml as pyyaml

from siting.check import check, check_file, find_pipeline
from siting.errors import InputError, PipelineError, PipelineInvalidError, SitingError
from siting.io import yaml
from siting.sources.folders import pipelines_root
from siting.sources.reading import read_source
from siting.terminal.editor import editor_schema

GOOD = """\
siting: 1
name: Small
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}
sources:
  lab: {source: lab_depth}
  volcanoes: {source: volcanoes_holocene}
  known: {source: geothermal_fields}
layers:
  near: {combine.nearness: {distance: far, half_distance: 40 km}}
  far: {distance.distance_to: {features: volcanoes}}
  thin: {combine.rescale: {layer: lab, low: 110 km, high: 50 km}}
  field_distance: {distance.distance_to: {features: known}}
  close: {combine.nearness: {distance: field_distance, half_distance: 9 km}}
scoring:
  score: {overlay.weighted: {layers: {near: 2, thin: 1}}}
candidates: {rank_by: score, count: 5, spacing: 100 km}
outputs: [candidates.csv, score.tif]
"""


def checked(text: str, folder: Path = Path()):
    return check(yaml.load(text, "small.yaml"), folder)


def mistakes(text: str, folder: Path = Path()) -> list[PipelineError]:
    with pytest.raises(PipelineInvalidError, match=".") as caught:
        checked(text, folder)
    return caught.value.errors


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_names_may_be_used_before_they_are_written():
    assert [step.name for step in checked(GOOD).steps if step.section == "layers"] == [
        "thin", "far", "field_distance", "near", "close",
    ]  # fmt: skip


def test_numbers_come_in_the_unit_of_the_signature():
    candidates = checked(GOOD).candidates
    assert candidates is not None
    assert candidates.arguments["spacing"] == 100_000.0


NEAR = "layers.near.combine.nearness"
WEIGHTS = "scoring.score.overlay.weighted.layers"
# Old text, new text, code, the text that the place points to, YAML path, a part of what is said.
ONE_MISTAKE = [
    ("count: 5", "counts: 5", "CONFIG_UNKNOWN_KEY", "counts", "candidates.counts",
     "did you mean 'count'?"),
    (", half_distance: 40 km", "", "CONFIG_MISSING_KEY", "{distance: far}",
     f"{NEAR}.half_distance", "'half_distance' is missing"),
    ("40 km", "-40 km", "CONFIG_VALUE", "-40 km", f"{NEAR}.half_distance", "greater than 0"),
    ("40 km", "40 kg", "CONFIG_VALUE", "40 kg", f"{NEAR}.half_distance", "'kg' cannot be"),
    ("110 km", "110 s", "UNITS_INCOMPATIBLE", "110 s", "layers.thin.combine.rescale.low",
     "cannot be converted"),
    ("distance: far", "distance: farr", "CONFIG_REFERENCE", "farr", f"{NEAR}.distance", "far"),
    ("distance: far", "distance: volcanoes", "KIND_WRONG", "volcanoes, half",
     f"{NEAR}.distance", "is features, not a layer"),
    ("near: {combine.nearness", "near: {combine.nearnes", "FUNCTION_UNKNOWN", "combine.nearnes:",
     "layers.near", "combine.nearness"),
    ("near: {combine.nearness", "near: {distance.nearness", "FUNCTION_UNKNOWN",
     "distance.nearness", "layers.near", "combine.nearness"),
    ("source: lab_depth", "source: lab_dept", "SOURCE_UNKNOWN", "lab_dept", "sources.lab.source",
     "lab_depth"),
    ("{near: 2, thin: 1}", "{}", "CONFIG_VALUE", "{}}", WEIGHTS, "at least 1 entry"),
    ("{near: 2, thin: 1}", "[[near, 2]]", "CONFIG_TYPE", "[[near", WEIGHTS,
     "must be a mapping from names"),
    ("{near: 2, thin: 1}", "{near: -2, thin: 1}", "CONFIG_VALUE", "-2, thin", f"{WEIGHTS}.near",
     "greater than 0"),
    ("{near: 2, thin: 1}", "{nearr: 2, thin: 1}", "CONFIG_REFERENCE", "nearr", f"{WEIGHTS}.nearr",
     "near"),
    ("score.tif", "scorre.tif", "OUTPUT_UNKNOWN", "scorre", "outputs[1]", "no layer 'scorre'"),
    ("count: 5", "count: many", "CONFIG_TYPE", "many", "candidates.count", "whole number"),
    ("rank_by: score", "rank_by: skore", "CONFIG_REFERENCE", "skore", "candidates.rank_by",
     "score"),
    ("resolution: 1 degree", "resolution: 1 m", "UNITS_INCOMPATIBLE", "1 m,", "grid.resolution",
     "degree"),
    ("  far: {", "  near2: {", "CONFIG_REFERENCE", "far, half", f"{NEAR}.distance", "near2"),
    ("{near: 2, thin: 1}", "{near: 2, close: 1}", "LABEL_LEAK", "close: 1", f"{WEIGHTS}.close",
     "knowing the targets"),
    ("siting: 1", "siting: 2", "CONFIG_VALUE", "2\nname", "siting", "must be 1"),
    ("EPSG:4326", "EPSG:99999", "GRID_CRS", "EPSG:9", "grid.crs", "99999"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "path", "said"),
    ONE_MISTAKE,
    ids=[row[1] for row in ONE_MISTAKE],
)
def test_a_mistake_is_told_with_its_place(old, new, code, place, path, said):
    text = changed(old, new)
    (found,) = mistakes(text)
    before = text[: text.index(place)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert found.code == code
    assert found.where == f"small.yaml:{line}:{column} ({path})"
    assert said in str(found)


def test_all_mistakes_are_listed_at_once_and_none_follows_from_another():
    text = (
        GOOD.replace("source: lab_depth", "source: lab")  # hides the unit of `thin`, no more
        .replace("half_distance", "half")
        .replace("count: 5", "count: -5")
        .replace("score.tif", "x.txt")
    )
    assert sorted(each.code for each in mistakes(text)) == [
        "CONFIG_MISSING_KEY", "CONFIG_MISSING_KEY", "CONFIG_UNKNOWN_KEY", "CONFIG_UNKNOWN_KEY",
        "CONFIG_VALUE", "OUTPUT_UNKNOWN", "SOURCE_UNKNOWN",
    ]  # fmt: skip


def test_values_that_need_one_another_are_named():
    text = changed("{features: volcanoes}", "{features: near}")
    assert "CYCLE" in [each.code for each in mistakes(text)]


def test_name_written_in_two_sections_is_refused():
    (found,) = mistakes(GOOD.replace("scoring:\n  score:", "scoring:\n  near:").replace(
        "rank_by: score", "rank_by: near").replace(", score.tif", ""))  # fmt: skip
    assert (found.code, found.where) == ("NAME_INVALID", "small.yaml:15:3 (scoring.near)")


def test_leak_that_a_person_accepts_is_allowed():
    text = changed("{near: 2, thin: 1}", "{near: 2, close: 1}")
    plan = checked(text + "accept: {LABEL_LEAK: a test of the map}\n")
    assert plan.step("score").values["score"].marks.label_leak


def test_marks_and_units_follow_the_dag():
    plan = checked(GOOD)
    thin, near = plan.step("thin").values[""], plan.step("near").values[""]
    assert (thin.marks.status, near.marks.status) == ("derived", "measured")
    assert (thin.unit, plan.step("far").values[""].unit) == ("1", "km")
    assert plan.step("field_distance").values[""].marks.label_leak


def test_missing_file_is_bad_input(tmp_path):
    text = changed("{source: lab_depth}", "{file: mine.tif}")
    with pytest.raises(InputError, match=r"FILE_MISSING(.|\n)*small.yaml:5:15") as caught:
        checked(text, tmp_path)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("../secret.tif", "PATH_OUTSIDE_DATA"),
        ("/etc/passwd.tif", "PATH_OUTSIDE_DATA"),
        ("https://example.org/a.tif", "REMOTE_NOT_ALLOWED"),
        ("/vsicurl/x.tif", "REMOTE_NOT_ALLOWED"),
    ],
)
def test_nothing_outside_the_folder_is_read(tmp_path, file, code):
    with pytest.raises(InputError, match=code):
        checked(changed("{source: lab_depth}", f"{{file: '{file}'}}"), tmp_path)


def test_link_that_leads_outside_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "secret.tif").write_bytes(b"x")
    (tmp_path / "data" / "a.tif").symlink_to(tmp_path / "secret.tif")
    with pytest.raises(InputError, match="PATH_OUTSIDE_DATA"):
        checked(changed("{source: lab_depth}", "{file: a.tif}"), tmp_path / "data")


def test_data_root_that_the_file_names_may_be_read(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "data" / "lab.tif").write_bytes(b"not read by a check")
    text = changed("{source: lab_depth}", "{file: ../data/lab.tif, units: km}")
    plan = checked(text + "data_roots: [../data]\n", tmp_path / "pipelines")
    assert plan.step("lab").file == tmp_path / "data" / "lab.tif"


@pytest.mark.parametrize("text", ["[]\n", "just text\n", "3\n"])
def test_file_that_is_no_mapping_is_refused(text):
    with pytest.raises(PipelineError, match="a pipeline file is a mapping"):
        checked(text)


def test_estimator_is_checked_by_building_it():
    model = "{sklearn.ensemble.ExtraTreesClassifier: {n_estimatorz: 10}}"
    arguments = f"features: [near, thin], labels: known, model: {model}"
    text = changed("  score: {", f"  p: {{learned.classifier: {{{arguments}}}}}\n  score: {{")
    (found,) = mistakes(text)
    assert "n_estimators" in str(found)
    assert found.where.startswith("small.yaml:15:")


@pytest.mark.parametrize(
    "path", sorted(pipelines_root().glob("*.yaml")), ids=lambda path: path.stem
)
def test_shipped_pipelines_have_no_mistakes(path, monkeypatch):
    """Where files that are not shipped are absent, that is all that may be wrong."""
    reference = os.environ.get("SITING_REFERENCE_DATA", "")
    monkeypatch.setenv("SITING_CACHE", reference or "nowhere")
    if reference or path.stem != "great_basin":
        assert check_file(path).title
        return
    with pytest.raises(SitingError, match="SOURCE_ABSENT"):
        check_file(path)


@pytest.mark.parametrize(
    "path", sorted(pipelines_root().glob("*.yaml")), ids=lambda path: path.stem
)
def test_shipped_pipelines_satisfy_the_schema_for_editors(path):
    validator = jsonschema.Draft7Validator(editor_schema())
    assert [
        each.message for each in validator.iter_errors(pyyaml.safe_load(path.read_text()))
    ] == []


def test_schema_for_editors_refuses_what_the_check_refuses():
    document = pyyaml.safe_load(changed("count: 5", "counts: 5"))
    (found,) = jsonschema.Draft7Validator(editor_schema()).iter_errors(document)
    assert "counts" in found.message


def test_schema_is_json_of_a_moderate_size():
    assert len(json.dumps(editor_schema())) < 200_000


def test_pipeline_is_found_by_the_name_that_siting_brings_along():
    assert find_pipeline("geothermal") == pipelines_root() / "geothermal.yaml"
    assert find_pipeline("nothing.yaml") == Path("nothing.yaml")


def test_every_place_reads_as_file_line_and_column():
    for each in mistakes(GOOD.replace("half_distance", "half").replace("40 km", "true")):
        assert re.match(r"small\.yaml:\d+:\d+ \(", each.where)


@pytest.mark.parametrize("resolution", ["1000 ft", "0.3048 km", "1000"])
def test_a_resolution_is_in_the_unit_of_the_axes(resolution, tmp_path):
    text = (
        "siting: 1\nname: feet\nsources: {a: {source: elevation}}\noutputs: [a.tif]\ngrid:\n"
        f"  {{crs: EPSG:2229, resolution: {resolution},"
        " bounds: [6400000, 1800000, 6420000, 1820000]}\n"
    )
    plan = check(yaml.load(text, "feet.yaml"), tmp_path)
    rows, columns = plan.grid.shape.yx
    assert (rows, columns) in {(20, 20), (21, 21)}  # an international foot is 2 ppm shorter


def test_a_month_of_a_monthly_source_is_chosen_by_its_band(tmp_path):
    text = (
        "siting: 1\nname: months\noutputs: [july.tif]\n"
        "sources: {july: {source: sea_surface_temperature_monthly, band: 7}}\n"
        "grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-50, 30, -30, 40]}\n"
    )
    plan = check(yaml.load(text, "months.yaml"), tmp_path)
    (step,) = plan.steps
    layer = read_source("july", step.source, step.file, plan.grid)
    # Warmest month of the subtropical North Atlantic is near; COADS has 22 to 26 degC in July.
    assert 20 < float(layer.mean()) < 27


def test_bounds_of_criteria_are_held_against_the_unit_of_their_layer() -> None:
    criteria = "{far: {weight: 1, worst: 300 kg, best: 0 km}}"
    text = changed(
        "  score: {overlay",
        f"  ideal: {{multicriteria.spotis: {{criteria: {criteria}}}}}\n  score: {{overlay",
    )
    (found,) = mistakes(text)
    assert found.code == "UNITS_INCOMPATIBLE"
    assert "ideal.multicriteria.spotis.criteria.far.worst" in found.where
    assert found.found == "'300 kg'" or found.found == "300 kg"


def test_the_domain_comes_before_steps_that_only_the_run_hands_it_to():
    """A prior has no reference to the domain; a layer made of others comes last by itself."""
    prior = "  before: {probability.prior: {mean: 0.5, sd: 0.3}}\n"
    everywhere = "  land: {combine.above: {layer: close, threshold: -1}}\n"
    text = changed("scoring:\n", f"scoring:\n{prior}").replace("scoring:", f"{everywhere}scoring:")
    names = [
        step.name for step in checked(text.replace("sources:", "domain: land\nsources:")).steps
    ]
    assert names.index("land") < names.index("before")


def test_a_domain_made_of_what_needs_the_domain_is_a_cycle():
    found = mistakes(changed("sources:", "domain: score\nsources:"))
    assert [each.code for each in found] == ["CYCLE"]
