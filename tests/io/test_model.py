"""Models as bytes: the same model back, the same bytes again, and never code."""

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

from siting.errors import InputError
from siting.io import model, model_archive
from siting.io.archive import zipped
from siting.kinds import FittedModel

NAMES = ("hot", "near", "deep")
X = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 3)), columns=NAMES)
Y = (X.hot + X.near > 0).astype(int)

ESTIMATORS = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    make_pipeline(SimpleImputer(), SplineTransformer(), LogisticRegression()),
    make_pipeline(
        QuantileTransformer(n_quantiles=10, random_state=0), SGDClassifier(random_state=0)
    ),
    make_pipeline(ColumnTransformer([("scaled", StandardScaler(), ["hot"])]), GaussianNB()),
    ExtraTreesClassifier(5, random_state=0),
    RandomForestClassifier(5, random_state=0),
    GradientBoostingClassifier(n_estimators=3, random_state=0),
    HistGradientBoostingClassifier(max_iter=5, random_state=0),
    IsolationForest(n_estimators=3, random_state=0),
    CalibratedClassifierCV(RandomForestClassifier(3, random_state=0), method="isotonic", cv=3),
    CalibratedClassifierCV(GaussianNB(), cv=3),
    VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())]),
    StackingClassifier([("a", GaussianNB())], LogisticRegression(), cv=3),
    KNeighborsClassifier(),
    GaussianProcessClassifier(),
    MLPClassifier((4,), tol=1.0, random_state=0),
    SVC(),
]


def fitted(estimator) -> FittedModel:
    return FittedModel(estimator.fit(X, Y), NAMES, {"labels": 12, "auc": np.float64(0.75)})


def refused(content: bytes, code: str) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        model.load(content)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_model_comes_back_with_its_predictions_features_and_card(estimator) -> None:
    first = fitted(estimator)
    content = model.dump(first)
    assert model.dump(first) == content
    again = model.load(content)
    assert (again.features, again.card) == (NAMES, {"labels": 12, "auc": 0.75})
    assert np.array_equal(again.estimator.predict(X), first.estimator.predict(X))
    if hasattr(first.estimator, "predict_proba"):
        one, other = (each.estimator.predict_proba(X) for each in (first, again))
        assert np.array_equal(one, other)


def test_bytes_are_the_same_in_another_process() -> None:
    code = (
        "import hashlib, numpy as np; from sklearn.ensemble import ExtraTreesClassifier as E;"
        "from siting.io import model; from siting.kinds import FittedModel;"
        "x = np.arange(40.0).reshape(20, 2); e = E(3, random_state=0).fit(x, x[:, 0] > 9);"
        "print(hashlib.sha256(model.dump(FittedModel(e, ('a', 'b')))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_estimators_of_siting_are_trusted() -> None:
    from siting.scoring.overlay_estimators import WeightedOverlay

    overlay = WeightedOverlay([3, 1, 1]).fit(X)
    again = model.load(model.dump(FittedModel(overlay, NAMES)))
    assert np.array_equal(again.estimator.predict(X), overlay.predict(X))


class Boom:
    def __init__(self, path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickles_are_refused_and_not_run(tmp_path) -> None:
    for protocol in (0, 2, 4, 5):
        refused(pickle.dumps(Boom(tmp_path / "ran"), protocol), "MODEL_UNTRUSTED")
    assert not (tmp_path / "ran").exists()


def runs_code(text: str) -> str:
    return text


@pytest.mark.parametrize(
    "function", [os.system, eval, runs_code, np.testing.assert_equal, lambda x: x]
)
def test_functions_are_refused_when_written_and_when_read(function) -> None:
    import skops.io

    with pytest.raises(InputError, match="MODEL_UNTRUSTED"):
        model.dump(FittedModel(FunctionTransformer(function), NAMES))
    if function is not eval and function.__name__ != "<lambda>":
        card = json.dumps({"features": [], "card": {}, "versions": _versions()})
        content = io.BytesIO(skops.io.dumps(FunctionTransformer(function)))
        with zipfile.ZipFile(content, "a") as archive:
            archive.writestr("siting.json", card)
        refused(content.getvalue(), "MODEL_UNTRUSTED")


def _versions() -> dict[str, str]:
    content = model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        versions: dict[str, str] = json.loads(archive.read("siting.json"))["versions"]
    return versions


def test_model_of_another_release_is_refused() -> None:
    content = model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    card = json.loads(files["siting.json"])
    card["versions"]["scikit-learn"] = "0.24.2"
    files["siting.json"] = json.dumps(card).encode()
    error = refused(zipped(files), "MODEL_VERSION")
    assert error.found == "0.24.2"


@pytest.mark.parametrize("cut", [0, 1, 10, 500, -1, -30])
def test_damaged_bytes(cut) -> None:
    content = model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES))
    with pytest.raises(InputError, match="FILE_CORRUPT|MODEL_UNTRUSTED"):
        model.load(content[:cut])


def test_flipped_bytes_are_noticed_or_change_nothing() -> None:
    content = model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES))
    expected = GaussianNB().fit(X, Y).predict_proba(X)
    for place in range(0, len(content), 37):
        damaged = bytearray(content)
        damaged[place] ^= 0x5A
        try:
            again = model.load(bytes(damaged))
        except InputError:
            continue
        assert np.array_equal(again.estimator.predict_proba(X), expected)
        assert again.features == NAMES


def test_archive_that_grows_without_measure(monkeypatch) -> None:
    content = model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES))
    monkeypatch.setattr(model_archive, "MAX_BYTES", 100)
    refused(content, "TOO_LARGE")


def test_card_holds_plain_values_only() -> None:
    with pytest.raises(InputError, match="plain values"):
        model.dump(FittedModel(GaussianNB().fit(X, Y), NAMES, {"a": object()}))
