"""Folds: groups whole, buffers true, regions held out, and leakage called by its name."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict

from siting.errors import InputError, PipelineError
from siting.geodesy import geodesic_distance
from siting.scoring.folds import (
    INDEX,
    BlockFolds,
    InnerFolds,
    block_of,
    places,
    random,
    regions,
    spatial_blocks,
)


def samples(longitude: Any, latitude: Any, group: Any = None, region: Any = "") -> pd.DataFrame:
    count = len(longitude)
    index = pd.MultiIndex.from_arrays(
        [
            np.arange(count),
            np.arange(count) if group is None else group,
            np.asarray(longitude, dtype=float),
            np.asarray(latitude, dtype=float),
            np.broadcast_to(np.asarray(region, dtype=object), count),
        ],
        names=INDEX,
    )
    return pd.DataFrame({"a": np.linspace(0, 1, count)}, index=index)


def globe(count: int = 400, groups: int = 60, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Samples all over the globe, some of them in groups, an eighth of them positive."""
    rng = np.random.default_rng(seed)
    longitude = rng.uniform(-180, 180, count)
    latitude = np.degrees(np.arcsin(rng.uniform(-0.85, 1, count)))
    group = rng.integers(0, groups, count)
    middle = {g: np.flatnonzero(group == g)[0] for g in np.unique(group)}
    near = np.array([middle[g] for g in group])
    longitude = longitude[near] + rng.normal(0, 0.2, count)
    X = samples(longitude, np.clip(latitude[near], -85, 85), group)
    return X, (group % 8 == 0).astype(int)


SCHEMES = {
    "degrees": spatial_blocks("10 degree", "200 km", 5),
    "lengths": spatial_blocks("2000 km", "200 km", 5),
    "inner": InnerFolds(),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_sample_is_tested_once_and_no_group_is_split(scheme: str) -> None:
    X, y = globe()
    group = places(X).group.to_numpy()
    tested = np.zeros(len(X), dtype=int)
    for train, test in SCHEMES[scheme].split(X, y):
        tested[test] += 1
        assert not set(group[train]) & set(group[test])
    assert (tested == 1).all()


@pytest.mark.parametrize("scheme", ["degrees", "lengths"])
def test_no_training_sample_is_within_the_buffer(scheme: str) -> None:
    X, y = globe(1500, 1000)
    where = places(X)
    longitude, latitude = where.longitude.to_numpy(), where.latitude.to_numpy()
    dropped = 0
    for train, test in SCHEMES[scheme].split(X, y):
        ground = geodesic_distance(
            longitude[train, None], latitude[train, None], longitude[test], latitude[test]
        )
        assert ground.min() > 199_900  # 200 km, to the 12 m in 1,000 km of the distances' arc
        dropped += len(X) - len(train) - len(test)
    assert dropped > 0


def test_a_buffer_reaches_across_the_dateline() -> None:
    # 40 N: 1 degree of longitude is 85.39 km (WGS84), so 179.5 and -179.5 are 85.39 km apart.
    X = samples([179.5, -179.5, 0.0, 90.0], [40.0, 40.0, 0.0, 0.0])
    for buffer, kept in (("80 km", 3), ("90 km", 2)):
        folds = spatial_blocks("10 degree", buffer, 4)
        sizes = {tuple(test): len(train) for train, test in folds.split(X)}
        assert sizes[(0,)] == kept
        assert sizes[(2,)] == 3


def test_positives_are_dealt_evenly() -> None:
    X, y = globe()
    shares = [y[test].sum() for _, test in spatial_blocks("10 degree", "0 m", 5).split(X, y)]
    assert min(shares) >= y.sum() / 5 / 2
    assert max(shares) <= y.sum() / 5 * 2


def test_blocks_by_length_are_as_wide_in_the_north_as_at_the_equator() -> None:
    # 1,000 km are 8.993 degrees of a great circle. The 17th band from the south pole has its
    # middle at 58.39 N, where they are 17.16 degrees of longitude: 20.98 blocks round the globe.
    # The 12th has it at 13.42 N: 38.94 blocks. By hand, with 111.195 km a degree.
    longitude = np.arange(-180, 180, 0.05) + 0.025
    north = block_of(longitude, np.full(longitude.shape, 58.0), 1e6, "m")
    south = block_of(longitude, np.full(longitude.shape, 12.0), 1e6, "m")
    assert (len(np.unique(north)), len(np.unique(south))) == (21, 39)


def test_blocks_meet_at_the_dateline_and_include_the_poles() -> None:
    blocks = block_of(np.array([-180.0, 180.0, 0.0, 0.0]), np.array([0.0, 0, 90, -90]), 7, "degree")
    assert blocks[0] == blocks[1]
    assert (blocks >= 0).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(0.5, 60), st.sampled_from(["degree", "m"]), st.integers(0, 99))
