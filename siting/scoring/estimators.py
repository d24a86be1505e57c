"""Scikit-learn estimators from the nested mappings of a pipeline file."""

import difflib
import importlib
import inspect
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sklearn.base import BaseEstimator

from siting.errors import PipelineError
from siting.findings import warn
from siting.kinds import Splitter
from siting.scoring.folds import InnerFolds
from siting.scoring.spatial_splits import refuse_random

# Public modules of scikit-learn that hold estimators of layers. Left out: feature_extraction
# (reads text and files), datasets, utils, experimental.
SKLEARN_MODULES = frozenset({
    "calibration", "cluster", "compose", "covariance", "cross_decomposition", "decomposition",
    "discriminant_analysis", "dummy", "ensemble", "feature_selection", "gaussian_process",
    "impute", "isotonic", "kernel_approximation", "kernel_ridge", "linear_model", "manifold",
    "mixture", "model_selection", "multiclass", "multioutput", "naive_bayes", "neighbors",
    "neural_network", "pipeline", "preprocessing", "random_projection", "semi_supervised",
    "svm", "tree",
})  # fmt: skip
SITING_MODULES = frozenset({
    "evidence", "fuzzy", "ordinal", "overlay_estimators", "play_fairway", "positive_unlabelled",
    "stacking",
})  # fmt: skip
# Parameters that belong to the run: files, threads, seeds and folds.
SET_BY_RUN = frozenset({"memory", "n_jobs", "random_state", "cv", "verbose", "pre_dispatch"})
CODE = frozenset({"func", "inverse_func", "kw_args", "inv_kw_args"})
# Parameters that hold (name, estimator) pairs, or (name, transformer, columns) triples.
NAMED_LISTS = frozenset({"steps", "estimators", "transformer_list", "transformers"})
# Parameters whose keys are names of other parameters.
SEARCHED = frozenset({"param_grid", "param_distributions"})
_CLASS_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*\.[A-Z]\w*")


def build_estimator(
    spec: Any, path: str, *, seed: int = 0, folds: Splitter | None = None
) -> BaseEstimator:
    """Unfitted estimator from a mapping such as ``{sklearn.svm.SVR: {C: 10}}``.

    Estimators nest freely: the steps of a Pipeline, the transformers of a ColumnTransformer and
    the estimator within a calibration are written the same way.

    Parameters
    ----------
    spec : mapping
        One key, the dotted public name of the class, and its parameters. Steps and the like are
        a mapping from name to estimator, or a list of such one-key mappings or pairs.
    path : str
        Place in the pipeline file, with which error messages begin.
    seed : int
        ``random_state`` of every part that has one.
    folds : splitter, optional
        ``cv`` of every part that has one; by default spatial blocks of a tenth of the extent,
        with all samples of one field together.

    Returns
    -------
    BaseEstimator

    Raises
    ------
    PipelineError
        A class outside the allow-list, an unknown parameter, a value that scikit-learn refuses,
        or a parameter that the run sets: memory, n_jobs, random_state, cv, verbose.

    Examples
    --------
    >>> build_estimator({"sklearn.linear_model.Ridge": {"alpha": 2.0}}, "scoring.model")
    Ridge(alpha=2.0, random_state=0)
    >>> build_estimator({"sklearn.linear_model.Ridge": {"alfa": 2.0}}, "scoring.model")
    Traceback (most recent call last):
    siting.errors.PipelineError: ESTIMATOR_PARAMETER: Ridge has no parameter 'alfa'
      where:  scoring.model.sklearn.linear_model.Ridge.alfa
      fix:    did you mean 'alpha'?
    """
    if not _names_class(spec):
        raise PipelineError(
            "ESTIMATOR_INVALID",
            "not an estimator",
            where=path,
            found=_short(spec),
            wanted="one class and its parameters: {sklearn.linear_model.LogisticRegression: {}}",
        )
    return _Builder(seed, folds or InnerFolds(seed=seed)).estimator(spec, path)


def _names_class(spec: Any) -> bool:
    """Whether a value is a mapping with one key that looks like ``package.module.Class``."""
    if not (isinstance(spec, Mapping) and len(spec) == 1):
        return False
    key = next(iter(spec))
    return isinstance(key, str) and _CLASS_NAME.fullmatch(key) is not None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


