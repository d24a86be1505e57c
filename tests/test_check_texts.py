"""What the check says of a pipeline file, in full, and what lies just within its limits."""

from pathlib import Path

import pytest

from siting.check import check, check_file, find_pipeline
from siting.errors import PipelineError, PipelineInvalidError
from siting.io import yaml
from siting.pipeline.plan import Plan
from siting.sources.folders import pipelines_root

GOOD = """\
siting: 1
name: Small
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}
sources:
  lab: {source: lab_depth}
  volcanoes: {source: volcanoes_holocene}
layers:
  far: {distance.distance_to: {features: volcanoes}}
  thin: {combine.rescale: {layer: lab, low: 110 km, high: 50 km}}
scoring:
  score: {overlay.weighted: {layers: {thin: 1}}}
candidates: {rank_by: score, count: 5, spacing: 100 km}
outputs: [candidates.csv, score.tif]
"""


def checked(text: str) -> Plan:
    return check(yaml.load(text, "small.yaml"), Path())


def mistakes(text: str) -> list[PipelineError]:
    with pytest.raises(PipelineInvalidError, match=".") as caught:
        checked(text)
    return caught.value.errors


def changed(*changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def rows(code: str, message: str, **more: str) -> str:
    lines = [f"{name + ':':<7} {text}" for name, text in more.items()]
    return "\n  ".join([f"{code}: {message}", *lines])


ONE_MISTAKE = {
    "name_of_letters": (
        [("  far: {", "  2far: {")],
        rows("NAME_INVALID", "a name is letters, digits and _, and does not begin with a digit",
             where="small.yaml:8:3 (layers.2far)", found="2far"),
    ),
    "name_on_two_lines": (
        [("  far: {", '  "far\\n": {')],
        rows("NAME_INVALID", "a name is letters, digits and _, and does not begin with a digit",
             where="small.yaml:8:3 (layers.far\n)", found="far\n"),
    ),
    "name_of_a_source": (
        [("sources:\n", "sources:\n  v-olcanoes: {source: volcanoes_holocene}\n")],
        rows("NAME_INVALID", "a name is letters, digits and _, and does not begin with a digit",
             where="small.yaml:5:3 (sources.v-olcanoes)", found="v-olcanoes"),
    ),
    "name_twice": (
        [("  far: {", "  lab: {")],
        rows("NAME_INVALID", "'lab' is already the name of sources.lab",
             where="small.yaml:8:3 (layers.lab)", found="lab"),
    ),
    "unknown_accepted": (
        [("outputs", "accept: {LAYER_CONSTAMT: it is}\noutputs")],
        rows("CONFIG_REFERENCE", "no finding has the code 'LAYER_CONSTAMT'",
             where="small.yaml:13:10 (accept.LAYER_CONSTAMT)", found="LAYER_CONSTAMT",
             wanted="LAYER_CONSTANT, LAYER_NEGATED, FEATURES_CONSTANT",
             fix="`siting help CODE` tells what each is"),
    ),
    "unknown_domain": (
        [("outputs", "domain: farr\noutputs")],
        rows("CONFIG_REFERENCE", "there is no 'farr'", where="small.yaml:13:9 (domain)",
             wanted="far"),
    ),
    "domain_of_no_result": (
        [("outputs", "domain: thin.nothing\noutputs")],
        rows("CONFIG_REFERENCE", "there is no 'thin.nothing'", where="small.yaml:13:9 (domain)",
             wanted="thin"),
    ),
    "domain_that_ends_with_a_dot": (
        [("outputs", "domain: score.\noutputs")],
        rows("CONFIG_REFERENCE", "there is no 'score.'", where="small.yaml:13:9 (domain)",
             wanted="score, score.model"),
    ),
    "domain_of_features": (
        [("outputs", "domain: volcanoes\noutputs")],
        rows("KIND_WRONG", "the domain is a layer", where="small.yaml:13:9 (domain)",
             found="features"),
    ),
    "output_twice": (
        [("score.tif]", "score.tif, candidates.csv]")],
        rows("OUTPUT_UNKNOWN", "the same output is asked for twice",
             where="small.yaml:13:38 (outputs[2])", found="candidates.csv", wanted="each once"),
    ),
    "output_of_no_layer": (
        [("score.tif", "scores.tif")],
        rows("OUTPUT_UNKNOWN", "there is no layer 'scores'",
             where="small.yaml:13:27 (outputs[1])", found="scores.tif",
             wanted="lab, far, thin, score"),
    ),
    "cards_without_simulator": (
        [("score.tif", "sites.html")],
        rows("OUTPUT_UNKNOWN", "the candidates have no `simulator` to make cards of sites",
             where="small.yaml:13:27 (outputs[1])", found="sites.html",
             wanted="`simulator` under `candidates:`"),
    ),
    "candidates_of_no_section": (
        [("candidates: {rank_by: score, count: 5, spacing: 100 km}\n", "")],
        rows("OUTPUT_UNKNOWN", "the pipeline has no `candidates:`",
             where="small.yaml:12:11 (outputs[0])", found="candidates.csv",
             wanted="write that section"),
    ),
    "model_of_no_step": (
        [("score.tif", "far.skops")],
        rows("OUTPUT_UNKNOWN", "there is no model 'far'",
             where="small.yaml:13:27 (outputs[1])", found="far.skops", wanted="score.model"),
    ),
    "axes_in_yards": (
        [("EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]",
          "EPSG:2136, resolution: 1 km, bounds: [0, 0, 100000, 100000]")],
        rows("GRID_CRS", "the axes of the CRS are in a unit that grids are not laid out in",
             where="small.yaml:3:13 (grid.crs)", found="Gold Coast foot",
             wanted="degree, metre, kilometre, foot, US survey foot"),
    ),
    "bounds_turned_round": (
        [("[-120, 35, -110, 45]", "[-110, 35, -120, 45]")],
        rows("GRID_BOUNDS", "the bounds are reversed or empty",
             where="small.yaml:3:54 (grid.bounds)", found="[-110.0, 35.0, -120.0, 45.0]",
             wanted="[west, south, east, north] in units of the CRS, west < east and"
             " south < north",
             fix="across the dateline let east go on beyond 180, as in [170, -50, 190, -30]"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), ONE_MISTAKE.values(), ids=ONE_MISTAKE)
def test_a_mistake_is_told_in_full(changes: list[tuple[str, str]], said: str) -> None:
    found = mistakes(changed(*changes))
    assert [str(each) for each in found] == [said]


def test_a_file_that_is_no_mapping_is_told_in_full() -> None:
    (found,) = mistakes("[]\n")
    assert str(found) == (
        "CONFIG_TYPE: a pipeline file is a mapping\n  where:  small.yaml:1:1 (the whole file)"
    )


def test_values_that_need_one_another_are_told_in_their_order() -> None:
    text = changed(
        ("layer: lab, low: 110 km, high: 50 km", "layer: late, low: 1 km, high: 5 km"),
        ("scoring:", "  late: {combine.rescale: {layer: mid, low: 1 km, high: 5 km}}\n"
         "  mid: {combine.rescale: {layer: thin, low: 1 km, high: 5 km}}\nscoring:"),
        ("outputs: [cand", "outputs: [x.txt, cand"),  # not reached
    )  # fmt: skip
    (found,) = mistakes(text)
    assert found.code == "CYCLE"
    assert found.message == "these values need one another"
    names = found.found.split(" -> ")
    assert names[0] == names[-1]
    assert sorted(names[1:]) == ["late", "mid", "thin"]
    needs = {"thin": "late", "late": "mid", "mid": "thin"}
    assert [needs[each] for each in names[:-1]] == names[1:]
    line = {"thin": 9, "late": 10, "mid": 11}[names[0]]
    assert found.where == f"small.yaml:{line}:3 (layers.{names[0]})"


def test_the_check_gives_up_at_a_hundred_mistakes() -> None:
    def many(count: int) -> str:
        lines = [f"  s{n}: {{source: none_{n}}}\n" for n in range(count)]
        return changed(("sources:\n", "sources:\n" + "".join(lines)), ("score.tif", "x.txt"))

    found = mistakes(many(99))
    assert len(found) == 100
    assert found[-1].code == "OUTPUT_UNKNOWN"
    found = mistakes(many(100))
    assert len(found) == 100
    assert {each.code for each in found} == {"SOURCE_UNKNOWN"}


def test_a_plan_holds_what_the_file_says() -> None:
    more = "description: A test\ndomain: lab\naccept: {LAYER_CONSTANT: no matter}\n"
    plan = checked(GOOD + more)
    assert (plan.title, plan.domain) == ("Small", "lab")
    assert plan.accept == {"LAYER_CONSTANT": "no matter"}
    assert plan.outputs == ("candidates.csv", "score.tif")
    assert [each.name for each in plan.steps][:2] == ["lab", "volcanoes"]
    assert plan.text.startswith("siting: 1\nname: Small")


@pytest.mark.parametrize(
    ("asked", "rows_", "columns"), [(None, 10, 10), ("0.5 degree", 20, 20), ("30 arcmin", 20, 20)]
)
def test_a_resolution_may_be_asked_for_in_place_of_the_files(
    tmp_path: Path, asked: str | None, rows_: int, columns: int
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD)
    assert check_file(path, asked).grid.shape.yx == (rows_, columns)


def test_a_resolution_that_is_asked_for_corrects_no_grid(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    for text, code in (("grid: 5\n", "CONFIG_TYPE"), ("", "CONFIG_MISSING_KEY")):
        path.write_text(GOOD.replace(GOOD.splitlines(keepends=True)[2], text))
        with pytest.raises(PipelineInvalidError, match=code) as caught:
            check_file(path, "25 km")
        assert [each.code for each in caught.value.errors] == [code]
    path.write_text("[]\n")
    with pytest.raises(PipelineInvalidError, match="a pipeline file is a mapping"):
        check_file(path, "25 km")


def test_a_number_is_in_the_unit_of_the_axes() -> None:
    assert checked(changed(("1 degree", "0.5"))).grid.shape.yx == (20, 20)
    (found,) = mistakes(changed(("1 degree", "1 km")))
    assert (found.code, found.where) == (
        "UNITS_INCOMPATIBLE", "small.yaml:3:36 (grid.resolution)",
    )  # fmt: skip


def test_a_file_here_comes_before_the_pipeline_of_that_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_pipeline("geothermal") == pipelines_root() / "geothermal.yaml"
    Path("geothermal").write_text(GOOD)
    assert find_pipeline("geothermal") == Path("geothermal")
    assert find_pipeline("sub/geothermal") == Path("sub/geothermal")
    assert find_pipeline("none") == Path("none")


def test_a_source_that_failed_brings_no_further_mistakes() -> None:
    text = changed(
        ("source: lab_depth", "source: lab_dept"),
        ("outputs: [", "domain: lab\noutputs: [lab.tif, "),
    )
    (found,) = mistakes(text)
    assert found.code == "SOURCE_UNKNOWN"


@pytest.mark.parametrize(
    ("crs", "resolution", "size"),
    [
        ("EPSG:4326", "60 arcmin", 1.0),
        ("EPSG:6933", "2 km", 2000.0),
        ("+proj=utm +zone=11 +units=km", "2 km", 2.0),
        ("+proj=utm +zone=11 +units=km", "2000 m", 2.0),
        ("EPSG:2225", "0.3048006096012192 m", 1.0),  # US survey feet of 1200/3937 m
        ("EPSG:2222", "0.3048 m", 1.0),  # international feet
    ],
)
def test_a_resolution_is_brought_to_the_unit_of_the_axes(crs, resolution, size) -> None:
    bounds = f"[0, 0, {10 * size}, {10 * size}]"
    old = "{crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}"
    new = f"{{crs: '{crs}', resolution: {resolution}, bounds: {bounds}}}"
    grid = checked(changed((old, new))).grid
    assert abs(grid.affine.a) == pytest.approx(size, rel=1e-9)
    assert grid.shape.yx == (10, 10)


def test_a_mistake_in_one_section_hides_none_in_another() -> None:
    text = changed(
        ("sources:", "data_roots: [/nowhere]\nsources:\n  x: {source: none}"),
        ("{distance.distance_to: {features: volcanoes}}", "{distance.distance_too: {}}"),
        ("rank_by: score", "rank_by: far"),  # which is broken: nothing more to say
        ("count: 5", "count: 0"),
        ("score.tif", "far.tif, none.tif"),
    )
    found = mistakes(text + "require: {score.nothing: {at_least: 1}}\naccept: {NONE: no matter}\n")
    places = [each.where.rpartition("(")[2].rstrip(")") for each in found]
    assert [code for code, place in zip([e.code for e in found], places, strict=True)
            if place.startswith("sources.x")] == ["SOURCE_UNKNOWN"]  # fmt: skip
    for wanted in ("layers.far", "accept.NONE", "candidates.count", "outputs[2]"):
        assert wanted in places
    assert not any("rank_by" in each or each == "outputs[1]" for each in places)


def test_references_of_candidates_are_checked() -> None:
    (found,) = mistakes(changed(("rank_by: score", "rank_by: volcanoes")))
    assert (found.code, found.where) == ("KIND_WRONG", "small.yaml:12:23 (candidates.rank_by)")
    (found,) = mistakes(changed(("rank_by: score", "rank_by: skore")))
    assert (found.code, found.found) == ("CONFIG_REFERENCE", "skore")


def test_a_plan_without_candidates_has_none() -> None:
    text = changed(
        ("candidates: {rank_by: score, count: 5, spacing: 100 km}\n", ""),
        ("candidates.csv, ", ""),
    )
    assert checked(text).candidates is None


def test_files_are_found_beside_the_pipeline(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "mine.tif").write_bytes(b"not read by a check")
    (folder / "small.yaml").write_text(
        changed(("{source: lab_depth}", "{file: mine.tif, units: km}"))
    )
    monkeypatch.chdir(tmp_path)
    plan = check_file(Path("deep/er/small.yaml"))
    assert plan.folder == folder
    assert plan.step("lab").file == folder / "mine.tif"
    assert plan.step("score").section == "scoring"
    assert plan.step("score").references == ("thin",)
