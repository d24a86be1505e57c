"""Log-ratios against published figures, and the properties that define them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.kernels import compositional as coda

PARTS = arrays(float, (2, 5), elements=st.floats(1e-4, 1e4))


def test_log_ratios_are_those_of_scikit_bio():
    # Examples in the documentation of skbio.stats.composition (clr, ilr, multi_replace).
    x = np.array([0.1, 0.3, 0.4, 0.2])
    np.testing.assert_allclose(
        coda.clr(x), [-0.79451346, 0.30409883, 0.5917809, -0.10136628], atol=5e-9
    )
    np.testing.assert_allclose(
        coda.ilr(x, coda.helmert_basis(4)), [-0.7768362, -0.68339802, 0.11704769], atol=5e-9
    )


def test_clr_of_a_whole_by_hand():
    # Aitchison 1986: (1/6, 2/6, 4/6·...) scaled away; g(1, 2, 4) = 2, so ln 1/2, 0, ln 2.
    found = coda.clr(np.array([1.0, 2.0, 4.0]))
    np.testing.assert_allclose(found, [-np.log(2), 0, np.log(2)], atol=1e-15)


def test_the_balance_of_a_partition_by_hand():
    # Egozcue and Pawlowsky-Glahn 2005: √(2·1/3) ln(√(1·4)/2) = 0, √(1/2) ln(1/4).
    basis = coda.partition_basis(np.array([[1, -1, 1], [1, 0, -1]]))
    found = coda.ilr(np.array([1.0, 2.0, 4.0]), basis)
    np.testing.assert_allclose(found, [0, -np.log(4) / np.sqrt(2)], atol=1e-15)


@pytest.mark.parametrize(
    "signs",
    [
        [[1, 1, -1], [1, 1, -1]],  # twice the same
        [[1, -1, 0]],  # too few
        [[1, 1, 1], [1, -1, 0]],  # one side only
        [[1, 1, -1], [1, 0, -1]],  # not nested
    ],
)
def test_what_is_no_sequential_partition_is_refused(signs):
    with pytest.raises(ValueError, match="balance"):
        coda.partition_basis(np.array(signs))


@pytest.mark.parametrize(
    "basis",
    [
        coda.helmert_basis(5),
        coda.partition_basis(
            np.array([[1, 1, -1, -1, -1], [1, -1, 0, 0, 0], [0, 0, 1, 1, -1], [0, 0, 1, -1, 0]])
        ),
    ],
    ids=["helmert", "partition"],
)
@given(parts=PARTS)
def test_ilr_is_an_isometry_and_has_its_inverse(basis, parts):
    one, other = parts
    coordinates = coda.ilr(parts, basis)
    apart = np.linalg.norm(coordinates[0] - coordinates[1])
    assert apart == pytest.approx(coda.aitchison_distance(one, other), abs=1e-9)
    np.testing.assert_allclose(coda.ilr_inverse(coordinates, basis), coda.closure(parts), rtol=1e-9)


@given(parts=PARTS, scale=st.floats(1e-3, 1e3))
def test_clr_adds_up_to_zero_and_does_not_see_the_total(parts, scale):
    found = coda.clr(parts)
    np.testing.assert_allclose(found.sum(axis=-1), 0, atol=1e-9)
    np.testing.assert_allclose(coda.clr(parts * scale), found, atol=1e-9)
    np.testing.assert_allclose(coda.clr_inverse(found), coda.closure(parts), rtol=1e-9)


@given(parts=PARTS)
def test_multiplicative_replacement_keeps_ratios_and_the_total(parts):
    rows = coda.closure(parts)
    rows[:, 0] = 0
    rows = coda.closure(rows)
    found = coda.multiplicative_replacement(rows, np.full(5, 1e-4))
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    np.testing.assert_allclose(found[:, 2] / found[:, 1], rows[:, 2] / rows[:, 1])
    assert (found[:, 0] == 1e-4).all()
