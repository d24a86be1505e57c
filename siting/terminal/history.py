"""Comparisons, explanations and checks of published runs as people read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from siting.terminal.console import bytes_text, escape, new_table, open_screen
from siting.wording import counted

if TYPE_CHECKING:
    from siting.history.causes import Cause
    from siting.history.clearing import Cleared
    from siting.history.comparison import Comparison
    from siting.history.explanation import Explanation
    from siting.history.sites import Ranking
    from siting.history.verification import Verification

_MOST = 12  # names in a line, rows in a table


def print_comparison(found: "Comparison") -> None:
    """How two runs differ and why; or that they do not."""
    shown = open_screen()
    before, after = found.before, found.after
    shown.print(f"[bold]{before.name} -> {after.name}[/]")
    if found.equal:
        shown.print("The runs are equal: same recipes, same files.")
        return
    if found.other_pipeline:
        titles = f"'{before.manifest['title']}' and '{after.manifest['title']}'"
        shown.print(f"These are different pipelines: {escape(titles)}. What both have is compared.")
    _print_causes(shown, found.causes)
    _print_ranking(shown, found.ranking)
    shown.print(escape(f"Why: {found.attribution}."))
    files = new_table("\nFiles", "file", "")
    for name, state in found.files.items():
        files.add_row(escape(name), state)
    shown.print(files)


def _print_causes(shown: Console, causes: "Sequence[Cause]") -> None:
    if not causes:
        shown.print("\nNothing that the manifests record differs by itself.")
        return
    shown.print("\nWhat differs by itself, and what it redoes")
    for cause in causes:
        shown.print(f"  [bold]{escape(cause.what)}[/]: {escape(cause.change)}")
        if cause.redoes:
            shown.print(f"      redoes {escape(_names(cause.redoes))}")
        if cause.same_values:
            shown.print("      and gives the same values all the same")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _print_ranking(shown: Console, found: "Ranking") -> None:
    shown.print(
        f"\nCandidates: {found.before} and {found.after}; {len(found.appeared)} appeared, "
        f"{len(found.vanished)} vanished, {len(found.moved)} changed rank, {found.rescored} "
        f"changed score (by {found.largest_score_change:.4g} at most)"
    )
    if not found.complete:
        shown.print("Only the best few are compared: a run has no candidates.csv or .geojson.")
    rows = [
        *((each["rank"], each["rank_before"], each, each["score_before"]) for each in found.moved),
        *((each["rank"], None, each, None) for each in found.appeared),
        *((None, each["rank"], each, each["score"]) for each in found.vanished),
    ]
    rows.sort(key=lambda row: min(rank for rank in row[:2] if rank is not None))
    if not rows:
        return
    places = new_table("", "rank", "was", "score", "was", "site")
    for rank, was, site, score in rows[:_MOST]:
        places.add_row(
            "vanished" if rank is None else str(rank),
            "new" if was is None else str(was),
            "" if rank is None else f"{site['score']:.4g}",
            "" if score is None else f"{score:.4g}",
            escape(site["name"]),
        )
    shown.print(places)
    if len(rows) > _MOST:
        shown.print(f"and {len(rows) - _MOST} more; --json has all")


def print_explanation(found: "Explanation") -> None:
    """Each step that would be computed, with its reasons; the others by number."""
    shown = open_screen()
    against = f"the latest run, {found.compared}" if found.compared else "the store; no run yet"
    shown.print(f"Run {found.run}, compared with {against}")
    waiting = [step for step in found.steps if step.computed]
    reused = len(found.steps) - len(waiting)
    if found.published and not waiting:
        shown.print("Nothing to do: this very run is published.")
        return
    _print_causes(shown, found.causes) if found.compared else None
    if waiting:
        shown.print("\nWould be computed")
    for step in waiting:
        shown.print(f"  [bold]{escape(step.name)}[/]: {escape('; '.join(step.reasons))}")
    shown.print(
        f"\n{counted(len(waiting), 'value')} would be computed, {reused} reused; "
        "files are written anew"
    )


def print_verification(found: "Verification") -> None:
    """What was read, and what of it is damaged."""
    shown = open_screen()
    for each in found.damaged:
        shown.print(f"[bold red]{each['kind']}[/] {escape(each['where'])}: {escape(each['found'])}")
    absent = (
        f"; {counted(found.absent, 'value is', 'values are')} not in the store"
        if found.absent
        else ""
    )
    shown.print(
        f"{counted(found.files, 'file')} and {counted(found.objects, 'stored value')} read, "
        f"{len(found.damaged)} damaged{absent}"
    )


def print_cleared(found: "Cleared") -> None:
    """What was freed, and what is left."""
    shown = open_screen()
    verb = "would be freed" if found.dry_run else "freed"
    freed = bytes_text(found.object_bytes + found.run_bytes)
    runs = (
        f", {counted(len(found.runs), 'run')} ({bytes_text(found.run_bytes)})" if found.runs else ""
    )
    shown.print(
        f"{freed} {verb}: {counted(found.objects, 'stored value')} "
        f"({bytes_text(found.object_bytes)}){runs}"
    )
    if found.kept_objects:
        kept = counted(found.kept_objects, "stored value stays", "stored values stay")
        shown.print(f"{kept} ({bytes_text(found.kept_bytes)})")
    for name in found.runs:
        shown.print(f"  run {escape(name)}")
