"""Several runs at once: on one folder, where one wins, and in one store, where all do."""

import os
import re
from pathlib import Path

from . import warm
from .tally import Tally
from .world import Trial, World, different, tree

LOCKED = 75


def races(world: World, rounds: int, runs: int = 8) -> Tally:
    """So many runs on one folder at once: one wins, the others are told which."""
    tally = Tally(f"{runs} runs on one folder")
    for number in range(rounds):
        with tally.trying(f"round {number}"):
            trial = world.trial("race")
            arguments = [["run", str(world.pipeline), "--out", str(trial.out)]] * runs
            ended = at_once(arguments, [trial.store] * runs, trial.folder)
            _one_winner(tally, ended)
            if wrong := world.differing(trial):
                tally.differing += 1
                tally.say(f"differing: {wrong}")
    return tally


def _one_winner(tally: Tally, ended: dict[int, tuple[int, str]]) -> None:
    for code, _ in ended.values():
        tally.ended[code] = tally.ended.get(code, 0) + 1
    winners = [process for process, (code, _) in ended.items() if code == 0]
    if len(winners) != 1 or any(code not in {0, LOCKED} for code, _ in ended.values()):
        tally.say(f"{ended}")
        return
    for code, said in ended.values():
        named = re.search(r"RUN_LOCKED(?:.|\n)*process (\d+) on ", said)
        if code == LOCKED and (named is None or int(named[1]) != winners[0]):
            tally.say(f"not told of {winners[0]}:\n{said}")


def sharing(world: World, rounds: int) -> Tally:
    """Runs of four pipelines in one empty store at once, each with the bytes it has alone."""
    tally = Tally("4 pipelines in one store")
    pipelines = _variants(world)
    alone = [
        _runs(world.trial(f"alone {i}"), pipeline, world) for i, pipeline in enumerate(pipelines)
    ]
    for number in range(rounds):
        with tally.trying(f"round {number}"):
            trial = world.trial("shared")
            outs = [trial.folder / f"out {i}" for i in range(len(pipelines))]
            arguments = [
                ["run", str(pipeline), "--out", str(out)]
                for pipeline, out in zip(pipelines, outs, strict=True)
            ]
            ended = at_once(arguments, [trial.store] * len(pipelines), trial.folder)
            for code, said in ended.values():
                tally.ended[code] = tally.ended.get(code, 0) + 1
                if code != 0:
                    tally.say(f"exit {code}\n{said}")
            for out, wanted in zip(outs, alone, strict=True):
                if wrong := different(tree(out), wanted):
                    tally.differing += 1
                    tally.say(f"differing: {wrong}")
            if left := list((trial.store / "tmp").iterdir()):
                tally.say(f"left in tmp: {left}")
    return tally


def _variants(world: World) -> list[Path]:
    """Pipelines with the same sources and layers, and other weights."""
    text = world.pipeline.read_text()
    paths = [world.pipeline.with_name(f"weight {weight}.yaml") for weight in (2, 4, 5, 6)]
    for weight, path in zip((2, 4, 5, 6), paths, strict=True):
        path.write_text(text.replace("near_fault: 1}", f"near_fault: {weight}}}"))
    return paths


def _runs(trial: Trial, pipeline: Path, world: World) -> dict[str, bytes]:
    out = trial.folder / "new"
    ended = warm.run(
        ["run", str(pipeline), "--out", str(out)], {"SITING_STORE": str(trial.store)}, trial.folder
    )
    if ended.code != 0:
        raise RuntimeError(ended.said)
    return tree(out)


def at_once(
    arguments: list[list[str]], stores: list[Path], folder: Path
) -> dict[int, tuple[int, str]]:
    """Exit code and words of runs that all begin when the last is ready, by process."""
    waiting, go = os.pipe()
    processes = {}
    for number, (each, store) in enumerate(zip(arguments, stores, strict=True)):
        log = folder / f"log {number}"

        def task(each: list[str] = each, store: Path = store) -> int:
            os.close(go)
            os.read(waiting, 1)  # until the parent closes the other end
            return warm.main(each, {"SITING_STORE": str(store)})

        processes[warm.start(task, log)] = log
    os.close(waiting)
    os.close(go)
    return {
        process: (warm.wait(process), log.read_text(errors="replace"))
        for process, log in processes.items()
    }
