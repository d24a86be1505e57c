"""The one error for models that cannot be had exactly as fast."""

from typing import Any

from siting.errors import PipelineError


class CannotCompile(PipelineError):  # noqa: N818  (what is said, not that it is an error)
    """A fitted estimator whose predictions would not be scikit-learn's own: with the reason.

    Examples
    --------
    >>> print(CannotCompile(object(), "it is no ensemble of trees"))
    MODEL_NOT_COMPILED: it is no ensemble of trees
      where:  object
      fix:    predict with scikit-learn itself
    """

    def __init__(self, estimator: Any, reason: str) -> None:
        super().__init__(
            "MODEL_NOT_COMPILED",
            reason,
            where=type(estimator).__name__,
            fix="predict with scikit-learn itself",
        )
        self.estimator = estimator
        self.reason = reason

    def __reduce__(self) -> Any:
        return type(self), (self.estimator, self.reason)
