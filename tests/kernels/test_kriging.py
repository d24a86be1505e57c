import gstools
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from siting.kernels.collocated import clusters, combined
from siting.kernels.kriging import Field, estimate, neighbours, predicted, solved, variance

SCALE, SILL = 50e3, 100.0


def exponential(h: np.ndarray) -> np.ndarray:
    return SILL * np.exp(-h / SCALE)


def field(seed: int = 0, n: int = 60, nugget: float = 0.0, error: float = 0.0) -> Field:
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 300e3, (n, 3))
    return Field(places, rng.normal(70, 10, n), np.full(n, error), exponential, SILL, nugget)


@pytest.mark.parametrize("nugget", [0.0, 12.0])
def test_a_peer_finds_the_same_mean_and_variance(nugget: float) -> None:
    known, rng = field(nugget=nugget), np.random.default_rng(9)
    known = known._replace(error=rng.uniform(1, 30, 60))
    targets = rng.uniform(-50e3, 350e3, (40, 3))
    model = gstools.Exponential(dim=3, var=SILL, len_scale=SCALE, nugget=nugget)
    # GSTools filters what it is told as the error of a condition, so that nugget is one here.
    peer = gstools.krige.Ordinary(
        model, known.places.T, known.values, exact=False, cond_err=known.error + nugget
    )
    mean, spread = peer(targets.T, mesh_type="unstructured")
    np.testing.assert_allclose(estimate(solved(known), targets), mean, rtol=1e-8)
    np.testing.assert_allclose(variance(solved(known), targets), spread, rtol=1e-8)


def test_without_nugget_and_errors_the_map_goes_through_the_values() -> None:
    known = field()
    system = solved(known)
    np.testing.assert_allclose(estimate(system, known.places), known.values, atol=1e-6)
    np.testing.assert_allclose(variance(system, known.places), 0.0, atol=1e-6)


@given(st.integers(0, 50), st.floats(0, 50), st.floats(0, 50), st.floats(-500, 500))
@settings(max_examples=10, deadline=None)
def test_variance_has_its_limits_and_a_shift_of_values_shifts_the_mean(
    seed: int, nugget: float, error: float, shift: float
) -> None:
    known = field(seed, 20, nugget, error)
    targets = np.random.default_rng(seed).uniform(-100e3, 400e3, (10, 3))
    system = solved(known)
    moved = solved(known._replace(values=known.values + shift))
    found = variance(system, targets)
    assert (found >= nugget).all()
    # Of the unknown mean no more than of one value alone.
    assert (found <= 2 * (SILL + nugget) + error + 1e-6).all()
    np.testing.assert_allclose(
        estimate(moved, targets), estimate(system, targets) + shift, atol=1e-6
    )
    np.testing.assert_allclose(variance(moved, targets), found)


def test_far_from_all_places_the_variance_is_that_of_the_field_and_of_its_mean() -> None:
    known = field(nugget=10.0)
    system = solved(known)
    far = np.full((1, 3), 1e9)
    mean_variance = 1 / float(system.ones @ system.ones)
    assert variance(system, far).item() == pytest.approx(SILL + 10 + mean_variance)
    assert estimate(system, far).item() == pytest.approx(system.mean)


def test_a_poor_value_counts_less() -> None:
    known = field()
    wrong = known.values.copy()
    wrong[0] += 100
    error = np.zeros(60)
    pulled = estimate(solved(known._replace(values=wrong)), known.places[:1]).item()
    error[0] = 100.0**2
    weighed = solved(known._replace(values=wrong, error=error))
    assert pulled == pytest.approx(wrong[0], abs=1e-4)
    assert abs(estimate(weighed, known.places[:1]).item() - known.values[0]) < 30


def test_what_is_kept_from_a_group_does_not_count() -> None:
    known = field(n=30, nugget=5.0)
    groups = [(np.array([3, 4]), np.array([3, 4])), (np.array([7]), np.arange(30))]
    mean, spread = predicted(known, known.places, groups, 60)
    rest = solved(known, np.setdiff1d(np.arange(30), [3, 4]))
    np.testing.assert_allclose(mean[[3, 4]], estimate(rest, known.places[[3, 4]]))
    np.testing.assert_allclose(spread[[3, 4]], variance(rest, known.places[[3, 4]]))
    assert np.isnan(np.delete(mean, [3, 4])).all()


def test_more_kept_than_counted_gives_the_nearest_of_the_others() -> None:
    known = field(n=40)
    kept = np.arange(20)
    mean, _ = predicted(known, known.places, [(kept, kept)], 8)
    near = 20 + neighbours(cKDTree(known.places[20:]), known.places[kept], 8)
    np.testing.assert_allclose(mean[kept], estimate(solved(known, near), known.places[kept]))


def test_each_anchor_has_its_nearest() -> None:
    places = np.column_stack([np.arange(100.0), np.zeros(100), np.zeros(100)])
    found = neighbours(cKDTree(places), np.array([[10.1, 0, 0], [90.1, 0, 0]]), 3)
    assert found.tolist() == [9, 10, 11, 89, 90, 91]


def test_clusters_are_chains_of_neighbours() -> None:
    places = np.array([[0.0, 0, 0], [80, 0, 0], [160, 0, 0], [500, 0, 0]])
    assert clusters(places, 100.0).tolist() == [0, 0, 0, 1]


def test_values_of_a_cluster_count_by_their_errors() -> None:
    # Weights 1/4 and 1/12: (60 * 3 + 62 * 1) / 4 = 60.5, variance 1 / (1/4 + 1/12) = 3.
    values, error = np.array([60.0, 62.0]), np.array([4.0, 12.0])
    place, value, left = combined(np.eye(3)[:2], values, error, np.array([0, 0]))
    assert value.tolist() == pytest.approx([60.5])
    assert left.tolist() == pytest.approx([3.0])
    assert place.tolist() == [[0.5, 0.5, 0.0]]


def test_an_unknown_error_makes_a_plain_mean_with_the_error_of_the_scatter() -> None:
    values = np.array([60.0, 70.0, 80.0])
    _, value, error = combined(np.zeros((3, 3)), values, np.array([0.0, 1, 1]), np.zeros(3, int))
    assert value.tolist() == [70.0]
    assert error.tolist() == pytest.approx([100 / 3])
