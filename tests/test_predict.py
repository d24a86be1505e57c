"""The public door: the same as scikit-learn, from plain arrays."""

import numpy as np
import pytest
from sklearn import ensemble

from siting import predict
from siting.errors import SitingError

RNG = np.random.default_rng(0)
LAYERS = RNG.random((3, 70, 90), dtype="f4")
X = RNG.random((200, 3))
Y = X[:, 0] + X[:, 1]
FOREST = ensemble.RandomForestRegressor(20, random_state=0).fit(X, Y)
CLASSES = ensemble.ExtraTreesClassifier(20, random_state=0).fit(X, Y > 1)
ROWS = LAYERS.reshape(3, -1).T


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_rasters_and_tables(threads: int | None) -> None:
    found = predict.predict(FOREST, LAYERS, threads=threads)
    np.testing.assert_array_equal(found.ravel(), FOREST.predict(ROWS))
    np.testing.assert_array_equal(predict.predict(FOREST, ROWS, threads=threads), found.ravel())
    chances = predict.predict_proba(CLASSES, ROWS, threads=threads)
    np.testing.assert_array_equal(np.asarray(chances).T, CLASSES.predict_proba(ROWS))


def test_a_compiled_forest_is_taken_too() -> None:
    forest = predict.compiled(CLASSES)
    np.testing.assert_array_equal(predict.predict(forest, LAYERS), predict.predict(CLASSES, LAYERS))


def test_quantiles_lie_in_order_and_agree_with_exceedance() -> None:
    low, middle, high = predict.quantiles(FOREST, LAYERS, X, Y)
    assert (low <= middle).all()
    assert (middle <= high).all()
    above = predict.exceedance(FOREST, LAYERS, 1.0, X, Y)
    assert (above[middle > 1.0] >= 0.5 - 1e-9).all()
    assert (above[middle <= 1.0] <= 0.5 + 1e-9).all()


def test_weights_of_samples_move_the_distribution() -> None:
    """Three samples in one leaf with weights 1, 1 and 8: the last has 80 %."""
    one = ensemble.ExtraTreesRegressor(5, random_state=0)
    weight = [1.0, 1.0, 8.0]
    model = one.fit(np.zeros((3, 1)), [1.0, 2.0, 3.0], sample_weight=weight)
    arguments = (model, np.zeros((1, 1, 1)), np.zeros((3, 1)), [1.0, 2.0, 3.0])
    found = predict.quantiles(*arguments, (0.15, 0.5), sample_weight=weight)
    assert found.ravel().tolist() == [2.0, 3.0]
    with pytest.raises(SitingError, match="MODEL_NOT_COMPILED"):
        predict.quantiles(*arguments, (0.15, 0.5))


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, np.nan])
def test_shares_outside_are_refused(share: float) -> None:
    with pytest.raises(SitingError, match="above 0 and below 1"):
        predict.quantiles(FOREST, LAYERS, X, Y, (share,))


def test_what_an_estimator_lacks() -> None:
    with pytest.raises(SitingError, match="no probabilities"):
        predict.predict_proba(FOREST, LAYERS)
    with pytest.raises(SitingError, match="no scores of anomaly"):
        predict.score_samples(FOREST, LAYERS)
    isolating = ensemble.IsolationForest(n_estimators=5, random_state=0).fit(X)
    with pytest.raises(SitingError, match="use score_samples"):
        predict.predict(isolating, LAYERS)
