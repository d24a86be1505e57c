"""Percentiles of fields among land, against brute force and hand calculations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from siting.grid import as_layer, cell_area, make_grid
from siting.scoring.percentiles import (
    Ranked,
    Stratum,
    bootstrap_draws,
    curve,
    figures,
    paired,
    percentiles,
    share_above,
)

# Few distinct numbers, so that ties are common, and NaN, which ranks last.
scores = st.sampled_from([0.0, 1.0, 2.0, 3.0, np.nan])


def brute_force(value, background, weights):
    if np.isnan(value):
        above, equal = ~np.isnan(background), np.isnan(background)
    else:
        above, equal = background > value, background == value
    return (weights[above].sum() + 0.5 * weights[equal].sum()) / weights.sum()


@given(
    hnp.arrays(float, st.integers(1, 8), elements=scores),
    hnp.arrays(float, 30, elements=scores),
    hnp.arrays(float, 30, elements=st.floats(0.1, 10)),
)
def test_share_above_agrees_with_brute_force(values, background, weights):
    expected = [brute_force(each, background, weights) for each in values]
    assert share_above(values, background, weights) == pytest.approx(expected)


def test_percentile_is_by_area_not_by_cells():
    # Rows at 0..10N and 60..70N of a geographic grid: a northern cell has 43.3 % of the area of a
    # southern one (authalic band areas on WGS 84: sin 70 - sin 60 against sin 10, to .3 %).
    grid = make_grid("EPSG:4326", 10.0, (0, 0, 10, 70))
    values = np.full((7, 1), np.nan)
    values[0], values[6] = 2.0, 1.0
    domain = as_layer(np.isin(np.arange(7), (0, 6))[:, None], grid)
    field = Stratum("land", domain, np.array([True]))
    layer = as_layer(values, grid, units="1")
    found = percentiles([Ranked(layer, 1.0)], (np.array([6]), np.array([0])), [field], grid)[0]
    north = np.sin(np.radians(70)) - np.sin(np.radians(60))
    south = np.sin(np.radians(10))
    expected = (north + 0.5 * south) / (north + south)
    assert found["land"][0] == pytest.approx(expected, abs=0.003)


def test_lower_is_the_mirror_of_higher():
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 5, 1))
    layer = as_layer(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), grid, units="1")
    land = Stratum("land", as_layer(np.ones((1, 5), bool), grid), np.array([True, True]))
    cells = np.zeros(2, int), np.array([0, 3])
    high, low = percentiles([Ranked(layer, 1.0), Ranked(layer, -1.0)], cells, [land], grid)
    assert low["land"] + high["land"] == pytest.approx([1.0, 1.0])


def test_field_outside_a_stratum_has_no_percentile_in_it():
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    layer = as_layer(np.array([[4.0, 3.0, 2.0, 1.0]]), grid, units="1")
    land = Stratum("land", as_layer(np.ones((1, 4), bool), grid), np.array([True, True]))
    west = as_layer(np.array([[True, True, False, False]]), grid)
    strata = [land, Stratum("west", west, np.array([True, False]))]
    cells = np.zeros(2, int), np.array([1, 2])
    (found,) = percentiles([Ranked(layer, 1.0)], cells, strata, grid)
    assert found["land"].tolist() == [0.375, 0.625]
    assert found["west"][0] == 0.75
    assert np.isnan(found["west"][1])


@given(st.integers(0, 1000))
def test_streamed_percentiles_are_those_of_the_whole(seed):
    # 1100 columns make two tiles; few levels make ties; some land has no value.
    rng = np.random.default_rng(seed)
    grid = make_grid("EPSG:4326", 0.1, (0, 40, 110, 40.3))
    values = rng.integers(0, 6, (3, 1100)).astype(float)
    values[rng.random((3, 1100)) < 0.1] = np.nan
    inside = rng.random((3, 1100)) < 0.7
    rows, columns = (each[:5] for each in np.nonzero(inside))
    land = Stratum("land", as_layer(inside, grid), np.ones(5, bool))
    layer = as_layer(values, grid, units="1")
    (found,) = percentiles([Ranked(layer, 1.0)], (rows, columns), [land], grid)
    area = cell_area(grid).values
    expected = [brute_force(each, values[inside], area[inside]) for each in values[rows, columns]]
    assert found["land"] == pytest.approx(expected)


def test_auc_is_one_less_the_mean_percentile():
    found = figures(np.linspace(0, 0.5, 21), 200)
    assert found["auc"]["value"] == 0.75
    assert found["auc"]["low"] < 0.75 < found["auc"]["high"]


@pytest.mark.parametrize(("count", "told"), [(14, False), (15, True)])
def test_fewer_than_fifteen_fields_tell_only_the_interval(count, told):
    found = figures(np.linspace(0.01, 0.2, count), 200)
    assert (found["auc"]["value"] is not None) == told
    assert found["auc"]["low"] < found["auc"]["high"]


@pytest.mark.parametrize("values", [np.array([]), np.array([np.nan]), np.array([0.1])])
def test_no_interval_from_fewer_than_two_fields(values):
    assert figures(values, 100)["auc"] == {"value": None, "low": None, "high": None}


def test_interval_of_a_share_agrees_with_the_binomial():
    # 30 of 100 fields captured: the bootstrap of a mean of 0/1 values is binomial, standard
    # error sqrt(.3 x .7 / 100) = .0458, so 95 % lie within .3 ± .090.
    found = figures(np.where(np.arange(100) < 30, 0.01, 0.5), 20_000)["capture"]["5"]
    assert found["value"] == 0.3
    assert (found["low"], found["high"]) == pytest.approx((0.21, 0.39), abs=0.011)


def test_equal_methods_do_not_beat_one_another():
    same = np.linspace(0, 0.2, 40)
    assert paired(same, same, 0.05, 100)["share_of_bootstraps"] == 0.0


def test_draws_are_the_same_for_every_method():
    assert (bootstrap_draws(30, 50) == bootstrap_draws(30, 50)).all()


def test_curve_rises_from_nothing_to_everything():
    found = np.array(curve(np.random.default_rng(0).random(500)))
    assert found[0].tolist() == [0.0, 0.0]
    assert found[-1].tolist() == [1.0, 1.0]
    assert (np.diff(found, axis=0) >= 0).all()
    assert len(found) <= 202
