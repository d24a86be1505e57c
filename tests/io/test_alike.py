"""Correlations: over which cells, from how many, and where a likeness counts."""

import numpy as np
import pytest

from siting.io import alike, heights, likeness
from siting.io.likeness import Match, correlation, match, small_features

RANDOM = np.random.default_rng(3)


def pair(count: int, left_out: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of so many cells in both, and some that are in one of them."""
    one = RANDOM.normal(size=(1, count + 2 * left_out))
    other = one + RANDOM.normal(size=one.shape)
    one[0, :left_out], other[0, count + left_out :] = np.nan, np.nan
    return one, other


@pytest.mark.parametrize("left_out", [0, 5])
def test_correlations_are_pearsons_over_the_cells_in_both(left_out: int) -> None:
    one, other = pair(200, left_out)
    both = slice(left_out, left_out + 200)
    wanted = np.corrcoef(one[0, both], other[0, both])[0, 1]
    assert correlation(one, other) == pytest.approx(wanted, abs=1e-12)
    assert correlation(5 - one, other + 7) == pytest.approx(-wanted, abs=1e-12)
    assert alike.alike(one, other) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(("count", "enough"), [(149, False), (150, True)])
def test_half_of_the_least_cells_are_enough_where_a_raster_is_moved(
    count: int, enough: bool
) -> None:
    assert np.isfinite(correlation(*pair(count, 9))) == enough


@pytest.mark.parametrize(("count", "enough"), [(49, False), (50, True)])
def test_fifty_cells_are_enough_for_heights(count: int, enough: bool) -> None:
    assert (alike.alike(*pair(count, 9)) != 0) == enough


def test_what_does_not_vary_is_like_nothing() -> None:
    one, _ = pair(200)
    flat = np.full(one.shape, 3.0)
    assert np.isnan(correlation(one, flat))
    assert np.isnan(correlation(flat, one))
    assert alike.alike(one, flat) == alike.alike(flat, one) == 0.0


@pytest.mark.parametrize("value", [0.0, 0.5, -0.5, 0.9])
def test_fishers_z_is_the_inverse_of_the_hyperbolic_tangent(value: float) -> None:
    assert alike.fisher(value) == pytest.approx(0.5 * np.log((1 + value) / (1 - value)))


def test_fishers_z_has_an_end() -> None:
    # artanh(0.999) = ln(1999) / 2
    assert alike.fisher(1.0) == alike.fisher(0.9991) == pytest.approx(np.log(1999) / 2)
    assert alike.fisher(-1.0) == -alike.fisher(1.0)


@pytest.mark.parametrize(("known", "there"), [(361, True), (360, False)])
def test_more_than_nine_tenths_of_the_cells_must_be_known_around(known: int, there: bool) -> None:
    values = RANDOM.normal(size=(20, 20))
    around = values.copy()
    around.ravel()[known:] = np.nan
    table = alike.alike_around(values, around)
    assert table.shape == (1, 1)
    assert table[0, 0] == pytest.approx(1.0 if there else 0.0)


@pytest.mark.parametrize(
    ("shift", "found"), [((3, 0), (-3, 0)), ((0, -3), (0, 3)), ((1, 2), (-1, -2))]
)
def test_shifts_are_found_up_to_three_cells(shift, found) -> None:
    hills = RANDOM.normal(size=(40, 40))
    moved = match(np.roll(hills, shift, axis=(0, 1)), hills)
    assert moved is not None
    assert moved.shift == found
    assert moved.best > 0.95
    assert abs(moved.here) < 0.3
    # In each corner three cells have 9 or 12 of 25 around them, which are less than half.
    assert moved.cells == 1600 - 4 * 3


def test_three_hundred_cells_are_enough_to_match() -> None:
    hills = RANDOM.normal(size=(40, 40))
    some = hills.copy()
    some[26:] = some[:, 12:] = np.nan  # 312 cells, of which the corners lose 12
    found = match(some, hills)
    assert found is not None
    assert (found.cells, found.shift) == (300, (0, 0))
    some[10, 5] = np.nan
    assert match(some, hills) is None


@pytest.mark.parametrize(
    ("profile", "peak"),
    [
        ([9, 9, 0.5, 1.0, 0.5, 9, 9], 0.0),
        ([0, 0, 0.4, 1.0, 0.8, 0, 0], 0.25),  # vertex of the parabola: 0.5 * -0.4 / -0.8
        ([0, 0, 0.8, 1.0, 0.4, 0, 0], -0.25),
        ([0, 0, 0.0, 1.0, 1.9, 0, 0], 1.0),  # not farther than the neighbour
        ([0, 0, 1.9, 1.0, 0.0, 0, 0], -1.0),
        ([0, 0, 0.5, 0.5, 0.5, 0, 0], 0.0),
        ([0, 0, 1.0, 0.5, 0.9, 0, 0], 0.0),  # a trough
    ],
)
def test_the_peak_between_cells_is_that_of_a_parabola(profile: list[float], peak: float) -> None:
    assert likeness._peak(np.array(profile)) == pytest.approx(peak)


def test_small_features_need_more_than_half_of_the_cells_around() -> None:
    field = np.full((5, 5), np.nan)
    field.ravel()[:12] = 1.0
    field[2, 2] = 14.0
    # The mean of these 13 of 25 cells is 2.
    assert small_features(field)[2, 2] == pytest.approx(12.0)
    field[0, 0] = np.nan
    assert np.isnan(small_features(field)[2, 2])


@pytest.mark.parametrize(
    ("found", "says"),
    [
        # here, shift, best, between, cells; six standard errors are 6 / sqrt(cells / 4)
        (Match(0.5, (1, 0), 0.60, (0, 0), 40000), None),  # z gains 0.144
        (Match(0.4, (1, 0), 0.59, (0, 0), 40000), None),  # alike to less than 0.6
        (Match(0.4, (1, 0), 0.60, (0, 0), 40000), (1, 0)),
        (Match(0.4, (0, 0), 0.60, (0, 0), 40000), None),  # most alike where it lies
        (Match(0.7, (0, 1), 0.80, (0, 0), 1600), None),  # z gains 0.23; 0.3 are six errors
        (Match(0.7, (0, 1), 0.80, (0, 0), 3600), (0, 1)),  # 0.2 are
        (Match(0.7, (0, 0), 0.7, (0.36, 0), 1600), (0.36, 0)),
        (Match(0.7, (0, 0), 0.7, (0, -0.36), 1600), (0, -0.36)),
        (Match(0.7, (0, 0), 0.7, (0.35, -0.35), 1600), None),
        (Match(0.6, (0, 0), 0.6, (0.36, 0), 1600), (0.36, 0)),
        (Match(0.59, (0, 0), 0.59, (0.36, 0), 1600), None),
        (Match(0.3, (0, 0), 0.3, (0.36, 0), 1600), None),
        (Match(0.29, (0, 0), 0.29, (0.36, 0), 1600), "turned"),
    ],
)  # fmt: skip
def test_where_a_likeness_is_a_shift(found: Match, says, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(
        likeness, "_shifted", lambda source, lattice, south, east, text: told.append((south, east))
    )
    monkeypatch.setattr(likeness, "_turned", lambda *given: told.append("turned"))
    monkeypatch.setattr(likeness, "_scaled", lambda *given: False)
    nothing = np.zeros((1, 1))
    said = likeness._report(None, None, nothing, nothing, found, "")  # type: ignore[arg-type]
    assert told == ([] if says is None else [says])
    assert bool(said) == (says is not None and says != "turned")


@pytest.mark.parametrize(("count", "told"), [(300, True), (299, False)])
@pytest.mark.parametrize(("factor", "near"), [(3.28084 * 1.04, True), (3.28084 * 1.06, False)])
def test_a_factor_between_units_is_told_of_three_hundred_cells(
    count: int, told: bool, factor: float, near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(likeness, "warn", lambda code, *texts, **more: warned.append(code))

    class Source:
        path, units = "a.tif", "m"

    truth = np.full((20, 20), 100.0)  # no more than 100 m: too low to tell by
    truth.ravel()[:count] = -101.0
    assert likeness._scaled(Source, truth * factor, truth) == (told and near)  # type: ignore[arg-type]
    assert warned == ["UNITS_IMPLAUSIBLE"] * (told and near)


def some_heights(alike: float, apart: float, relief: float, median: float = 50.0):
    field = np.full((2, 2), median)
    return heights.Heights(field, field, alike, apart, relief)


def test_relief_to_tell_places_by() -> None:
    for median, least in ((50.0, heights.RELIEF), (0.0, heights.RELIEF), (-1.0, heights.BED)):
        assert some_heights(0.5, 0.5, least, median).has_relief
        assert not some_heights(0.5, 0.5, least * 0.999, median).has_relief


@pytest.mark.parametrize("side", [-1, 1])
def test_unlike_is_by_fishers_z(side: int) -> None:
    for relief, median, wanted in (
        (2 * heights.RELIEF, 50.0, heights.ROUGH),
        (2 * heights.RELIEF * 0.999, 50.0, heights.UNLIKE),
        (20 * heights.BED, -1.0, heights.UNLIKE),
    ):
        value = float(np.tanh(np.arctanh(0.9) - wanted - side * 0.001))
        assert some_heights(value, 0.9, relief, median).is_unlike == (side > 0)
    assert not some_heights(-0.9, 0.9, 0.0).is_unlike
