"""Fuzzy memberships and votes that experts set up: in field units, within 0..1, and refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.scoring.fuzzy import (
    FuzzyAnd,
    FuzzyGamma,
    FuzzyProduct,
    FuzzySum,
    GaussianMembership,
    LargeMembership,
    LinearMembership,
    SmallMembership,
)
from siting.scoring.play_fairway import VoterVeto

X = pd.DataFrame({"heat_flow": [40.0, 80.0, 120.0], "fault_distance": [20.0, 5.0, 0.0]})


def test_memberships_are_in_the_units_of_their_features() -> None:
    scorer = FuzzyAnd(
        {"heat_flow": LargeMembership(80, 2), "fault_distance": SmallMembership(5, 2)}
    )
    u = scorer.fit(X).transform_features(X)
    # By hand: 1/(1 + (80/40)^2) = .2, 1/2, 1/(1 + (80/120)^2) = .692308; 1/(1 + 4^2) = .058824.
    assert u[:, 0] == pytest.approx([0.2, 0.5, 0.692308], abs=1e-6)
    assert u[:, 1] == pytest.approx([0.058824, 0.5, 1.0], abs=1e-6)
    assert scorer.predict(X) == pytest.approx([0.058824, 0.5, 0.692308], abs=1e-6)


def test_a_linear_membership_may_fall() -> None:
    found = LinearMembership(none=10, full=0).fit_transform(X[["fault_distance"]])
    assert found.ravel().tolist() == [0.0, 0.5, 1.0]


def test_a_spread_of_other_tools_is_this_standard_deviation() -> None:
    # exp(-.5 (x - 80)^2) has the standard deviation 1/sqrt(2 x .5) = 1.
    found = GaussianMembership(80, 1.0).fit_transform([[80.0], [81.0]])
    assert found.ravel() == pytest.approx([1.0, np.exp(-0.5)])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=10, unique=True),
    st.floats(0.1, 1e4),
    st.floats(0.1, 10),
)
def test_large_and_small_are_opposites_and_monotone(
    values: list[float], midpoint: float, spread: float
) -> None:
    column = np.sort(values)[:, None]
    large = LargeMembership(midpoint, spread).fit_transform(column).ravel()
    small = SmallMembership(midpoint, spread).fit_transform(column).ravel()
    assert large + small == pytest.approx(1.0)
    assert (np.diff(large) >= 0).all()
    assert ((large >= 0) & (large <= 1)).all()


@pytest.mark.parametrize("membership", [LargeMembership(80), SmallMembership(80)])
def test_a_ratio_of_a_negative_number_is_refused(membership: Any) -> None:
    with pytest.raises(InputError, match="Negative values") as caught:
        membership.fit([[-9999.0]])
    assert caught.value.code == "CRITERION_RANGE"


@pytest.mark.parametrize("operator", [FuzzyAnd(), FuzzyProduct(), FuzzySum(), FuzzyGamma()])
@pytest.mark.parametrize("bad", [-9999.0, 1.2])
def test_features_without_a_membership_stay_in_0_to_1(operator: Any, bad: float) -> None:
    with pytest.raises(InputError, match=r"memberships lie in 0\.\.1") as caught:
        operator.fit([[0.5, bad]]).predict([[0.5, bad]])
    assert caught.value.code == "CRITERION_RANGE"


def test_a_membership_of_a_feature_that_is_not_there_is_refused() -> None:
    with pytest.raises(PipelineError, match="feature that is not there") as caught:
        FuzzyAnd({"heatflow": LargeMembership(80)}).fit(X)
    assert caught.value.code == "COLUMN_UNKNOWN"


def test_a_line_needs_two_values() -> None:
    with pytest.raises(PipelineError, match="two different values"):
        LinearMembership(3, 3).fit(X)


COMPONENTS = {
    "heat": {"heat_flow": {"weight": 1.5, "middle": 80, "scale": 20}},
    "permeability": {"fault_distance": {"weight": -1, "middle": 5, "scale": 5}},
}


def test_votes_in_field_units_and_the_veto_by_hand() -> None:
    model = VoterVeto(COMPONENTS, prior={"heat": 0.5, "permeability": 0.2}).fit(X)
    # heat at 120: 1.5 x 2 = 3, 1/(1 + e^-3) = .952574; fault at 0: ln(.2/.8) + 1, P = .404609.
    assert model.component_probabilities(X.iloc[[2]])[0] == pytest.approx(
        [0.952574, 0.404609], abs=1e-6
    )
    assert model.predict_proba(X.iloc[[2]])[0, 1] == pytest.approx(0.952574 * 0.404609, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_the_product_is_a_probability_below_every_component(a: float, b: float) -> None:
    model = VoterVeto(COMPONENTS).fit(X)
    row = pd.DataFrame({"heat_flow": [a], "fault_distance": [b]})
    p = model.predict_proba(row)[0, 1]
    assert 0 <= p <= model.component_probabilities(row).min() <= 1


def test_labels_only_name_the_classes() -> None:
    y = np.array([1, 0, 1])
    with_labels, without = VoterVeto(COMPONENTS).fit(X, y), VoterVeto(COMPONENTS).fit(X)
    assert np.array_equal(with_labels.predict_proba(X), without.predict_proba(X))
    assert with_labels.classes_.tolist() == without.classes_.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({"components": {"heat": {"heat_flow": 1}}}, "COLUMN_UNKNOWN", "fault_distance"),
        ({"components": {**COMPONENTS, "fluid": {"salt": 1}}}, "COLUMN_UNKNOWN", "salt"),
        ({"components": {"heat": 3}}, "VALUE_INVALID", "features that vote"),
        ({"components": {"heat": {"heat_flow": {"wight": 1}, "fault_distance": 1}}},
         "VALUE_INVALID", "weight, middle and scale"),
        ({"components": {"heat": {"heat_flow": {"scale": 0}, "fault_distance": 1}}},
         "VALUE_INVALID", "weight, middle and scale"),
        ({"components": {"heat": {"heat_flow": "much", "fault_distance": 1}}},
         "VALUE_INVALID", "weight, middle and scale"),
        ({"components": COMPONENTS, "prior": {"heat": 0.5}}, "VALUE_INVALID", "needs a prior"),
        ({"components": COMPONENTS, "prior": {"heat": 0.5, "permeability": 1.5}},
         "VALUE_INVALID", "between 0 and 1"),
    ],
)  # fmt: skip
def test_votes_that_cannot_be_are_refused(parameters: Any, code: str, text: str) -> None:
    with pytest.raises(PipelineError, match=text) as caught:
        VoterVeto(**parameters).fit(X)
    assert caught.value.code == code


@pytest.mark.parametrize("prior", [0, 1, 1.5, -0.1])
def test_a_prior_outside_its_range_is_refused(prior: float) -> None:
    with pytest.raises(ValueError, match="'prior' parameter of VoterVeto"):
        VoterVeto(COMPONENTS, prior).fit(X)


@pytest.mark.parametrize(
    ("membership", "count"),
    [
        (LargeMembership(80), 0),
        (LargeMembership(0.08), 1),  # W m-2 for mW m-2: all belong
        (LargeMembership(80_000), 1),
        (LinearMembership(none=0.05, full=0.15), 1),
        (LinearMembership(none=150, full=50), 0),
    ],
)
def test_bounds_in_another_unit_are_told(membership: Any, count: int) -> None:
    flows = pd.DataFrame({"heat_flow": np.linspace(40.0, 120.0, 30), "same": 0.5})
    with collect() as findings:
        FuzzyAnd({"heat_flow": membership}).fit(flows)
    assert [each.code for each in findings] == ["CRITERION_SATURATED"] * count


def test_a_feature_that_does_not_vary_itself_is_not_told_to_be_saturated() -> None:
    flows = pd.DataFrame({"heat_flow": np.full(30, 60.0)})
    with collect() as findings:
        FuzzyAnd({"heat_flow": LargeMembership(80)}).fit(flows)
    assert findings == []
