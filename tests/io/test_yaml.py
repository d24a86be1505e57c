"""Strict YAML: what plain scalars mean, what is refused, and where everything stands."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.io import yaml


def refused(text: str, code: str) -> PipelineError:
    with pytest.raises(PipelineError, match=code) as caught:
        yaml.load(text, "p.yaml")
    assert caught.value.code == code
    return caught.value


# The values of YAML 1.2.2, examples 10.8 and 10.9, and the well-known traps of YAML 1.1.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-01", "2024-01-01"),
        ("0o10", 8),
        ("0x1F", 31),
        ("+12", 12),
        ("-0", 0),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-2E+05", -200000.0),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'010'", "010"),
        ("'NO'", "NO"),
        ("12:30:99x", "12:30:99x"),
        ('"null"', "null"),
        ("'true'", "true"),
        ("3 km", "3 km"),
        ("<<", "<<"),
        ("=", "="),
        ("1e", "1e"),
        (".", "."),
        ("e3", "e3"),
        ("İ", "İ"),
        ("１２", "１２"),  # full-width digits are text
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = yaml.load(f"a: {text}\n", "p.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_infinity_and_nan_are_floats() -> None:
    data = yaml.load("[.inf, -.INF, .NaN]", "p.yaml").data
    assert data[:2] == [math.inf, -math.inf]
    assert math.isnan(data[2])


def test_block_text_is_never_a_number() -> None:
    assert yaml.load("a: |\n  12\nb: >-\n  true\n", "p.yaml").data == {"a": "12\n", "b": "true"}


def test_every_key_and_value_has_its_place() -> None:
    text = "żółć: {a: 1, b: [x,\n  y]}\nlayers:\n  slope:\n    units: degree\n  none:\n"
    document = yaml.load(text, "p.yaml")
    assert document.marks == {
        (): (1, 1),
        ("żółć",): (1, 7),
        ("żółć", "a"): (1, 11),
        ("żółć", "b"): (1, 17),
        ("żółć", "b", 0): (1, 18),
        ("żółć", "b", 1): (2, 3),
        ("layers",): (4, 3),
        ("layers", "slope"): (5, 5),
        ("layers", "slope", "units"): (5, 12),
        ("layers", "none"): (6, 8),
    }
    assert document.where(("layers", "slope", "units")) == "p.yaml:5:12"
    assert document.where_key(("layers", "slope", "units")) == "p.yaml:5:5"
    assert document.where_key(("żółć", "b", 1)) == "p.yaml:2:3"
    assert document.where(("layers", "slope", "missing", 3)) == "p.yaml:5:5"


def test_integer_keys_stay_integers() -> None:
    assert yaml.load("{1: stable, 2: active}", "p.yaml").data == {1: "stable", 2: "active"}


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", "CONFIG_DUPLICATE_KEY", "p.yaml:3:1"),
        ("a: {b: 1, 'b': 2}", "CONFIG_DUPLICATE_KEY", "p.yaml:1:11"),
        ("{10: a, 0xA: b}", "CONFIG_DUPLICATE_KEY", "p.yaml:1:9"),
        ("a: !!python/object/apply:os.system ['x']", "CONFIG_SYNTAX", "p.yaml:1:4"),
        ("a: !!str 1", "CONFIG_SYNTAX", "p.yaml:1:4"),
        ("!!str a: 1", "CONFIG_SYNTAX", "p.yaml:1:1"),
        ("a: ! 1", "CONFIG_SYNTAX", "p.yaml:1:4"),
        ("a: NO", "CONFIG_TYPE", "p.yaml:1:4"),
        ("a: yes", "CONFIG_TYPE", "p.yaml:1:4"),
        ("on: 1", "CONFIG_TYPE", "p.yaml:1:1"),
        ("a: 1:30", "CONFIG_TYPE", "p.yaml:1:4"),
        ("a: 1:30:00.5", "CONFIG_TYPE", "p.yaml:1:4"),
        ("a: 010", "CONFIG_TYPE", "p.yaml:1:4"),
        ("a: -1_000", "CONFIG_TYPE", "p.yaml:1:4"),
        ("a: &x 1", "CONFIG_TOO_COMPLEX", "p.yaml:1:4"),
        ("a: *x", "CONFIG_TOO_COMPLEX", "p.yaml:1:4"),
        ("&x a: 1", "CONFIG_TOO_COMPLEX", "p.yaml:1:1"),
        ("a: 1\n---\nb: 2\n", "CONFIG_DOCUMENTS", "p.yaml:2:1"),
        ("%YAML 1.1\n---\na: NO\n", "CONFIG_VERSION", "p.yaml:1:1"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "CONFIG_VERSION", "p.yaml:1:1"),
        ("", "CONFIG_EMPTY", "p.yaml:1:1"),
        ("# nothing\n", "CONFIG_EMPTY", "p.yaml:2:1"),
        ("---\n", "CONFIG_EMPTY", "p.yaml:"),
        ("a: [1, 2\nb: 3\n", "CONFIG_SYNTAX", "p.yaml:2:"),
        ("a:\n\t- 1\n", "CONFIG_SYNTAX", "p.yaml:2:1"),
        ("a: b: c\n", "CONFIG_SYNTAX", "p.yaml:1:5"),
        ("true: 1", "CONFIG_TYPE", "p.yaml:1:1"),
        ("~: 1", "CONFIG_TYPE", "p.yaml:1:1"),
        ("1.0: 1", "CONFIG_TYPE", "p.yaml:1:1"),
        ("[a]: 1", "CONFIG_TYPE", "p.yaml:1:1"),
        ("a: " + "9" * 5000, "CONFIG_VALUE", "p.yaml:1:4"),
        ("a: " + "[" * 2000 + "]" * 2000, "CONFIG_TOO_COMPLEX", "p.yaml:1:23"),
        ("[" * 21 + "]" * 21, "CONFIG_TOO_COMPLEX", "p.yaml:1:21"),
        ("[" + "1," * 60_000 + "]", "CONFIG_TOO_COMPLEX", "p.yaml:1:"),
        ("a: \x00", "CONFIG_SYNTAX", "p.yaml"),
        ("a: \ud800", "CONFIG_ENCODING", "p.yaml"),
        ("#" * (yaml.MAX_BYTES + 1), "CONFIG_TOO_COMPLEX", "p.yaml"),
    ],
)
def test_what_could_mean_two_things_is_refused_with_its_place(
    text: str, code: str, where: str
) -> None:
    assert refused(text, code).where.startswith(where)


def test_twenty_levels_are_allowed() -> None:
    assert yaml.load("[" * 20 + "]" * 20, "p.yaml").data == [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]


def test_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{k}: &{k} [{', '.join(['*' + j] * 9)}]" for j, k in pairwise("abcdefghi")]
    assert refused("\n".join(lines), "CONFIG_TOO_COMPLEX").where == "p.yaml:1:4"


def test_file_that_is_not_utf8_names_the_byte(tmp_path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes("a: 1\nname: Krafla é\n".encode("latin-1"))
    with pytest.raises(PipelineError, match="0xe9") as caught:
        yaml.read(path)
    assert caught.value.code == "CONFIG_ENCODING"
    assert caught.value.where == f"{path}:2:14"


def test_missing_file_is_an_input_error(tmp_path) -> None:
    with pytest.raises(InputError, match="FILE_MISSING"):
        yaml.read(tmp_path / "no.yaml")


def test_byte_order_mark_is_not_part_of_the_first_key(tmp_path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert yaml.read(path).data == {"a": 1, "b": 2}


def data_or_code(text: str) -> object:
    try:
        return yaml.load(text, "p.yaml").data
    except PipelineError as error:
        return error.code


@given(st.text(max_size=300))
def test_any_text_gives_data_or_a_pipeline_error(text: str) -> None:
    assert data_or_code(text) is not None


values = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("abc: #'\\\"\n0123456789-~ż", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab: 1"), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_json_is_yaml(value: object) -> None:
    assert data_or_code(json.dumps({"value": value})) == {"value": value}


# YAML 1.2.2, section 10.3.2, core schema.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True),
        ("false", False), ("False", False), ("FALSE", False),
        ("nULL", "nULL"), ("tRUE", "tRUE"), ("fALSE", "fALSE"), ("'true'", "true"),
        ("0o17", 15), ("0x1F", 31), ("+3", 3), ("-3", -3), ("0", 0),
        (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("1e", "1e"),
    ],
)  # fmt: skip
def test_plain_scalars_mean_what_the_core_schema_says(text: str, value: object) -> None:
    found = yaml.load(f"a: {text}\n", "p.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("limit", "most", "text"),
    # A list is a value as well as a level, and so is each of its own.
    [("MAX_NODES", 4, "[1, 2, 3]"), ("MAX_NODES", 3, "{a: b}"), ("MAX_DEPTH", 3, "[[1]]")],
)
def test_as_much_as_is_allowed_is_read(monkeypatch, limit, most, text) -> None:
    assert (yaml.MAX_NODES, yaml.MAX_DEPTH, yaml.MAX_BYTES) == (10_000, 20, 1024**2)
    monkeypatch.setattr(yaml, limit, most)
    yaml.load(text, "p.yaml")
    monkeypatch.setattr(yaml, limit, most - 1)
    refused(text, "CONFIG_TOO_COMPLEX")
