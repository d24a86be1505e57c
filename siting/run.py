"""A checked pipeline, executed: the one place that calls the stages."""

import dataclasses
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from siting import __version__, findings
from siting.errors import InputError
from siting.findings import Finding
from siting.kinds import Results
from siting.outputs import writers
from siting.outputs.names import MAP
from siting.pipeline import candidate_stage, timings
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan, Step
from siting.pipeline.recipes import Recipes
from siting.pipeline.watcher import Watcher
from siting.publish import find_run, lock, publish, staging
from siting.store import Store, default_root, library_versions, object_key


@dataclass(frozen=True)
class Outcome:
    """What a run made and what it took."""

    title: str
    folder: Path
    run_id: str
    verdict: str
    files: dict[str, int]
    findings: tuple[Finding, ...]
    top: list[dict[str, Any]]
    computed: int
    reused: int
    reused_all: bool
    seconds: float
    peak_memory: int

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON."""
        row = dataclasses.asdict(self)
        return {**row, "folder": str(self.folder)}


def run_plan(
    plan: Plan,
    out: Path,
    *,
    fresh: bool = False,
    verify: bool = False,
    strict: bool = False,
    progress: Watcher | None = None,
) -> Outcome:
    """Run a plan and publish its results.

    Parameters
    ----------
    plan : Plan
        A checked pipeline.
    out : Path
        Folder that holds ``runs/`` and ``latest``.
    fresh : bool
        Compute every value anew, in a store of this run's own.
    verify : bool
        Hash inputs and stored values again, whatever their time stamps say.
    strict : bool
        Treat warnings as errors; nothing is published then.
    progress : Watcher, optional
        Told of each step.

    Raises
    ------
    LockedError
        Where another run is writing to the same folder.
    SitingError
        For bad input and a disk that does not do its work; ``latest`` stays what it was.
    """
    started = time.perf_counter()
    with lock(out), TemporaryDirectory(prefix="siting-") as temporary:
        store = Store(Path(temporary) if fresh else default_root(), verify=verify)
        run = _Run(plan, out, store, verify, progress or Watcher())
        found = run.reusable() if not fresh else None
        if found is None:
            found = run.execute(strict)
        folder, manifest = found
        return run.outcome(folder, manifest, time.perf_counter() - started)


class _Run:
    """One run: its recipes, values and what was noticed."""

    def __init__(
        self, plan: Plan, out: Path, store: Store, verify: bool, progress: Watcher
    ) -> None:
        self.plan = plan
        self.out = out
        self.store = store
        self.verify = verify
        self.progress = progress
        self.recipes = Recipes(plan, store, verify)
        self.values = Values(plan, store, self.recipes)
        self.run_id = object_key(self.identity())[:16]
        self.late: list[Finding] = []  # noticed while publishing, when the manifest was written
        self.computed = 0
        self.reused = 0

    def identity(self) -> dict[str, Any]:
        """All that decides the bytes of the results."""
        plan = self.plan
        return {
            "title": plan.title,
            "description": plan.description,
            "pipeline": plan.text,
            "grid": self.recipes.grid,
            "keys": self.recipes.keys,
            "candidates": self.recipes.call(plan.candidates) if plan.candidates else None,
            "outputs": list(plan.outputs),
            "accept": plan.accept,
            "code": writers.digest(),
            "versions": library_versions(),
            "siting": __version__,
        }

    def reusable(self) -> tuple[Path, dict[str, Any]] | None:
        """The published run of the same identity, whole, and its manifest."""
        folder = find_run(self.out, self.run_id, verify=self.verify)
        if folder is None:
            return None
        self.reused = len(self.plan.steps)
        return folder, json.loads((folder / "manifest.json").read_text("utf-8"))

    def execute(self, strict: bool) -> tuple[Path, dict[str, Any]]:
        """Compute what is missing, write the files, publish the folder."""
        waiting = [step for step in self.plan.steps if not self.values.complete(step)]
        self.reused = len(self.plan.steps) - len(waiting)
        rates = timings.load(default_root())
        cells = self.plan.grid.shape[0] * self.plan.grid.shape[1]
        expected = {
            step.name: timings.expected(rates, timings.name(step), cells) for step in waiting
        }
        rest = timings.expected(rates, "outputs", cells)
        self.progress.begin(sum(expected.values()) + rest)
        for step in waiting:
            self._make(step, expected[step.name], rates, cells)
        with findings.collect() as noticed:
            found = self._finish(noticed, strict, rates, cells)
        timings.save(default_root(), rates)
        return found

    def _make(self, step: Step, expected: float, rates: Any, cells: int) -> None:
        self.progress.step(step.name)
        moved = 0.0

        def tick(done: int, total: int) -> None:
            nonlocal moved
            now = expected * done / max(total, 1)
            self.progress.part(now - moved)
            moved = now

        began = time.perf_counter()
        self.values.make(step, tick)
        self.progress.part(expected - moved)
        timings.record(rates, timings.name(step), cells, time.perf_counter() - began)
        self.progress.done(step.name)
        self.computed += 1

    def _finish(
        self, noticed: list[Finding], strict: bool, rates: Any, cells: int
    ) -> tuple[Path, dict[str, Any]]:
        began = time.perf_counter()
        self.progress.step("candidates")
        exclusions, allowed = candidate_stage.exclusions(self.plan, self.values, self.recipes)
        candidates, found = candidate_stage.candidates(
            self.plan, self.values, self.recipes, allowed
        )
        everything = self._findings(found + noticed)
        if strict and any(each.severity == "warning" for each in everything):
            raise _refused(everything)
        results = self._results(exclusions, candidates, everything)
        with staging(self.out) as staged:
            self._write(results, staged)
            manifest = self._manifest(results)
            with findings.collect() as self.late:
                folder = publish(self.out, self.run_id, staged, manifest)
        timings.record(rates, "outputs", cells, time.perf_counter() - began)
        self.progress.done("results")
        return folder, json.loads((folder / "manifest.json").read_text("utf-8"))

    def _write(self, results: Results, staged: Path) -> None:
        """Write the files; the map, whose layers take longest to pack, beside the others."""
        beside = [name for name in self.plan.outputs if name == MAP]
        with ThreadPoolExecutor(1) as pool:
            jobs = [pool.submit(writers.write, name, results, staged / name) for name in beside]
            for name in self.plan.outputs:
                if name not in beside:
                    self.progress.step(name)
                    writers.write(name, results, staged / name)
            for name, job in zip(beside, jobs, strict=True):
                self.progress.step(name)
                job.result()

    def _findings(self, noticed: list[Finding]) -> list[Finding]:
        """Findings of all steps, computed now or earlier; accepted ones become notes."""
        every = [each for step in self.plan.steps for each in self.values.noticed(step)] + noticed
        unique = list(dict.fromkeys(every))
        return [_accepted(each, self.plan.accept) for each in unique]

    def _results(
        self, exclusions: dict[str, dict[str, float]], candidates: Any, noticed: list[Finding]
    ) -> Results:
        named: dict[str, dict[str, Any]] = {
            "layer": {},
            "features": {},
            "table": {},
            "record": {},
            "model": {},
        }
        marks: dict[str, dict[str, Any]] = {}
        for step in self.plan.steps:
            for full, value in zip(step.names(), step.values.values(), strict=True):
                named[value.kind or ""][full] = self.values.get(full)
                marks[full] = {
                    **value.marks._asdict(),
                    "section": step.section,
                    "units": value.unit,
                    "licence": getattr(step.source, "licence", ""),
                    "citation": getattr(step.source, "citation", ""),
                }
        rank_by = self.plan.candidates.arguments.get("rank_by") if self.plan.candidates else None
        return Results(
            self.plan.title,
            self.plan.description,
            self.plan.grid,
            self.values.domain() if self.plan.domain else None,
            named["layer"],
            named["features"],
            named["table"],
            named["record"],
            candidates,
            self.plan.canonical(rank_by) if rank_by else "",
            named["model"],
            exclusions,
            noticed,
            self.plan.text,
            marks,
        )

    def _manifest(self, results: Results) -> dict[str, Any]:
        steps = {
            step.name: {
                "key": self.recipes.keys[step.name],
                "recipe": self.recipes.recipes[step.name],
            }
            for step in self.plan.steps
        }
        candidates = results.candidates
        return {
            "siting": __version__,
            "title": self.plan.title,
            "pipeline": self.plan.text,
            "grid": self.recipes.grid,
            "inputs": self.recipes.inputs,
            "steps": steps,
            "versions": library_versions(),
            "findings": [each.as_dict() for each in results.findings],
            "exclusions": results.exclusions,
            "records": results.records,
            "top": []
            if candidates is None
            else candidate_stage.top_rows(candidates, results.score),
        }

    def outcome(self, folder: Path, manifest: dict[str, Any], seconds: float) -> Outcome:
        """What to tell the user, from the published manifest."""
        verdict = next(
            (each["verdict"] for each in manifest["records"].values() if "verdict" in each), ""
        )
        names = sorted(manifest["outputs"])
        return Outcome(
            manifest["title"],
            self.out / "latest",
            self.run_id,
            verdict,
            {name: (folder / name).stat().st_size for name in names},
            (*(Finding(**each) for each in manifest["findings"]), *self.late),
            manifest["top"],
            self.computed,
            self.reused,
            self.computed == 0,
            seconds,
            _peak_memory(),
        )


def _accepted(finding: Finding, accept: dict[str, str]) -> Finding:
    if finding.code not in accept:
        return finding
    message = f"{finding.message} (accepted: {accept[finding.code]})"
    return dataclasses.replace(finding, severity="note", message=message)


def _refused(found: list[Finding]) -> InputError:
    warned = [each for each in found if each.severity == "warning"]
    return InputError(
        "STRICT",
        f"{len(warned)} warnings, and --strict was asked for; nothing was published",
        found="; ".join(f"{each.code} {each.message}" for each in warned),
        fix="correct the input, or give reasons under `accept:`",
    )


def _peak_memory() -> int:
    """Largest resident memory of this process so far [bytes].

    On Linux the kernel's own mark: ``ru_maxrss`` is handed on to processes that one starts.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
