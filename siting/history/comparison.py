"""Two runs side by side: candidates, files and figures, and what made the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.history.causes import Cause, first_causes
from siting.history.published import Published
from siting.history.shape import as_written
from siting.history.sites import Ranking, compare_sites
from siting.store import default_root, manifest, object_key


@dataclass(frozen=True)
class Comparison:
    """How two runs differ, and why."""

    before: Published
    after: Published
    equal: bool
    other_pipeline: bool
    causes: list[Cause]
    ranking: Ranking
    attribution: str
    files: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {
            "before": {"run": self.before.name, "folder": str(self.before.folder)},
            "after": {"run": self.after.name, "folder": str(self.after.folder)},
            "equal": self.equal,
            "other_pipeline": self.other_pipeline,
            "causes": [each.as_dict() for each in self.causes],
            "candidates": {**self.ranking.as_dict(), "attribution": self.attribution},
            "files": self.files,
        }


def compare(before: Published, after: Published) -> Comparison:
    """Two published runs, compared."""
    old, new = before.manifest, after.manifest
    with as_written(f"{before.folder}, {after.folder}"):
        causes = first_causes(old, new, stored_contents)
        ranking = compare_sites(before, after)
    files = _files(old["outputs"], new["outputs"])
    return Comparison(
        before,
        after,
        not causes and all(state == "same" for state in files.values()),
        _other_pipeline(old, new),
        causes,
        ranking,
        attributed(causes, ranking),
        files,
    )


def stored_contents(key: str) -> str | None:
    """Digest of the stored value of a key, from its manifest; None where the store has none."""
    found = manifest.load(default_root() / "objects" / key[:2] / key)
    return None if found is None else object_key({"files": found["files"]})


def _files(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    states = {}
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            states[name] = "only in the first" if name in old else "only in the second"
        else:
            states[name] = "same" if old[name]["sha256"] == new[name]["sha256"] else "differs"
    return states


def _other_pipeline(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two runs are of different pipelines: another name, or less than half in common."""
    one, other = set(old["steps"]), set(new["steps"])
    shared = len(one & other) / max(len(one | other), 1)
    return bool(old["title"] != new["title"] or shared < 0.5)


def attributed(causes: list[Cause], ranking: Ranking) -> str:
    """Which cause moved the candidates, as far as two runs can tell."""
    if ranking.same:
        return "the candidates are the same"
    able = [each for each in causes if each.ranks and each.same_values is not True]
    names = ", ".join(each.what for each in able[:6]) + (" ..." if len(able) > 6 else "")
    if not able:
        return (
            "nothing that the manifests record can have moved them: a library or the machine does "
            "not repeat its results"
        )
    if len(able) == 1:
        return f"only {names} can have moved them"
    return (
        f"{len(able)} changes can have moved them, and these two runs cannot tell them apart: "
        f"{names}. Change one at a time to know"
    )
