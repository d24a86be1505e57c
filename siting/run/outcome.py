"""What a run hands back: where its files are, what it found, what it took."""

import dataclasses
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.findings import Finding


@dataclass(frozen=True)
class Outcome:
    """What a run made and what it took."""

    title: str
    folder: Path
    run_id: str
    verdict: str
    files: dict[str, int]
    findings: tuple[Finding, ...]
    quality: tuple[dict[str, Any], ...]
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


def told(
    folder: Path,
    manifest: dict[str, Any],
    late: list[Finding],
    counts: tuple[int, int],
    seconds: float,
) -> Outcome:
    """The outcome of a published run.

    Parameters
    ----------
    folder : Path
        Where it is published.
    manifest : dict
        Its manifest.
    late : list of Finding
        Noticed while publishing, when the manifest was written.
    counts : (int, int)
        Steps computed and steps reused.
    seconds : float
        What it took [s].
    """
    computed, reused = counts
    return Outcome(
        manifest["title"],
        folder.parent.parent / "latest",
        manifest["run"],
        _verdicts(manifest["records"]),
        {name: (folder / name).stat().st_size for name in sorted(manifest["outputs"])},
        (*(Finding(**each) for each in manifest["findings"]), *late),
        tuple(manifest.get("quality", ())),
        manifest["top"],
        computed,
        reused,
        computed == 0,
        seconds,
        peak_memory(),
    )


def _verdicts(records: dict[str, dict[str, Any]]) -> str:
    """What every judgement of a run came to; each with its name where there are several.

    Examples
    --------
    >>> _verdicts({"skill": {"verdict": "No."}, "labels": {"used": 3}})
    'No.'
    >>> print(_verdicts({"of_cells": {"verdict": "No."}, "of_map": {"verdict": "Yes."}}))
    of_cells: No.
    of_map: Yes.
    """
    found = {name: str(each["verdict"]) for name, each in records.items() if each.get("verdict")}
    if len(found) == 1:
        return next(iter(found.values()))
    return "\n".join(f"{name}: {text}" for name, text in found.items())


def peak_memory() -> int:
    """Largest resident memory of this process so far [bytes].

    On Linux the kernel's own mark: ``ru_maxrss`` is handed on to processes that one starts.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