def test_places_of_one_block_are_near_each_other(size: float, unit: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-180, 180, 300), rng.uniform(-70, 70, 300)
    side = size if unit == "degree" else size * 111_195
    blocks = block_of(lon, lat, side, unit)
    for each in np.unique(blocks):
        inside = blocks == each
        assert np.ptp(lat[inside]) <= size + 1e-6
        if unit == "degree":
            # A whole number of blocks goes round, so they may be up to half as wide again.
            assert np.ptp(lon[inside]) <= 1.5 * size + 1e-6


def test_regions_are_held_out_one_by_one() -> None:
    X = samples([1, 2, 3, 4, 5], [0] * 5, region=["a", "b", "a", "c", "b"])
    held = [sorted(places(X).region.iloc[test].unique()) for _, test in regions("r").split(X)]
    assert held == [["a"], ["b"], ["c"]]
    assert regions("r").get_n_splits(X) == 3


def test_one_region_cannot_be_held_out() -> None:
    with pytest.raises(InputError, match="there is one region only"):
        next(regions("country").split(samples([1, 2], [0, 0])))


def test_random_folds_are_marked_as_leakage_and_split_groups() -> None:
    X, y = globe()
    group = places(X).group.to_numpy()
    assert random().leakage
    assert "leakage" in random().name
    assert not any(each.leakage for each in SCHEMES.values())
    assert any(set(group[train]) & set(group[test]) for train, test in random(5).split(X, y))


def test_folds_do_not_change_from_call_to_call() -> None:
    X, y = globe()
    for folds in (*SCHEMES.values(), random(5)):
        first, second = (
            [test.tolist() for _, test in each.split(X, y)] for each in (folds, clone_of(folds))
        )
        assert first == second


def clone_of(folds: Any) -> Any:
    return clone(GridSearchCV(LogisticRegression(), {}, cv=folds)).cv


def test_scikit_learn_takes_the_folds_as_its_own() -> None:
    X, y = globe()
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=SCHEMES["inner"])
    assert search.fit(X, y).n_splits_ == 5
    assert cross_val_predict(LogisticRegression(), X, y, cv=SCHEMES["degrees"]).shape == (400,)


def test_samples_that_have_lost_their_index_are_refused() -> None:
    with pytest.raises(InputError, match="without their places"):
        next(InnerFolds().split(np.zeros((5, 2))))


def test_more_folds_than_blocks_are_refused() -> None:
    X = samples([1, 2, 3], [0, 0, 0])
    with pytest.raises(InputError, match="fewer blocks than folds"):
        next(spatial_blocks("10 degree", "0 m", 2).split(X))


def test_a_buffer_that_leaves_one_class_is_refused() -> None:
    X = samples([0, 1, 100, 101], [0, 0, 0, 0])
    with pytest.raises(InputError, match="only one class"):
        list(spatial_blocks("30 degree", "100 km", 2).split(X, [1, 1, 0, 0]))


@pytest.mark.parametrize("size", ["10", "ten km", "5 kg", "-3 km"])
def test_a_block_without_a_side_is_refused(size: str) -> None:
    with pytest.raises(PipelineError, match="in degrees or as a length"):
        spatial_blocks(size, "0 m")


def test_a_block_may_be_written_with_any_unit_of_length() -> None:
    folds = spatial_blocks("0.5 Mm", "20 km", 4)
    assert isinstance(folds, BlockFolds)
    assert (folds.size, folds.unit, folds.buffer) == (500_000.0, "m", 20_000.0)
