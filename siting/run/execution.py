"""From a plan to a published folder: what is missing is computed, the files are written."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from siting import findings
from siting.estimate import estimate_plan
from siting.findings import Finding
from siting.io.alignment import check_alignment
from siting.kernels import computing
from siting.kinds import Results
from siting.outputs import writers
from siting.outputs.names import MAP
from siting.pipeline import candidate_stage, timings
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan, Step
from siting.pipeline.recipes import Recipes
from siting.pipeline.remote import brought
from siting.pipeline.source_steps import user_rasters
from siting.pipeline.watcher import Watcher
from siting.publish import lock, publish, staging
from siting.run import judgement
from siting.run.manifest import Manifest, described, run_id
from siting.run.outcome import Outcome, told
from siting.run.results import gathered
from siting.run.reuse import differing, manifest_of, reusable
from siting.run.room import require_room
from siting.store import Store, default_root


def run_plan(
    plan: Plan,
    out: Path,
    *,
    fresh: bool = False,
    verify: bool = False,
    strict: bool = False,
    progress: Watcher | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
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
    workers : int, optional
        Processes to start on this machine for the work on tiles, in the place of threads.
    scheduler : str, optional
        Address of a dask scheduler whose workers do it, such as ``tcp://10.0.0.7:8786``.

    Returns
    -------
    Outcome
        Its ``quality`` has a row for each figure that the pipeline requires;
        :func:`siting.run.judgement.refused` makes an error of those that are not reached.

    Raises
    ------
    LockedError
        Where another run is writing to the same folder.
    SitingError
        For bad input, a disk or a memory that is too small, and workers that are lost or are
        not like this process; ``latest`` stays what it was.
    """
    started = time.perf_counter()
    # A fresh run's own store lies where the next run clears away what a killed one left.
    with lock(out), staging(out) as temporary:
        store = Store(temporary if fresh else default_root(), verify=verify)
        plan, copies = brought(plan, progress or Watcher())
        run = _Run(plan, out, store, verify, progress or Watcher())
        found = run.reusable(strict) if not fresh else None
        with computing.cluster(scheduler, workers, store.own_folder):
            folder, manifest = found or run.execute(strict)
        late = [*copies, *run.late, *differing(folder)]
        if strict:
            judgement.refuse_warnings(late, "the results are published, and the earlier ones stay")
        counts = run.computed, run.reused
        return told(folder, manifest, late, counts, time.perf_counter() - started)


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
        self.description = described(plan, self.recipes)
        self.run_id = run_id(self.description)
        self.late: list[Finding] = []  # noticed while publishing, when the manifest was written
        self.computed = 0
        self.reused = 0

    def reusable(self, strict: bool) -> tuple[Path, Manifest] | None:
        """The published run of the same identity, whole, and its manifest."""
        found = reusable(self.out, self.run_id, strict=strict, verify=self.verify)
        self.reused = len(self.plan.steps) if found else 0
        return found

    def execute(self, strict: bool) -> tuple[Path, Manifest]:
        """Compute what is missing, write the files, publish the folder."""
        waiting = [step for step in self.plan.steps if not self.values.complete(step)]
        require_room(estimate_plan(self.plan, waiting), self.out, self.store.root)
        self.reused = len(self.plan.steps) - len(waiting)
        rates = timings.load(default_root())
        cells = self.plan.grid.shape[0] * self.plan.grid.shape[1]
        expected = {
            step.name: timings.expected(rates, timings.name(step), cells) for step in waiting
        }
        rest = timings.expected(rates, "outputs", cells)
        if waiting:
            computing.connect()
        self.progress.begin(sum(expected.values()) + rest)
        for step in waiting:
            self._make(step, expected[step.name], rates, cells)
        with findings.collect() as noticed:
            check_alignment(user_rasters(self.plan))
            self._tell_copies()
            found = self._finish(noticed, strict, rates, cells)
        timings.save(default_root(), rates)
        return found

    def _tell_copies(self) -> None:
        """A finding for two rasters of the user's with the same cells: one is not what it says."""
        first: dict[str, str] = {}
        for name in user_rasters(self.plan):
            cells = self.store.contents(self.recipes.keys[name])
            other = first.setdefault(cells, name)
            if other != name:
                findings.warn(
                    "DATA_REPEATED",
                    "two rasters hold the same values, cell by cell",
                    where=f"sources.{other}, sources.{name}",
                    fix="is one a copy of the other under a wrong name?",
                )

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
    ) -> tuple[Path, Manifest]:
        began = time.perf_counter()
        self.progress.step("candidates")
        exclusions, allowed = candidate_stage.exclusions(self.plan, self.values, self.recipes)
        candidates, cards, found = candidate_stage.candidates(
            self.plan, self.values, self.recipes, allowed
        )
        results = gathered(self.plan, self.values, exclusions, candidates, cards)
        quality = self._judge(results, [*found, *noticed], strict)
        with staging(self.out) as staged:
            self._write(results, staged)
            manifest = self._described(results, quality)
            with findings.collect() as self.late:
                folder = publish(self.out, self.run_id, staged, manifest)
        timings.record(rates, "outputs", cells, time.perf_counter() - began)
        self.progress.done("results")
        return folder, manifest_of(folder)

    def _judge(
        self, results: Results, noticed: list[Finding], strict: bool
    ) -> list[dict[str, Any]]:
        """Figures required, and whether they are reached; what was noticed goes into results."""
        every = [each for step in self.plan.steps for each in self.values.noticed(step)] + noticed
        found = judgement.told(every, self.plan)
        quality, refused = judgement.gates(self.plan, results.records)
        if strict:
            judgement.refuse_warnings(found, "nothing was published")
        results.findings.extend([*refused, *found])
        return quality

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

    def _described(self, results: Results, quality: list[dict[str, Any]]) -> Manifest:
        candidates = results.candidates
        return {
            **self.description,
            "findings": [each.as_dict() for each in results.findings],
            "exclusions": results.exclusions,
            "records": results.records,
            "quality": quality,
            "top": []
            if candidates is None
            else candidate_stage.top_rows(candidates, results.score),
        }
