"""Ranges of fields whose range is known, and warnings where a buffer falls short of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError
from siting.findings import collect
from siting.scoring.folds import INDEX, random, regions, spatial_blocks
from siting.scoring.leakage import random_fields
from siting.scoring.null_labels import RANGE
from siting.scoring.variogram import suggested, variogram, warn_short_buffer


def scattered(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Places in 8 by 8 degrees near the equator, 890 km across."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 8, count), rng.uniform(-4, 4, count)


def frame(values: np.ndarray, longitude: np.ndarray, latitude: np.ndarray, group=None):
    number = np.arange(len(longitude))
    groups = number if group is None else group
    index = pd.MultiIndex.from_arrays(
        [number, groups, longitude, latitude, [""] * len(number)], names=INDEX
    )
    return pd.DataFrame({"a": values}, index=index)


@pytest.mark.parametrize("length", [30e3, 60e3, 100e3])
def test_range_is_that_of_the_field(length):
    # A Gaussian correlation is down to .05 at 2.45 lengths; a spherical model that is fitted to
    # it ends near there. Labels cut from the field lose part of it.
    longitude, latitude = scattered(900)
    found = [
        variogram(labels.astype(float), longitude, latitude).range
        for labels in random_fields(longitude, latitude, length, 8, 1)
    ]
    assert np.median(found) == pytest.approx(RANGE * length, rel=0.35)


def test_noise_has_no_range_to_speak_of():
    longitude, latitude = scattered(600)
    values = np.random.default_rng(3).normal(size=600)
    found = variogram(values, longitude, latitude)
    assert found.range < 60_000 or found.sill - found.nugget < 0.1


def test_semivariance_is_that_of_a_hand_calculation():
    # Values 0, 1 alternating along the equator: neighbours differ by 1, the next ones by 0.
    # Half the mean square is .5 and 0; the variance of 0, 1 is .25: 2 and 0 in its terms.
    longitude = np.arange(40) * 0.5
    found = variogram((np.arange(40) % 2).astype(float), longitude, np.zeros(40))
    assert found.semivariance[0] == pytest.approx(2.0)
    assert found.distance[0] == pytest.approx(55_660, rel=1e-3)  # half a degree of the equator


def test_a_trend_over_the_whole_world_does_not_reach_its_sill():
    longitude, latitude = scattered(300)
    assert not variogram(longitude, longitude, latitude).reached


def test_a_system_is_one_place_whatever_its_cells():
    longitude, latitude = scattered(60)
    y = (longitude > 4).astype(int)
    one = suggested(frame(latitude, longitude, latitude), y)
    rows = np.repeat(np.arange(60), 9)
    many = suggested(frame(latitude[rows], longitude[rows], latitude[rows], rows), y[rows])
    assert one["places"] == many["places"] == 60
    assert one["labels"] == many["labels"]


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 100), st.floats(-50, 50))
def test_unit_and_offset_do_not_matter(scale, offset):
    longitude, latitude = scattered(120)
    values = np.sin(longitude)
    first = variogram(values, longitude, latitude)
    second = variogram(scale * values + offset, longitude, latitude)
    assert second.range == pytest.approx(first.range)
    assert second.semivariance == pytest.approx(first.semivariance, rel=1e-6)


def test_buffer_is_as_wide_as_labels_are_alike_and_blocks_thrice_as_wide():
    longitude, latitude = scattered(500)
    (y,) = random_fields(longitude, latitude, 60e3, 1, 4)
    noise = np.random.default_rng(5).normal(size=500)
    found = suggested(frame(noise, longitude, latitude), y)
    assert found["buffer"] == max(found["labels"]["range"], found["residuals"]["range"])
    assert found["size"] == pytest.approx(3 * found["buffer"], rel=1e-3)


@pytest.mark.parametrize(
    ("folds", "told"),
    [
        (spatial_blocks("100 km", "20 km"), True),
        (spatial_blocks("100 km", "40 km"), False),
        (regions("basin"), True),
        (random(), False),  # which say of themselves that they leak
    ],
)
def test_short_buffers_are_told(folds, told):
    with collect() as findings:
        warn_short_buffer(folds, {"buffer": 32_000.0}, "compare.folds")
    assert [each.code for each in findings] == ["FOLDS_BUFFER_SHORT"] * told


@pytest.mark.parametrize(
    ("values", "told"),
    [(np.ones(20), "all values are alike"), (np.arange(5.0), "needs ten places")],
)
def test_values_without_a_variogram_are_refused(values, told):
    longitude, latitude = scattered(len(values))
    with pytest.raises(InputError, match=told):
        variogram(values, longitude, latitude)