@dataclass(frozen=True)
class _Builder:
    """Turns nested mappings into estimators with one seed and one set of folds."""

    seed: int
    folds: Splitter

    def estimator(self, spec: Mapping[str, Any], path: str) -> BaseEstimator:
        ((name, given),) = spec.items()
        where = f"{path}.{name}"
        found = _find_class(name, where)
        if not isinstance(given, Mapping | None):
            raise PipelineError(
                "ESTIMATOR_INVALID", "parameters are a mapping", where=where, found=_short(given)
            )
        given = given or {}
        known = _parameters(found)
        _check_parameters(found, given, known, where)
        values = {key: self._parameter(found, key, value, where) for key, value in given.items()}
        if "random_state" in known:
            values["random_state"] = self.seed
        if "cv" in known:
            if getattr(found, "spatial_folds_only", False):
                refuse_random(self.folds, where)
            values["cv"] = self.folds
        return _constructed(found, values, where)

    def _parameter(self, owner: type, key: str, value: Any, where: str) -> Any:
        place = f"{where}.{key}"
        if key in NAMED_LISTS and isinstance(value, Mapping | list) and value:
            return [self._named(name, rest, place) for name, rest in _entries(value, place)]
        if key in SEARCHED:
            _check_searched(value, place)
        built = self._value(value, place)
        takes = getattr(owner, "_parameter_constraints", {}).get(key, ())
        wants_tuple = isinstance(takes, list) and tuple in takes
        return tuple(built) if wants_tuple and isinstance(built, list) else built

    def _named(self, name: str, rest: list[Any], place: str) -> tuple[Any, ...]:
        return (name, *(self._value(each, f"{place}.{name}") for each in rest))

    def _value(self, value: Any, place: str) -> Any:
        if _names_class(value):
            return self.estimator(value, place)
        if isinstance(value, list):
            return [self._value(each, f"{place}[{i}]") for i, each in enumerate(value)]
        if isinstance(value, Mapping):
            return {key: self._value(each, f"{place}.{key}") for key, each in value.items()}
        return value


def _find_class(name: str, where: str) -> type[BaseEstimator]:
    """The class of a dotted name, from the public modules that are allowed."""
    root, _, rest = name.partition(".")
    module, _, class_name = rest.rpartition(".")
    ours = f"siting.scoring.{module.removeprefix('scoring.')}"  # short, or as Python has it
    full = {"sklearn": f"sklearn.{module}", "siting": ours}.get(root, "")
    allowed = {f"sklearn.{each}" for each in SKLEARN_MODULES}
    allowed |= {f"siting.scoring.{each}" for each in SITING_MODULES}
    if full not in allowed:
        _refuse_module(name, full, allowed, where)
    members = importlib.import_module(full)
    found = getattr(members, class_name, None)
    if (
        inspect.isclass(found)
        and issubclass(found, BaseEstimator)
        and not inspect.isabstract(found)
        and (root == "sklearn" or found.__module__ == full)  # ours, not what it imports
    ):
        return found
    raise PipelineError(
        "ESTIMATOR_UNKNOWN",
        f"'{name}' is not an estimator",
        where=where,
        fix=_nearest(class_name, _estimators_of(members)),
    )


def _refuse_module(name: str, full: str, allowed: set[str], where: str) -> NoReturn:
    reads = full.startswith("sklearn.feature_extraction")
    raise PipelineError(
        "ESTIMATOR_REFUSED",
        "text vectorizers read text and files, not layers" if reads else f"'{name}' is not allowed",
        where=where,
        wanted="a class of scikit-learn's public modules, or of siting's: "
        + ", ".join(f"siting.{each}" for each in sorted(SITING_MODULES)),
        fix="" if reads else _nearest(full, allowed),
    )


def _estimators_of(module: Any) -> list[str]:
    return [
        name
        for name, each in vars(module).items()
        if inspect.isclass(each)
        and issubclass(each, BaseEstimator)
        and not name.startswith("_")
        and (module.__name__.startswith("sklearn.") or each.__module__ == module.__name__)
    ]


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1, 0.5)
    return f"did you mean '{close[0]}'?" if close else ""


