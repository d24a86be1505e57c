"""A published run, found by its folder, by the folder of all runs or by its id."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import InputError, StorageError
from siting.history.shape import of_another_form, problem
from siting.publish import MANIFEST, latest
from siting.store import canonical

Manifest = dict[str, Any]
_ID = re.compile(r"[0-9a-f]{4,16}(-[0-9a-f]{1,8})?")


@dataclass(frozen=True)
class Published:
    """A run that was published, and what its manifest says of it."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Id of the run, with what tells it from another of the same identity."""
        return self.folder.name


def find(written: str, out: Path) -> Published:
    """The run that a person means.

    Parameters
    ----------
    written : str
        Folder of a run, folder that holds ``runs/`` and ``latest``, or the beginning of an id.
    out : Path
        Folder that an id is looked for in.

    Raises
    ------
    InputError
        RUN_UNKNOWN, where there is none, or several.
    StorageError
        RUN_DAMAGED, where its manifest is not as it was written.
    """
    path = Path(written)
    if (path / MANIFEST).is_file():
        return load(path.resolve())
    if newest := latest(path):
        return load(newest)
    fitting = [folder for folder in folders(out) if folder.name.startswith(written)]
    exact = [folder for folder in fitting if folder.name == written]
    if _ID.fullmatch(written) and len(exact or fitting) == 1:
        return load((exact or fitting)[0])
    known = ", ".join(folder.name for folder in folders(out)) or "none"
    raise InputError(
        "RUN_UNKNOWN",
        "there is no such run" if not fitting else "several runs begin like this",
        found=written,
        wanted=f"the folder of a run, a folder with runs, or an id; in {out} there are: {known}",
        fix="give the folder, or name the folder of the runs with --out",
    )


def folders(out: Path) -> list[Path]:
    """Folders of all runs of an out folder, those that were published last at the end."""
    runs = [path for path in (out / "runs").glob("*") if (path / MANIFEST).is_file()]
    return sorted(runs, key=lambda path: ((path / MANIFEST).stat().st_mtime_ns, path.name))


def load(folder: Path) -> Published:
    """The run of a folder.

    Raises
    ------
    StorageError
        RUN_DAMAGED, where its manifest is not as it was written.
    """
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        rest = {key: value for key, value in content.items() if key != "digest"}
        whole = content["digest"] == hashlib.sha256(canonical(rest).encode()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise StorageError(
            "RUN_DAMAGED",
            "the manifest of a run is not as it was written",
            where=str(folder / MANIFEST),
            fix="run the pipeline again: damaged files are replaced",
        )
    if wrong := problem(content):
        raise of_another_form(str(folder / MANIFEST), wrong)
    return Published(folder, content)
