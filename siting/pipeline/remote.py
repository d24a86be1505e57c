"""Sources that lie on the network, brought to this machine before a run begins."""

from dataclasses import replace

from siting.findings import Finding
from siting.pipeline.plan import Plan, Step
from siting.pipeline.watcher import Watcher
from siting.sources.addresses import address_of, is_remote
from siting.sources.declared import UserFile


def brought(plan: Plan, progress: Watcher) -> tuple[Plan, list[Finding]]:
    """The plan with every source in a file here, and what was noticed on the way.

    Parameters
    ----------
    plan : Plan
        A checked pipeline.
    progress : Watcher
        Told of each source that is brought.

    Returns
    -------
    tuple of Plan and list of Finding
        A finding for each copy that the network could not be asked about.

    Raises
    ------
    SitingError
        As :func:`siting.sources.fetched.brought`; REMOTE_NOT_ALLOWED without leave.
    """
    made = [brought_step(step, progress) for step in plan.steps]
    steps = tuple(step for step, _ in made)
    found = [each for _, findings in made for each in findings]
    return (plan if steps == plan.steps else replace(plan, steps=steps)), found


def brought_step(step: Step, progress: Watcher) -> tuple[Step, list[Finding]]:
    """One step of a plan as :func:`brought` makes it."""
    if not isinstance(step.source, UserFile) or not is_remote(step.source.file):
        return step, []
    from siting.sources import fetched

    where = f"sources.{step.name}.file"
    address = address_of(step.source.file, where)
    progress.step(step.name)
    copy = fetched.brought(address, step.source.sha256, where)
    made = replace(step, file=copy.path)
    if not copy.reason:
        return made, []
    told = Finding(
        "REMOTE_COPY", "the network could not be asked: the copy that is here was used", where,
        found=f"{address}: {copy.reason}", severity="note",
        fix=f"run again with a network, or name what is meant: sha256: {copy.sha256}",
    )  # fmt: skip
    return made, [told]
