"""Tables of the figures, as docs/benchmarks.md has them.

Rows are kept in measured.jsonl, a case each with its day and machine: what is measured anew takes
the place of its row, and the tables are made from all of them.
"""

import datetime
import importlib.metadata
import json
import os
import platform
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.pipelines.measure import REDUCED, SCRIPT, WHOLE

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
KEPT = Path(__file__).with_name("measured.jsonl")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIBRARIES = (
    "numpy", "scipy", "scikit-learn", "xarray", "dask", "rasterio", "rioxarray", "geopandas",
    "odc-geo", "pyproj", "numba",
)  # fmt: skip
QUIET = 0.3  # processors that other work may keep busy before times say little
Row = dict[str, Any]


def text(rows: list[Row]) -> str:
    """The headline, then pipelines, steps, growth, the product, and what is missing."""
    parts = [headline(rows)]
    for title, heads, lines in (
        ("Real pipelines from end to end", PIPELINE_HEADS, _pipeline),
        ("Steps beside their peers", STEP_HEADS, _step),
        ("Growth", GROWTH_HEADS, _growth),
        ("The default run, and start-up", PRODUCT_HEADS, _product),
    ):
        found = [line for row in rows for line in _stamped(row, lines)]
        if found:
            parts.append(f"## {title}\n\n{_table(heads, found)}")
    absent = [f"`{row['case']}`: {', '.join(_missing(row))}" for row in rows if _missing(row)]
    if absent:
        parts.append(
            'Not installed when measured, so not compared (`pip install -e ".[bench]"`): '
            + "; ".join(absent)
        )
    machines = dict.fromkeys(f"{row['date']}: {row['machine']}" for row in rows)
    parts.append("Measured " + ". ".join(machines) + ".")
    return "\n\n".join(part for part in parts if part)


def headline(rows: list[Row]) -> str:
    """Median over the pipelines of how much longer the scripts take, or nothing."""
    pipelines = [row for row in rows if "end_to_end" in row]
    if not pipelines:
        return ""
    told = {
        (kind, each): statistics.median(row[kind][each] for row in pipelines)
        for kind in ("wall_ratios", "cpu_ratios")
        for each in (REDUCED, WHOLE)
    }
    same, whole = (
        (told["wall_ratios", each], told["cpu_ratios", each]) for each in (REDUCED, WHOLE)
    )
    return (
        f"**Median over {len(pipelines)} real pipelines end to end, input and output included: a "
        f"script takes {same[0]:.2f} times as long as siting does for the same steps "
        f"({same[1]:.2f} times the processor time), and {whole[0]:.2f} times as long as siting's "
        f"whole run with all that the script leaves out ({whole[1]:.2f}). Below 1 the script is "
        "faster.**"
    )


def keep(rows: list[Row]) -> list[Row]:
    """Put rows in the place of older ones of the same cases; all rows, in their order."""
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    old = [json.loads(line) for line in lines]
    new = {row["case"]: row for row in rows if not _only_missing(row)}
    merged = [new.pop(row["case"], row) for row in old] + list(new.values())
    KEPT.write_text("".join(json.dumps(row) + "\n" for row in merged), encoding="utf-8")
    return merged


def write(tables: str) -> None:
    """Put the tables into docs/benchmarks.md, between its two marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}", encoding="utf-8")


def day() -> str:
    """Today."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def machine() -> str:
    """Machine and versions in a few words."""
    versions = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()}, Python "
        f"{platform.python_version()}, {versions}"
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _missing(row: Row) -> list[str]:
    return [row["missing"]] if isinstance(row.get("missing"), str) else list(row.get("missing", []))


def _only_missing(row: Row) -> bool:
    """A case that could not be measured at all must not take the place of one that was."""
    return bool(_missing(row)) and not row.keys() & {"ratios", "end_to_end"}


def _stamped(
    row: Row, lines: Callable[[Row], Iterator[tuple[str, ...]]]
) -> Iterator[tuple[str, ...]]:
    """Lines of a row with the day that it was measured, and whether the machine was quiet."""
    loaded = "" if row["busy"] <= QUIET else f", {row['busy']:.1f} cores busy with other work"
    for line in lines(row):
        yield (*line, f"{row['date']}{loaded}")


