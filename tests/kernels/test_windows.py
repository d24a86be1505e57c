import numpy as np
import pytest

from siting.kernels.windows import Footprint, maximum, mean, minimum, standard_deviation

# Two rows of three cells, with one row and two columns around. The window of the first row is a
# plus sign two cells wide to either side, that of the second the cell itself and the one below.
VALUES = np.array(
    [
        [9.0, 9, 1, 2, 3, 9, 9],
        [10.0, 20, 30, 40, 50, 60, 70],
        [0.0, 0, 4, np.nan, 6, 0, 0],
        [9.0, 9, 7, 8, 9, np.nan, 9],
    ]
)
PLUS = Footprint(half_widths=np.array([[0, -1], [2, 0], [0, 0]]), margin=2)
WINDOWS = [
    [[10, 20, 30, 40, 50, 1, 4], [20, 30, 40, 50, 60, 2], [30, 40, 50, 60, 70, 3, 6]],
    [[4, 7], [8], [6, 9]],
]


@pytest.mark.parametrize(
    ("statistic", "reference"),
    [(mean, np.mean), (standard_deviation, np.std), (maximum, np.max), (minimum, np.min)],
)
def test_statistics_of_windows_written_out(statistic, reference) -> None:
    expected = [[reference(window) for window in row] for row in WINDOWS]
    np.testing.assert_allclose(statistic(VALUES, PLUS), expected, rtol=1e-12, atol=1e-12)


def test_the_centre_is_the_tile() -> None:
    np.testing.assert_array_equal(PLUS.centre(VALUES), [[30, 40, 50], [4, np.nan, 6]])


def test_rows_of_one_width_share_a_strip() -> None:
    strips = [(offset, rows.tolist(), width) for offset, rows, width in PLUS.strips()]
    assert strips == [(0, [0], 0), (1, [1], 0), (1, [0], 2), (2, [0, 1], 0)]


def test_the_spread_of_high_values_keeps_its_digits() -> None:
    values = 1e8 + np.array([[0.0, 1.0, 0.0]])
    row = Footprint(half_widths=np.array([[1]]), margin=1)
    assert standard_deviation(values, row).item() == pytest.approx(np.sqrt(2) / 3, rel=1e-6)
