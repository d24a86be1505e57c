"""Any text where siting reads text: tables, units, quantities, names, manifests."""

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from siting import findings, units
from siting.errors import SitingError, UnitsError
from siting.io.delimited import rows_of
from siting.io.table import read_points, read_table
from siting.outputs.names import output_problem
from siting.publish import find_run, latest, lock, publish, staging
from siting.store import Store, object_key
from siting.store.sealed import decode, encode

from . import odd

FEW = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CELLS = st.one_of(
    ANY,
    st.sampled_from([each for each in odd.TEXTS if "\ud800" not in each]),
    st.floats().map(str),
    st.integers().map(str),
    st.floats(-180, 180).map(str),
)


def outcome(function: Callable[..., Any], *args: Any) -> Any:
    """What a function gives, or the error of ours that it raises."""
    try:
        with findings.collect():
            return function(*args)
    except SitingError as error:
        return error


# ------------------------------------------------------------------ tables
def judged(path: Path, content: bytes) -> None:
    """A table, points or an error with a code: nothing else."""
    path.write_bytes(content)
    for read in (read_table, read_points):
        found = outcome(read, path)
        if isinstance(found, SitingError):
            assert found.code
            assert found.message
            str(found).encode("utf-8")
        else:
            assert len(found) > 0
            assert all(isinstance(name, str) for name in found.columns)


@given(content=st.binary(max_size=300))
@FEW
def test_any_bytes_are_a_table_or_an_error(tmp_path: Path, content: bytes) -> None:
    judged(tmp_path / "a.csv", content)


@given(text=ANY, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@FEW
def test_any_text_is_a_table_or_an_error(tmp_path: Path, text: str, encoding: str) -> None:
    judged(tmp_path / "a.csv", text.encode(encoding))


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5),
    names=st.permutations(["lon", "lat", "site_id"]),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@FEW
def test_any_cells_are_points_or_an_error(
    tmp_path: Path, rows: list[list[str]], names: list[str], delimiter: str, end: str
) -> None:
    lines = [names, *([each.replace(delimiter, " ") for each in row] for row in rows)]
    text = end.join(delimiter.join(line) for line in lines)
    judged(tmp_path / "a.csv", text.encode())


@given(
    cells=st.lists(
        st.text(string.ascii_letters + " ,;|\t\"'éß\n=+-@", max_size=12), min_size=1, max_size=6
    ),
    delimiter=st.sampled_from(",;\t|"),
)
@FEW
def test_cells_in_quotes_come_back_as_they_were(cells: list[str], delimiter: str) -> None:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    names = [f"c{number}" for number in range(len(cells))]
    text = delimiter.join(names) + "\n" + delimiter.join(quoted) + "\n"
    if len(cells) > 1:
        assert [column[0] for column in rows_of(text, Path("a.csv")).columns] == cells


# ------------------------------------------------------------------ units and quantities
UNIT_WORDS = st.lists(
    st.sampled_from(
        ["m", "km", "mW", "W", "m-2", "s-1", "/", "*", "^", "**", "2", "-1", "(", ")", "degC", "K",
         "1e3", "%", "µ", "e", ".", "USD", "percent", "99999999", "[", "°", "if", "_", "lambda"]
    ),
    max_size=6,
)  # fmt: skip


@given(text=st.one_of(ANY, UNIT_WORDS.map(" ".join), UNIT_WORDS.map("".join)))
@example("m ** 2 ** 9 ** 9")
@example("(m")
@settings(max_examples=150)
def test_any_unit_is_known_or_refused(text: str) -> None:
    for other in ("m", "1", "degC"):
        found = outcome(units.factor_offset, text, other)
        if isinstance(found, UnitsError):
            assert found.code in {"UNITS_UNKNOWN", "UNITS_INCOMPATIBLE"}
        else:
            assert np.isfinite(found).all()


