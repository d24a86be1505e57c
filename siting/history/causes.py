"""Why two runs differ: what was changed by hand, told apart from what merely follows from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from siting.history.recipes import differences, flat, grid_texts, references

Manifest = Mapping[str, Any]
Contents = Callable[[str], str | None]


@dataclass(frozen=True)
class Cause:
    """One thing that differs by itself.

    ``steps`` are those it stands in, ``redoes`` these and all that follow from them. ``ranks``
    says whether it can move candidates, ``same_values`` whether the values made with it are the
    same bytes all the same, as the store knows; None where it does not.
    """

    what: str
    change: str
    steps: tuple[str, ...]
    redoes: tuple[str, ...]
    ranks: bool
    same_values: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """The cause as JSON."""
        return asdict(self)


def first_causes(
    before: Manifest, after: Manifest, contents: Contents = lambda key: None
) -> list[Cause]:
    """Everything that two runs differ in by itself.

    Parameters
    ----------
    before, after : dict
        Manifests of the runs, or what :func:`siting.run.manifest.described` says of one to come.
    contents : callable, optional
        Digest of the stored value of a key, None where the store has none.
    """
    pair = _Pair(before, after, contents)
    found = [*pair.of_run(), *pair.of_steps(), *pair.of_candidates(), *pair.of_results()]
    if not found and before["pipeline"] != after["pipeline"]:
        change = "in comments, order or layout only"
        found = [Cause("text of the pipeline file", change, (), (), False)]
    return found


class _Pair:
    """Two runs, and which steps follow from which."""

    def __init__(self, before: Manifest, after: Manifest, contents: Contents) -> None:
        self.before, self.after, self.contents = before, after, contents
        old, new = before["steps"], after["steps"]
        self.old, self.new = old, new
        self.changed = [
            name for name in new if name not in old or old[name]["key"] != new[name]["key"]
        ]
        self.inputs = {name: references(step["recipe"]) for name, step in new.items()}
        self.ranking = _ranking(before) | _ranking(after)

    def cause(self, what: str, change: str, steps: Iterable[str], ranks: bool = False) -> Cause:
        own = tuple(steps)
        reaches = ranks or bool(self.ranking & set(own))
        return Cause(what, change, own, self.following(own), reaches, self.same(own))

    def following(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Changed steps among these and all that follow, in the order of the run."""
        reached = set(own)
        grown = True
        while grown:
            more = {name for name in self.new if self.inputs[name] & reached} - reached
            reached |= more
            grown = bool(more)
        return tuple(name for name in self.changed if name in reached)

    def same(self, own: tuple[str, ...]) -> bool | None:
        """Whether steps have values of the same bytes in both runs."""
        if not own or not all(name in self.old and name in self.new for name in own):
            return None
        pairs = [
            (self.contents(self.old[name]["key"]), self.contents(self.new[name]["key"]))
            for name in own
        ]
        if any(None in pair for pair in pairs):
            return None
        return all(one == other for one, other in pairs)

    def of_run(self) -> list[Cause]:
        """Grid, domain and libraries, which all steps share."""
        found = []
        gridded = [name for name in self.changed if self.new[name]["recipe"].get("grid")]
        if self.before["grid"] != self.after["grid"]:
            texts = differences(grid_texts(self.before["grid"]), grid_texts(self.after["grid"]))
            change = "; ".join(f"{name} {each}" for name, each in texts)
            found.append(self.cause("grid", change or "definition of the CRS", gridded, True))
        told = "domain" in self.before and "domain" in self.after  # not in runs of an early siting
        if told and (old := self.before["domain"]) != (new := self.after["domain"]):
            users = [name for name in self.changed if self.new[name]["recipe"].get("domain")]
            found.append(self.cause("domain", f"{old} -> {new}", users, True))
        for name, change in differences(self.before["versions"], self.after["versions"]):
            found.append(self.cause(f"version of {name}", change, self.changed, True))
        return found

    def of_steps(self) -> list[Cause]:
        """What each step is made with; a change of code once for all steps of a function."""
        found: list[Cause] = []
        coded: dict[tuple[str, str], list[str]] = {}
        for name in sorted(self.new.keys() | self.old.keys()):
            old, new = self.old.get(name), self.new.get(name)
            place = f"{(new or old).get('section', 'steps')}.{name}"
            if old is None or new is None:
                change = "a new step" if old is None else "left out"
                found.append(self.cause(place, change, (name,)))
            elif old["key"] != new["key"]:
                texts = _flat(old, new), _flat(new, old)
                for path, change in differences(*texts):
                    if path == "code":
                        label = f"code of {texts[1].get('function', 'reading sources')}"
                        coded.setdefault((label, change), []).append(name)
                    elif path != "domain":  # said once, for the whole run
                        found.append(self.cause(*_told(place, path, change), (name,)))
        codes = [self.cause(label, change, names) for (label, change), names in coded.items()]
        return [*found, *codes]

    def of_candidates(self) -> list[Cause]:
        """How candidates are chosen."""
        old, new = (each.get("candidates") for each in (self.before, self.after))
        if old == new:
            return []
        if not old or not new:
            return [self.cause("candidates", "left out" if old else "added", (), True)]
        return [
            self.cause(*_told("candidates", path, change), (), True)
            for path, change in differences(_flat(old, new), _flat(new, old))
        ]

    def of_results(self) -> list[Cause]:
        """What is told and written of the values: none of it moves a candidate."""
        found = []
        for part in ("accept", "require"):
            texts = (self.before.get(part) or {}, self.after.get(part) or {})
            found += [(f"{part}.{name}", change) for name, change in differences(*texts)]
        lists = [
            set(each.get("wanted") or each.get("outputs", ())) for each in (self.before, self.after)
        ]
        found += [("outputs", f"added: {name}") for name in sorted(lists[1] - lists[0])]
        found += [("outputs", f"left out: {name}") for name in sorted(lists[0] - lists[1])]
        labels = {"title": "name", "description": "description", "siting": "version of siting"}
        for key, label in labels.items():
            old, new = ({key: str(each.get(key, ""))} for each in (self.before, self.after))
            found += [(label, change) for _, change in differences(old, new)]
        if self.before.get("code") != self.after.get("code"):
            found.append(("code of siting", "its maps, reports and tables are written anew"))
        return [self.cause(what, change, ()) for what, change in found]


def _flat(step: Manifest, other: Manifest) -> dict[str, str]:
    """A step as texts; units as the other run says where this one does not."""
    return flat(step["recipe"], step.get("units", other.get("units", {})))


def _told(place: str, path: str, change: str) -> tuple[str, str]:
    if path == "sha256":
        return place, f"the file changed (sha256 {change})"
    return (place, f"function {change}") if path == "function" else (f"{place}.{path}", change)


def _ranking(manifest: Manifest) -> set[str]:
    """Steps that candidates' ranks can depend on: what they are chosen by, and all before it."""
    steps = manifest["steps"]
    if "candidates" not in manifest:  # a run of an earlier siting does not tell
        return set(steps)
    waiting = references((manifest.get("candidates") or {}).get("recipe", {}))
    waiting |= {name for name, step in steps.items() if step.get("section") == "exclusions"}
    if domain := manifest.get("domain"):
        waiting.add(domain.partition(".")[0])
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached and name in steps:
            reached.add(name)
            waiting |= references(steps[name]["recipe"])
    return reached
