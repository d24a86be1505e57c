"""Fitted models as bytes: skops with an allow-list, never pickle; the same bytes for one model."""

import importlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from siting.errors import InputError
from siting.io.archive import zipped
from siting.io.formats import StrPath, local_file, reading
from siting.io.model_archive import (
    CARD,
    MAX_BYTES,
    described,
    members,
    not_sealed,
    refused,
    same_members,
    sealed,
)
from siting.io.model_json import from_json
from siting.io.model_use import check_estimator
from siting.kinds import FittedModel

# A stored model may be made of classes (not functions) of these packages, beside what skops
# itself trusts: numbers, text, containers, arrays and scikit-learn's public estimators.
_PACKAGES = ("sklearn.", "siting.scoring.")
# Single names of other packages that hold numbers and do nothing when they are made.
_HARMLESS = frozenset(
    {
        "numpy.dtype",
        "scipy.interpolate._bsplines.BSpline",
        "scipy._lib.array_api_compat.numpy._aliases.asarray",
    }
)
_LIBRARIES = ("scikit-learn", "numpy", "scipy")
# What a file holds of a model that carries the samples it was fitted on.
_FITTED, _SEEN = "estimator", "seen"


def dump(model: FittedModel) -> bytes:
    """Bytes of a fitted model, with its features, its card and the versions of libraries.

    Parameters
    ----------
    model : FittedModel
        Estimator, names of its features in order, and a card of plain values.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED where the estimator is made of something that could not be loaded,
        MODEL_FEATURES and MODEL_WEIGHTS where it is not what its card says.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> fitted = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    >>> loaded = load(dump(FittedModel(fitted, ("heat_flow",))))
    >>> loaded.features, loaded.estimator.predict([[0.0], [1.0]]).tolist()
    (('heat_flow',), [0, 1])
    """
    import skops.io

    held = model.estimator if model.seen is None else {_FITTED: model.estimator, _SEEN: model.seen}
    try:
        content = skops.io.dumps(held)
    except Exception as error:  # skops raises anything over objects that it does not know
        raise refused(f"{type(error).__name__}: {error}") from error
    _check_types(content, ())
    check_estimator(model)
    card = {
        "features": list(model.features),
        "card": model.card,
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    return zipped(same_members(content, json.loads(json.dumps(card, default=_plain))))


def load(content: bytes, trusted: Iterable[str] = ()) -> FittedModel:
    """Model from its bytes; no code in them is run.

    Parameters
    ----------
    content : bytes
        From :func:`dump`.
    trusted : iterable of str
        Further classes that may be made, by full name.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED, MODEL_VERSION, MODEL_FEATURES, MODEL_WEIGHTS, FILE_CORRUPT, TOO_LARGE.
    """
    import skops.io

    files = _members(content)
    types = _check_types(content, tuple(trusted))
    card = _card(files)
    found = card["versions"]["scikit-learn"]
    if _minor(found) != _minor(version("scikit-learn")):
        raise InputError(
            "MODEL_VERSION",
            "the model was fitted with another release of scikit-learn",
            found=found,
            wanted=version("scikit-learn"),
            fix="fit the model again",
        )
    if card["digest"] != sealed(card, files):
        raise not_sealed("card and members have another digest than the card states")
    try:
        held = skops.io.loads(content, trusted=types)
    except Exception as error:  # skops raises anything over damaged bytes
        raise _corrupt(error) from error
    estimator, seen = (held[_FITTED], held[_SEEN]) if _is_pair(held) else (held, None)
    model = FittedModel(estimator, tuple(card["features"]), card["card"], seen)
    check_estimator(model)
    return model


def read_model(path: StrPath, trusted: Iterable[str] = ()) -> FittedModel:
    """Model from a file: one that siting wrote, or a linear one as JSON.

    Raises
    ------
    InputError
        What :func:`load` raises, with the file.
    """
    file = local_file(path)
    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        raise InputError("TOO_LARGE", "the model is too large", where=str(file))
    with reading(file):
        content = file.read_bytes()
    try:
        if content.lstrip()[:1] == b"{":
            model = from_json(content)
            check_estimator(model)
            return model
        return load(content, trusted)
    except InputError as error:
        told = error.as_dict()
        told["where"] = "; ".join(filter(None, (str(file), told["where"])))
        raise type(error)(told.pop("code"), told.pop("message"), **told) from error


def _is_pair(held: Any) -> bool:
    """Whether a file holds an estimator and the samples that it was fitted on."""
    return isinstance(held, dict) and held.keys() == {_FITTED, _SEEN}


def _minor(release: str) -> list[str]:
    return release.split(".")[:2]


def _members(content: bytes) -> dict[str, bytes]:
    """Members of a model's bytes, once they are known to be no pickle and no bomb."""
    if not content.startswith(b"PK"):
        raise refused(described(content[:256]))
    try:
        return members(content)
    except InputError:
        raise
    except Exception as error:  # zipfile, zlib and numpy raise anything over damaged bytes
        raise _corrupt(error) from error


def _card(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a model says of itself."""
    try:
        card = dict(json.loads(files[CARD]))
        complete = {"features", "card", "digest"} <= card.keys() and bool(
            card["versions"]["scikit-learn"]
        )
    except Exception as error:  # json raises anything over damaged text
        raise not_sealed(f"no card ({type(error).__name__})") from error
    if not complete:
        raise not_sealed("a card without features, versions or digest")
    return card


def _check_types(content: bytes, trusted: tuple[str, ...]) -> list[str]:
    """Types in a skops file that skops does not know, once all of them are allowed."""
    import skops.io

    try:
        types = list(skops.io.get_untrusted_types(data=content))
    except Exception as error:  # skops raises anything over damaged bytes
        raise _corrupt(error) from error
    if strange := [name for name in types if name not in trusted and not _is_ours(name)]:
        raise refused(", ".join(strange))
    return types


def _is_ours(name: str) -> bool:
    """Whether a name is harmless: a class, not a function, of the allowed packages."""
    module, _, attribute = name.rpartition(".")
    if name in _HARMLESS:
        return True
    if not name.startswith(_PACKAGES):
        return False
    try:
        return isinstance(getattr(importlib.import_module(module), attribute, None), type)
    except ImportError:
        return False


def _corrupt(error: Exception) -> InputError:
    return InputError(
        "FILE_CORRUPT",
        "the model cannot be read: it is damaged or incomplete",
        found=f"{type(error).__name__}: {error}",
        fix="fit the model again",
    )


def _plain(value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    raise InputError(
        "MODEL_UNTRUSTED", "the card of a model holds plain values only", found=repr(value)[:80]
    )
