"""Linear models written as JSON: names and numbers, which nothing can hide in."""

import json
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting.errors import InputError
from siting.kinds import FittedModel
from siting.wording import counted


class _Linear(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["logistic", "linear"]
    features: Annotated[list[str], Field(min_length=1, max_length=10_000)]
    coef: list[float]
    intercept: float = 0.0
    units: dict[str, str] | None = None
    expects: list[str] | None = None


def from_json(content: bytes) -> FittedModel:
    """Logistic or linear model from its features, coefficients and intercept.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED for anything else, MODEL_FEATURES where numbers and names do not agree,
        MODEL_WEIGHTS by :func:`siting.io.model_use.check_estimator`.

    Examples
    --------
    >>> text = b'{"kind": "linear", "features": ["a"], "coef": [2], "intercept": 1}'
    >>> from_json(text).estimator.predict([[3.0]]).tolist()
    [7.0]
    """
    try:
        told = _Linear.model_validate(json.loads(content))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InputError(
            "MODEL_UNTRUSTED", "the JSON is no model that can be read",
            found=str(error).splitlines()[0][:200],
            wanted="kind (logistic or linear), features, coef, intercept, units",
            fix="write these keys alone, or a model by siting",
        ) from error  # fmt: skip
    names = tuple(told.features)
    if len(told.coef) != len(names) or (told.expects or told.features) != told.features:
        raise InputError(
            "MODEL_FEATURES", "the features of the model do not agree with one another",
            found=f"{counted(len(told.coef), 'coefficient')}; "
            f"expects {told.expects or told.features}",
            wanted=f"one for each of {', '.join(names)}, in this order",
            fix="correct the file",
        )  # fmt: skip
    card: dict[str, Any] = {"features": list(names)}
    card |= {"units": told.units} if told.units is not None else {}
    return FittedModel(_estimator(told), names, card)


def _estimator(told: _Linear) -> Any:
    from sklearn.linear_model import LinearRegression, LogisticRegression

    coefficients = np.array(told.coef, dtype=float)
    if told.kind == "linear":
        linear = LinearRegression()
        linear.coef_, linear.intercept_ = coefficients, told.intercept
        linear.n_features_in_ = len(coefficients)
        return linear
    logistic = LogisticRegression()
    logistic.coef_, logistic.intercept_ = coefficients[None], np.array([told.intercept])
    logistic.classes_, logistic.n_features_in_ = np.array([0, 1]), len(coefficients)
    return logistic
