"""Every benchmark runs on a coarse world and finds siting and its peers agreed; no times."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio

from benchmarks import growth, product, tables
from benchmarks.case import OURS, Case, peak_memory, timed, weighed
from benchmarks.child import CASES, case
from benchmarks.pipelines import measure
from benchmarks.pipelines.agreement import agreement
from benchmarks.pipelines.steps import SCRIPTS, Near, reduced
from siting.check import check_file

COARSE = "1000 km"
EMBEDDED = [name for name, steps in SCRIPTS.items() if not steps.needs_cache]


def the_case(name: str) -> Case:
    try:
        return case(name)
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name}, a peer, is not installed: it comes with the extra 'bench'")


@pytest.mark.parametrize("name", CASES)
def test_siting_and_peers_agree(name: str) -> None:
    found = timed(the_case(name), COARSE, rounds=1)
    if not found["ratios"] and found.get("missing"):
        pytest.skip(f"no peer is installed: {found['missing']}; they come with the extra 'bench'")
    assert found["agreement"]
    assert next(iter(found["seconds"])) == OURS
    assert {len(each) for each in found["seconds"].values()} == {1}
    assert found["ratios"].keys() == found["seconds"].keys() - {OURS}


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_script_without_siting_makes_the_same(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("rioxarray") is None:
        pytest.skip("rioxarray, a peer, is not installed: it comes with the extra 'bench'")
    _, coarse = SCRIPTS[name].cells
    told = measure.agree(name, *coarse, tmp_path)
    assert told["layers"].keys() >= SCRIPTS[name].layers.keys()


def test_a_pipeline_that_lacks_its_files_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITING_CACHE", raising=False)
    assert "SITING_CACHE" in measure.end_to_end("great_basin", 1, coarse=True)["missing"]


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_reduced_pipeline_passes_the_check(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_text(reduced(name), encoding="utf-8")
    assert f"{SCRIPTS[name].score}.tif" in check_file(file).outputs


def test_layers_that_differ_are_told(tmp_path: Path) -> None:
    values = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    for name, theirs in (("near", values + 0.01), ("far", values + 10)):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", height=2, width=3, count=1,
            dtype="float32", transform=rasterio.Affine(1, 0, 5, 0, -1, 5), crs="EPSG:4326",
        ) as file:  # fmt: skip
            file.write(values, 1)
        np.savez(tmp_path / "layers.npz", **{name: theirs})
        pd.DataFrame({"longitude": [1.0], "latitude": [2.0]}).to_csv(tmp_path / "candidates.csv")
        steps = SCRIPTS["egs"]._replace(score=name, layers={name: Near(0.1)}, alike={})
        if name == "near":
            assert agreement(steps, tmp_path, tmp_path)["same_candidates"] == 1
        else:
            with pytest.raises(AssertionError, match="far: 0.00000 of the cells within 0.1"):
                agreement(steps, tmp_path, tmp_path)


@pytest.mark.parametrize("name", growth.AXES)
def test_what_grows_agrees_with_its_peer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    axis = growth.AXES[name]._replace(resolution=lambda _: COARSE)
    monkeypatch.setitem(growth.AXES, name, axis)
    if axis.peer == "pykdtree" and importlib.util.find_spec("pykdtree") is None:
        pytest.skip("pykdtree, a peer, is not installed: it comes with the extra 'bench'")
    found = growth.at(name, min(axis.sizes), rounds=1)
    assert found["agreement"]
    assert found["wall"].keys() == {OURS, axis.peer}


def test_slope_of_a_power_is_its_exponent() -> None:
    sizes = [1.0, 2.0, 4.0, 8.0]
    slope, fit = growth.slope_of(sizes, [3 * n**1.5 for n in sizes])
    assert slope == pytest.approx(1.5)
    assert fit == pytest.approx(1.0)


def test_a_peer_that_is_not_installed_is_named() -> None:
    def absent(_: Any) -> Any:
        raise ModuleNotFoundError(name="librarynobodyhas")

    pair = Case(str, str, {OURS: lambda _: 1, "other": absent}, lambda *_: "equal")
    found = timed(pair, COARSE, rounds=1)
    assert found["missing"] == ["other (librarynobodyhas)"]
    assert "other" not in found["ratios"]


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


def a_row(name: str, **figures: Any) -> dict[str, Any]:
    return {"case": name, "busy": 0.1, "date": "2026-01-02", "machine": "two cores", **figures}


def a_step(name: str) -> dict[str, Any]:
    return a_row(
        name, what="work", agreement="equal", medians={OURS: 2.0, "quick": 1.0, "slow": 8.0},
        ratios={"quick": 0.5, "slow": 4.0}, cpu_ratios={"quick": 0.25, "slow": 3.0},
        memory={each: {"inputs": 10**8, "peak": 3 * 10**8} for each in (OURS, "quick", "slow")},
    )  # fmt: skip


def a_pipeline(name: str, same: float, whole: float) -> dict[str, Any]:
    ratios = {measure.REDUCED: same, measure.WHOLE: whole}
    took = {each: {"wall": 1.0, "cpu": 1.0, "peak": 10**9} for each in (*ratios, measure.SCRIPT)}
    return a_row(
        name, what=name, cell="10 km", left_out="report", same_candidates=0.8,
        near_candidates=0.9, end_to_end=took,
        layers={"score, ranks": "Spearman 0.99"}, wall_ratios=ratios, cpu_ratios=ratios,
    )  # fmt: skip


def test_tables_say_where_the_peer_is_faster() -> None:
    lines = tables.text([a_step("x")]).splitlines()
    quick, slow = (line for line in lines if "| quick |" in line or "| slow |" in line)
    assert "0.50 (the peer is faster)" in quick
    assert "**4.00**" in slow
    assert "200 / 200 MB" in slow


def test_the_headline_is_the_median_of_the_pipelines() -> None:
    rows = [a_pipeline("a", 2.0, 0.5), a_pipeline("b", 3.0, 0.75), a_pipeline("c", 9.0, 0.9)]
    first = tables.text([*rows, a_step("x")]).splitlines()[0]
    assert "3 real pipelines" in first
    assert "3.00 times as long as siting does for the same steps" in first
    assert "0.75 times as long as siting's whole run" in first


def test_rows_measured_on_a_loaded_machine_say_so() -> None:
    assert "1.5 cores busy" in tables.text([{**a_step("x"), "busy": 1.5}])


def test_figures_of_other_cases_stay_when_one_is_measured_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "KEPT", tmp_path / "measured.jsonl")
    tables.keep([a_step("one"), a_step("two")])
    anew = {**a_step("two"), "date": "2026-03-04"}
    absent = a_row("one", missing=["edt"])
    rows = tables.keep([anew, absent])
    assert [(row["case"], row["date"]) for row in rows] == [
        ("one", "2026-01-02"), ("two", "2026-03-04"),
    ]  # fmt: skip
    assert [json.loads(line) for line in tables.KEPT.read_text("utf-8").splitlines()] == rows


def test_docs_keep_what_stands_around_the_tables(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(tables, "PAGE", page)
    tables.write("new")
    assert page.read_text("utf-8") == f"before\n{tables.BEGIN}\n\nnew\n\n{tables.END}\nafter\n"


def test_docs_have_the_tables_of_what_is_kept() -> None:
    rows = [json.loads(line) for line in tables.KEPT.read_text("utf-8").splitlines()]
    assert tables.text(rows) in tables.PAGE.read_text("utf-8")


def test_installation_counts_libraries_that_libraries_need() -> None:
    sizes = product.installed_sizes("siting")
    assert {"numpy", "rasterio", "joblib"} <= sizes.keys()  # joblib by way of scikit-learn
    assert "pytest" not in sizes
    assert sizes["numpy"] > 10_000_000
