"""Manifests of a published run, damaged or of another age: no command breaks over them."""

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from siting import findings
from siting.check import check_file
from siting.errors import SitingError
from siting.history.comparison import compare
from siting.history.explanation import explain
from siting.history.published import load
from siting.history.verification import verify_run
from siting.publish import find_run
from siting.run import run_plan
from siting.store import Store, canonical

from .. import small_world
from . import odd
from .mistakes import places

PIPELINE = small_world.PIPELINE.split("outputs:")[0] + "outputs: [candidates.csv, score.tif]\n"
COUNT = 24


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    run_plan(check_file(small_world.make(folder, PIPELINE)), folder / "out")
    return folder


@pytest.fixture
def run(published: Path, tmp_path: Path) -> Path:
    """A copy of the run, whose manifest may be written over."""
    shutil.copytree(published, tmp_path / "w", symlinks=True)
    (folder,) = (tmp_path / "w/out/runs").iterdir()
    return folder


def commands(folder: Path, world: Path) -> dict[str, Callable[[], Any]]:
    """What a person may ask about a run, besides having it made again."""
    original = load(next((world / "out/runs").iterdir()))
    return {
        "find": lambda: find_run(folder.parent.parent, folder.name),
        "verify": lambda: verify_run(load(folder), Store(verify=True)),
        "diff": lambda: (compare(original, load(folder)), compare(load(folder), original)),
        "explain": lambda: explain(check_file(world / "small.yaml"), folder.parent.parent),
    }


def tried(folder: Path, world: Path) -> dict[str, str]:
    """How each command ended: with an answer, or with the code of an error."""
    endings = {}
    for name, command in commands(folder, world).items():
        try:
            with findings.collect():
                command()
        except SitingError as error:
            endings[name] = error.code
        else:
            endings[name] = "answer"
    return endings


def test_a_damaged_manifest_is_damaged_for_every_command(run: Path, published: Path) -> None:
    content = (run / "manifest.json").read_bytes()
    rng = random.Random(3)
    for _ in range(COUNT // 2):
        at = rng.randrange(len(content))
        changed = content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
        (run / "manifest.json").write_bytes(changed)
        same = _content(changed) == json.loads(content)
        endings = tried(run, published)
        assert endings["verify"] == endings["diff"] == ("answer" if same else "RUN_DAMAGED")


def _content(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_a_manifest_of_another_age_is_read_or_refused(run: Path, published: Path) -> None:
    """Its own digest is right, as another version of siting would have written it."""
    content = json.loads((run / "manifest.json").read_bytes())
    codes = set()
    for seed in range(COUNT):
        rng, changed = random.Random(seed), deepcopy(content)
        container, key = rng.choice(places(changed))
        if rng.random() < 0.5:
            del container[key]
        else:
            container[key] = rng.choice((None, {}, [], "", -1, True, rng.choice(odd.QUANTITIES)))
        changed.pop("digest", None)
        digest = hashlib.sha256(canonical(changed).encode()).hexdigest()
        (run / "manifest.json").write_bytes(canonical({**changed, "digest": digest}).encode())
        codes |= set(tried(run, published).values())
    assert "answer" in codes
