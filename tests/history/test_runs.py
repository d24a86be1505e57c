"""Published runs of the small world: compared, explained, verified, cleared away."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from siting.check import check_file
from siting.errors import InputError, StorageError
from siting.history.clearing import clear
from siting.history.comparison import compare
from siting.history.explanation import explain
from siting.history.published import find, folders, load
from siting.history.verification import verify_run, verify_store
from siting.pipeline.watcher import Watcher
from siting.publish import latest
from siting.run import run_plan
from siting.store import Store

from .. import small_world
from ..commands import siting

PIPELINE = small_world.PIPELINE.partition("outputs:")[0] + "outputs: [candidates.csv, score.tif]\n"
OTHER_LOW = PIPELINE.replace("low: 40 mW", "low: 50 mW")


class World:
    """A small world in a folder, its runs, and the names of the steps that the last one made."""

    def __init__(self, folder: Path) -> None:
        self.path = small_world.make(folder / "world", PIPELINE)
        self.out = folder / "out"
        self.made: set[str] = set()

    def run(self, text: str = PIPELINE) -> "object":
        self.path.write_text(text)
        watcher = Made()
        run_plan(check_file(self.path), self.out, progress=watcher)
        self.made = watcher.names - {"results"}
        return load(latest(self.out))

    def warm(self) -> None:
        """Other heat, the same hottest place."""
        small_world.write_raster(self.path.parent / "heat.tif", small_world.heat() + 3)


class Made(Watcher):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def done(self, name: str) -> None:
        self.names.add(name)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A world with a store of its own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return World(tmp_path)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of one world: as it is, then with one thing changed, two things, and so on."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_STORE", str(folder / "store"))
        world = World(folder)
        found = {
            "base": world.run(),
            "low": world.run(OTHER_LOW),
            "few": world.run(PIPELINE.replace("count: 8", "count: 5")),
            "idle": world.run(PIPELINE.replace("threshold: 150 km", "threshold: 150.001 km")),
            "accepted": world.run(PIPELINE + "accept: {LAYER_CONSTANT: it is a small world}\n"),
            "comment": world.run(PIPELINE + "# more to come\n"),
            "other": world.run(
                PIPELINE.replace("Small world", "Another").replace("score.tif", "near_fault.tif")
            ),
            "coarse": world.run(PIPELINE.replace("resolution: 0.1", "resolution: 0.2")),
        }
        world.warm()
        found["warm"] = world.run()
        found["both"] = world.run(OTHER_LOW)
        yield found


def causes(found) -> dict[str, str]:
    return {each.what: each.change for each in found.causes}


def test_equal_runs_are_said_to_be_equal(runs):
    found = compare(runs["base"], runs["base"])
    assert found.equal
    assert found.ranking.same
    assert not found.causes


def test_a_changed_parameter_is_the_cause_and_what_follows_is_not(runs):
    found = compare(runs["base"], runs["low"])
    assert causes(found) == {"layers.hot.low": "40 -> 50 mW m-2"}
    assert found.causes[0].redoes == ("hot", "score")
    assert found.attribution == "only layers.hot.low can have moved them"
    assert found.ranking.rescored > 0
    assert found.files == {"candidates.csv": "differs", "score.tif": "differs"}


def test_a_changed_file_is_the_cause(runs):
    found = compare(runs["base"], runs["warm"])
    (what, change), = causes(found).items()  # fmt: skip
    assert what == "sources.heat"
    old, new = (runs[name].manifest["inputs"]["heat.tif"][:12] for name in ("base", "warm"))
    assert change == f"the file changed (sha256 {old}... -> {new}...)"
    assert {"heat", "hot", "score"} == set(found.causes[0].redoes)


def test_two_causes_are_not_told_apart(runs):
    found = compare(runs["base"], runs["both"])
    assert set(causes(found)) == {"sources.heat", "layers.hot.low"}
    assert "2 changes" in found.attribution
    assert "cannot tell them apart" in found.attribution


def test_fewer_candidates_vanish_by_their_rank(runs):
    found = compare(runs["base"], runs["few"])
    assert causes(found) == {"candidates.count": "8 -> 5"}
    assert [site["rank"] for site in found.ranking.vanished] == [6, 7, 8]
    assert found.files["score.tif"] == "same"


def test_a_change_that_changes_no_value_is_not_blamed(runs):
    # No cell's centre lies between the two thresholds, a metre apart.
    found = compare(runs["idle"], runs["few"])
    idle = next(each for each in found.causes if each.what == "exclusions.far.threshold")
    assert idle.change == "150.001 -> 150 km"
    assert idle.same_values
    assert found.attribution == "only candidates.count can have moved them"


@pytest.mark.parametrize(
    ("name", "what"),
    [("accepted", "accept.LAYER_CONSTANT"), ("comment", "text of the pipeline file")],
)
def test_what_changes_no_value_moves_no_candidate(runs, name, what):
    found = compare(runs["base"], runs[name])
    assert what in causes(found)
    assert found.ranking.same
    assert not found.equal
    assert found.attribution == "the candidates are the same"


def test_different_pipelines_are_compared_as_far_as_they_go(runs):
    found = compare(runs["base"], runs["other"])
    assert found.other_pipeline
    assert found.files["score.tif"] == "only in the first"
    assert causes(found)["outputs"]
    assert causes(found)["name"] == "Small world -> Another"


def test_candidates_of_a_coarser_grid_are_matched_by_place(runs):
    found = compare(runs["base"], runs["coarse"])
    assert "resolution 0.1 x 0.1 -> 0.2 x 0.2" in causes(found)["grid"]
    assert "name_before" in str(found.ranking.moved) or found.ranking.appeared


def test_comparison_is_json_and_text(runs, capsys):
    out = runs["base"].folder.parents[1]
    ids = [runs[name].name for name in ("base", "both")]
    done = siting(capsys, "diff", *ids, "--out", out, "--json")
    assert done.code == 0
    assert json.loads(done.out)["candidates"]["rescored"] > 0
    done = siting(capsys, "diff", ids[0][:8], out, "--out", out)
    assert "layers.hot.low: 40 -> 50 mW m-2" in done.out
    assert "cannot tell them apart" in " ".join(done.out.split())


def test_a_run_is_found_by_folder_by_out_folder_and_by_id(runs):
    base, out = runs["base"], runs["base"].folder.parents[1]
    assert find(str(base.folder), Path("nowhere")).name == base.name
    assert find(base.name, out).folder == base.folder
    assert find(str(out), Path("nowhere")).folder == latest(out)
    with pytest.raises(InputError, match=rf"RUN_UNKNOWN(.|\n)*{base.name}"):
        find("ffffffff", out)
    with pytest.raises(InputError, match="RUN_UNKNOWN"):
        find("../..", out)


def test_explanation_before_any_run_names_every_step(world):
    found = explain(check_file(world.path), world.out)
    assert all(step.computed for step in found.steps)
    assert found.steps[0].reasons == ("nothing like it is stored yet",)
    assert not world.out.exists()


def test_explanation_foretells_what_the_run_computes_and_why(world):
    world.run()
    before = explain(check_file(world.path), world.out)
    assert before.published
    assert not any(step.computed for step in before.steps)
    world.warm()
    world.path.write_text(OTHER_LOW.replace("half_distance: 20 km", "half_distance: 25 km"))
    stored = Store().stored_keys()
    found = explain(check_file(world.path), world.out)
    assert Store().stored_keys() == stored
    reasons = {step.name: step.reasons for step in found.steps if step.computed}
    assert reasons["hot"] == ("layers.hot.low: 40 -> 50 mW m-2",)
    assert reasons["near_fault"] == ("layers.near_fault.half_distance: 20 -> 25 km",)
    assert "the file changed" in reasons["heat"][0]
    assert reasons["score"][0].startswith("follows from ")
    world.run(world.path.read_text())
    assert world.made == set(reasons)


def test_explanation_compares_with_the_store_where_there_is_no_run(world, capsys):
    world.run()
    shutil.rmtree(world.out)
    world.path.write_text(OTHER_LOW)
    done = siting(capsys, "explain", world.path, "--out", world.out)
    assert "hot: low: 40 -> 50 mW m-2" in done.out
    assert "2 values would be computed, 6 reused" in done.out


def test_explanation_says_that_a_stored_value_is_gone(world):
    run = world.run()
    Store().discard(run.manifest["steps"]["hot"]["key"])
    found = explain(check_file(world.path), world.out)
    (step,) = (each for each in found.steps if each.computed)
    assert step.name == "hot"
    assert "gone" in step.reasons[0]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_verification_finds_a_flipped_bit_in_a_file(world, capsys):
    run = world.run()
    assert not verify_run(run, Store(verify=True)).damaged
    flip(run.folder / "score.tif")
    done = siting(capsys, "verify", "--out", world.out)
    assert done.code == 4
    assert "RUN_DAMAGED" in done.err
    assert str(run.folder / "score.tif") in done.out.replace("\n", "")
    (run.folder / "score.tif").unlink()
    done = siting(capsys, "verify", run.folder, "--json")
    document = json.loads(done.out)
    assert document["errors"][0]["code"] == "RUN_DAMAGED"
    assert document["damaged"][0]["found"] == "missing"


def test_verification_finds_a_damaged_value_and_counts_absent_ones(world, capsys):
    run = world.run()
    keys = [run.manifest["steps"][name]["key"] for name in ("hot", "score")]
    tile = next(path for path in Store().place(keys[0]).rglob("c/*/*") if path.is_file())
    flip(tile)
    Store().discard(keys[1])
    found = verify_run(run, Store(verify=True))
    assert [Path(each["where"]).name for each in found.damaged] == [keys[0]]
    assert found.absent == 1
    assert len(verify_store(Store(verify=True)).damaged) == 1
    done = siting(capsys, "verify", "--store")
    assert done.code == 4
    assert "OBJECT_DAMAGED" in done.err


def test_damaged_runs_are_not_compared(world):
    run = world.run()
    (run.folder / "candidates.csv").write_bytes(b"rank,\xff\n")
    with pytest.raises(StorageError, match=r"RUN_DAMAGED(.|\n)*candidates\.csv"):
        compare(run, run)


def test_a_damaged_manifest_is_told(world):
    run = world.run()
    path = run.folder / "manifest.json"
    path.write_text(path.read_text().replace("Small world", "Smaller world"))
    with pytest.raises(StorageError, match="RUN_DAMAGED"):
        find(str(world.out), world.out)


def test_the_last_runs_and_the_latest_stay(world):
    first, second, third = (world.run(text) for text in (PIPELINE, OTHER_LOW, PIPELINE + "# c\n"))
    world.run(PIPELINE)  # published before: now the latest again
    assert latest(world.out) == first.folder
    told = clear(None, None, None, world.out, 1, True)
    assert told.runs == [second.name]
    assert told.run_bytes > 0
    assert len(folders(world.out)) == 3
    assert clear(None, None, None, world.out, 1, False).runs == [second.name]
    assert {path.name for path in (world.out / "runs").iterdir()} == {first.name, third.name}
    assert latest(world.out) == first.folder
    assert not (world.out / ".staging").exists()


def test_unused_values_go_and_a_dry_run_only_tells(world, capsys):
    world.run()
    old = time.time() - 40 * 86_400
    keys = Store().stored_keys()
    for key in keys[:3]:
        os.utime(Store().place(key), (old, old))
    done = siting(capsys, "gc", "--dry-run", "--json")
    told = json.loads(done.out)
    assert (told["objects"], told["kept_objects"]) == (3, len(keys) - 3)
    assert told["object_bytes"] > 0
    assert Store().stored_keys() == keys
    done = siting(capsys, "gc")
    assert "freed: 3 stored values" in done.out
    assert Store().stored_keys() == keys[3:]
    assert siting(capsys, "gc", "--keep-bytes", "5 elephants").code == 2
