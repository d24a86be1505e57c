"""Every benchmark runs on a coarse world and finds siting and its peers agreed; no times."""

import importlib.util
from typing import Any

import pytest

from benchmarks import product, tables
from benchmarks.case import OURS, Case, peak_memory, timed, weighed
from benchmarks.child import CASES, case

COARSE = "1000 km"


def the_case(name: str) -> Case:
    peer = {
        "distance": "pykdtree",
        "kriging": "pykrige",
        "solar": "pvlib",
        "topsis": "pymcdm",
        "wave_flux": "mhkit",
        "wave_spectra": "mhkit",
        "sizing": "pypsa",
    }.get(name)
    if peer and importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer}, a peer, is not installed: it comes with the extra 'bench'")
    return case(name)


@pytest.mark.parametrize("name", CASES)
def test_siting_and_peers_agree(name: str) -> None:
    found = timed(the_case(name), COARSE, rounds=1)
    assert found["agreement"]
    assert next(iter(found["seconds"])) == OURS
    assert {len(each) for each in found["seconds"].values()} == {1}
    assert found["ratios"].keys() == found["seconds"].keys() - {OURS}


def test_a_case_without_agreement_fails() -> None:
    def agree(inputs: Any, results: Any) -> str:
        assert results[OURS] == results["peer"]
        return "equal"

    wrong = Case(str, str, {OURS: lambda _: 1, "peer": lambda _: 2}, agree)
    with pytest.raises(AssertionError, match="1 == 2"):
        timed(wrong, COARSE, rounds=1)


def test_a_ratio_says_how_much_longer_the_peer_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    # Clock readings: the whole of the first runs, then begin and end of each timed run.
    readings = iter([0, 0, 10, 12, 20, 28])
    monkeypatch.setattr("benchmarks.case.time.perf_counter", lambda: next(readings))
    pair = Case(str, str, {OURS: lambda _: 1, "peer": lambda _: 1}, lambda *_: "equal")
    assert timed(pair, COARSE, rounds=1)["ratios"] == {"peer": 4.0}  # 8 s against 2 s


def test_memory_of_a_contender_counts_what_it_holds() -> None:
    def hold(_: Any) -> int:
        return len(b"\1" * 256_000_000)

    found = weighed(Case(str, str, {OURS: hold}, lambda *_: ""), COARSE, OURS)
    assert found["peak"] > found["inputs"] + 200_000_000
    assert peak_memory() >= found["peak"]


def test_tables_say_where_the_peer_is_faster() -> None:
    row = {
        "case": "x", "busy": 0.1, "what": "work", "agreement": "equal",
        "medians": {OURS: 2.0, "quick": 1.0, "slow": 8.0}, "ratios": {"quick": 0.5, "slow": 4.0},
        "memory": {each: {"inputs": 10**8, "peak": 3 * 10**8} for each in (OURS, "quick", "slow")},
    }  # fmt: skip
    lines = tables.text([row]).splitlines()
    assert "0.50 (the peer is faster)" in lines[-2]
    assert "**4.00**" in lines[-1]
    assert "200 / 200 MB" in lines[-1]


def test_docs_keep_what_stands_around_the_tables(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(tables, "PAGE", page)
    tables.write("new")
    assert page.read_text("utf-8") == f"before\n{tables.BEGIN}\n\nnew\n\n{tables.END}\nafter\n"


def test_installation_counts_libraries_that_libraries_need() -> None:
    sizes = product.installed_sizes("siting")
    assert {"numpy", "rasterio", "joblib"} <= sizes.keys()  # joblib by way of scikit-learn
    assert "pytest" not in sizes
    assert sizes["numpy"] > 10_000_000
