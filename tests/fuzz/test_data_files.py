"""A few mutated files of every format; thousands by ``python -m tests.fuzz data``."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .damage import DAMAGES, damaged
from .data_files import DataFiles, alike
from .originals import GRID, WRITERS
from .worker import Tally, listening, try_one

COUNT = 24


def tried(fuzzer: DataFiles, folder: Path, count: int) -> Tally:
    fuzzer.prepare(folder)
    tally = Tally()
    with listening() as heard:
        for index in range(count):
            try_one(fuzzer, index, heard, tally)
    return tally


@pytest.mark.parametrize("form", WRITERS)
def test_no_damage_goes_unnoticed_where_the_digest_is_stated(form: str, tmp_path: Path) -> None:
    tally = tried(DataFiles(5, form), tmp_path, COUNT)
    broken = [each for each in tally.faults if each.kind != "slow"]
    assert not broken, [(each.index, each.kind, each.detail) for each in broken]
    assert tally.tried == COUNT
    refused = sum(tally.outcomes[f"{each}: refused"] for each in ("manifest", "no manifest"))
    assert refused >= COUNT // 3


@pytest.mark.parametrize("form", WRITERS)
def test_an_undamaged_file_is_read_as_it_was_written(form: str, tmp_path: Path) -> None:
    fuzzer = DataFiles(5, form)
    fuzzer.prepare(tmp_path)
    for number, original in enumerate(fuzzer.originals):
        notes = {"original.number": str(number).encode(), "digest.kept": b"sums"}
        assert fuzzer.attempt({**original.files, **notes}).outcomes == ("manifest: equal",)


def test_a_silent_change_is_told(tmp_path: Path) -> None:
    fuzzer = DataFiles(5, "csv")
    fuzzer.prepare(tmp_path)
    original = fuzzer.originals[0]
    changed = original.files["a.csv"].replace(b"Bron 3", b"Bron 4")
    notes = {"original.number": b"0", "digest.kept": b"none"}
    attempt = fuzzer.attempt({"a.csv": changed, **notes})
    assert attempt.outcomes == ("no manifest: CHANGED SILENTLY",)


def test_values_that_differ_in_one_cell_are_not_alike(tmp_path: Path) -> None:
    fuzzer = DataFiles(5, "geotiff")
    fuzzer.prepare(tmp_path)
    layer = fuzzer.values[0]
    assert layer.shape == tuple(GRID.shape.yx)
    other = layer.copy(data=np.where(layer == layer[0, 0], 0, layer))
    assert alike(layer, layer)
    assert not alike(layer, other)


@pytest.mark.parametrize("damage", sorted(set(DAMAGES), key=lambda each: each.__name__))
def test_every_damage_changes_bytes(damage: Callable[[random.Random, bytes], bytes]) -> None:
    content = bytes(range(256)) * 8
    changed = [damage(random.Random(seed), content) != content for seed in range(20)]
    assert sum(changed) > 15
    assert damaged(random.Random(1), content) == damaged(random.Random(1), content)
