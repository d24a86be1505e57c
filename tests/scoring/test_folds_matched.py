"""Folds matched to the distances of the map, and the hold-out by date."""

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.geodesy import geodesic_distance
from siting.scoring.dated import DatedFolds, check_vintages, parsed
from siting.scoring.folds import discovered_before, nearest_neighbour_distance_matching, places
from siting.scoring.nearest_neighbour_folds import NearestNeighbourFolds, hull_places

from .test_folds import samples


def clustered(seed: int = 0) -> pd.DataFrame:
    """Ten clusters of ten places in a square of 10 degrees: 111 m to 11 km within a cluster."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 10, (10, 2)).repeat(10, axis=0)
    where = middle + rng.uniform(-0.05, 0.05, (100, 2))
    return samples(where[:, 0], where[:, 1])


def even() -> pd.DataFrame:
    """A lattice of places half a degree apart in a square of 10 degrees."""
    lon, lat = np.meshgrid(np.arange(0.25, 10, 0.5), np.arange(0.25, 10, 0.5))
    return samples(lon.ravel(), lat.ravel())


def square(count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    return rng.uniform(0, 10, count), rng.uniform(0, 10, count)


def test_clustered_samples_are_divided_into_regions():
    folds = NearestNeighbourFolds(5).matched_to(*square())
    found = folds.match(clustered())
    assert found.w < 0.5 * found.w_random
    assert found.validation > 50_000  # far beyond the cluster, as most of the square is
    assert found.validation == pytest.approx(found.prediction, rel=0.5)


def test_even_samples_are_divided_at_random():
    # The map's places are at most .35 degree from a sample: no division comes nearer to that
    # than one in which neighbours train, half a degree away (55.3 to 55.7 km).
    found = NearestNeighbourFolds(5).matched_to(*square()).match(even())
    assert found.w == pytest.approx(found.w_random, rel=0.01)
    assert found.validation == pytest.approx(55_500, rel=0.01)


def test_w_is_the_mean_difference_of_sorted_distances():
    # Two pairs of places 1 and 3 degrees apart on the equator, each place a fold by itself:
    # nearest distances 1, 1, 3, 3 degrees; the map is at the first place, at distance 0.
    X = samples([0.0, 1.0, 50.0, 53.0], [0.0] * 4)
    found = NearestNeighbourFolds(4).matched_to(np.zeros(4), np.zeros(4)).match(X)
    degree = geodesic_distance(0.0, 0.0, 1.0, 0.0)
    assert found.w == pytest.approx(2 * degree, rel=1e-4)


def test_groups_are_never_split():
    X = clustered()
    group = np.repeat(np.arange(50), 2)
    where = places(X)
    X = samples(where.longitude, where.latitude, group)
    for train, test in nearest_neighbour_distance_matching(5).split(X):
        assert not set(group[train]) & set(group[test])


def test_without_a_map_the_hull_of_the_samples_stands_for_it():
    X = clustered()
    where = places(X)
    hull = hull_places(where.longitude.to_numpy(), where.latitude.to_numpy())
    folds = nearest_neighbour_distance_matching(5)
    assert folds.match(X).w == pytest.approx(folds.matched_to(*hull).match(X).w)


def test_hull_reaches_across_the_dateline():
    lon, _ = hull_places(np.array([178.0, -178.0, 180.0]), np.array([50.0, 50.0, 53.0]), 500)
    assert (np.abs(lon) >= 178).all()
    assert len(lon) > 200


def test_places_on_a_line_are_their_own_hull():
    lon, lat = hull_places(np.array([1.0, 2.0]), np.array([5.0, 5.0]))
    assert (lon.tolist(), lat.tolist()) == ([1.0, 2.0], [5.0, 5.0])


def test_more_folds_than_groups_are_refused():
    with pytest.raises(InputError, match="fewer groups of samples than folds"):
        nearest_neighbour_distance_matching(5).match(samples([1, 2], [0, 0]))


DATES = ["1975", "1988-05-01", "2001", "2010-12-31", "", ""]
PLACES = [0.0, 10.0, 20.0, 30.0, 1.0, 29.0]
Y = [1, 1, 1, 1, 0, 0]


def test_finds_before_the_date_teach_and_later_ones_test():
    ((train, test),) = discovered_before("found", "1990").split(
        samples(PLACES, [0] * 6, region=DATES), Y
    )
    # The background at 1 E lies nearest to the find of 1975, that at 29 E to the one of 2010.
    assert train.tolist() == [0, 1, 4]
    assert test.tolist() == [2, 3, 5]


def test_the_day_itself_counts_as_later():
    X = samples(PLACES, [0] * 6, region=["1975", "1990-01-01", "1980", "2001", "1970", "2003"])
    ((_, test),) = discovered_before("found", "1990").split(X, Y)
    assert test.tolist() == [1, 3, 5]


def test_a_system_has_the_date_of_its_first_find():
    X = samples(PLACES, [0] * 6, group=[0, 1, 2, 0, 3, 4], region=[*DATES[:4], "1980", "2005"])
    ((train, test),) = discovered_before("found", "1990").split(X, Y)
    assert 3 in train
    assert test.tolist() == [2, 5]


def test_a_find_without_a_date_is_in_neither_part_and_told():
    dates = ["1975", "", "2001", "2010", "1980", "2005"]
    with collect() as findings:
        ((train, test),) = discovered_before("found", "1990").split(
            samples(PLACES, [0] * 6, region=dates), Y
        )
    assert 1 not in train.tolist() + test.tolist()
    assert [each.code for each in findings] == ["LABELS_UNKNOWN"]


@pytest.mark.parametrize(
    ("found", "is_trained", "is_tested"),
    [
        ("1990", False, False),  # from January to December: before and after 30 June
        ("1990-06", False, True),  # its first day is the date
        ("1990-05", True, False),
        ("1989", True, False),
        ("1991", False, True),
    ],
)
def test_a_year_that_the_date_lies_within_is_in_neither_part(found, is_trained, is_tested):
    dates = ["1975", found, "2001", "2010", "1980", "2005"]
    with collect() as findings:
        ((train, test),) = discovered_before("found", "1990-06-01").split(
            samples(PLACES, [0] * 6, region=dates), Y
        )
    assert (1 in train, 1 in test) == (is_trained, is_tested)
    left = not is_trained and not is_tested
    assert [each.code for each in findings] == ["LABELS_UNKNOWN"] * left


def test_a_month_that_the_date_lies_within_is_in_neither_part():
    dates = ["1975", "1990-06", "2001", "2010", "1980", "2005"]
    with collect() as findings:
        ((train, test),) = discovered_before("found", "1990-06-15").split(
            samples(PLACES, [0] * 6, region=dates), Y
        )
    assert 1 not in train.tolist() + test.tolist()
    assert "does not tell whether it is before 1990-06-15" in findings[0].message


def test_a_system_surely_known_before_is_not_left_out_for_a_year_of_a_later_label():
    X = samples(PLACES, [0] * 6, group=[0, 0, 2, 3, 4, 5],
                region=["1975", "1990", "2001", "2010", "1980", "2005"])  # fmt: skip
    ((train, _),) = discovered_before("found", "1990-06-01").split(X, Y)
    assert {0, 1} <= set(train.tolist())


@pytest.mark.parametrize("date", ["1960", "2020"])
def test_a_date_with_one_class_on_a_side_is_refused(date):
    X = samples(PLACES, [0] * 6, region=DATES)
    with pytest.raises(InputError, match="one class only"):
        next(discovered_before("found", date).split(X, Y))


def test_samples_without_any_date_are_refused():
    with pytest.raises(InputError, match="no sample has a date"):
        next(discovered_before("found", "1990").split(samples([0, 1], [0, 0]), [1, 0]))


@pytest.mark.parametrize("text", ["soon", "1990-13-40", "19"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InputError, match="not a date"):
        discovered_before("found", text)


@pytest.mark.parametrize("vintage", ["2003", "1978; 2003", "1978-2003", "survey of 1990"])
def test_a_younger_layer_is_refused(vintage):
    with pytest.raises(InputError, match="LAYER_YOUNGER"):
        check_vintages({"wells": vintage}, DatedFolds("found", "1990"))


def test_a_timeless_layer_may_be_younger():
    check_vintages({"elevation": "2015"}, discovered_before("found", "1990", ["elevation"]))


def test_a_layer_that_does_not_say_its_age_is_told():
    with collect() as findings:
        check_vintages({"gravity": "", "heat": "1984"}, DatedFolds("found", "1990"))
    assert [(each.code, each.where) for each in findings] == [("LAYER_YOUNGER", "gravity")]


def test_folds_without_a_date_ask_no_layer_for_its_age():
    check_vintages({"wells": "2003"}, nearest_neighbour_distance_matching())


@pytest.mark.parametrize("vintage", ["1980s", "1980-99", "1972/89", "1980 to present"])
def test_the_end_of_a_span_is_what_may_show_a_find(vintage: str) -> None:
    folds = DatedFolds("found", "1985")
    with pytest.raises(InputError, match="LAYER_YOUNGER"):
        check_vintages({"gravity": vintage}, folds)


@pytest.mark.parametrize("vintage", ["1970s", "1960-79", "1980-06", "1984-12-31", "1984"])
def test_a_span_that_ends_before_the_date_is_no_younger(vintage: str) -> None:
    with collect() as findings:
        check_vintages({"gravity": vintage}, DatedFolds("found", "1985"))
    assert list(findings) == []


@pytest.mark.parametrize("text", ["-9999", "-9999.0", "9999", "0", "0000"])
def test_a_number_for_no_data_is_no_year_of_discovery(text: str) -> None:
    # As a year, -9999 would count as found before any date, and be trained on.
    with pytest.raises(InputError, match="not a date"):
        parsed(["1985", text], "sites")
