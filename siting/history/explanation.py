"""What a run would do now, step by step, and why; nothing is computed."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from siting.errors import StorageError
from siting.history.causes import Cause, first_causes
from siting.history.comparison import stored_contents
from siting.history.published import Manifest, Published, load
from siting.history.shape import as_written
from siting.history.stored import nearest_stored
from siting.pipeline.execute import Values
from siting.pipeline.plan import Plan
from siting.pipeline.recipes import Recipes
from siting.publish import latest
from siting.run.manifest import described, run_id
from siting.store import Store


@dataclass(frozen=True)
class StepState:
    """Whether a step would be computed or reused, and the reasons in words."""

    name: str
    computed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """What a run would do.

    ``compared`` is the id of the latest run, empty where there is none; ``published`` whether the
    very same run is there already.
    """

    run: str
    compared: str
    published: bool
    steps: list[StepState]
    causes: list[Cause]

    def as_dict(self) -> dict[str, Any]:
        """The explanation as JSON."""
        return {**asdict(self), "computed": sum(each.computed for each in self.steps)}


def explain(plan: Plan, out: Path) -> Explanation:
    """What a run of a plan into a folder would compute now, and why.

    Notes
    -----
    Inputs whose file system entry changed are hashed; nothing else is read.
    """
    store = Store()
    recipes = Recipes(plan, store, verify=False)
    values = Values(plan, store, recipes)
    now = described(plan, recipes)
    name = run_id(now)
    newest = _newest(out)
    with as_written(str(newest.folder) if newest else ""):
        causes = first_causes(newest.manifest, now, stored_contents) if newest else []
    waiting = [step.name for step in plan.steps if not values.complete(step)]
    steps = [
        StepState(
            step.name,
            step.name in waiting,
            _reasons(step.name, now, newest, causes, store) if step.name in waiting else (),
        )
        for step in plan.steps
    ]
    published = _is_whole(out / "runs" / name)
    return Explanation(name, newest.name if newest else "", published, steps, causes)


def _newest(out: Path) -> Published | None:
    folder = latest(out)
    try:
        return load(folder) if folder else None
    except StorageError:  # a damaged run tells nothing; `siting verify` names it
        return None


def _is_whole(folder: Path) -> bool:
    """Whether a run is there with all its files, as far as their sizes tell."""
    try:
        outputs = load(folder).manifest["outputs"]
        sizes = {name: (folder / name).stat().st_size for name in outputs}
    except OSError:
        return False
    return all(sizes[name] == each["bytes"] for name, each in outputs.items())


def _reasons(
    name: str, now: Manifest, newest: Published | None, causes: list[Cause], store: Store
) -> tuple[str, ...]:
    step = now["steps"][name]
    if newest is None:
        return nearest_stored(name, step, store)
    before = newest.manifest["steps"].get(name)
    if before is None:
        return ("a new step",)
    if before["key"] == step["key"]:
        return ("its stored value is gone, damaged, or was made with --fresh",)
    own = [f"{each.what}: {each.change}" for each in causes if name in each.steps]
    if own:
        return tuple(own)
    following = [each.what for each in causes if name in each.redoes]
    return (f"follows from {', '.join(following)}",)
