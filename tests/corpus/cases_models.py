"""Models of others: no code runs, and no model scores what it was not fitted on.

No pipeline names the file of a model: a case reads it while it is made.
"""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from siting.io.archive import zipped
from siting.io.model import dump, read_model
from siting.io.model_archive import sealed
from siting.io.model_use import check_training, samples
from siting.kinds import FittedModel

from .harness import Corpus
from .places import CSV, distances

corpus = Corpus()
NAMES = ("slope", "heat_flow")
UNITS = {"slope": "degree", "heat_flow": "mW m-2"}
X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=list(NAMES))
Y = (X.slope + X.heat_flow > 0).astype(int)
ROW = [[0.5, 1.0]]
Files = dict[str, bytes]


class Boom:
    """An object that makes a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, ("siting_canary", "w")


def content(card: dict[str, Any] | None = None, names: tuple[str, ...] = NAMES) -> bytes:
    """A good model."""
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    return dump(
        FittedModel(fitted, names, {"units": UNITS, "training_digest": "a", **(card or {})})
    )


def opened(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def edited(change: Callable[[Files, dict[str, Any]], Any], *, seal: bool = False) -> bytes:
    """The model with members or card changed, its digest made to agree where asked for."""
    files = opened(content())
    card = json.loads(files["siting.json"])
    change(files, card)
    if seal:
        card["digest"] = sealed(card, files)
    return zipped({**files, "siting.json": json.dumps(card).encode()})


def model(
    id: str,
    expect: str,
    code: str | None,
    why: str,
    data: Callable[[], bytes],
    use: Callable[[FittedModel], Any] = lambda found: None,
    name: str = "model.skops",
) -> None:
    """A case that reads a model and does something with it."""

    @corpus.case(f"m_{id}", kind="model", expect=expect, code=code, why=why)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        (folder / name).write_bytes(data())
        use(read_model(folder / name))
        (folder / "sites.csv").write_text(CSV)
        return distances()


def bad(id: str, code: str, why: str, data: Callable[[], bytes], **options: Any) -> None:
    model(id, "error", code, why, data, **options)


def scores(found: FittedModel) -> None:
    """The model gives what it gave when it was fitted."""
    again = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    rows = samples(found, ROW, NAMES, ["degree", "mW m-2"])
    assert np.array_equal(found.estimator.predict_proba(rows), again.predict_proba(rows))


model("good", "accept", None, "a good model", content, use=scores)

# --- what it is given -----------------------------------------------------------------------------
bad("order", "MODEL_FEATURES", "features in another order", content,
    use=lambda found: samples(found, X[["heat_flow", "slope"]]))  # fmt: skip
bad("order_array", "MODEL_FEATURES", "columns of an array in another order", content,
    use=lambda found: samples(found, ROW, NAMES[::-1], ["mW m-2", "degree"]))  # fmt: skip
bad("nameless", "MODEL_FEATURES", "an array without names", content,
    use=lambda found: samples(found, ROW))  # fmt: skip
bad("fewer", "MODEL_FEATURES", "a feature too few", content,
    use=lambda found: samples(found, X[["slope"]]))  # fmt: skip
bad("more", "MODEL_FEATURES", "a feature too many", content,
    use=lambda found: samples(found, X.assign(lab=1.0)))  # fmt: skip
bad("others", "MODEL_FEATURES", "features of other names", content,
    use=lambda found: samples(found, X.rename(columns={"slope": "Slope"})))  # fmt: skip
bad("width", "MODEL_FEATURES", "an array of another width", content,
    use=lambda found: samples(found, [[1.0]], NAMES))  # fmt: skip
bad("units", "MODEL_UNITS", "a unit of another kind", content,
    use=lambda found: samples(found, ROW, NAMES, ["degree", "km"]))  # fmt: skip
bad("units_none", "MODEL_UNITS", "no units", content,
    use=lambda found: samples(found, ROW, NAMES))  # fmt: skip
bad("training", "MODEL_TRAINING", "fitted on other samples", content,
    use=lambda found: check_training(found, "b"))  # fmt: skip


def converts(found: FittedModel) -> None:
    rows = samples(found, [[0.5, 0.001]], NAMES, ["degree", "W m-2"])
    assert np.allclose(rows.to_numpy(), ROW)


model("units_convert", "accept", None, "units that can be converted", content, use=converts)

# --- what would run code --------------------------------------------------------------------------
for _protocol in (0, 1, 2, 4, 5):
    bad(f"pickle_{_protocol}", "MODEL_UNTRUSTED", "a pickle that runs code",
        lambda protocol=_protocol: pickle.dumps(Boom(), protocol))  # type: ignore[misc] # fmt: skip


def joblib_of(compress: Any) -> bytes:
    import joblib

    stream = io.BytesIO()
    joblib.dump(Boom(), stream, compress=compress)
    return stream.getvalue()


for _compress in (0, "zlib", "gzip", "bz2", "xz", "lzma"):
    bad(f"joblib_{_compress}", "MODEL_UNTRUSTED", "a pickle of joblib, which runs code",
        lambda how=_compress: joblib_of((how, 3) if how else 0))  # type: ignore[misc] # fmt: skip
bad("zip", "MODEL_UNTRUSTED", "a pickle in an archive", lambda: zipped(
    {"data.pkl": pickle.dumps(Boom()), "schema.json": b"{}"}))  # fmt: skip
bad("keras", "MODEL_UNTRUSTED", "HDF5", lambda: b"\x89HDF\r\n\x1a\n" + b"\0" * 90)
bad("text", "MODEL_UNTRUSTED", "no model at all", lambda: b"hello")


def function(files: Files, card: dict[str, Any]) -> None:
    files["schema.json"] = files["schema.json"].replace(
        b'"__class__": "StandardScaler", "__module__": "sklearn.preprocessing._data"',
        b'"__class__": "system", "__module__": "os"',
    )
    assert b'"system"' in files["schema.json"]


bad(
    "function",
    "MODEL_UNTRUSTED",
    "a function for an estimator",
    lambda: edited(function, seal=True),
)
bad("extra", "MODEL_UNTRUSTED", "a member too many",
    lambda: edited(lambda files, card: files.update({"run.py": b"1"}), seal=True))  # fmt: skip
bad("slip", "MODEL_UNTRUSTED", "a member of a folder above",
    lambda: edited(lambda files, card: files.update({"../a.npy": b"1"}), seal=True))  # fmt: skip
bad("card", "MODEL_UNTRUSTED", "an edited card",
    lambda: edited(lambda files, card: card["features"].reverse()))  # fmt: skip
bad("card_units", "MODEL_UNTRUSTED", "edited units",
    lambda: edited(lambda files, card: card["card"]["units"].update(slope="rad")))  # fmt: skip
bad("card_order", "MODEL_FEATURES", "an edited card whose digest agrees",
    lambda: edited(lambda files, card: card["features"].reverse(), seal=True))  # fmt: skip
bad("card_none", "MODEL_UNTRUSTED", "no card",
    lambda: zipped({k: v for k, v in opened(content()).items() if k != "siting.json"}))  # fmt: skip
bad("version", "MODEL_VERSION", "another release of scikit-learn", lambda: edited(
    lambda files, card: card["versions"].update({"scikit-learn": "0.24.2"}),
    seal=True))  # fmt: skip


# --- bombs and damage -----------------------------------------------------------------------------
def arrays(change: Callable[[bytes], bytes]) -> bytes:
    def apply(files: Files, card: dict[str, Any]) -> None:
        name = next(name for name in files if name.endswith(".npy"))
        files[name] = change(files[name])

    return edited(apply, seal=True)


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def huge(data: bytes) -> bytes:
    stream = io.BytesIO()
    told = {"shape": (10**13,), "fortran_order": False, "descr": "<f8"}
    np.lib.format.write_array_header_1_0(stream, told)
    return stream.getvalue() + b"\0" * 16


bad("bomb", "TOO_LARGE", "70 MB of blanks in 70 kB", lambda: edited(
    lambda files, card: files.update({"schema.json": b" " * (70 << 20)})))  # fmt: skip
bad("huge_array", "MODEL_UNTRUSTED", "an array of 73 TiB in 16 bytes", lambda: arrays(huge))
bad("objects", "MODEL_UNTRUSTED", "an array of pickled objects",
    lambda: arrays(lambda data: npy(np.array([Boom()], dtype=object))))  # fmt: skip
bad("cut", "FILE_CORRUPT", "a cut archive", lambda: content()[:-200])
bad("not_finite", "MODEL_WEIGHTS", "weights that are NaN", lambda: (
    b'{"kind": "logistic", "features": ["a"], "coef": [NaN]}'), name="model.json")  # fmt: skip


def all_nan(files: Files, card: dict[str, Any]) -> None:
    for name in [name for name in files if name.endswith(".npy")]:
        values = np.load(io.BytesIO(files[name]), allow_pickle=False)
        if values.dtype.kind == "f":
            files[name] = npy(np.full_like(values, np.nan))


bad("not_finite_array", "MODEL_WEIGHTS", "arrays of NaN", lambda: edited(all_nan, seal=True))

# --- models as JSON -------------------------------------------------------------------------------
LINEAR = {"kind": "logistic", "features": list(NAMES), "coef": [1.0, -1.0], "intercept": 0.0}


def as_json(**changes: Any) -> Callable[[], bytes]:
    return lambda: json.dumps({**LINEAR, **changes}).encode()


def logistic(found: FittedModel) -> None:
    rows = samples(found, ROW, NAMES)
    assert np.isclose(found.estimator.predict_proba(rows.to_numpy())[0, 1], 1 / (1 + np.exp(0.5)))


model("json", "accept", None, "a logistic model as JSON", as_json(), logistic, "model.json")
bad("json_order", "MODEL_FEATURES", "layers in another order", as_json(), name="model.json",
    use=lambda found: samples(found, X[["heat_flow", "slope"]]))  # fmt: skip
bad("json_expects", "MODEL_FEATURES", "an order of its own", as_json(expects=list(NAMES[::-1])),
    name="model.json")  # fmt: skip
bad("json_count", "MODEL_FEATURES", "a coefficient too few", as_json(coef=[1.0]), name="model.json")
bad(
    "json_kind", "MODEL_UNTRUSTED", "another kind of model", as_json(kind="eval"), name="model.json"
)
bad("json_code", "MODEL_UNTRUSTED", "a key too many", as_json(code="print()"), name="model.json")


@corpus.case("m_source", kind="model", expect="error", code="MODEL_UNTRUSTED",
             why="a pickle as a source")  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.pkl").write_bytes(pickle.dumps(Boom()))
    return distances("{file: sites.pkl, format: points}")
