"""Joint tables against counts by hand, and means over them against means over steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from siting.kernels.occurrence import mean_over, occurrence


def test_classes_hold_their_lower_edge() -> None:
    found = occurrence([0.0, 0.5, 1.0, 1.49], [5.0, 5.5, 6.0, 6.99])
    assert found.height_edges[-1] == 1.5
    assert found.period_edges[-1] == 7.0
    assert found.share[:, 5:].tolist() == [[0.25, 0.0], [0.25, 0.0], [0.0, 0.5]]


@given(
    height=arrays.arrays(float, 40, elements=st.floats(0, 12)),
    period=arrays.arrays(float, 40, elements=st.floats(0.1, 25)),
    step=st.sampled_from([0.1, 0.25, 0.3, 0.5, 1.0]),
)
def test_every_step_has_its_class(height, period, step) -> None:
    found = occurrence(height, period, step, step)
    assert found.share.sum() == pytest.approx(1.0)
    assert found.height_edges[-1] > height.max()
    # A mean over class middles is that over steps within half a class.
    middles = (found.height_edges[1:] + found.height_edges[:-1]) / 2
    by_table = mean_over(found, np.repeat(middles[:, None], found.share.shape[1], axis=1))
    assert abs(by_table - height.mean()) <= step / 2 + 1e-9


def test_steps_without_a_value_are_counted_apart() -> None:
    found = occurrence([1.0, np.nan, 1.0], [5.0, 5.0, np.nan])
    assert (found.steps, found.missing) == (1, 2)
    assert found.share.sum() == 1.0


def test_nothing_and_negative_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no step with height and period"):
        occurrence([np.nan], [5.0])
    with pytest.raises(ValueError, match="not negative"):
        occurrence([-1.0], [5.0])
