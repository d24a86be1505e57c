"""Several models in one, blended by what each says of places that it was not fitted on."""

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.kernels.mixtures import blend_weights
from siting.scoring.presence import (
    fitted_copy,
    handed_on,
    handed_on_later,
    presence,
    takes_missing,
    weights_of,
)
from siting.scoring.spatial_splits import refuse_random, spatial_splits

Floats = NDArray[np.float64]
_LEAST = 1e-12  # probability that a log loss counts instead of 0


class SpatialStacking(ClassifierMixin, MetaEstimatorMixin, _BaseComposition):  # type: ignore[misc]
    """Mean probability of several models, weighted by how they do at places held out.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Models with their names: classifiers, or overlays that give a score in 0..1.
    final_estimator : classifier, optional
        Fitted on the models' probabilities at places held out, a column for each by its name;
        by default the weights of their mean that have the least log loss.
    cv : splitter or list of pairs, optional
        Spatial folds; by default clusters of places. Random folds are refused.

    Attributes
    ----------
    estimators_ : list of estimators
        Models fitted on all samples.
    weights_ : ndarray of shape (n_estimators,)
        Weights of the mean, zero or more and of sum 1; None with a final estimator.
    final_estimator_ : classifier
        The fitted final estimator; None without one.
    losses_ : dict
        Mean log loss of each model at places held out.
    base_loss_ : float
        That of the share of presence, given to all of these places alike.
    classes_ : ndarray of shape (2,)
        Absence and presence.

    Notes
    -----
    Samples that no fold tests do not count in the blend. The blend is chosen on the folds, so its
    own loss there is too good; skill comes from folds around the whole. The samples must come
    with their places, so the stack is outermost: a Pipeline goes into it, not around it.

    References
    ----------
    Wolpert (1992), Stacked generalization, Neural Networks 5, 241-259; van der Laan, Polley &
    Hubbard (2007), Super learner, Statistical Applications in Genetics and Molecular Biology 6.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.linear_model import LogisticRegression
    >>> from siting.scoring.folds import INDEX
    >>> x = np.tile(np.arange(20.0), 5)
    >>> index = pd.MultiIndex.from_arrays(
    ...     [range(100), range(100), x, np.repeat([0.0, 10.0, 20.0, 30.0, 40.0], 20), [""] * 100],
    ...     names=INDEX)
    >>> X = pd.DataFrame({"hot": x % 7}, index=index)
    >>> model = SpatialStacking([("none", DummyClassifier()), ("hot", LogisticRegression())])
    >>> model.fit(X, (X.hot > 3).astype(int)).weights_.round(3).tolist()
    [0.0, 1.0]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimators": [list],
        "final_estimator": [HasMethods(["fit", "predict_proba"]), None],
        "cv": [list, HasMethods("split"), None],
    }
    # The builder of estimators refuses random folds for such a class before anything is fitted.
    spatial_folds_only: ClassVar[bool] = True

    def __init__(
        self, estimators: list[tuple[str, Any]], final_estimator: Any = None, cv: Any = None
    ) -> None:
        self.estimators = estimators
        self.final_estimator = final_estimator
        self.cv = cv

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = all(takes_missing(each) for _, each in self.estimators)
        return tags

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters, with those of the models under their names."""
        found: dict[str, Any] = self._get_params("estimators", deep=deep)
        return found

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also ``name__parameter`` of a model.

        Raises
        ------
        PipelineError
            FOLDS_RANDOM, where random folds are replaced by their rows, which no longer say so.
        """
        if isinstance(params.get("cv"), list) and hasattr(self.cv, "split"):
            refuse_random(self.cv, "SpatialStacking.cv")
        self._set_params("estimators", **params)
        return self

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the models without each fold, then the blend, then the models on all samples.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            Features, with the index of a training table where folds go by place.
        y : array-like of shape (n_samples,)
            Two classes, the second of which is presence.
        sample_weight : array-like of shape (n_samples,), optional
            Weights, handed on to the models and to the blend.

        Raises
        ------
        PipelineError
            FOLDS_RANDOM.
        InputError
            TOO_FEW_POSITIVES, FOLDS_INDEX, PROBABILITY_RANGE.

        Warns
        -----
        STACKING_USELESS
            Where at places held out no model has a lower log loss than the share of presence.
        """
        self._validate_params()
        self._check_models()
        X, y = handed_on(self, X, y)
        weight = weights_of(sample_weight, X)
        given = None if sample_weight is None else weight
        target = presence(self, y, weight).astype(np.int64)
        held_out = self._held_out(X, target, weight, given)
        self._fit_blend(held_out, target, weight, given)
        rows = np.flatnonzero(weight > 0)
        self.estimators_ = [
            fitted_copy(clone(model), X, target, given, rows) for _, model in self.estimators
        ]
        return self

    def _check_models(self) -> None:
        names = [name for name, _ in self.estimators]
        if len(names) < 2 or len(set(names)) < len(names):
            raise PipelineError(
                "ESTIMATOR_INVALID",
                "a stack has two models at least, each with a name of its own",
                where="SpatialStacking.estimators",
                found=", ".join(names) or "none",
            )
        self._validate_names(names)

    def _held_out(
        self, X: Any, target: NDArray[np.int64], weight: Floats, given: Floats | None
    ) -> Floats:
        """Probability of each sample by each model fitted without its fold; NaN where never."""
        scores = np.full((len(target), len(self.estimators)), np.nan)
        for train, test in spatial_splits(self.cv, X, target, "SpatialStacking.cv"):
            rows = train[weight[train] > 0]
            for column, (name, model) in enumerate(self.estimators):
                fitted = fitted_copy(clone(model), X, target, given, rows)
                scores[test, column] = _probability(fitted, _safe_indexing(X, test), name)
        return scores

    def _fit_blend(
        self, held_out: Floats, target: NDArray[np.int64], weight: Floats, given: Floats | None
    ) -> None:
        rows = np.flatnonzero(~np.isnan(held_out).any(axis=1) & (weight > 0))
        scores, positive = held_out[rows], target[rows] == 1
        loss = _log_loss(scores, positive[:, None], weight[rows])
        names = [name for name, _ in self.estimators]
        self.losses_ = dict(zip(names, loss.tolist(), strict=True))
        share = np.average(positive, weights=weight[rows]) * np.ones((len(rows), 1))
        self.base_loss_ = float(_log_loss(share, positive[:, None], weight[rows])[0])
        _tell_useless(self.losses_, self.base_loss_)
        self.weights_: Floats | None = None
        self.final_estimator_: Any = None
        if self.final_estimator is None:
            self.weights_ = blend_weights(scores, positive, weight[rows])
        else:
            frame = pd.DataFrame(held_out, columns=names)
            final = clone(self.final_estimator)
            self.final_estimator_ = fitted_copy(final, frame, target, given, rows)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities of absence and presence.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        check_is_fitted(self, "estimators_")
        X = handed_on_later(self, X)
        names = [name for name, _ in self.estimators]
        scores = np.stack(
            [
                _probability(each, X, name)
                for each, name in zip(self.estimators_, names, strict=True)
            ],
            axis=1,
        )
        if self.weights_ is None:
            frame = pd.DataFrame(scores, columns=names)
            return np.asarray(self.final_estimator_.predict_proba(frame), dtype=np.float64)
        p = np.clip(scores @ self.weights_, 0.0, 1.0)
        return np.stack([1 - p, p], axis=1)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more probable class of each sample."""
        more_probable = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[more_probable.astype(int)])


def _probability(fitted: Any, X: Any, name: str) -> Floats:
    """Probability of presence by one model, refused where it is none."""
    p = np.asarray(
        fitted.predict_proba(X)[:, 1] if is_classifier(fitted) else fitted.predict(X), dtype=float
    )
    if not ((p >= 0) & (p <= 1)).all():
        raise InputError(
            "PROBABILITY_RANGE",
            "a model gives probabilities outside 0..1",
            where=name,
            found=f"values from {p.min():g} to {p.max():g}",
            wanted="a classifier, or an overlay with a score in 0..1",
        )
    return p


def _tell_useless(losses: dict[str, float], base: float) -> None:
    """A finding without figures, which differ from fold to fold: a comparison fits many stacks."""
    if min(losses.values()) >= base:
        warn(
            "STACKING_USELESS",
            "held out, none of the stacked models says more than the share of presence alone",
            where=f"SpatialStacking of {', '.join(losses)}",
            wanted="one model with a lower log loss than that share",
            fix="see `losses_` and `base_loss_`; calibrate the models, or use simpler ones",
        )


def _log_loss(scores: Floats, positive: NDArray[np.bool_], weight: Floats) -> Floats:
    observed = np.where(positive, scores, 1 - scores)
    loss = -np.log(np.clip(observed, _LEAST, None))
    return np.asarray(np.average(loss, axis=0, weights=weight))
