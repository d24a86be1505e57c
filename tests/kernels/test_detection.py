import numpy as np
import pytest

from siting.kernels.detection import read_detections


@pytest.mark.parametrize(
    ("cell", "value", "below", "limit"),
    [
        (12.5, 12.5, False, np.nan),
        (" 12.5 ", 12.5, False, np.nan),
        ("1e-3", 1e-3, False, np.nan),
        ("<0.5", np.nan, True, 0.5),
        ("< 0.5", np.nan, True, 0.5),
        ("≤2", np.nan, True, 2.0),
        ("n.d.", np.nan, True, np.nan),
        ("BDL", np.nan, True, np.nan),
        (0, np.nan, True, np.nan),
        ("0.0", np.nan, True, np.nan),
        (None, np.nan, False, np.nan),
        (np.nan, np.nan, False, np.nan),
        ("NA", np.nan, False, np.nan),
    ],
)
def test_a_cell_is_a_number_or_below_detection_or_nothing(cell, value, below, limit):
    found = read_detections([cell], negative_is_limit=False)
    np.testing.assert_equal(found.values.tolist(), [value])
    assert found.below.tolist() == [below]
    np.testing.assert_equal(found.limits.tolist(), [limit])


def test_negative_numbers_are_limits_where_that_is_the_custom():
    found = read_detections([-0.5, "-2"], negative_is_limit=True)
    assert found.limits.tolist() == [0.5, 2.0]
    assert np.isnan(found.values).all()


@pytest.mark.parametrize("cell", [-0.5, "1,5", "about 3", "<", "<-1", "inf", float("inf"), ">100"])
def test_what_is_no_concentration_is_told_with_its_row(cell):
    with pytest.raises(ValueError, match="1") as caught:
        read_detections([1.0, cell], negative_is_limit=False)
    assert caught.value.args == (1, cell)
