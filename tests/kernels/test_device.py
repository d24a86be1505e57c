"""Power of wave devices: the matrix is met at its points and never exceeded."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import device

HEIGHTS = np.array([0.5, 1.5, 3.0, 6.0])
PERIODS = np.array([4.0, 7.0, 9.0, 14.0])
MATRIX = np.array([[0, 5, 6, 2], [10, 40, 45, 20], [50, 150, 160, 90], [200, 286, 286, 240.0]])


def power(height, period, **limits):
    return device.device_power(height, period, MATRIX, HEIGHTS, PERIODS, 286.0, **limits)


def test_points_of_the_matrix_give_its_values():
    h, t = np.meshgrid(HEIGHTS, PERIODS, indexing="ij")
    np.testing.assert_allclose(power(h, t) * 286.0, MATRIX, rtol=1e-6)


def test_power_between_points_is_bilinear():
    # a quarter of the way from 1.5 to 3 m, half of the way from 7 to 9 s:
    # 1.5 m: (40 + 45) / 2 = 42.5; 3 m: (150 + 160) / 2 = 155; 42.5 + .25 * 112.5 = 70.625
    assert power(1.875, 8.0) * 286.0 == pytest.approx(70.625)


def test_nothing_comes_from_outside_of_the_matrix_or_above_the_cut_out():
    outside = power([0.4, 6.1, 3.0, 3.0], [8.0, 8.0, 3.9, 14.1])
    assert outside.tolist() == [0, 0, 0, 0]
    assert power([4.9, 5.0, 5.1], 9.0, cut_out_height=5.0).tolist()[2] == 0
    assert power(5.0, 9.0, cut_out_height=5.0) > 0


def test_power_stays_below_rated_and_losses_of_time_scale_it():
    assert device.device_power(6.0, 8.0, MATRIX, HEIGHTS, PERIODS, 100.0) == 1.0
    assert power(6.0, 8.0, availability=0.9) == pytest.approx(0.9)


def test_nan_stays():
    assert np.isnan(power([np.nan, 1.0], [7.0, np.nan])).all()


@given(st.floats(0.5, 6), st.floats(0.5, 6), st.floats(4, 14))
def test_power_rises_with_height_where_the_matrix_does(a, b, period):
    low, high = sorted((a, b))
    assert power(low, period) <= power(high, period) + 1e-6


@given(st.floats(0.2, 5), st.floats(0.5, 6), st.floats(4, 14))
def test_scaled_devices_work_alike_in_scaled_seas(scale, height, period):
    original = device.PowerMatrix(MATRIX, HEIGHTS, PERIODS, 286.0)
    scaled = device.froude_scaled(original, scale)
    inside = (1 - 1e-9) * height, (1 - 1e-9) * period
    if height <= 0.5 or period <= 4:
        inside = (1 + 1e-9) * height, (1 + 1e-9) * period
    h, t = inside
    found = device.device_power(h * scale, t * np.sqrt(scale), *scaled)
    assert found == pytest.approx(float(power(h, t)), abs=1e-5)


def test_capture_of_a_published_flux():
    # 490.2701 W m-1 per m2 s (rho 1025, g 9.80665): 2 m and 10 s carry 19.611 kW m-1
    found = device.capture_matrix([1.0, 2.0], [5.0, 10.0], 20.0, [0.1, 0.2], 1000.0)
    assert found.power[1, 1] == pytest.approx(0.2 * 20.0 * 19.6108, rel=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"matrix": MATRIX[:, :3]}, "for 4 heights and 4 periods"),
        ({"matrix": MATRIX - 1}, "NaN or negative"),
        ({"matrix": np.where(MATRIX == 45, np.nan, MATRIX)}, "NaN or negative"),
        ({"heights": HEIGHTS[::-1]}, "heights of the matrix do not rise"),
        ({"periods": [4.0, 7.0, 7.0, 14.0]}, "periods of the matrix do not rise"),
        ({"rated": 0.0}, "rated power must be above 0"),
        ({"availability": 95.0}, "availability is a share"),
        ({"cut_out_height": np.nan}, "cut-out's height"),
    ],
)
def test_a_matrix_that_makes_no_sense_is_refused(change, message):
    given_ = {"matrix": MATRIX, "heights": HEIGHTS, "periods": PERIODS, "rated": 286.0} | change
    with pytest.raises(ValueError, match=message):
        device.device_power(2.0, 8.0, **given_)


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ValueError, match="scale must be above 0"):
        device.froude_scaled(device.PowerMatrix(MATRIX, HEIGHTS, PERIODS, 286.0), 0.0)


@pytest.mark.parametrize(
    ("series", "skipped", "columns", "mean"),
    # means that System Advisor Model gives, which takes the nearest bin
    [
        ("pysam_us_wave_2010.csv", 1, (0, 1), 80.609),
        ("pacwave_north_sam_2010.csv", 3, (0, 1), 138.26),
    ],
)
def test_nearest_bins_give_the_means_of_another_program(series, skipped, columns, mean):
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    waves = Path(folder) / "wave"
    table = np.genfromtxt(waves / "pysam_rm3_wave_power_matrix.csv", delimiter=",", dtype=str)
    periods, heights = table[0, 1:].astype(float), table[1:, 0].astype(float)
    matrix = table[1:, 1:].astype(float)
    sea = np.genfromtxt(waves / series, delimiter=",", skip_header=skipped, usecols=columns)
    near = [
        axis[np.abs(values[:, None] - axis).argmin(axis=1)]
        for axis, values in ((heights, sea[:, 0]), (periods, sea[:, 1]))
    ]
    found = 286.0 * device.device_power(*near, matrix, heights, periods, 286.0)
    assert found.mean() == pytest.approx(mean, abs=0.005)
    between = 286.0 * device.device_power(sea[:, 0], sea[:, 1], matrix, heights, periods, 286.0)
    assert between.mean() == pytest.approx(mean, rel=0.02)