def _parameters(found: type[BaseEstimator]) -> list[str]:
    names: list[str] = found._get_param_names()
    return names


def _check_parameters(found: type, given: Mapping[str, Any], known: list[str], where: str) -> None:
    for key in given:
        place = f"{where}.{key}"
        if key not in known:
            raise PipelineError(
                "ESTIMATOR_PARAMETER",
                f"{found.__name__} has no parameter '{key}'",
                where=place,
                fix=_nearest(str(key), known) or f"it takes {', '.join(known) or 'none'}",
            )
        _check_not_reserved(str(key), place)


def _check_not_reserved(key: str, place: str) -> None:
    if key in SET_BY_RUN:
        raise PipelineError(
            "ESTIMATOR_PARAMETER", f"'{key}' is set by the run", where=place, fix="leave it out"
        )
    if key in CODE:
        raise PipelineError(
            "ESTIMATOR_REFUSED",
            f"'{key}' is code, which a pipeline file cannot hold",
            where=place,
            fix="make the feature with a layer function (combine, terrain, ...)",
        )


def _check_searched(value: Any, place: str) -> None:
    """Refuse a search over parameters that the run sets, at any depth (``fit__memory``)."""
    for grid in value if isinstance(value, list) else [value]:
        for key in grid if isinstance(grid, Mapping) else ():
            _check_not_reserved(str(key).rpartition("__")[2], f"{place}.{key}")


def _entries(value: Mapping[str, Any] | list[Any], place: str) -> list[tuple[str, list[Any]]]:
    """Names with what belongs to them, from any of the ways in which they can be written."""
    pairs = list(value.items()) if isinstance(value, Mapping) else [_pair(v, place) for v in value]
    for name, _ in pairs:
        if not isinstance(name, str) or _CLASS_NAME.fullmatch(name):
            raise PipelineError(
                "ESTIMATOR_INVALID",
                "each part needs a name of its own",
                where=place,
                found=_short(name),
                wanted="{scale: {sklearn.preprocessing.StandardScaler: {}}, ...}",
            )
    return [(name, _columns_last(rest)) for name, rest in pairs]


def _pair(item: Any, place: str) -> tuple[Any, Any]:
    if isinstance(item, Mapping) and len(item) == 1:
        return next(iter(item.items()))
    if isinstance(item, list) and len(item) in (2, 3):
        return item[0], item[1] if len(item) == 2 else {"transformer": item[1], "columns": item[2]}
    raise PipelineError(
        "ESTIMATOR_INVALID",
        "not a named estimator",
        where=place,
        found=_short(item),
        wanted="{name: estimator}, [name, estimator] or [name, transformer, columns]",
    )


def _columns_last(rest: Any) -> list[Any]:
    """(estimator), or (transformer, columns) as a ColumnTransformer has them."""
    if isinstance(rest, Mapping) and set(rest) == {"transformer", "columns"}:
        return [rest["transformer"], rest["columns"]]
    return [rest]


def _constructed(found: type[BaseEstimator], values: dict[str, Any], where: str) -> BaseEstimator:
    """The estimator, its parameters checked by scikit-learn itself."""
    _check_complete(found, values, where)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator = found(**values)
            if hasattr(estimator, "_parameter_constraints"):
                estimator._validate_params()
        except (TypeError, ValueError) as error:
            raise PipelineError("ESTIMATOR_PARAMETER", str(error), where=where) from None
    for each in caught:
        warn("ESTIMATOR_DEPRECATED", str(each.message), where=where, severity="note")
    return estimator


def _check_complete(found: type[BaseEstimator], values: dict[str, Any], where: str) -> None:
    missing = [
        name
        for name, each in inspect.signature(found).parameters.items()
        if each.default is inspect.Parameter.empty
        and each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        and name not in values
    ]
    if missing:
        raise PipelineError(
            "ESTIMATOR_PARAMETER",
            f"{found.__name__} needs {' and '.join(map(repr, missing))}",
            where=where,
        )
