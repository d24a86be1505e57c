"""What the page says about a run."""

from dataclasses import replace

import numpy as np
import xarray as xr

from siting.kinds import Results
from siting.outputs.map import content
from siting.outputs.map.encode import encode


def entry(results: Results, name: str) -> dict:
    raster = encode(results.layers[name], results.domain, 1)
    return content.layer_entry(name, results.layers[name], raster, results, "island")


def test_the_verdict_of_the_skill_record_comes_first(results: Results) -> None:
    assert content.face(results)["verdict"].startswith("Distance to volcano does as well")


def test_a_run_that_was_not_validated_says_so(results: Results) -> None:
    face = content.face(replace(results, records={}))
    assert face["verdict"].startswith("Not validated")
    assert "not for a well" in face["scope"]


def test_the_facts_name_cells_years_and_doubtful_layers(results: Results) -> None:
    cells, years, statuses = content.face(results)["facts"]
    assert cells == "Cells of 2,490 km² (EPSG:6933)"
    assert years == "Data of 1998–2021"
    assert statuses == "12 layers: 9 derived, 1 assumed"


def test_the_layer_ranked_by_is_drawn_first_and_scores_follow(results: Results) -> None:
    shown, refused = content.drawable(results)
    assert list(shown)[:2] == ["score", "learned.score"]
    assert refused == []


def test_a_layer_of_months_is_named_and_not_drawn(results: Results) -> None:
    months = xr.DataArray(np.zeros((12, 2, 2)), dims=("month", "y", "x"))
    _, refused = content.drawable(replace(results, layers={**results.layers, "waves": months}))
    assert refused == ["waves: has the dimensions month, y, x"]


def test_classes_have_names_and_colours(results: Results) -> None:
    classes = entry(results, "regime")["classes"]
    assert [each["name"] for each in classes] == [
        "stable interior",
        "rift",
        "subduction",
        "collision",
    ]
    assert len({each["colour"] for each in classes}) == 4


def test_exclusions_say_allowed_and_excluded(results: Results) -> None:
    marks = {**results.marks, "land": {"section": "exclusions"}}
    found = entry(replace(results, marks=marks), "land")
    assert [each["name"] for each in found["classes"]] == ["excluded", "allowed"]


def test_a_layer_carries_its_marks(results: Results) -> None:
    found = entry(results, "near_fault")
    assert (found["status"], found["vintage"], found["label_leak"]) == (
        "derived",
        "1998-2021",
        True,
    )


def test_a_layer_that_does_not_say_counts_as_assumed(results: Results) -> None:
    bare = results.layers["heat"].drop_attrs()
    bare = replace(results, layers={"heat": bare}, marks={})
    assert entry(bare, "heat")["status"] == "assumed"


def test_cells_above_the_threshold_are_outside_the_training_data(results: Results) -> None:
    found = content.outside_training(results.layers)
    assert found is not None
    name, outside = found
    assert name == "learned.dissimilarity"
    np.testing.assert_array_equal(
        outside.values, results.layers["learned.dissimilarity"].values > 0.75
    )


def test_sources_are_those_of_the_pipeline_file(results: Results) -> None:
    (row,) = content.source_rows(results)
    assert (row["name"], row["status"], row["vintage"]) == ("elevation", "measured", "1998-2021")


def test_the_total_of_the_exclusions_is_the_last_row(results: Results) -> None:
    rows = content.exclusion_rows(results)
    assert [row["name"] for row in rows] == ["steep", "All together"]
