"""A few thousand mutated pipeline files; a million by ``python -m tests.fuzz yaml``."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from siting.check import check
from siting.errors import PipelineError, PipelineInvalidError
from siting.io import yaml

from .. import small_world
from . import structure
from .emit import emit
from .limits import SHAPES
from .pipeline_files import LEVELS, PipelineFiles, content, judge
from .worker import Tally, listening, try_one

COUNT = 150


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineFiles]:
    made = PipelineFiles(seed=7)
    made.prepare(tmp_path_factory.mktemp("fuzz"))
    return made


@pytest.mark.parametrize("level", LEVELS[:3])
def test_mutated_pipeline_files_end_with_a_plan_or_with_errors(
    fuzzer: PipelineFiles, level: str
) -> None:
    fuzzer.level = level
    tally = Tally()
    with listening() as heard:
        for index in range(COUNT):
            try_one(fuzzer, index, heard, tally)
    broken = [each for each in tally.faults if each.kind != "slow"]
    assert not broken, [(each.index, each.kind, each.detail) for each in broken]
    assert tally.tried == COUNT
    assert len(tally.outcomes) > 5  # it is not one mistake over and over


def test_large_pipeline_files_end_with_a_plan_or_with_errors(fuzzer: PipelineFiles) -> None:
    tally = Tally()
    with listening() as heard:
        for shape in SHAPES:
            try_one(OneFile(fuzzer, shape(300).encode()), 0, heard, tally)
    broken = [each for each in tally.faults if each.kind != "slow"]
    assert not broken, [(each.kind, each.detail) for each in broken]
    assert {"PLAN", "FUNCTION_UNKNOWN", "SOURCE_UNKNOWN", "CYCLE"} <= tally.outcomes.keys()


class OneFile(PipelineFiles):
    """The same file at every attempt."""

    def __init__(self, prepared: PipelineFiles, content: bytes) -> None:
        super().__init__(prepared.seed)
        self.folder = prepared.folder
        self.content = content

    def files(self, index: int) -> dict[str, bytes]:
        return {"p.yaml": self.content}


def test_the_same_seed_gives_the_same_bytes() -> None:
    for level in LEVELS:
        one, other = (content(random.Random("7/3"), level) for _ in range(2))
        assert one == other


def test_generated_pipelines_are_plans_often_enough_to_reach_the_depths(tmp_path: Path) -> None:
    small_world.make(tmp_path)
    plans = 0
    for seed in range(120):
        rng = random.Random(seed)
        try:
            check(yaml.load(emit(structure.pipeline(rng), rng), "p.yaml"), tmp_path)
        except PipelineError:
            continue
        plans += 1
    assert plans >= 15


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PipelineError("X_Y", "m", where="p.yaml:99:1 (a)"), "line 99"),
        (PipelineError("X_Y", "m", where="p.yaml:1:99 (a)"), "column 99"),
        (PipelineError("X_Y", "m", where="elsewhere"), "no place"),
        (PipelineError("X_Y", "m", where="p.yaml"), "no line"),
        (PipelineError("X_Y", "", where="p.yaml:1:1"), "no message"),
        (PipelineError("oops", "m", where="p.yaml:1:1"), "no code"),
        (PipelineError("X_Y", "m" * 30_000, where="p.yaml:1:1"), "message of"),
        (PipelineError("X_Y", "\ud800", where="p.yaml:1:1"), "half a character"),
    ],
)
def test_the_judge_finds_planted_faults(
    error: PipelineError, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def planted(*args: object) -> None:
        raise PipelineInvalidError([error])

    monkeypatch.setattr("tests.fuzz.pipeline_files.check", planted)
    assert words in judge(b"a: 1\nb: 2\n", tmp_path).detail
