"""A fitted ensemble ready for rasters: sums over its trees, and what it makes of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from siting.errors import PipelineError
from siting.kernels.forest.layers import layers_of
from siting.kernels.forest.models import Model, reader
from siting.kernels.forest.refusal import CannotCompile
from siting.kernels.forest.trees import Floats
from siting.kernels.forest.views import Mask, View


def compiled(estimator: Any) -> "CompiledForest":
    """A fitted ensemble of trees, ready for rasters and tables.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        A DecisionTree, ExtraTree, RandomForest, ExtraTrees, GradientBoosting or
        HistGradientBoosting classifier or regressor; a bagging of single trees; an
        IsolationForest.

    Returns
    -------
    CompiledForest
        It does not follow the estimator when that is fitted again.

    Raises
    ------
    CannotCompile
        MODEL_NOT_COMPILED, with the reason, for anything else: also for a subclass of these, and
        for GradientBoosting that starts from an estimator of its own.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> tree = compiled(DecisionTreeRegressor().fit([[0.0], [1.0]], [2.0, 4.0]))
    >>> tree.predict(np.array([[[0.2, 0.9]]])).tolist()
    [[2.0, 4.0]]
    """
    read = reader(estimator)
    check_is_fitted(estimator)
    try:
        return CompiledForest(read(estimator), type(estimator).__name__)
    except AttributeError as error:  # scikit-learn keeps its numbers elsewhere
        raise CannotCompile(estimator, f"its trees cannot be read: {error}") from error


@dataclass(frozen=True)
class CompiledForest:
    """A fitted ensemble of trees as arrays, whose predictions are scikit-learn's own.

    Every method takes layers as an array (features, y, x), a sequence of arrays (y, x), or a table
    (n, features), and a mask of the cells that are wanted; results are (y, x), or (n,), after the
    axes of what is predicted, and NaN at the other cells.

    Attributes
    ----------
    model : Model
        Its trees, the values of their leaves, and its rules.
    name : str
        Type of the estimator.
    """

    model: Model
    name: str

    @cached_property
    def whole(self) -> View:
        """All outputs."""
        return View(self.model, self.model.values, self.model.start)

    @cached_property
    def _filled(self) -> View:
        """Outputs with their zeros, as spread needs them; of two classes the second."""
        if self._two_classes:
            return View(self.model, self._output(1).values.filled(), np.zeros(1))
        return View(self.model, self.model.values.filled(), self.model.start)

    @property
    def _two_classes(self) -> bool:
        return [len(each) for each in self.model.classes] == [2]

    @cached_property
    def _outputs(self) -> dict[int, View]:
        return {}

    def _output(self, number: int) -> View:
        """One output alone: the same numbers as among the others."""
        if number not in self._outputs:
            start = self.model.start[number : number + 1]
            self._outputs[number] = View(self.model, self.model.values.only(number), start)
        return self._outputs[number]

    def predict(self, values: Any, where: Mask | None = None, threads: int = 1) -> NDArray[Any]:
        """Most probable class, or predicted quantity; of an isolation forest 1 or -1.

        Classes that are numbers are NaN at cells that are not asked for, others are None.
        """
        if self.model.kind == "regressor":
            return self._quantities(values, where, threads)
        if self.model.kind == "anomaly":
            raise self._lacks("classes and quantities", "score_samples")
        raw = _shaped(self.whole.sums(layers_of(values, self._features), where, threads), values)
        found = [
            _outside(classes[self._most_probable(part)], part)
            for classes, part in zip(self.model.classes, self._by_target(raw), strict=True)
        ]
        return found[0] if len(found) == 1 else np.stack(found)

    def predict_proba(
        self, values: Any, where: Mask | None = None, threads: int = 1
    ) -> Floats | list[Floats]:
        """Probability of each class; of several targets, a list of such arrays."""
        self._wants("classifier", "probabilities")
        raw = _shaped(self.whole.sums(layers_of(values, self._features), where, threads), values)
        found = [self._probabilities(part) for part in self._by_target(raw)]
        return found[0] if len(found) == 1 else found

    def probability(
        self, number: int, values: Any, where: Mask | None = None, threads: int = 1
    ) -> Floats:
        """Probability of the class of that number alone, of one target."""
        self._wants("classifier", "probabilities")
        if self.model.loss is not None or len(self.model.classes) > 1:
            found = self.predict_proba(values, where, threads)
            assert isinstance(found, np.ndarray)
            return np.asarray(found[number])
        layers = layers_of(values, self._features)
        return np.asarray(_shaped(self._output(number).sums(layers, where, threads), values)[0])

    def mean_and_spread(
        self, values: Any, where: Mask | None = None, threads: int = 1
    ) -> tuple[Floats, Floats]:
        """Mean of the trees' predictions, and standard deviation over trees, of each output.

        Outputs are the classes of all targets in turn, or quantities. One quantity has no axis
        for it, and so has the probability of the second of two classes.
        """
        if self.model.loss is not None or self.model.kind == "anomaly":
            raise self._lacks("trees that predict the same quantity each", "")
        found = self._filled.moments(layers_of(values, self._features), where, threads)
        both = _shaped(found, values)
        mean, spread = both[::2], both[1::2]
        return (mean[0], spread[0]) if len(mean) == 1 else (mean, spread)

    def score_samples(self, values: Any, where: Mask | None = None, threads: int = 1) -> Floats:
        """How ordinary a place is, by an isolation forest: near 0 for the least of all."""
        self._wants("anomaly", "scores of anomaly")
        return self._quantities(values, where, threads)

    @property
    def _features(self) -> int:
        return self.model.trees.features

    def _quantities(self, values: Any, where: Mask | None, threads: int) -> Floats:
        raw = _shaped(self.whole.sums(layers_of(values, self._features), where, threads), values)
        if self.model.finish is not None:
            raw = self.model.finish(raw)
        return raw[0] if self.model.targets == 1 else raw

    def _by_target(self, raw: Floats) -> list[Floats]:
        """Outputs of each target of a classifier."""
        if self.model.loss is not None:
            return [raw]
        ends = np.cumsum([len(each) for each in self.model.classes])
        return np.split(raw, ends[:-1])

    def _probabilities(self, raw: Floats) -> Floats:
        if self.model.loss is None:
            return raw
        rows = raw.reshape(len(raw), -1).T
        found = self.model.loss.predict_proba(
            np.asfortranarray(rows) if len(raw) > 1 else rows[:, 0]
        )
        return np.asarray(found.T.reshape(-1, *raw.shape[1:]))

    def _most_probable(self, raw: Floats) -> NDArray[np.intp]:
        """Number of the most probable class, of equals the one that scikit-learn takes."""
        if self.model.loss is not None and len(raw) == 1:
            above = raw[0] >= 0 if self.name.startswith("Gradient") else raw[0] > 0
            return np.asarray(above, dtype=np.intp)
        return np.asarray(np.argmax(np.nan_to_num(raw), axis=0))

    def _wants(self, kind: str, what: str) -> None:
        if self.model.kind != kind:
            raise self._lacks(what, "predict")

    def _lacks(self, what: str, instead: str) -> PipelineError:
        return PipelineError(
            "MODEL_KIND",
            f"the model has no {what}",
            where=self.name,
            fix=f"use {instead}" if instead else "use an ensemble that is a mean of its trees",
        )


def _shaped(found: Floats, values: Any) -> Floats:
    """Results of a table without the axis of its one line."""
    return found[:, 0] if isinstance(values, np.ndarray) and values.ndim == 2 else found


def _outside(labels: NDArray[Any], part: Floats) -> NDArray[Any]:
    """Labels, with nothing at cells that were not asked for."""
    outside = np.isnan(part[0])
    if not outside.any():
        return labels
    numeric = labels.dtype.kind in "fiub"
    found = labels.astype(np.float64 if numeric else object)
    found[outside] = np.nan if numeric else None
    return found
