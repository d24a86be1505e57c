"""Figures of a run of the fuzzers, and its faults as files."""

import json
from pathlib import Path

from .worker import Fault, Tally

MOST_SAVED = 20  # faults of one kind and detail


def print_figures(tally: Tally, wall: float) -> None:
    """Print what was tried, what it took and what came out."""
    seconds, index = tally.slowest
    print(f"tried                {tally.tried:,}")
    print(f"wall time            {wall:,.0f} s, {tally.tried / max(wall, 1e-9):,.0f} a second")
    print(f"slowest              {seconds:.3f} s of processor time (number {index})")
    print(f"memory               {tally.peak / 2**20:,.0f} MiB at most in the process,")
    print(f"                     {tally.growth / 2**20:,.0f} MiB at most added by one attempt")
    for name, count in tally.outcomes.most_common():
        print(f"  {count:10,}  {name}")
    print(f"faults               {len(tally.faults):,}")


def save(faults: list[Fault], folder: Path) -> list[str]:
    """Write faults as files, a few of each sort; one line for each sort."""
    sorts: dict[str, list[Fault]] = {}
    for fault in faults:
        sorts.setdefault(_sort(fault), []).append(fault)
    lines = []
    for sort, members in sorts.items():
        for fault in members[:MOST_SAVED]:
            place = folder / f"{fault.kind.replace(' ', '-')}-{fault.index}"
            place.mkdir(parents=True, exist_ok=True)
            for name, content in fault.files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(content)
            note = {"index": fault.index, "kind": fault.kind, "detail": fault.detail}
            (place / "fault.json").write_text(json.dumps(note, indent=1))
        numbers = ", ".join(str(each.index) for each in members[:5])
        lines.append(f"{len(members):6,} x {sort}  (numbers {numbers})")
    return lines


def _sort(fault: Fault) -> str:
    """A fault without what differs from file to file."""
    words = fault.detail.splitlines()[0] if fault.detail else ""
    plain = "".join("#" if each.isdigit() else each for each in words)[:160]
    while "##" in plain:
        plain = plain.replace("##", "#")
    return f"{fault.kind}: {plain}"
