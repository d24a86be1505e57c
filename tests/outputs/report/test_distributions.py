from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.kinds import Results
from siting.outputs.report.distributions import BINS, Spread, limits, spreads
from siting.outputs.report.samples import Samples, take

NUMBERS = st.floats(-1e6, 1e6)


def spread_of(land: Any, fields: Any, area: Any = None, **attrs: Any) -> Spread | str:
    values = np.asarray(land, float)
    samples = Samples(
        1,
        np.ones(len(values)) if area is None else np.asarray(area, float),
        {"a": values},
        {"a": np.asarray(fields, float)},
    )
    shown, refused = spreads({"a": xr.DataArray(values, dims="cell", attrs=attrs)}, samples)
    return shown[0] if shown else refused["a"]


def test_shares_of_land_are_by_area() -> None:
    found = spread_of([0.0, 1.0], [1.0, 1.0, 0.0, 1.0], area=[3.0, 1.0], units="km")
    assert isinstance(found, Spread)
    assert found.land[0] == 0.75
    assert found.land[-1] == 0.25
    assert (found.fields[0], found.fields[-1]) == (0.25, 0.75)
    assert found.medians == (0.0, 1.0)
    assert found.unit == "km"


def test_the_outermost_bins_hold_what_lies_beyond() -> None:
    land = np.concatenate([np.linspace(0, 1, 999), [1e6]])
    found = spread_of(land, [])
    assert isinstance(found, Spread)
    assert found.edges[-1] <= 1.0
    assert found.land.sum() == pytest.approx(1.0)


@given(arrays(float, st.integers(1, 50), elements=NUMBERS),
       arrays(float, st.integers(0, 20), elements=NUMBERS))  # fmt: skip
def test_all_land_and_all_fields_are_in_a_bin(land: Any, fields: Any) -> None:
    found = spread_of(land, fields)
    if isinstance(found, str):
        assert land.min() == land.max()
        return
    assert len(found.edges) == BINS + 1
    assert np.all(np.diff(found.edges) > 0)
    assert found.land.sum() == pytest.approx(1.0)
    assert found.fields.sum() == pytest.approx(1.0 if len(fields) else 0.0)


def test_bins_reach_to_fields_beyond_the_land() -> None:
    low, high = limits(np.arange(100.0), np.ones(100), np.full(10, 500.0))
    assert low < 1
    assert high == 500


def test_missing_values_count_nowhere() -> None:
    found = spread_of([1.0, np.nan, 2.0], [np.nan, 2.0])
    assert isinstance(found, Spread)
    assert found.known == 1
    assert found.land.sum() == pytest.approx(1.0)


def test_classes_have_their_names_and_shares() -> None:
    found = spread_of(
        [1, 1, 2, 7], [2, 7], kind="categorical", categories={1: "stable", "2": "rift"}
    )
    assert isinstance(found, Spread)
    assert found.classes == ("stable", "rift", "class 7")
    assert found.land.tolist() == [0.5, 0.25, 0.25]
    assert found.fields.tolist() == [0.0, 0.5, 0.5]


def test_statements_are_no_and_yes() -> None:
    found = spread_of([1.0, 0.0, 1.0, 1.0], [1.0], kind="boolean")
    assert isinstance(found, Spread)
    assert found.classes == ("no", "yes")
    assert found.land.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("land", "attrs", "why"),
    [
        ([3.0, 3.0], {}, "one value"),
        ([np.nan, np.inf], {}, "no value"),
        (range(40), {"kind": "categorical"}, "more than 16 classes"),
    ],
)
def test_layers_that_cannot_be_drawn_say_why(land: Any, attrs: Any, why: str) -> None:
    found = spread_of(list(land), [], **attrs)
    assert isinstance(found, str)
    assert found.startswith(why)


def test_layers_of_a_run_are_drawn_in_their_order(results: Results, known_cells: Any) -> None:
    samples = take(results.layers, results.domain, results.grid, known_cells)
    shown, refused = spreads(results.layers, samples)
    assert [each.name for each in shown] == [name for name in results.layers if name != "land"]
    assert refused == {"land": "one value at all cells that were read"}
    distance = next(each for each in shown if each.name == "volcano_distance")
    at_fields = results.layers["volcano_distance"].values[known_cells]
    assert distance.medians[1] == np.median(at_fields)