@given(
    text=st.one_of(
        ANY,
        st.sampled_from(odd.QUANTITIES),
        st.tuples(st.floats().map(str), UNIT_WORDS.map(" ".join)).map(" ".join),
    )
)
@settings(max_examples=150)
def test_any_quantity_is_a_number_or_refused(text: str) -> None:
    found = outcome(units.parse_quantity, text, "m")
    if isinstance(found, UnitsError):
        assert found.code.startswith(("UNITS_", "QUANTITY_"))
    else:
        assert np.isfinite(found)


@given(number=st.floats(-1e6, 1e6), unit=st.sampled_from(["m", "km", "ft", "mile", "cm", "inch"]))
def test_a_length_survives_conversion_and_return(number: float, unit: str) -> None:
    there = units.convert(number, unit, "m")
    np.testing.assert_allclose(units.convert(there, "m", unit), number, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------ names of outputs
@given(
    name=st.one_of(ANY, st.sampled_from(odd.TEXTS), ANY.map("{}.tif".format)),
    layers=st.lists(st.sampled_from(["score", "learned.score", "slope"]), unique=True),
)
@settings(max_examples=150)
def test_an_output_is_a_plain_name_or_refused(name: str, layers: list[str]) -> None:
    problem = output_problem(name, layers, has_candidates=True)
    if problem is None:
        assert name == Path(name).name
        assert set(name) <= set(string.ascii_letters + string.digits + "._")
    else:
        assert problem.message


# ------------------------------------------------------------------ manifests
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(content=st.dictionaries(st.text(max_size=5), JSON, max_size=3), data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_manifest_of_an_object_is_whole_or_none(content: dict, data: st.DataObject) -> None:
    written = encode(content)
    assert decode(written) == content
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != written[at]))
    damaged = written[:at] + bytes([byte]) + written[at + 1 :]
    assert decode(damaged) is None
    assert decode(written[:at]) is None
    assert decode(data.draw(st.binary(max_size=200))) is None


@pytest.fixture
def published(tmp_path: Path) -> Path:
    with lock(tmp_path), staging(tmp_path) as staged:
        (staged / "a.csv").write_text("a,b\n1,2\n")
        publish(tmp_path, "0123456789abcdef", staged, {"title": "x"})
    return tmp_path


@given(
    content=st.one_of(
        st.binary(max_size=200),
        JSON.map(lambda each: json.dumps(each).encode()),
        st.fixed_dictionaries({"digest": JSON, "outputs": JSON, "run": JSON}).map(
            lambda each: json.dumps(each).encode()
        ),
    )
)
@FEW
def test_a_damaged_manifest_of_a_run_is_no_run(published: Path, content: bytes) -> None:
    path = published / "runs/0123456789abcdef/manifest.json"
    path.write_bytes(content)
    assert find_run(published, "0123456789abcdef", verify=True) is None
    assert find_run(published, "0123456789abcdef") is None


def test_a_manifest_nested_without_end_is_no_run(published: Path) -> None:
    (published / "runs/0123456789abcdef/manifest.json").write_bytes(b"[" * 100_000)
    assert find_run(published, "0123456789abcdef") is None


@given(content=st.binary(max_size=60))
@example(b"../../etc")
@example(b"\0")
@FEW
def test_a_damaged_pointer_to_the_latest_run_points_nowhere(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "latest.txt").write_bytes(content)
    found = latest(tmp_path)
    assert found is None or found.is_dir()


@given(content=st.binary(max_size=300))
@FEW
def test_a_damaged_object_is_no_object(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path / "store")
    key = object_key({"recipe": 1})
    store.write_record(key, {"a": 1}, {"recipe": 1})
    assert store.has(key)
    (manifest,) = (tmp_path / "store").rglob(f"{key}*/manifest.json")
    manifest.write_bytes(content)
    with findings.collect():
        assert not Store(tmp_path / "store").has(key)
    for path in sorted((tmp_path / "store").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
