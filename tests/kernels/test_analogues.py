"""Known systems most like a place: twins first, told in field units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.kernels.analogues import analogues
from siting.kernels.feature_space import Likeness, Space, likeness_of
from siting.kinds import FittedModel
from siting.scoring.overlay_estimators import FuzzyOverlay, WeightedOverlay

RNG = np.random.default_rng(0)
PLAIN = Likeness(Space(np.zeros(2), np.array([10.0, 1.0]), np.array([1.0, 0.5]), (None, None)), 2.0)
UNITS = {"heat": "mW m-2", "near": "1"}


def table(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["heat", "near"])


def test_a_planted_twin_is_the_first_analogue() -> None:
    known = pd.DataFrame(RNG.normal(size=(700, 2)) * 50, columns=["heat", "near"])
    places = known.iloc[[13, 600]].reset_index(drop=True)
    names = [f"system {row}" for row in range(700)]
    found = analogues(PLAIN, places, known, names, UNITS)
    assert found.analogue_1.tolist() == ["system 13", "system 600"]
    assert found.analogue_1_similarity.tolist() == [1.0, 1.0]
    assert found.analogue_1_differs.tolist() == ["", ""]


def test_similarity_and_differences_by_hand() -> None:
    # heat 20 apart is 2 on its axis; near 2 apart is 1: d = √5, and exp(-√5/2).
    found = analogues(PLAIN, table((60, 1)), table((80, 3)), ["Coso"], UNITS)
    assert found.analogue_1_similarity[0] == pytest.approx(np.exp(-np.sqrt(5) / 2))
    assert found.analogue_1_differs[0] == "heat 60 here, 80 mW m-2 there; near 1 here, 3 there"
    assert list(found) == ["analogue_1", "analogue_1_similarity", "analogue_1_differs"]


def test_a_system_counts_once_with_its_most_similar_place() -> None:
    known = table((100, 0), (61, 0), (70, 0))
    found = analogues(PLAIN, table((60, 0)), known, ["Coso", "Coso", "Soda"], UNITS)
    assert found[["analogue_1", "analogue_2"]].iloc[0].tolist() == ["Coso", "Soda"]
    assert found.analogue_1_differs[0] == "heat 60 here, 61 mW m-2 there"
    assert "analogue_3" not in found


def test_places_where_a_feature_is_missing_take_no_part() -> None:
    known = table((60, np.nan), (90, 0))
    found = analogues(PLAIN, table((60, 0)), known, ["Twin", "Soda"], UNITS)
    assert found.analogue_1[0] == "Soda"
    assert analogues(PLAIN, table((60, 0)), known[:1], ["Twin"], UNITS).empty


def test_categories_are_all_equally_far_apart() -> None:
    space = Space(np.zeros(1), np.ones(1), np.ones(1), ((2.0, 3.0, 9.0),))
    likeness = Likeness(space, 1.0)
    similar = likeness.between(np.array([[2.0]]), np.array([[2.0], [3.0], [9.0]]))[0]
    assert similar == pytest.approx([1.0, np.exp(-np.sqrt(8)), np.exp(-np.sqrt(8))])
    assert space.shares(np.array([2.0]), np.array([9.0])) == pytest.approx([8.0])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(1, 5))
def test_analogues_come_in_order_and_none_twice(known: int, systems: int) -> None:
    rng = np.random.default_rng([known, systems])
    places, others = (table(*rng.normal(size=(n, 2)) * 20) for n in (8, known))
    names = [f"system {row % systems}" for row in range(known)]
    found = analogues(PLAIN, places, others, names, UNITS)
    told = [each for each in found if each.endswith("similarity")]
    assert (found[told].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    names_of = found[[each.removesuffix("_similarity") for each in told]]
    assert (names_of.nunique(axis=1) == min(3, len(set(names)))).all()


def test_models_that_do_not_say_how_they_see_have_no_likeness() -> None:
    fuzzy = FuzzyOverlay("gamma", 0.7).fit([[0.1, 0.2]])
    assert likeness_of(FittedModel(fuzzy, ("a", "b"))) is None


def test_an_overlay_sees_by_its_weights() -> None:
    overlay = WeightedOverlay([4, 2]).fit([[0.0, 0.0]])
    found = likeness_of(FittedModel(overlay, ("a", "b")))
    assert found is not None
    assert found.space.weight.tolist() == [1.0, 0.5]
    # Root mean square distance of uniform draws.
    drawn = found.space.points(RNG.random((4000, 2)))
    square = ((drawn[:2000] - drawn[2000:]) ** 2).sum(axis=1).mean()
    assert found.mean_distance == pytest.approx(np.sqrt(square), rel=0.03)