PIPELINE_HEADS = (
    "pipeline", "run", "time", "processor time", "memory", "script / siting, time",
    "script / siting, processor time", "results", "measured",
)  # fmt: skip


def _pipeline(row: Row) -> Iterator[tuple[str, ...]]:
    if "end_to_end" not in row:
        return
    for name in (REDUCED, WHOLE, SCRIPT):
        took = row["end_to_end"][name]
        ratios = ("", "")
        if name != SCRIPT:
            ratios = _told(row["wall_ratios"][name]), _told(row["cpu_ratios"][name])
        told = {
            REDUCED: f"{100 * row['same_candidates']:.0f} % of the candidates are the same cell, "
            f"{100 * row['near_candidates']:.0f} % lie within a spacing; "
            + "; ".join(
                f"{layer} {each}" for layer, each in row["layers"].items() if "ranks" in layer
            ),
            WHOLE: f"only siting: {row['left_out']}",
            SCRIPT: "",
        }[name]
        first = f"{row['what']}, {row['cell']}" if name == REDUCED else ""
        yield (
            first, name, f"{took['wall']:.1f} s", f"{took['cpu']:.1f} s",
            f"{took['peak'] / 1e9:.2f} GB", *ratios, told,
        )  # fmt: skip


STEP_HEADS = (
    "work", "siting", "peer", "its time", "peer / siting", "processor time", "memory for it",
    "results", "measured",
)  # fmt: skip


def _step(row: Row) -> Iterator[tuple[str, ...]]:
    if "ratios" not in row:
        return
    ours = row["medians"]["siting"]
    memory = row.get("memory", {})
    taken = {name: (each["peak"] - each["inputs"]) / 1e6 for name, each in memory.items()}
    for number, (peer, ratio) in enumerate(row["ratios"].items()):
        cpu = row.get("cpu_ratios", {}).get(peer)
        yield (
            row["what"] if number == 0 else "", f"{_brief(ours)}" if number == 0 else "", peer,
            _brief(row["medians"][peer]), _told(ratio), "" if cpu is None else f"{cpu:.2f}",
            f"{taken['siting']:.0f} / {taken[peer]:.0f} MB" if taken else "",
            row["agreement"] if number == 0 else "",
        )  # fmt: skip


def _brief(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"


def _told(ratio: float) -> str:
    return f"**{ratio:.2f}**" if ratio >= 1 else f"{ratio:.2f} (the peer is faster)"


GROWTH_HEADS = (
    "grows", "sizes", "who", "time", "slope of time (R²)", "slope of processor time (R²)",
    "slope of memory (R²)", "measured",
)  # fmt: skip


def _growth(row: Row) -> Iterator[tuple[str, ...]]:
    for name, axis in row.get("growth", {}).items():
        for who in ("siting", axis["peer"]):
            slopes = [
                f"{axis[kind][who]['slope']:.2f} ({axis[kind][who]['r2']:.2f})"
                for kind in ("wall", "cpu", "memory")
            ]
            times = " ".join(_brief(each) for each in axis["wall"][who]["values"])
            sizes = " ".join(f"{each:,}" for each in axis["sizes"])
            ours = who == "siting"
            yield name if ours else "", sizes if ours else "", who, times, *slopes


PRODUCT_HEADS = "work", "took", "spread or detail", "measured"


def _product(row: Row) -> Iterator[tuple[str, ...]]:
    if "installed_bytes" in row:
        for words, seconds in row["seconds"].items():
            yield f"`siting {words}`", f"{seconds:.2f} s", ""
        largest = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in row["largest"].items())
        packages = f"{row['packages']} packages; {largest}"
        yield "installation", f"{row['installed_bytes'] / 1e6:,.0f} MB", packages
    if "again_median" not in row:
        return
    runs = ", ".join(f"{each:.1f}" for each in row["seconds"])
    yield f"`{row['what']}`", f"{row['median']:.1f} s", f"runs of {runs} s"
    yield "its largest memory", f"{row['peak_memory'] / 1e6:,.0f} MB", ""
    yield "the same again, nothing changed", f"{row['again_median']:.1f} s", ""
    yield "its map.html", f"{row['map_bytes'] / 1e6:.1f} MB", ""
    if page := row["map"]:
        told = f"{page['remote']} requests over the network, {page['errors']} errors"
        yield "first layer drawn in Chromium", f"{page['first_layer']:.2f} s", told


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
