"""A node that lives from its own cell's years: a small hindcast whose answers are known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io.hindcast import HindcastFile
from siting.simulation.figures import FIGURES, OWN_FIGURES
from siting.simulation.offshore import node_of_hindcast
from tests.simulation.own_sea import HS, hindcast, inputs, sea, times

TEN = ["longest_outage", "hs50", "hs50_low", "hs50_high", "hs50_over_survival"]
ROWS = np.zeros(4, np.int64)
COLUMNS = np.arange(4)


@pytest.fixture(scope="module")
def arguments() -> dict[str, Any]:
    return inputs()


def simulated(arguments: dict[str, Any], source: HindcastFile, cells: int = 4) -> pd.DataFrame:
    simulator = node_of_hindcast(hindcast=source, **arguments)
    return simulator.simulate(ROWS[:cells], COLUMNS[:cells])


@pytest.fixture(scope="module")
def two_years(arguments: dict[str, Any]) -> pd.DataFrame:
    """2011 and 2012, the leap year a third higher than the year before; the last cell is land."""
    stamps = times(2011, 2012, 3)
    values = sea(stamps, [0.7, 1.0, 1.3, np.nan])
    values[HS][stamps >= np.datetime64("2012-01-01")] *= 4 / 3
    with collect():
        return simulated(arguments, hindcast(stamps, values))


def test_higher_waves_of_the_own_record_are_cheaper(two_years: pd.DataFrame) -> None:
    costs = two_years["cost_per_gpu_hour"].iloc[:3].to_numpy()
    assert costs[0] > costs[1]
    assert two_years["wave_capacity_factor"].iloc[:3].is_monotonic_increasing
    assert two_years.iloc[3].isna().all()
    assert list(two_years) == list(OWN_FIGURES)


def test_years_are_a_distribution_about_their_total(two_years: pd.DataFrame) -> None:
    known = two_years.iloc[:3]
    assert (known["years"] == 2).all()
    ranked = known[[f"compute_uptime_year_p{each}" for each in (10, 50, 90)]].to_numpy()
    assert (np.diff(ranked, axis=1) > 0).all()
    # Of two years p50 is the mean, and p10 lies a tenth of the way from the worse to the better.
    assert ranked[:, 1] == pytest.approx((ranked[:, 0] + ranked[:, 2]) / 2)
    assert ranked[:, 1] == pytest.approx(known["compute_uptime"], abs=0.01)
    cost = known[[f"cost_per_gpu_hour_year_p{each}" for each in (10, 50, 90)]].to_numpy()
    assert (np.diff(cost, axis=1) > 0).all()


def test_extremes_and_outages_of_two_years_are_refused(
    arguments: dict[str, Any], two_years: pd.DataFrame
) -> None:
    assert two_years[TEN].isna().all(axis=None)
    stamps = times(2011, 2012)
    simulator = node_of_hindcast(hindcast=hindcast(stamps, sea(stamps, [1.0])), **arguments)
    card = simulator.card(0, 0)
    assert "refused: 2 years, ten wanted" in card["refused"]
    assert card["figures"]["hs50"] is None
    assert [each["year"] for each in card["hindcast"]["years"]] == [2011, 2012]
    assert "donor" not in card
    assert card["year"]["calendar_year"] in (2011, 2012)


def test_without_a_stated_error_the_band_is_the_cost_itself(two_years: pd.DataFrame) -> None:
    known = two_years.iloc[:3]
    for name in ("cost_per_gpu_hour_low", "cost_per_gpu_hour_high"):
        assert known[name].to_numpy() == pytest.approx(known["cost_per_gpu_hour"].to_numpy())


def test_a_stated_error_of_the_heights_makes_a_band(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2011)
    source = hindcast(stamps, sea(stamps, [1.0]))
    found = simulated({**arguments, "height_factor": 1.2}, source, 1).iloc[0]
    assert found["cost_per_gpu_hour_low"] < found["cost_per_gpu_hour"]
    assert found["cost_per_gpu_hour"] < found["cost_per_gpu_hour_high"]


@pytest.fixture(scope="module")
def ten_years(arguments: dict[str, Any]) -> pd.Series:
    """Ten years of waves without calms, but for 100 hours in the sixth and a peak in each."""
    stamps = times(2001, 2010)
    values = sea(stamps, [1.0])
    for number, highest in enumerate(MAXIMA):
        values[HS][stamps == np.datetime64(f"{2001 + number}-03-05T12")] = highest
    calm = (stamps >= np.datetime64("2006-06-01")) & (stamps < np.datetime64("2006-08-30"))
    values[HS][calm] = 0.0
    return simulated(arguments, hindcast(stamps, values), 1).iloc[0]


MAXIMA = [7.1, 6.4, 8.0, 6.9, 7.7, 5.8, 7.0, 9.1, 6.6, 7.4]


def test_ten_years_tell_the_wave_of_fifty(ten_years: pd.Series, arguments: dict[str, Any]) -> None:
    # Gumbel by L-moments of the ten maxima: b0 = 7.2, l2 = 2 b1 - b0 by Hosking's b1.
    x = np.sort(MAXIMA)
    second = 2 * (np.arange(10) * x).sum() / 90 - x.mean()
    scale = second / np.log(2)
    wanted = x.mean() - 0.5772156649 * scale - scale * np.log(-np.log(0.98))
    assert ten_years["hs50"] == pytest.approx(wanted, rel=1e-6)
    assert ten_years["hs50_low"] < wanted < ten_years["hs50_high"]
    ratio = wanted / arguments["device"]["survival_height"]
    assert ten_years["hs50_over_survival"] == pytest.approx(ratio, rel=1e-6)


def test_ten_years_tell_the_longest_outage(ten_years: pd.Series) -> None:
    # Ninety days without waves; panels that fit the deck never carry the whole load by night.
    assert ten_years["longest_outage"] >= 90 * 24 - 24
    assert ten_years["longest_outage"] < 120 * 24


def test_a_year_with_a_gap_is_left_out_and_named(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2013)
    values = sea(stamps, [1.0, 1.0])
    gap = (stamps >= np.datetime64("2012-05-01")) & (stamps < np.datetime64("2012-05-03"))
    values[HS][gap, 1] = np.nan
    with collect() as findings:
        found = simulated(arguments, hindcast(stamps, values), 2)
    assert found["years"].tolist() == [3, 2]
    told = [each for each in findings if each.code == "YEARS_LEFT_OUT"]
    assert [each.found for each in told] == ["2012 at 1 of 2 cells"]


def test_a_record_without_a_whole_year_is_refused(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2011)[10:]
    with pytest.raises(InputError, match=r"YEARS_NONE.*\n.*\n.*2011-01-03"):
        simulated(arguments, hindcast(stamps, sea(stamps, [1.0])), 1)


def test_hours_of_sun_may_come_from_the_hindcast(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2011, 1)
    hour = (stamps - stamps[0]).astype(float) / 3600
    # Noon is at 8.6 h west of Greenwich: 20:38 UTC.
    light = np.maximum(np.cos(2 * np.pi * (hour - 20.6) / 24), 0) * 600
    values = {**sea(stamps, [1.0]), "solar_irradiance": light[:, None]}
    found = simulated({**arguments, "irradiance": None}, hindcast(stamps, values), 1).iloc[0]
    # 600 / pi = 191 W m-2 on average, less losses of 22 % and more by reflection: under 0.15.
    assert 0.10 < found["solar_capacity_factor"] < 0.15


def test_hours_of_sun_are_not_made_of_three_hours(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2011, 3)
    values = sea(stamps, [1.0])
    values["solar_irradiance"] = np.full_like(values[HS], 100.0)
    with pytest.raises(InputError, match=r"TIME_COARSE.*hours of sun"):
        simulated({**arguments, "irradiance": None}, hindcast(stamps, values), 1)


def test_a_hindcast_without_sun_needs_it_by_month(arguments: dict[str, Any]) -> None:
    stamps = times(2011, 2011)
    with pytest.raises(InputError, match=r"VARIABLE_MISSING.*solar_irradiance"):
        simulated({**arguments, "irradiance": None}, hindcast(stamps, sea(stamps, [1.0])), 1)


def test_morphed_nodes_have_no_figure_that_needs_own_years() -> None:
    years = [f"{name}_year_p{rank}" for name in ("compute_uptime", "cost_per_gpu_hour")
             for rank in (10, 50, 90)]  # fmt: skip
    assert sorted(set(OWN_FIGURES) - set(FIGURES)) == sorted(["years", *TEN, *years])
