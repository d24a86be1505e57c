"""Scores by models that never saw the sample, its system, or what lies within the buffer."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from siting.errors import InputError
from siting.scoring.folds import INDEX, regions, spatial_blocks
from siting.scoring.out_of_fold import out_of_fold
from siting.scoring.training import Training


def table(longitude: list[float], y: list[float], region: list[str]) -> Training:
    number = np.arange(len(y))
    index = pd.MultiIndex.from_arrays(
        [number, number, longitude, np.zeros(len(y)), region], names=INDEX
    )
    X = pd.DataFrame({"a": longitude}, index=index)
    return Training(X, np.array(y), ("",) * len(y), {})


def test_each_sample_gets_the_score_of_the_other_regions():
    # Means of the other two regions: (3 + 4)/2 for 1 and 2, (1 + 2)/2 for 3 and 4.
    found = table([0, 1, 50, 51], [1.0, 2.0, 3.0, 4.0], ["a", "a", "b", "b"])
    assert out_of_fold(DummyRegressor(), found, regions("r")).tolist() == [3.5, 3.5, 1.5, 1.5]


def test_a_model_that_copies_its_neighbour_cannot_reach_over_the_buffer():
    # 9 and 11 E at the equator are 222.6 km apart: each is left out where the other is tested.
    places = table([1.0, 9.0, 11.0, 19.0], [10.0, 20.0, 30.0, 40.0], [""] * 4)
    near = KNeighborsRegressor(1)
    free = out_of_fold(near, places, spatial_blocks("10 degree", "0 m", 2))
    kept = out_of_fold(near, places, spatial_blocks("10 degree", "300 km", 2))
    assert free.tolist() == [30.0, 30.0, 20.0, 20.0]
    assert kept.tolist() == [40.0, 40.0, 10.0, 10.0]


def test_samples_that_no_fold_tests_have_no_score():
    class Half:
        def split(self, X, y=None, groups=None):
            yield np.array([0, 1]), np.array([3])

    found = out_of_fold(DummyRegressor(), table([0, 1, 2, 3], [1, 3, 9, 9], [""] * 4), Half())
    assert np.isnan(found[:3]).all()
    assert found[3] == 2.0


def test_a_sample_tested_twice_gets_the_mean():
    class Twice:
        def split(self, X, y=None, groups=None):
            yield np.array([0]), np.array([2])
            yield np.array([1]), np.array([2])

    found = out_of_fold(DummyRegressor(), table([0, 1, 2], [1.0, 5.0, 9.0], [""] * 3), Twice())
    assert found[2] == 3.0


def test_a_fold_without_a_class_to_train_on_is_refused():
    places = table([1.0, 4.0, 31.0, 34.0], [1, 1, 0, 0], [""] * 4)
    with pytest.raises(InputError, match="only one class"):
        out_of_fold(KNeighborsClassifier(1), places, spatial_blocks("10 degree", "0 m", 2))
