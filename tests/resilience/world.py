"""One small run as it ought to be, and copies of its beginning to spoil."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from siting.publish import latest

from .. import small_world
from . import warm

QUICK = small_world.PIPELINE.partition("outputs:")[0] + "outputs: [candidates.csv, score.tif]\n"
PAGE = 4096
# Which run a request came to: not noted where anything it follows from moved in the meantime, and
# checked whenever it is used. Without it a run is planned, and found by its identity.
SHORTCUT = "store/asked/"
FORGETFUL = ("seen", "timings.json")  # in the store: inodes and clock times


@dataclass
class Trial:
    """Folders of one run: an earlier run in its ``out``, an empty store."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class World:
    """A pipeline, the folder of an earlier run of another, and what its own run must give.

    Parameters
    ----------
    folder : Path
        A folder for everything.
    pipeline : str
        Text of the pipeline file.
    """

    def __init__(self, folder: Path, pipeline: str = QUICK) -> None:
        self.folder = folder
        self.pipeline = small_world.make(folder / "world", pipeline)
        earlier = self.pipeline.with_name("earlier.yaml")
        earlier.write_text(pipeline.replace("near_fault: 1}", "near_fault: 3}"))
        time.sleep(2.1)  # files must be older than that for their digests to be remembered
        self._earlier = Trial(folder / "earlier")
        self._must(earlier, self._earlier)
        for path in ("objects", "seen", "tmp"):  # what is known of modules stays: it takes a second
            shutil.rmtree(self._earlier.store / path)
        pages = (-(-len(data) // PAGE) for data in tree(self._earlier.out).values())
        self.earlier_bytes = PAGE * (sum(pages) + 1)
        self.first = latest(self._earlier.out)
        self.reference = self.trial("reference")
        self.seconds = self._must(self.pipeline, self.reference)
        self.objects = tree(self.reference.store / "objects")
        self.runs = tree(self.reference.out / "runs")
        self.newest = (self.reference.out / "latest").readlink()

    def _must(self, pipeline: Path, trial: Trial) -> float:
        """Seconds that a run takes that has to succeed, everything imported."""
        environment = {"SITING_STORE": str(trial.store)}
        if trial.folder.name == "earlier":
            warm.warm_up(pipeline, trial.out, environment, self.folder)
            shutil.rmtree(trial.folder)
        ended = self.run(trial, pipeline=pipeline)
        if ended.code != 0:
            raise RuntimeError(ended.said)
        return ended.seconds

    def trial(self, name: str) -> Trial:
        """A new copy of the state before the run."""
        trial = Trial(self.folder / name)
        trial.remove()
        for path in ("out", "store"):
            shutil.copytree(self._earlier.folder / path, trial.folder / path, symlinks=True)
        return trial

    def copy_earlier(self, trial: Trial) -> None:
        """Put the earlier run into the ``out`` of a trial, which is an empty folder."""
        shutil.copytree(self._earlier.out, trial.out, symlinks=True, dirs_exist_ok=True)

    def forget_run(self, trial: Trial) -> None:
        """Leave only the earlier run in a trial's ``out``, so that the store is asked again."""
        shutil.rmtree(trial.out)
        trial.out.mkdir()
        self.copy_earlier(trial)

    def run(self, trial: Trial, *options: str, pipeline: Path | None = None, **how) -> warm.Ended:
        """A run of the pipeline in a trial's folders."""
        environment = {"SITING_STORE": str(trial.store), **how.pop("environment", {})}
        arguments = ["run", str(pipeline or self.pipeline), "--out", str(trial.out), *options]
        return warm.run(arguments, environment, trial.folder, **how)

    def torn(self, trial: Trial) -> list[str]:
        """What a reader can see that is neither as before nor as it must be."""
        seen = tree(trial.out / "runs")
        first = f"{self.first.name}/"
        runs = {name.partition("/")[0] for name in seen}
        expected = {
            name: data
            for name, data in self.runs.items()
            if name.partition("/")[0] in runs | {self.first.name}
        }
        wrong = [f"runs/{name}" for name in different(seen, expected)]
        newest = latest(trial.out)
        if newest is None or newest.name not in {self.first.name, self.newest.name}:
            wrong.append("latest")
        if not any(name.startswith(first) for name in seen):
            wrong.append("earlier run")
        objects = tree(trial.store / "objects")
        keys = {name.split("/")[1] for name, data in objects.items() if data is not FOLDER}
        whole = {n: d for n, d in self.objects.items() if "/" in n and n.split("/")[1] in keys}
        there = {n: d for n, d in objects.items() if "/" in n}
        wrong += [f"objects/{name}" for name in different(there, whole)]
        return wrong

    def differing(self, trial: Trial, *, published: bool = False) -> list[str]:
        """Names in the trial's folders that are not, to the byte, as they must be.

        The store and what the next run clears away are not compared where only what is
        ``published`` counts.
        """
        found, wanted = (
            {**prefixed("out", tree(each.out)), **prefixed("store", tree(each.store))}
            for each in (trial, self.reference)
        )
        names = different(found, wanted)
        if published:
            cleared = ("store/", "out/.staging", "out/.lock")
            return [name for name in names if not name.startswith(cleared)]
        both = found.keys() & wanted.keys()
        names = [n for n in names if not n.startswith(SHORTCUT)]
        return [n for n in names if n not in both or n.split("/")[1] not in FORGETFUL]


FOLDER = b"folder"


def tree(root: Path) -> dict[str, bytes]:
    """Everything below a folder: bytes of files, targets of links, and that folders are folders."""
    left: dict[str, bytes] = {}
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = Path(folder, name)
            place = path.relative_to(root).as_posix()
            if path.is_symlink():
                left[place] = os.fsencode(path.readlink())
            else:
                left[place] = FOLDER if path.is_dir() else path.read_bytes()
    return left


def prefixed(prefix: str, rows: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}/{name}": data for name, data in rows.items()}


def different(found: dict[str, bytes], wanted: dict[str, bytes]) -> list[str]:
    """Names that are in one alone, or have other bytes."""
    return sorted(
        name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)
    )
