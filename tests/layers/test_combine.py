from itertools import product

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.layers import combine

NAN = float("nan")


def layer(*values: float, units: str = "km", kind: str = "continuous") -> xr.DataArray:
    return xr.DataArray([list(values)], dims=("y", "x"), attrs={"units": units, "kind": kind})


def statement(*values: float) -> xr.DataArray:
    return layer(*values, units="1", kind="boolean")


def test_nearness_halves_at_the_half_distance_in_any_unit() -> None:
    # 1/(1 + 3**2) = 0.1
    near = combine.nearness(layer(0, 40_000, 120_000, units="m"), half_distance="40 km")
    assert near.values.tolist() == [[1.0, 0.5, pytest.approx(0.1)]]


@given(st.floats(0, 2e4), st.floats(0.01, 2e4), st.floats(1, 500))
def test_nearness_falls_with_distance(distance: float, more: float, half: float) -> None:
    near, far = combine.nearness(layer(distance, distance + more), half_distance=half).values[0]
    assert 0 < far <= near <= 1


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(-2e3, 2e3))
def test_rescale_turned_round_is_the_rest_to_one(low: float, high: float, value: float) -> None:
    if abs(low - high) < 1e-3:
        return
    up, down = (combine.rescale(layer(value), *ends).item() for ends in ((low, high), (high, low)))
    assert 0 <= up <= 1
    assert up + down == pytest.approx(1)


def test_rescale_refuses_one_value_for_both_ends() -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID: low and high must differ"):
        combine.rescale(layer(1.0), low=3, high="3 km")


def test_log1p_is_the_logarithm_and_has_no_value_below_its_domain() -> None:
    # ln 2 = 0.693147, ln 11 = 2.397895
    found = combine.log1p(layer(0, 10, 100, -10, -11), scale="10 km").values
    np.testing.assert_allclose(found, [[0, 0.693147, 2.397895, NAN, NAN]], rtol=1e-6)


@pytest.mark.parametrize("function", [combine.above, combine.below])
def test_threshold_itself_is_neither_above_nor_below(function) -> None:
    assert function(layer(50.0), threshold="50 km").item() == 0


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1), st.floats(-1e3, 1e3))
def test_above_below_and_equal_make_up_every_cell(values: list[float], threshold: float) -> None:
    cells = layer(*values)
    both = combine.above(cells, threshold) + combine.below(cells, threshold)
    np.testing.assert_array_equal(both + (cells == threshold), 1)


@pytest.mark.parametrize(("one", "other"), list(product([0.0, 1.0, NAN], repeat=2)))
def test_statements_follow_kleenes_logic(one: float, other: float) -> None:
    # False < unknown < true: "and" is the least, "or" the greatest of the two.
    rank = {0.0: 0, 1.0: 2}
    pair = [rank.get(each, 1) for each in (one, other)]
    value = {0: 0.0, 1: NAN, 2: 1.0}
    both = combine.all_of([statement(one), statement(other)])
    either = combine.any_of([statement(one), statement(other)])
    np.testing.assert_array_equal(both.values, [[value[min(pair)]]])
    np.testing.assert_array_equal(either.values, [[value[max(pair)]]])


@given(st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=1, max_size=6))
def test_not_all_is_some_not(cells: list[float]) -> None:
    layers = [statement(each) for each in cells]
    left = combine.negated(combine.all_of(layers))
    right = combine.any_of([combine.negated(each) for each in layers])
    np.testing.assert_array_equal(left.values, right.values)


@pytest.mark.parametrize("function", [combine.all_of, combine.any_of])
def test_boolean_layers_are_statements_and_none_is_none(function) -> None:
    land = xr.DataArray([[True, False]], dims=("y", "x"))
    assert function([land, land]).values.tolist() == [[1.0, 0.0]]
    with pytest.raises(PipelineError, match="VALUE_INVALID: no statements"):
        function([])


@pytest.mark.parametrize(
    "call",
    [
        lambda: combine.all_of([layer(1.0)]),
        lambda: combine.any_of([statement(1.0), layer(1.0)]),
        lambda: combine.negated(layer(1.0)),
        lambda: combine.mask(layer(1.0), where=layer(1.0)),
    ],
)
def test_numbers_are_no_statements(call) -> None:
    with pytest.raises(InputError, match="KIND_WRONG.* no statement"):
        call()


@pytest.mark.parametrize("kind", ["categorical", "circular"])
@pytest.mark.parametrize(
    "call",
    [
        lambda classes: combine.above(classes, threshold=1),
        lambda classes: combine.below(classes, threshold=1),
        lambda classes: combine.rescale(classes, low=1, high=2),
        lambda classes: combine.log1p(classes, scale=1),
        lambda classes: combine.mask(classes, where=statement(1.0)),
    ],
)
def test_classes_and_directions_have_no_order(call, kind: str) -> None:
    with pytest.raises(InputError, match="KIND_WRONG.* have no order"):
        call(layer(1.0, kind=kind))


def test_mask_keeps_unit_and_values_where_the_statement_is_known_to_hold() -> None:
    found = combine.mask(layer(1, 2, 3), where=statement(1, 0, NAN))
    np.testing.assert_array_equal(found.values, [[1, NAN, NAN]])
    assert found.attrs["units"] == "km"
