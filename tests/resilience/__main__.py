"""Kill, fill, damage and race whole runs, and print a table of what came of it.

    python -m tests.resilience [EXPERIMENT ...] [--every N] [--first N] [--kills N] [--rounds N]
                               [--quick]

Experiments: points tiles kills faults limits disks races sharing stored published; all where none
is named. With ``--every 1``, the default, each durable step and each file is tried: half an hour.
The exit code is not 0 where anything is torn, differs, or ends otherwise than it should.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .. import small_world
from . import crashes, damage, sharing
from .tally import Tally, table
from .world import QUICK, World

Experiment = Callable[[World, argparse.Namespace], list[Tally]]
MB = 1_000_000


def steps(world: World, every: int, first: int = 1) -> list[int]:
    return list(range(first, crashes.count_steps(world) + 1, every))


def points(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [crashes.points(world, steps(world, asked.every, asked.first))]


def tiles(world: World, asked: argparse.Namespace) -> list[Tally]:
    last = crashes.count_steps(world, crashes.small_tiles)
    return [crashes.tiles(world, list(range(1, last + 1, max(4 * asked.every, 25))))]


def kills(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [crashes.kills(world, asked.kills)]


def faults(world: World, asked: argparse.Namespace) -> list[Tally]:
    """All faults at each step; of a sample, all faults together."""
    apart = 1 if asked.every == 1 else asked.every * len(crashes.FAULTS)
    return [
        crashes.faults(world, name, steps(world, apart, 1 + i * asked.every % apart))
        for i, name in enumerate(crashes.FAULTS)
    ]


def limits(world: World, asked: argparse.Namespace) -> list[Tally]:
    sizes = (3000, 6000, 9000, 12_000, 20_000, 60_000, 110_000, 250_000, 300_000)
    # Below what the libraries take, and within the run.
    more = tuple(each * MB for each in (8, 100, 130, 160, 200, 250, 300, 400, 600, 900))
    every = min(asked.every, 3)
    return [
        crashes.limits(world, "a limit on file size", sizes[::every], file_size, "DISK_FULL"),
        crashes.limits(world, "a limit on memory", more[::every], memory, "MEMORY_"),
    ]  # fmt: skip


def file_size(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def memory(more: int) -> None:
    """Limit the address space to what it is now and so many bytes more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def disks(world: World, asked: argparse.Namespace) -> list[Tally]:
    sizes = [4096 * pages for pages in (1, 3, 9, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 250)]
    if not can_mount(world.folder / "mount"):
        print("disks: not tried, since this user may not mount a tmpfs", file=sys.stderr)
        return []
    return [crashes.small_disks(world, sizes[:: min(asked.every, 3)], mount, unmount)]


def can_mount(folder: Path) -> bool:
    folder.mkdir()
    try:
        mount(folder, MB)
    except (subprocess.CalledProcessError, OSError):
        return False
    unmount(folder)
    return True


def mount(folder: Path, size: int) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def races(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [sharing.races(world, asked.rounds)]


def shared(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [sharing.sharing(world, -(-asked.rounds // 5))]


def stored(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [damage.stored(world, asked.every)]


def published(world: World, asked: argparse.Namespace) -> list[Tally]:
    return [damage.published(world, asked.every)]


EXPERIMENTS: dict[str, tuple[str, Experiment]] = {
    "points": (QUICK, points),
    "tiles": (QUICK, tiles),
    "kills": (small_world.PIPELINE, kills),
    "faults": (QUICK, faults),
    "limits": (small_world.PIPELINE, limits),
    "disks": (small_world.PIPELINE, disks),
    "races": (QUICK, races),
    "sharing": (QUICK, shared),
    "stored": (QUICK, stored),
    "published": (QUICK, published),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience", description=__doc__)
    parser.add_argument("experiments", nargs="*", choices=[*EXPERIMENTS, []])
    parser.add_argument("--every", type=int, default=1, help="try each N-th step or file")
    parser.add_argument("--first", type=int, default=1, help="first step to be killed at")
    parser.add_argument("--kills", type=int, default=200, help="kills at random moments")
    parser.add_argument("--quick", action="store_true", help="few outputs in all experiments")
    parser.add_argument("--rounds", type=int, default=50, help="rounds of runs at once")
    asked = parser.parse_args()
    names = asked.experiments or list(EXPERIMENTS)
    tallies: list[Tally] = []
    texts = {name: QUICK if asked.quick else EXPERIMENTS[name][0] for name in names}
    for text in dict.fromkeys(texts.values()):
        with tempfile.TemporaryDirectory(prefix="siting-resilience-") as folder:
            world = World(Path(folder), text)
            for name in names:
                if texts[name] == text:
                    tallies += EXPERIMENTS[name][1](world, asked)
    print(table(tallies))
    return int(any(tally.failed for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
