"""Fitted models as bytes: skops with an allow-list, never pickle; the same bytes for one model."""

import importlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from siting.errors import InputError
from siting.io.archive import zipped
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
_CARD = "siting.json"
_SCHEMA = "schema.json"
_LIBRARIES = ("scikit-learn", "numpy", "scipy")
MAX_BYTES = 4 << 30


def dump(model: FittedModel) -> bytes:
    """Bytes of a fitted model, with its features, its card and the versions of libraries.

    Parameters
    ----------
    model : FittedModel
        Estimator, names of its features in order, and a card of plain values.

    Raises
    ------
    InputError
        MODEL_UNTRUSTED where the estimator is made of something that could not be loaded.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> fitted = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    >>> loaded = load(dump(FittedModel(fitted, ("heat_flow",))))
    >>> loaded.features, loaded.estimator.predict([[0.0], [1.0]]).tolist()
    (('heat_flow',), [0, 1])
    """
    import skops.io

    try:
        content = skops.io.dumps(model.estimator)
    except Exception as error:  # skops raises anything over objects that it does not know
        raise _refused(f"{type(error).__name__}: {error}") from error
    _check_types(content, ())
    card = {
        "features": list(model.features),
        "card": model.card,
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    text = json.dumps(card, sort_keys=True, default=_plain)
    return _same_bytes(content, text.encode())


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
        MODEL_UNTRUSTED, MODEL_VERSION, FILE_CORRUPT, TOO_LARGE.
    """
    import skops.io

    card = _card(content)
    found = card["versions"]["scikit-learn"]
    if _minor(found) != _minor(version("scikit-learn")):
        raise InputError(
            "MODEL_VERSION",
            "the model was fitted with another release of scikit-learn",
            found=found,
            wanted=version("scikit-learn"),
            fix="fit the model again",
        )
    types = _check_types(content, tuple(trusted))
    try:
        estimator = skops.io.loads(content, trusted=types)
    except Exception as error:  # skops raises anything over damaged bytes
        raise _corrupt(error) from error
    return FittedModel(estimator, tuple(card["features"]), card["card"])


def _minor(release: str) -> list[str]:
    return release.split(".")[:2]


def _card(content: bytes) -> dict[str, Any]:
    """What the bytes say of the model, once they are known to be no pickle and no bomb."""
    if not content.startswith(b"PK"):
        raise _refused("bytes that are no skops file, such as a pickle")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
            card = json.loads(archive.read(_CARD)) if size <= MAX_BYTES else {}
            missing = {"features", "card", "versions"} - card.keys()
    except Exception as error:  # zipfile and zlib raise anything over damaged bytes
        raise _corrupt(error) from error
    if size > MAX_BYTES:
        raise InputError("TOO_LARGE", "the model is too large", found=f"{size:,} bytes")
    if missing:
        raise _corrupt(KeyError(*missing))
    return dict(card)


def _check_types(content: bytes, trusted: tuple[str, ...]) -> list[str]:
    """Types in a skops file that skops does not know, once all of them are allowed."""
    import skops.io

    try:
        types = list(skops.io.get_untrusted_types(data=content))
    except Exception as error:  # skops raises anything over damaged bytes
        raise _corrupt(error) from error
    if refused := [name for name in types if name not in trusted and not _is_ours(name)]:
        raise _refused(", ".join(refused))
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


def _refused(found: str) -> InputError:
    return InputError(
        "MODEL_UNTRUSTED",
        "the model holds something that is not loaded, because it could run code",
        found=found,
        wanted="estimators of scikit-learn and siting, without functions",
        fix="use estimators without callables, such as no FunctionTransformer",
    )


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


def _same_bytes(content: bytes, card: bytes) -> bytes:
    """A skops file without memory addresses and times, with the card added.

    skops names objects and files by their address in memory. Numbers in order of appearance do
    as well; plain values that are equal may share one.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files.pop(_SCHEMA))
    number: dict[str, str] = {}
    for node in _nodes(schema):
        if "__id__" in node:
            key = str(node["__id__"])
            if node.get("__loader__") in {"JsonNode", "TypeNode"}:
                key = f"{node['__module__']}.{node['__class__']}:{node.get('content')}"
            node["__id__"] = int(number.setdefault(key, str(len(number) + 1)))
        if "file" in node:
            stem, _, ending = str(node["file"]).partition(".")
            new = f"{number.setdefault(stem, str(len(number) + 1))}.{ending}"
            if node["file"] in files:
                files[new] = files.pop(node["file"])
            node["file"] = new
    files[_SCHEMA] = json.dumps(schema).encode()
    files[_CARD] = card
    return zipped(files)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings inside a value, outermost first."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(reversed(each.values()))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
