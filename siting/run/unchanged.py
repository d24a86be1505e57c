"""A run asked for once more with nothing changed: found by what it was made from, planning nothing.

Checking a pipeline file and keying its steps imports every library that its functions use, which
takes longer than finding the run. What the identity of a run follows from is less: the text of the
file, the options, siting's code and data, the versions of the libraries, where files are looked up,
and the files. A finished run leaves these in the store beside its id. Where all of them are as they
were, checking and keying would come to the same id; where any differs, that way is gone.
"""

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting.errors import SitingError
from siting.io.digests import beside
from siting.outputs import writers
from siting.pages import codes
from siting.publish import lock
from siting.run.outcome import Outcome, told
from siting.run.reuse import differing, manifest_of, reusable
from siting.sources.folders import cache_root, data_root
from siting.store.digest import library_versions, object_key
from siting.store.files import default_root, make_folder, sha256_file, write_whole
from siting.store.sealed import decode, encode
from siting.store.seen import Seen, input_digest

if TYPE_CHECKING:
    from siting.pipeline.plan import Plan

_FOLDER = "asked"  # of the store: one file for each pipeline file and option


@dataclass(frozen=True)
class Asked:
    """A pipeline file and options, and all that decides the run but the files that it reads."""

    pipeline: Path
    resolution: str | None
    identity: dict[str, Any]

    @property
    def record(self) -> Path:
        """File of the store that tells which run this came to."""
        name = object_key({"pipeline": str(self.pipeline), "resolution": self.resolution})
        return default_root() / _FOLDER / name


def asked_for(pipeline: Path, resolution: str | None) -> Asked | None:
    """What decides the run of a pipeline file as it stands; None where the file cannot be read."""
    path = pipeline.absolute()
    if not path.is_file():  # a pipe can be read once, and that is for the plan
        return None
    try:
        text = hashlib.sha256(path.read_bytes()).hexdigest()
        identity = {
            "text": text,
            "folder": str(path.resolve().parent),
            "code": writers.digest(),
            "codes": codes(),
            "data": {each.name: sha256_file(each) for each in sorted(data_root().glob("*.yaml"))},
            "places": [str(data_root()), str(cache_root())],
            "versions": library_versions(),
        }
    except (OSError, SitingError):  # checking it tells what is wrong
        return None
    return Asked(path, resolution, identity)


def remember(asked: Asked | None, plan: "Plan", outcome: Outcome, out: Path) -> None:
    """Note which run a request came to, unless something was changed while it went on.

    Parameters
    ----------
    asked : Asked, optional
        As it stood before the plan was made.
    plan : Plan
        The plan that was made then.
    outcome : Outcome
        The finished run.
    out : Path
        Folder of the runs.
    """
    if asked is None or asked != asked_for(asked.pipeline, asked.resolution):
        return
    with suppress(OSError, SitingError, KeyError):  # costs planning next time
        manifest = manifest_of(out / "runs" / outcome.run_id)
        same_text = hashlib.sha256(plan.text.encode()).hexdigest() == asked.identity["text"]
        paths = _written_paths(plan)
        if paths is None or not same_text or manifest["code"] != asked.identity["code"]:
            return
        row = {
            "identity": asked.identity,
            "paths": paths,
            "files": _digests(plan, manifest),
            "beside": {
                str(plan.step(name).file): rows for name, rows in manifest["beside"].items()
            },
            "run": outcome.run_id,
        }
        make_folder(asked.record.parent)
        write_whole(asked.record, encode(row), default_root() / "tmp")


def _digests(plan: "Plan", manifest: dict[str, Any]) -> dict[str, str]:
    """SHA-256 of each file that the plan names, as the run took it, by absolute path."""
    from siting.sources.catalogue import Elsewhere

    found = {}
    for step in plan.steps:
        if step.file is not None:
            found[str(step.file)] = manifest["steps"][step.name]["recipe"]["sha256"]
        if isinstance(step.source, Elsewhere):  # the plan is refused without all its parts
            parts = (path for path in step.source.files.values() if path != step.file)
            found |= {str(path): sha256_file(path) for path in parts}
    return found


def _written_paths(plan: "Plan") -> dict[str, str] | None:
    """What written paths led to, by links as they were; None where a source is no local file."""
    from siting.sources.catalogue import Entry
    from siting.sources.declared import SavedModel, UserFile

    roots = plan.document.data.get("data_roots", [])
    found = {str(plan.folder / each): str((plan.folder / each).resolve()) for each in roots}
    for step in plan.steps:
        match step.source:
            case Entry() if step.file is not None:  # looked up in folders of the identity
                continue
            case UserFile(file=written) | SavedModel(model=written) if "://" not in written:
                found[str(plan.folder / written)] = str(step.file)
            case None if step.section != "sources":
                continue
            case _:
                return None
    return found


def unchanged(asked: Asked | None, out: Path, *, strict: bool) -> Outcome | None:
    """The outcome of a published run where all that it was made from is as it was; else None.

    Parameters
    ----------
    asked : Asked, optional
        What is asked for.
    out : Path
        Folder that holds ``runs/`` and ``latest``.
    strict : bool
        Treat warnings as errors.

    Raises
    ------
    LockedError, StorageError, InputError
        As :func:`siting.run.run_plan`.
    """
    started = time.perf_counter()
    row = None if asked is None else _remembered(asked)
    if row is None or not (out / "runs" / row["run"]).is_dir() or not _inputs_stand(row):
        return None
    with lock(out):
        found = reusable(out, row["run"], strict=strict)
        if found is None:
            return None
        folder, manifest = found
        late = differing(folder)
        if strict:
            from siting.run.judgement import refuse_warnings

            refuse_warnings(late, "the results are published, and the earlier ones stay")
        counts = 0, len(manifest["steps"])
        return told(folder, manifest, late, counts, time.perf_counter() - started)


def _remembered(asked: Asked) -> dict[str, Any] | None:
    """What is noted of a request, where it was the very same."""
    with suppress(OSError, SitingError):
        row: dict[str, Any] | None = decode(asked.record.read_bytes())
        if row is not None and object_key(row["identity"]) == object_key(asked.identity):
            return row
    return None


def _inputs_stand(row: dict[str, Any]) -> bool:
    """Whether every file is as the run took it, and what lies beside it."""
    root = default_root()
    seen = Seen(root / "seen", root / "tmp")

    def digests(paths: list[Path]) -> dict[str, str]:
        found = {}
        for path in paths:
            with suppress(OSError, SitingError):  # what cannot be read says nothing, as ever
                found[path.name] = input_digest(seen, path)
        return found

    try:
        return (
            all(str(Path(written).resolve()) == led for written, led in row["paths"].items())
            and all(input_digest(seen, Path(name)) == was for name, was in row["files"].items())
            and all(digests(beside(Path(name))) == was for name, was in row["beside"].items())
        )
    except (OSError, RuntimeError, SitingError):  # gone: checking the file tells so
        return False
