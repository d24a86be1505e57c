"""Power of cooling with seawater."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from siting.layers import cooling


def months(*values: float) -> xr.DataArray:
    array = np.array(values, dtype=float).reshape(12, 1, 1)
    return xr.DataArray(array, dims=("month", "y", "x"), attrs={"units": "degC"})


def at(celsius: float, **options: float) -> float:
    sea = xr.DataArray([[celsius]], dims=("y", "x"), attrs={"units": "degC"})
    return float(cooling.pue_at(sea, **options).item())


def test_cold_seas_need_pumps_alone() -> None:
    # Project Natick measured 1.07 off Orkney, in seas of 6 to 13 degC.
    assert at(10.0) == pytest.approx(1.057)
    assert abs(at(10.0) - 1.07) < 0.02


def test_a_chiller_by_hand() -> None:
    # 31 + 5 - 32 = 4 K to lift at a supply of 305.15 K and half of Carnot's performance.
    assert at(31.0) == pytest.approx(1.057 + 4 / (0.5 * 305.15))


@given(st.floats(-2, 35), st.floats(0, 5))
def test_warmer_seas_never_take_less(celsius, more) -> None:
    assert at(celsius + more) >= at(celsius)


@given(st.floats(-2, 40))
def test_no_jump_where_the_chiller_starts(celsius) -> None:
    assert at(celsius + 1e-6) - at(celsius) < 1e-7


def test_months_are_cooled_one_by_one() -> None:
    found = cooling.pue(months(*[20.0] * 6, *[31.0] * 6))
    warm = 1.057 + 4 / (0.5 * 305.15)
    assert found.highest.item() == pytest.approx(warm)
    # 184 days from July to December of 365.25.
    assert found.mean.item() == pytest.approx(1.057 + (warm - 1.057) * 184 / 365.25)
    assert found.mean.item() > at((20 * 181.25 + 31 * 184) / 365.25)
    assert found.monthly.shape == (12, 1, 1)


def test_a_month_without_a_value_leaves_the_year_unknown() -> None:
    found = cooling.pue(months(*[20.0] * 11, np.nan))
    assert np.isnan(found.mean.item())
    assert np.isnan(found.highest.item())
    assert np.isfinite(found.monthly.values[:11]).all()
