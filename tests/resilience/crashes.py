"""Runs that are killed, interrupted, or find a full disk; what they leave, and the run after."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from siting import grid
from siting.run import execution

from .tally import Tally
from .warm import Ended
from .world import Trial, World

KILLED = -9
# What a fault may end in: exit code, and what has to be said.
ENDS = {
    "ENOSPC": (4, "DISK_FULL"),
    "EROFS": (4, "NOT_WRITABLE"),
    "EIO": (4, "STORAGE_FAILED"),
    "MEMORY": (4, "MEMORY_FULL"),
    "SIGINT": (130, "interrupted"),
    "SIGTERM": (143, ""),
}
FAULTS = ("ENOSPC", "+ENOSPC", "+EROFS", "EIO", "MEMORY", "SIGINT", "SIGTERM")


def count_steps(world: World, before: Callable[[], None] = lambda: None) -> int:
    """How many durable steps the run of a world has; a few depend on how its threads meet."""
    asked = {"SITING_KILL_AT": "count"}
    ended = world.run(world.trial("count"), environment=asked, before=before)
    found = re.search(r"siting: (\d+) durable steps", ended.said)
    if found is None:
        raise RuntimeError(ended.said)
    return int(found[1])


def points(world: World, numbers: list[int]) -> Tally:
    """Killed right before each of these durable steps."""
    tally = Tally("killed at a durable step")
    for number in numbers:
        with tally.trying(f"step {number}"):
            trial = world.trial("point")
            ended = world.run(trial, environment={"SITING_KILL_AT": str(number)})
            if ended.code != KILLED:
                tally.say(f"exit {ended.code}\n{ended.said}")
            _look(world, trial, tally)
            _again(world, trial, tally, ended)
    return tally


def kills(world: World, count: int, seed: int = 0) -> Tally:
    """Killed at random moments, one to three times, before a run is left alone."""
    tally = Tally("kill -9 at a random moment")
    chance = random.Random(seed)
    while tally.tried < count:
        trial = world.trial("kill")
        last = None
        for _ in range(min(chance.choice((1, 1, 2, 3)), count - tally.tried)):
            moment = chance.uniform(0, world.seconds)
            with tally.trying(f"after {moment:.3f} s"):
                last = world.run(trial, kill_after=moment)
                _look(world, trial, tally)
        with tally.trying("the run after", counts=False):
            _again(world, trial, tally, last)
    return tally


def tiles(world: World, numbers: list[int]) -> Tally:
    """Killed in the midst of layers of many tiles: finished ones are not computed again."""
    tally = Tally("killed among many tiles")
    for number in numbers:
        with tally.trying(f"step {number}"):
            trial = world.trial("tiles")
            asked = {"SITING_KILL_AT": str(number)}
            killed = world.run(trial, environment=asked, before=small_tiles)
            ended = world.run(trial, before=small_tiles)
            if (killed.code, ended.code) != (KILLED, 0):
                tally.say(f"exits {killed.code}, {ended.code}\n{ended.said}")
            # Each of the two threads may have lost the tile that it was at.
            again = sorted(set(killed.tiles) & set(ended.tiles))
            tally.redone = max(tally.redone, len(again))
            if len(again) > 2:
                tally.say(f"computed again: {again}")
    return tally


def small_tiles() -> None:
    """Tiles of 8 x 8 cells: 20 of them in a layer of the small world."""
    grid.tiling.TILE = 8


def faults(world: World, name: str, numbers: list[int]) -> Tally:
    """A fault at each of these durable steps; those with + stay from then on."""
    tally = Tally(f"{name} at a durable step")
    sign, what = ("+", name[1:]) if name.startswith("+") else ("", name)
    for number in numbers:
        with tally.trying(f"step {number}"):
            trial = world.trial("fault")
            asked = {"SITING_FAIL_AT": f"{number}{sign}:{what}"}
            ended = world.run(trial, environment=asked)
            _ended_well(world, trial, tally, ended, *ENDS[what])
            _again(world, trial, tally, None)
    return tally


def blind() -> None:
    """Let a run begin though it could know that the disk or the memory is too small."""
    execution.require_room = lambda *needs: None


def limits(world: World, name: str, values: Iterator[int], set_limit: Callable[[int], None],
           code: str) -> Tally:  # fmt: skip
    """A limit of the system's own on each run: size of files, memory."""
    tally = Tally(name)
    for value in values:
        with tally.trying(f"{value:,} bytes"):
            trial = world.trial("limit")
            ended = world.run(trial, before=lambda value=value: (blind(), set_limit(value)))
            _ended_well(world, trial, tally, ended, 4, code)
            _again(world, trial, tally, None)
    return tally


def small_disks(world: World, sizes: list[int], mount: Callable[[Path, int], None],
                unmount: Callable[[Path], None]) -> Tally:  # fmt: skip
    """Results, or the store, on a real disk with so many bytes free."""
    tally = Tally("a small disk, full")
    for size in sizes:
        for part in ("out", "store"):
            with tally.trying(f"{part} on {size:,} bytes"):
                trial = world.trial("disk")
                _on_a_disk(world, trial, tally, trial.folder / part, size, mount, unmount)
    return tally


def _on_a_disk(
    world: World, trial: Trial, tally: Tally, place: Path, size: int,
    mount: Callable[[Path, int], None], unmount: Callable[[Path], None],
) -> None:  # fmt: skip
    results = place == trial.out
    mount(place, size + (world.earlier_bytes if results else 0))
    try:
        if results:
            world.copy_earlier(trial)
        ended = world.run(trial, before=blind)
        _ended_well(world, trial, tally, ended, 4, "DISK_FULL")
    finally:
        unmount(place)


def _ended_well(
    world: World, trial: Trial, tally: Tally, ended: Ended, code: int, said: str
) -> None:
    """Either the fault did not matter, and all is as it must be; or it is told, by its code."""
    if ended.code == 0:
        if wrong := world.differing(trial, published=True):
            tally.differing += 1
            tally.say(f"exit 0, but {wrong}")
    elif ended.code != code or said not in ended.said or "Traceback" in ended.said:
        tally.say(f"exit {ended.code}, wanted {code} and {said!r}\n{ended.said[-1500:]}")
    tally.ended[ended.code] = tally.ended.get(ended.code, 0) + 1
    _look(world, trial, tally)


def _look(world: World, trial: Trial, tally: Tally) -> None:
    if torn := world.torn(trial):
        tally.torn += 1
        tally.say(f"torn: {torn}")


def _again(world: World, trial: Trial, tally: Tally, before: Ended | None) -> None:
    """A plain run: it succeeds, redoes one step at most, and leaves all as it must be."""
    ended = world.run(trial)
    if ended.code != 0:
        tally.say(f"the run after: exit {ended.code}\n{ended.said[-1500:]}")
    if wrong := world.differing(trial):
        tally.differing += 1
        tally.say(f"differing: {wrong}")
    redone = set(ended.begun) & set(before.begun if before else ())
    tally.redone = max(tally.redone, len(redone))
    if len(redone) > 1:
        tally.say(f"redone: {sorted(redone)}")
