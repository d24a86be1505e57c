"""What a run may pass with: strictness, accepted warnings, gates of quality."""

import json
import shutil
from pathlib import Path

import pytest

from siting.check import check_file
from siting.errors import InputError, PipelineError, PipelineInvalidError
from siting.pipeline.require import Bounds, judged
from siting.publish import latest
from siting.run import run_plan
from siting.run.judgement import refused

from .. import small_world
from ..commands import siting

HEAD = small_world.PIPELINE.partition("outputs:")[0]
PIPELINE = HEAD + "outputs: [candidates.csv]\n"
# More candidates asked for than there are: a warning.
MANY = PIPELINE.replace("count: 8", "count: 5000")
SKILL = HEAD.replace(
    "candidates:",
    """\
  learned: {learned.classifier: {features: [hot, near_fault], labels: wells, background: 100,
    bootstraps: 2, model: {sklearn.linear_model.LogisticRegression: {}}}}
  skill: {skill.screening: {score: score, features: [hot, near_fault], model: learned.model,
    labels: wells, baselines: {fault_distance: lower}, blocks: [1 degree], buffer: 10 km,
    background: 100, bootstraps: 100, draws: 20}}
candidates:""",
)


@pytest.fixture
def out(tmp_path, monkeypatch):
    """An out folder, and a store of the test's own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return tmp_path / "out"


def run(out: Path, text: str, **options):
    """Run a pipeline over the world, whose files are written once: they hold clock times."""
    path = out.parent / "world" / "small.yaml"
    if not path.exists():
        small_world.make(path.parent)
    path.write_text(text)
    return run_plan(check_file(path), out, **options)


def codes(outcome) -> dict[str, str]:
    return {each.code: each.severity for each in outcome.findings}


def warned(out: Path) -> str:
    """Code of the one warning that the pipeline of many candidates gives."""
    (code,) = (code for code, severity in codes(run(out, MANY)).items() if severity == "warning")
    return code


def test_strict_refuses_and_publishes_nothing(out):
    with pytest.raises(InputError, match=r"STRICT: 1 warning, (.|\n)*nothing was published"):
        run(out, MANY, strict=True)
    assert latest(out) is None


def test_strict_holds_for_a_run_that_was_published_without_it(out):
    run(out, MANY)
    newest = run(out, PIPELINE).run_id
    with pytest.raises(InputError, match=r"STRICT(.|\n)*published without --strict before"):
        run(out, MANY, strict=True)
    assert latest(out).name == newest


def test_strict_passes_with_every_warning_accepted(out):
    code = warned(out)
    outcome = run(out, MANY + f"accept: {{{code}: a small region}}\n", strict=True)
    assert codes(outcome)[code] == "note"
    again = run(out, MANY + f"accept: {{{code}: a small region}}\n", strict=True)
    assert again.reused_all


def test_an_acceptance_of_what_was_not_found_is_a_note(out):
    outcome = run(out, PIPELINE + "accept: {LAYER_CONSTANT: it was once}\n", strict=True)
    (note,) = (each for each in outcome.findings if each.code == "ACCEPT_UNUSED")
    assert note.severity == "note"
    assert note.where == "accept.LAYER_CONSTANT"
    assert note.found == "it was once"


def test_a_misspelt_acceptance_is_told_the_nearest_code(out):
    code = warned(out)
    with pytest.raises(PipelineInvalidError, match=f"CONFIG_REFERENCE(.|\n)*{code}"):
        run(out, MANY + f"accept: {{{code}X: a small region}}\n")


def test_an_accepted_leak_is_a_note_that_names_the_evidence(out):
    leaking = PIPELINE.replace('status: measured, vintage: "2020"', "label_leak: true")
    with pytest.raises(PipelineInvalidError, match="LABEL_LEAK"):
        run(out, leaking)
    outcome = run(out, leaking + "accept: {LABEL_LEAK: drilled before}\n", strict=True)
    (note,) = (each for each in outcome.findings if each.code == "LABEL_LEAK")
    assert note.where == "scoring.score"
    assert "'hot'" in note.message
    assert "drilled before" in note.message
    assert "ACCEPT_UNUSED" not in codes(outcome)


@pytest.mark.parametrize("reason", ["''", "' '", "'-'"])
def test_an_acceptance_needs_a_reason(out, reason):
    with pytest.raises(PipelineInvalidError, match="CONFIG_VALUE(.|\n)*accept.LAYER_CONSTANT"):
        run(out, PIPELINE + f"accept: {{LAYER_CONSTANT: {reason}}}\n")


def test_other_results_of_one_identity_are_told_until_they_are_gone(out):
    outcome = run(out, PIPELINE)
    folder = latest(out)
    shutil.copytree(folder, folder.with_name(f"{folder.name}-0123abcd"))
    outcome = run(out, PIPELINE)
    assert codes(outcome)["RUN_DIFFERS"] == "warning"
    with pytest.raises(InputError, match=r"STRICT(.|\n)*RUN_DIFFERS"):
        run(out, PIPELINE, strict=True)
    shutil.rmtree(folder.with_name(f"{folder.name}-0123abcd"))
    assert run(out, PIPELINE, strict=True).findings == outcome.findings[:-1]


def test_a_repaired_run_is_told_on_the_screen_and_strict_lets_it_pass(out, capsys):
    outcome = run(out, PIPELINE)
    (latest(out) / "candidates.csv").write_text("nothing")
    path = out.parent / "world" / "small.yaml"
    done = siting(capsys, "run", path, "--out", out, "--strict")
    assert done.code == 0
    assert "note RUN_REPAIRED" in done.out
    assert (latest(out) / "candidates.csv").stat().st_size == outcome.files["candidates.csv"]


RECORDS = {
    "skill": {
        "methods": [
            {"name": "score", "stratum": "land", "auc": {"value": 0.8, "low": 0.7}, "fields": 20},
            {"name": "score", "stratum": "far", "auc": {"value": 0.1, "low": 0.0}, "fields": 2},
            {"name": "learned", "stratum": "land", "folds": "blocks", "auc": {"value": 0.7}},
            {"name": "learned", "stratum": "land", "folds": "regions", "auc": {"value": 0.6}},
        ],
        "beats_baseline": False,
        "leakage": {"passed": True},
        "few": {"value": None},
    }
}


@pytest.mark.parametrize(
    ("figure", "wanted", "found", "met"),
    [
        ("skill.auc", Bounds(at_least=0.8), 0.8, True),
        ("skill.auc", Bounds(at_least=0.81), 0.8, False),
        ("skill.auc.low", Bounds(0.6, 0.75), 0.7, True),
        ("skill.fields", Bounds(at_most=10), 20, False),
        ("skill.methods.learned.auc", Bounds(at_least=0.65), 0.6, False),  # the worst folds count
        ("skill.beats_baseline", Bounds(exactly=True), False, False),
        ("skill.leakage.passed", Bounds(exactly=True), True, True),
        ("skill.leakage.passed", Bounds(at_least=0.5), True, False),
        ("skill.few", Bounds(at_least=0.0), None, False),
    ],
)
def test_a_gate_takes_the_worst_figure_of_its_name(figure, wanted, found, met):
    (row,) = judged({figure: wanted}, RECORDS)
    assert (row["found"], row["met"]) == (found, met)


def test_a_figure_that_no_record_has_is_named_with_the_nearest():
    with pytest.raises(PipelineError, match=r"FIGURE_UNKNOWN(.|\n)*wanted: .*skill\.auc"):
        judged({"skill.auk": Bounds(at_least=0.5)}, RECORDS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("score: 0.7", "CONFIG_REFERENCE"),
        ("none.auc: 0.7", "CONFIG_REFERENCE"),
        ("skill.auc: high", "CONFIG_VALUE"),
        ("skill.auc: {at_leas: 1}", "CONFIG_VALUE"),
        ("skill.auc: {}", "CONFIG_VALUE"),
        ("skill.auc: {at_least: 2, at_most: 1}", "CONFIG_VALUE"),
    ],
)
def test_a_gate_that_cannot_be_is_a_mistake_of_the_file(tmp_path, text, code):
    path = small_world.make(tmp_path, SKILL + f"require: {{{text}}}\n")
    with pytest.raises(PipelineInvalidError, match=rf"{code}(.|\n)*\(require\."):
        check_file(path)


def with_regions(folder: Path, text: str) -> Path:
    """The world with ten fields in two regions."""
    path = small_world.make(folder, text)
    rows = (
        f"{i:03d},W{i},{-119.5 + i * 0.35:.2f},{38.4 + (i % 3) * 0.9:.2f},{'ab'[i % 2]}"
        for i in range(10)
    )
    (folder / "wells.csv").write_text("\n".join(["site_id,name,lon,lat,region", *rows]) + "\n")
    return path


def test_a_run_below_its_gate_is_published_and_ends_with_exit_code_5(out, capsys):
    gates = "require: {skill.leakage.draws: 20, skill.methods.score.fields: 50}\n"
    text = SKILL + "outputs: [map.html, report.html]\n" + gates
    path = with_regions(out.parent / "world", text)
    done = siting(capsys, "run", path, "--out", out)
    assert done.code == 5
    assert done.out.index("QUALITY_REFUSED") < done.out.index("Files")
    assert "found:  skill.methods.score.fields 10" in done.err
    assert "wanted: skill.methods.score.fields at least 50" in done.err
    manifest = json.loads((latest(out) / "manifest.json").read_text())
    assert [row["met"] for row in manifest["quality"]] == [True, False]
    assert manifest["findings"][0]["code"] == "QUALITY_REFUSED"
    for page in ("map.html", "report.html"):
        assert "REFUSED by the pipeline" in (latest(out) / page).read_text()

    # The same run again, nothing to compute: refused all the same, as one document.
    again = siting(capsys, "run", path, "--out", out, "--json", "--strict")
    document = json.loads(again.out)
    assert again.code == 5
    assert document["reused_all"]
    assert document["errors"][0]["code"] == "QUALITY_REFUSED"
    outcome = run_plan(check_file(path), out)
    assert refused(outcome.quality).exit_code == 5

    path.write_text(text.replace("draws: 20, skill", "drawn: 20, skill"))
    with pytest.raises(PipelineError, match=r"FIGURE_UNKNOWN(.|\n)*skill\.leakage\.draws"):
        run_plan(check_file(path), out)
    assert latest(out).name == outcome.run_id
