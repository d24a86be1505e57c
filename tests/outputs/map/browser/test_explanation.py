"""Why a site scores as it does, and what is like it: on the card, as text, by keyboard too."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.columns import descriptions
from siting.kernels.analogues import analogues
from siting.kernels.feature_space import likeness_of
from siting.kinds import FittedModel, Results
from siting.outputs.map.likeness import likeness
from siting.outputs.map.sites import known_frame
from tests.outputs.map.browser.conftest import HOSTILE

FEATURES = ("near_volcano", "volcano_distance")
CARD = {
    "dissimilarity": {
        "centre": [0.5, 2000.0], "scale": [0.3, 1500.0], "weight": [1.0, 0.4],
        "categories": [None, None], "mean_distance": 1.2, "threshold": 1.0,
    }
}  # fmt: skip
MODEL = FittedModel(None, FEATURES, CARD)


@pytest.fixture(scope="module")
def explained(results: Results) -> Results:
    """The run with a model, reasons as it gives them, and analogues from three known fields."""
    frame, known = results.candidates, known_frame(results)
    assert frame is not None
    assert known is not None
    eyes = likeness_of(MODEL)
    assert eyes is not None
    X = frame[list(FEATURES)]
    there = X.iloc[[0, 60, 150]]
    found = analogues(eyes, X, there, HOSTILE[:3], {"volcano_distance": "km"})
    made = frame.assign(**found)
    made["reasons"] = "volcano_distance 3.2 km raises by 0.21; heat 45 mW m-2 lowers by 0.08"
    told = descriptions(made.columns, {"score": results.layers["score"]}, "score")
    made.attrs["columns"] = {**frame.attrs["columns"], **told}
    return replace(results, candidates=made, models={"score.model": MODEL})


@pytest.fixture
def opened(explained: Results, written: Callable, open_map: Callable):
    return open_map(written(explained))


def test_the_card_tells_what_raises_and_what_lowers(opened) -> None:
    text = opened.page.locator("#card .reasons").inner_text()
    assert text == "Volcano distance 3.2 km raises by 0.21 · Heat 45 mW m-2 lowers by 0.08"


def test_hostile_names_of_analogues_stay_text(opened, explained: Results) -> None:
    items = opened.page.locator("#card .analogues li").all_inner_texts()
    assert len(items) == 3
    frame = explained.candidates
    assert frame is not None
    assert items[0] == f"{HOSTILE[0]} 1.00\nno difference"
    assert frame.analogue_2_differs[0] in items[1]
    assert opened.page.locator("#card img, #card script").count() == 0
    assert opened.page.evaluate("window.hit") is None
    assert opened.trouble == []
    assert [url[:8] for url in opened.requests] == ["file:///"]


def test_a_site_ranks_the_others_by_likeness_as_python_does(opened, explained: Results) -> None:
    eyes, frame = likeness_of(MODEL), explained.candidates
    assert eyes is not None
    assert frame is not None
    X = frame[list(FEATURES)].to_numpy(dtype=np.float64)
    similar = eyes.between(X[5:6], X)[0]
    order = [each for each in np.argsort(-similar.round(7), kind="stable") if each != 5][:8]
    opened.page.locator(".site-table tbody tr").nth(5).click()
    items = opened.page.locator("#card .alike li").all_inner_texts()
    told = [(each.split()[0], float(each.split()[1])) for each in items]
    assert [value for _, value in told] == pytest.approx(similar[order], abs=0.006)
    # Sites of one likeness may trade places: names are compared as sets of the clear ones.
    clear = similar > similar[order[-1]] + 1e-4
    clear[5] = False
    assert set(frame.site_id[clear]) <= {name for name, _ in told}


def test_a_button_goes_to_the_site_that_is_alike(opened) -> None:
    button = opened.page.locator("#card .alike button").first
    name = button.inner_text()
    button.focus()
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#card h2").first.inner_text().endswith(name)
    assert opened.page.locator(".site-table tr[aria-current]").count() == 1


def test_a_known_field_ranks_the_candidates(opened) -> None:
    opened.look_at(44.0, -120.0, 6)
    opened.page.get_by_role("checkbox", name="Candidates").uncheck()
    opened.click(44.0, -120.0)
    assert opened.page.locator("#card h2").inner_text() == "North Field"
    assert opened.page.locator("#card .alike li").count() == 8


def test_a_run_without_a_model_has_neither(page_file: Path, open_map: Callable) -> None:
    page = open_map(page_file).page
    assert page.locator("#card .alike, #card .analogues").count() == 0


def test_positions_are_those_of_python(explained: Results) -> None:
    found = likeness(explained, known_frame(explained))
    eyes = likeness_of(MODEL)
    assert found is not None
    assert eyes is not None
    assert explained.candidates is not None
    X = explained.candidates[list(FEATURES)].to_numpy(dtype=np.float64)
    assert np.array(found["sites"]) == pytest.approx(eyes.space.points(X), rel=1e-4, abs=1e-6)
    assert found["mean_distance"] == 1.2
    assert [len(each) for each in found["known"]] == [2, 2, 2]


def test_other_models_and_features_that_are_not_at_hand_have_no_positions(
    explained: Results,
) -> None:
    strange = replace(MODEL, features=("near_volcano", "gone"))
    assert likeness(replace(explained, models={}), None) is None
    assert likeness(replace(explained, models={"score.model": strange}), None) is None
    assert likeness(replace(explained, models={"learned.model": MODEL}), None) is None
