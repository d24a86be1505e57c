"""Linear models as JSON, what models are given, and arrays inside stored ones."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from siting.errors import InputError, UnitsError
from siting.io import model, model_archive
from siting.io.archive import zipped
from siting.io.model_archive import members
from siting.io.model_json import from_json
from siting.io.model_use import check_estimator, check_training, samples
from siting.kinds import FittedModel

LINEAR = {"kind": "linear", "features": ["a", "b"], "coef": [2.0, -1.0], "intercept": 0.5}


def written(**changed) -> bytes:
    return json.dumps({**LINEAR, **changed}).encode()


def refused(code: str, function, *arguments) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        function(*arguments)
    assert caught.value.code == code
    return caught.value


# --- JSON ----------------------------------------------------------------------------------------


def test_a_linear_model_is_its_formula() -> None:
    found = from_json(written())
    assert found.estimator.predict([[3.0, 1.0], [0.0, 0.0]]).tolist() == [5.5, 0.5]
    assert (found.features, found.card) == (("a", "b"), {"features": ["a", "b"]})
    assert found.estimator.n_features_in_ == 2
    assert from_json(written(units={"a": "m"})).card["units"] == {"a": "m"}
    plain = {key: value for key, value in LINEAR.items() if key != "intercept"}
    assert from_json(json.dumps(plain).encode()).estimator.predict([[1.0, 1.0]]).tolist() == [1.0]


def test_a_logistic_model_is_its_formula() -> None:
    found = from_json(written(kind="logistic")).estimator
    odds = np.exp(2.0 * 1.0 - 1.0 * 0.5 + 0.5)
    assert found.predict_proba([[1.0, 0.5]])[0, 1] == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert found.classes_.tolist() == [0, 1]
    assert found.predict([[-9.0, 0.0], [9.0, 0.0]]).tolist() == [0, 1]


@pytest.mark.parametrize(
    "content",
    [
        written(kind="forest"),
        written(coef="2"),
        written(features=[]),
        written(features="ab"),
        written(code="import os"),
        written(intercept="0"),
        b"{",
        b"[]",
        b"[" * 100_000,
    ],
)
def test_what_is_no_linear_model_is_refused(content) -> None:
    error = refused("MODEL_UNTRUSTED", from_json, content)
    assert 0 < len(error.found) <= 200


def test_as_many_features_as_are_read() -> None:
    names = [f"f{k}" for k in range(10_000)]
    assert len(from_json(written(features=names, coef=[0.0] * 10_000)).features) == 10_000
    more = written(features=[*names, "g"], coef=[0.0] * 10_001)
    refused("MODEL_UNTRUSTED", from_json, more)


@pytest.mark.parametrize("changed", [{"coef": [2.0]}, {"coef": [2.0, 1.0, 0.0]}])
def test_numbers_and_names_must_agree(changed) -> None:
    error = refused("MODEL_FEATURES", from_json, written(**changed))
    assert error.wanted == "one for each of a, b, in this order"
    assert error.found.startswith(f"{len(changed['coef'])} coefficient")


def test_features_that_are_expected_in_another_order() -> None:
    from_json(written(expects=["a", "b"]))
    error = refused("MODEL_FEATURES", from_json, written(expects=["b", "a"]))
    assert error.found == "2 coefficients; expects ['b', 'a']"


def test_a_file_names_itself_and_the_place_inside(tmp_path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(b" \n" + written())
    assert model.read_model(path).features == ("a", "b")
    path.write_bytes(written(coef=[np.inf, 0.0]).replace(b"Infinity", b"1e999"))
    error = refused("MODEL_WEIGHTS", model.read_model, path)
    assert error.where == f"{path}; LinearRegression.coef_"
    path.write_bytes(written(coef=[1.0]))
    assert refused("MODEL_FEATURES", model.read_model, path).where == str(path)


def test_as_large_as_models_may_be(tmp_path, monkeypatch) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(written())
    monkeypatch.setattr(model, "MAX_BYTES", len(written()))
    assert model.read_model(path).features == ("a", "b")
    monkeypatch.setattr(model, "MAX_BYTES", len(written()) - 1)
    assert refused("TOO_LARGE", model.read_model, path).where == str(path)


# --- estimators and their rows -------------------------------------------------------------------

X = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 2)), columns=["a", "b"])
Y = (X.a > 0).astype(int)


def test_names_of_the_card_and_of_the_estimator() -> None:
    fitted = LogisticRegression().fit(X, Y)
    check_estimator(FittedModel(fitted, ("a", "b")))
    error = refused("MODEL_FEATURES", check_estimator, FittedModel(fitted, ("b", "a")))
    assert (error.found, error.wanted) == ("b, a", "a, b")
    nameless = LogisticRegression().fit(X.to_numpy(), Y)
    check_estimator(FittedModel(nameless, ("x", "y")))
    for names, found in ((("x",), "1 name for 2 features"), (("x", "x"), "2 names for 2 features")):
        error = refused("MODEL_FEATURES", check_estimator, FittedModel(nameless, names))
        assert error.wanted == found


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_named_wherever_they_are(value) -> None:
    pipe = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    check_estimator(FittedModel(pipe, ("a", "b")))
    pipe[1].intercept_ = np.array([value])
    error = refused("MODEL_WEIGHTS", check_estimator, FittedModel(pipe, ("a", "b")))
    assert error.where == "LogisticRegression.intercept_"
    linear = LinearRegression().fit(X, Y)
    linear.coef_ = [np.array([1.0]), np.array([value])]
    error = refused("MODEL_WEIGHTS", check_estimator, FittedModel(linear, ("a", "b")))
    assert error.where == "LinearRegression.coef_"


MODEL = FittedModel(None, ("a", "b"), {"units": {"a": "m", "b": "K"}})
PLAIN = FittedModel(None, ("a", "b"))


def test_rows_come_as_they_are_where_no_units_are_known() -> None:
    assert samples(PLAIN, X) is X
    assert samples(PLAIN, [[1, 2]], ["a", "b"]).to_dict("list") == {"a": [1.0], "b": [2.0]}


@pytest.mark.parametrize(
    ("values", "names", "words"),
    [
        ([[1, 2]], ["b", "a"], "in another order"),
        ([[1, 2]], ["a", "c"], "given others"),
        ([[1]], ["a"], "given others"),
        ([[1, 2]], None, "does not say which is which"),
        ([[1, 2]], ["a"], "other columns"),
        ([1, 2], ["a", "b"], "other columns"),
    ],
)
def test_other_rows_are_refused(values, names, words) -> None:
    with pytest.raises(InputError, match="MODEL_FEATURES") as caught:
        samples(PLAIN, values, names)
    assert words in caught.value.message


def test_rows_are_converted_to_the_units_of_the_model() -> None:
    frame = X.set_index(np.arange(100, 130))
    found = samples(MODEL, frame, units_of=["km", "degC"])
    np.testing.assert_allclose(found.a, 1000 * X.a)
    np.testing.assert_allclose(found.b, X.b + 273.15)
    assert found.index.tolist() == list(range(100, 130))


@pytest.mark.parametrize(
    ("fitted", "units_of", "where", "found", "wanted"),
    [
        (MODEL, None, "a", "no unit", "m"),
        (MODEL, ["m", None], "b", "no unit", "K"),
        (MODEL, ["K", "K"], "a", "K", "m"),
        (PLAIN, ["m", "K"], "a", "m", "no unit"),
    ],
)
def test_units_that_are_missing_or_others(fitted, units_of, where, found, wanted) -> None:
    with pytest.raises(UnitsError, match="MODEL_UNITS") as caught:
        samples(fitted, X, units_of=units_of)
    told = caught.value
    assert (told.where, told.found, told.wanted) == (where, found, wanted)


def test_samples_that_a_model_was_fitted_on() -> None:
    check_training(FittedModel(None, ("a",), {"training_digest": "12"}), "12")
    error = refused(
        "MODEL_TRAINING", check_training, FittedModel(None, ("a",), {"training_digest": "12"}), "3"
    )
    assert (error.found, error.wanted) == ("12", "3")
    assert refused("MODEL_TRAINING", check_training, PLAIN, "3").found == "nothing"


# --- members of a stored model -------------------------------------------------------------------


def npy(values: np.ndarray, *, more: bytes = b"", version=None) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, values, version=version, allow_pickle=True)
    return stream.getvalue() + more


def test_members_that_a_model_may_have() -> None:
    values = np.arange(6.0).reshape(2, 3)
    inner = zipped({"x.npy": npy(values)})
    for version in ((1, 0), (2, 0)):
        content = zipped({
            "siting.json": b"{}", "schema.json": b"{}",
            "1.npy": npy(values, version=version), "2.npz": inner,
        })  # fmt: skip
        assert sorted(members(content)) == ["1.npy", "2.npz", "schema.json", "siting.json"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("run.py", b"", "members 'run.py'"),
        ("in/1.npy", npy(np.zeros(2)), "members 'in/1.npy'"),
        ("in\\1.npy", npy(np.zeros(2)), "members"),
        ("1.npy", npy(np.zeros(2), more=b"x"), "1.npy: an array of (2,) in 17 bytes"),
        ("1.npy", npy(np.zeros(2))[:-1], "1.npy: an array of (2,) in 15 bytes"),
        ("1.npy", npy(np.array([{}])), "1.npy: an array of objects, which is a pickle"),
        ("1.npz", zipped({"x.npy": npy(np.array([{}]))}), "x.npy: an array of objects"),
    ],
)
def test_members_that_it_may_not_have(name, data, words) -> None:
    error = refused("MODEL_UNTRUSTED", members, zipped({"schema.json": b"{}", name: data}))
    assert error.found.startswith(words)


def test_five_strange_members_are_named() -> None:
    content = zipped({f"{k}.txt": b"" for k in range(7)})
    error = refused("MODEL_UNTRUSTED", members, content)
    assert error.found == "members '0.txt', '1.txt', '2.txt', '3.txt', '4.txt'"


def test_a_member_that_is_there_twice() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("schema.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("schema.json", "{}")
    assert refused("MODEL_UNTRUSTED", members, stream.getvalue()).found == "members 'schema.json'"


@pytest.mark.parametrize(("limit", "most"), [("MAX_BYTES", 164), ("MAX_JSON", 20)])
def test_members_as_large_as_allowed(monkeypatch, limit, most) -> None:
    content = zipped({"schema.json": b"x" * 20, "1.npy": npy(np.zeros(2))})  # 20 and 128 + 16
    monkeypatch.setattr(model_archive, limit, most)
    assert len(members(content)) == 2
    monkeypatch.setattr(model_archive, limit, most - 1)
    assert refused("TOO_LARGE", members, content).found == "164 bytes"


def test_arrays_inside_arrays_as_large_as_allowed(monkeypatch) -> None:
    content = zipped({"1.npz": zipped({"x.npy": npy(np.zeros(100)), "y.npy": npy(np.zeros(100))})})
    monkeypatch.setattr(model_archive, "MAX_BYTES", 2 * (128 + 800))
    members(content)
    packed = zipped({"1.npz": _deflated({"x.npy": npy(np.zeros(10_000))})})
    monkeypatch.setattr(model_archive, "MAX_BYTES", 128 + 80_000)
    members(packed)
    monkeypatch.setattr(model_archive, "MAX_BYTES", 128 + 80_000 - 1)
    assert refused("TOO_LARGE", members, packed).found.startswith("1.npz: ")


def _deflated(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_damage_says_what_the_reader_said() -> None:
    content = model.dump(FittedModel(LinearRegression().fit(X, Y), ("a", "b")))
    error = refused("FILE_CORRUPT", model.load, content[:-30])
    assert error.found == "BadZipFile: File is not a zip file"
