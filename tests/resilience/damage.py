"""Files that are flipped, cut, emptied or removed: healed by the next run, or not believed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .tally import Tally
from .world import Trial, World


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


HARMS: dict[str, Callable[[Path], None]] = {
    "flipped": flip, "cut": cut, "emptied": empty, "removed": Path.unlink,
}  # fmt: skip


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def harmed(paths: list[Path], every: int) -> Iterator[tuple[Path, str, list[str]]]:
    """Each file with each harm, with and without --verify; or every so many of these."""
    cases = [
        (path, harm, options) for path in paths for harm in HARMS for options in ([], ["--verify"])
    ]
    return iter(cases[::every])


def stored(world: World, every: int = 1) -> Tally:
    """Each file of the store is damaged in turn; the next run has the same bytes and heals it."""
    tally = Tally("a damaged file in the store")
    trial = world.trial("stored")
    world.run(trial)
    for path, harm, options in harmed(files(trial.store), every):
        with tally.trying(f"{path.relative_to(trial.store)} {harm} {options}"):
            world.forget_run(trial)
            if not path.exists() or (harm != "removed" and path.stat().st_size == 0):
                continue
            HARMS[harm](path)
            ended = world.run(trial, *options)
            _judge(world, trial, tally, ended.code, ended.said)
    return tally


def published(world: World, every: int = 1) -> Tally:
    """Each file of the published run is damaged in turn; the next run says so and replaces it."""
    tally = Tally("a damaged file of a published run")
    trial = world.trial("published")
    world.run(trial)
    for path, harm, options in harmed(files(trial.out / world.newest), every):
        with tally.trying(f"{path.name} {harm} {options}"):
            HARMS[harm](path)
            ended = world.run(trial, *options)
            _judge(world, trial, tally, ended.code, ended.said)
            if "RUN_REPAIRED" not in ended.said:
                tally.say(f"nobody is told:\n{ended.said}")
    return tally


def _judge(world: World, trial: Trial, tally: Tally, code: int, said: str) -> None:
    tally.ended[code] = tally.ended.get(code, 0) + 1
    if code != 0:
        tally.say(f"exit {code}\n{said[-1500:]}")
    if wrong := world.differing(trial):
        tally.differing += 1
        tally.say(f"differing: {wrong}")
