import numpy as np
import pytest

from siting.kernels.firm_power import simulate
from siting.kernels.years import over_years
from tests.kernels.test_firm_power import series

DESIGNS = np.array([[2.0, 0.5, 5.0, 1.0], [3.0, 0.0, 0.0, 0.0]])


# Years of 1, 2 ... 10 calm hours out of 10 with a converter that just serves the load: .9 to 0 of
# energy. Percentiles between ten evenly spaced years: .9 x .1 = .09 from the lowest, and so on.
def test_ten_years_by_hand() -> None:
    wave = np.array([[[1.0] * (10 - calm) + [0.0] * calm for calm in range(1, 11)]])
    found = over_years(wave, wave * 0, [[1, 0, 0, 0]], 0.0, 1.0, target=0.7)
    assert found.reached.item() == pytest.approx(0.3)
    shares = found.p10.item(), found.p50.item(), found.p90.item()
    assert shares == pytest.approx((0.09, 0.45, 0.81))


def test_every_year_stands_by_itself() -> None:
    wave, sun = (each.reshape(2, 3, 80) for each in series(1, 6, 80))
    found = over_years(wave, sun, DESIGNS, [0.1, 0.2], [0.9, 0.8], 0.9)
    for site, load in enumerate((0.1, 0.2)):
        alone = simulate(wave[site], sun[site], DESIGNS[site : site + 1], load, 1 - load)
        assert (alone.compute_served[:, 0] == found.by_year.compute_served[site]).all()


def test_one_missing_hour_makes_all_years_unknown() -> None:
    wave, sun = (each.reshape(2, 3, 80) for each in series(2, 6, 80))
    wave[0, 1, 5] = np.nan
    found = over_years(wave, sun, DESIGNS, 0.1, 0.9, 0.5)
    figures = np.array([found.reached, found.p10, found.p50, found.p90])
    assert np.isnan(figures[:, 0]).all()
    assert np.isfinite(figures[:, 1]).all()
    assert np.isfinite(found.by_year.compute_served[0, [0, 2]]).all()


@pytest.mark.parametrize(
    ("shape", "designs", "message"),
    [
        ((2, 80), DESIGNS, r"\(s, y, t\)"),
        ((2, 0, 80), DESIGNS, r"\(s, y, t\)"),
        ((2, 3, 80), DESIGNS[0], "one a site"),
        ((2, 3, 80), DESIGNS[:1], "one a site"),
    ],
)
def test_what_cannot_be_is_refused(shape: tuple, designs: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        over_years(np.ones(shape), np.ones(shape), designs, 0.1, 0.9, 0.5)
