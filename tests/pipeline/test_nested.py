"""Folds and estimators that stand inside the arguments of a score, at any depth."""

import pytest

from siting.errors import PipelineError
from siting.io.yaml import load
from siting.kinds import Estimator, Folds, Record
from siting.pipeline.plan import Call
from siting.pipeline.recipes import _code_of_estimators
from siting.pipeline.resolve import bind_call
from siting.pipeline.schema import EstimatorText
from siting.signature import scorer, spec_of
from siting.store.digest import Modules


@scorer()
def judged(approaches: dict[str, Estimator], folds: Folds, others: list[Folds]) -> Record:
    """Record of nothing."""
    return {}


TEXT = """
approaches:
  ridge: {sklearn.linear_model.Ridge: {alpha: 2.0}}
  index: {siting.scoring.overlay_estimators.WeightedOverlay: {}}
folds: {folds.spatial_blocks: {size: 100 km, buffer: 20 km}}
others: [{folds.random: {}}, {folds.regions: {column: country}}]
"""


def _bound(text: str) -> Call:
    return bind_call(load(text, "pipeline.yaml"), (), spec_of(judged), frozenset())


def test_folds_are_bound_wherever_they_stand() -> None:
    call = _bound(TEXT)
    folds = call.arguments["folds"]
    assert folds.spec.name == "folds.spatial_blocks"
    assert folds.arguments == {"size": "100 km", "buffer": 20_000.0, "splits": 10}
    assert [each.spec.name for each in call.arguments["others"]] == [
        "folds.random",
        "folds.regions",
    ]
    assert isinstance(call.arguments["approaches"]["ridge"], EstimatorText)


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("spatial_blocks", "spatial_block", "FUNCTION_UNKNOWN", "5:9 (folds.folds.spatial_block)"),
        ("buffer: 20 km", "bufer: 20 km", "CONFIG_UNKNOWN_KEY", "folds.spatial_blocks.bufer"),
        ("100 km, buffer: 20 km", "100 km, buffer: 20 K", "CONFIG_VALUE", "spatial_blocks.buffer"),
        ("column: country", "column: 3", "CONFIG_TYPE", "others[1].folds.regions.column"),
        ("alpha: 2.0", "alfa: 2.0", "ESTIMATOR_PARAMETER", "approaches.ridge"),
        ("{folds.random: {}}", "random", "CONFIG_TYPE", "others[0]"),
    ],
)
def test_mistakes_inside_are_told_with_their_place(
    old: str, new: str, code: str, place: str
) -> None:
    with pytest.raises(PipelineError, match=code) as caught:
        _bound(TEXT.replace(old, new))
    assert place in str(caught.value)


@pytest.mark.parametrize("written", ["siting.scoring.", "siting."])
def test_a_score_follows_from_the_code_of_our_own_estimators(written: str) -> None:
    call = _bound(TEXT.replace("siting.scoring.", written))
    approaches = [dict(each) for each in call.arguments["approaches"].values()]
    own = _code_of_estimators(approaches, Modules())
    assert list(own) == [f"{written}overlay_estimators.WeightedOverlay"]
    assert len(own[f"{written}overlay_estimators.WeightedOverlay"]) == 64
