"""Fitted models and what they are given: the same features, in order, in their units."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from siting import units
from siting.errors import InputError, UnitsError
from siting.kinds import FittedModel
from siting.wording import counted

# Fitted attributes that are numbers to count with, in whatever estimator.
_WEIGHTS = (
    "coef_", "intercept_", "coefs_", "intercepts_", "dual_coef_", "weights_", "mean_", "scale_",
    "theta_", "var_", "class_log_prior_", "components_",
)  # fmt: skip


def check_estimator(model: FittedModel) -> None:
    """Refuse a model whose card names other features than it was fitted on, or of no numbers.

    Raises
    ------
    InputError
        MODEL_FEATURES, MODEL_WEIGHTS.
    """
    own = getattr(model.estimator, "feature_names_in_", None)
    count = getattr(model.estimator, "n_features_in_", len(model.features))
    if own is not None and list(own) != list(model.features):
        raise wrong_features("its card names others", model.features, [str(each) for each in own])
    if count != len(model.features) or len(set(model.features)) != len(model.features):
        found = f"{counted(len(model.features), 'name')} for {counted(count, 'feature')}"
        raise wrong_features("its card names others", model.features, [found])
    if model.seen is not None and not _is_seen(model.seen, len(model.features)):
        raise wrong_features("the samples in it are others", model.features, ["other samples"])
    for name, values in _weights(model.estimator):
        if not all(np.isfinite(np.asarray(each, dtype=float)).all() for each in values):
            raise InputError(
                "MODEL_WEIGHTS", "weights of the model are no numbers", where=name,
                found="NaN or infinite", wanted="finite numbers",
                fix="fit the model again, on features without missing or infinite values",
            )  # fmt: skip


def _is_seen(seen: Any, features: int) -> bool:
    """Whether samples are rows of finite numbers, one for each feature."""
    whole = isinstance(seen, np.ndarray) and seen.dtype.kind == "f" and seen.ndim == 2
    return bool(whole and seen.shape[1] == features and len(seen) and np.isfinite(seen).all())


def _weights(estimator: Any) -> Iterator[tuple[str, list[Any]]]:
    """Attributes that are weights, of an estimator and those that it is made of."""
    waiting, seen = [estimator], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or not hasattr(each, "get_params"):
            continue
        seen.add(id(each))
        for name in _WEIGHTS:
            value = vars(each).get(name)
            if value is not None:
                yield f"{type(each).__name__}.{name}", value if isinstance(value, list) else [value]
        inner = [*vars(each).values()]
        inner += [part for value in inner if isinstance(value, list | tuple) for part in value]
        inner += [part for value in inner if isinstance(value, tuple) for part in value]
        waiting += inner


def samples(
    model: FittedModel,
    values: Any,
    names: Sequence[str] | None = None,
    units_of: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Rows for a model, once they are its own features, in order and in its units.

    Parameters
    ----------
    model : FittedModel
        The model; its card may name the ``units`` of its features.
    values : DataFrame or array of shape (n, features)
        Rows.
    names : sequence of str, optional
        Names of the columns of an array.
    units_of : sequence of str, optional
        Unit of each column; a compatible one is converted.

    Raises
    ------
    InputError
        MODEL_FEATURES for other features, in another order, or an array without names;
        MODEL_UNITS for a unit that cannot be converted, or that is missing.

    Examples
    --------
    >>> model = FittedModel(None, ("heat_flow",), {"units": {"heat_flow": "mW m-2"}})
    >>> samples(model, [[0.06]], ["heat_flow"], ["W m-2"]).heat_flow.tolist()
    [60.0]
    """
    frame = values if isinstance(values, pd.DataFrame) else _named(model, values, names)
    found = [str(name) for name in frame.columns]
    if found != list(model.features):
        order = sorted(found) == sorted(model.features)
        message = "they come in another order" if order else "it is given others"
        raise wrong_features(message, found, list(model.features))
    stated = model.card.get("units")
    if stated is None and units_of is None:
        return frame
    return _in_units(frame, stated or {}, units_of)


def _named(model: FittedModel, values: Any, names: Sequence[str] | None) -> pd.DataFrame:
    array = np.asarray(values, dtype=float)
    if names is None:
        raise wrong_features(
            "an array does not say which is which", ["no names"], list(model.features)
        )
    if array.ndim != 2 or array.shape[1] != len(names):
        raise wrong_features("rows have other columns", [f"shape {array.shape}"], list(names))
    return pd.DataFrame(array, columns=list(names))


def _in_units(
    frame: pd.DataFrame, stated: dict[str, str], units_of: Sequence[str] | None
) -> pd.DataFrame:
    given: Sequence[str | None] = units_of or [None] * frame.shape[1]
    converted = {}
    for name, have in zip(frame.columns, given, strict=True):
        want = stated.get(str(name))
        try:
            if have is None or want is None:
                raise UnitsError("MODEL_UNITS", "a unit is missing")
            converted[name] = units.convert(frame[name].to_numpy(dtype=float), have, want)
        except UnitsError as error:
            raise wrong_unit(str(name), have, want) from error
    return pd.DataFrame(converted, index=frame.index)


def wrong_unit(name: str, have: object, want: object) -> UnitsError:
    """Error for a feature whose unit is missing, or cannot be converted to the model's."""
    return UnitsError(
        "MODEL_UNITS", "a feature is not in the unit that the model was fitted with",
        where=name, found=str(have or "no unit"), wanted=str(want or "no unit"),
        fix="give the layer its unit, or fit the model again",
    )  # fmt: skip


def check_training(model: FittedModel, digest: str) -> None:
    """Refuse a model that was fitted on other samples than these.

    Raises
    ------
    InputError
        MODEL_TRAINING.
    """
    own = str(model.card.get("training_digest", "nothing"))
    if own != digest:
        raise InputError(
            "MODEL_TRAINING", "the model was fitted on other samples", found=own, wanted=digest,
            fix="fit the model again on these labels and layers",
        )  # fmt: skip


def wrong_features(message: str, found: Sequence[str], wanted: Sequence[str]) -> InputError:
    """Error for features that are not the model's own."""
    return InputError(
        "MODEL_FEATURES",
        f"the features are not those that the model was fitted on: {message}",
        found=", ".join(found),
        wanted=", ".join(wanted),
        fix="give the features that the model names, in its order",
    )
