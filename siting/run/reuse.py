"""The published run of one identity, found whole and handed out again."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from siting.errors import StorageError
from siting.findings import Finding
from siting.publish import MANIFEST, find_run
from siting.run import judgement

Manifest = dict[str, Any]


def reusable(
    out: Path, run_id: str, *, strict: bool, verify: bool = False
) -> tuple[Path, Manifest] | None:
    """The published run of an identity, whole, and its manifest; ``latest`` points to it then.

    Parameters
    ----------
    out : Path
        Folder of the runs, locked by the caller.
    run_id : str
        Name of the run.
    strict : bool
        Treat its warnings as errors.
    verify : bool
        Read all its files.

    Raises
    ------
    InputError
        STRICT.
    """
    if strict:  # before the run is found, since that makes it the latest
        from siting.history.published import load

        with suppress(StorageError):  # damaged or not there: it is made anew then
            before = load(out / "runs" / run_id).manifest["findings"]
            warned = [Finding(**each) for each in before]
            judgement.refuse_warnings(warned, "this run was published without --strict before")
    folder = find_run(out, run_id, verify=verify)
    return None if folder is None else (folder, manifest_of(folder))


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a published run."""
    manifest: Manifest = json.loads((folder / MANIFEST).read_bytes())
    return manifest


def differing(folder: Path) -> list[Finding]:
    """A warning while there is another run of the same identity with other results.

    The run that found them out has said so once; whoever meets them later is told as well.
    """
    name = folder.name.partition("-")[0]
    others = sorted(each.name for each in folder.parent.glob(f"{name}*") if each != folder)
    if not others:
        return []
    return [
        Finding(
            "RUN_DIFFERS",
            "the same pipeline, inputs and versions gave other results before",
            where=str(folder),
            found=folder.name,
            wanted=", ".join(others),
            fix=f"compare them with `siting diff {others[0]} {folder.name}`; a library or the "
            "machine does not repeat its results",
        )
    ]
