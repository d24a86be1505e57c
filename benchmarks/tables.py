"""Tables of the figures, as docs/benchmarks.md has them."""

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIBRARIES = ("numpy", "scipy", "scikit-learn", "xarray", "dask", "rasterio", "pyproj", "pykdtree")


def text(rows: list[dict[str, Any]]) -> str:
    """Machine and tables of the figures."""
    peers = [row for each in rows if "ratios" in each for row in _peers(each)]
    product = [row for each in rows if "ratios" not in each for row in _product(each)]
    parts = [machine(max(each["busy"] for each in rows))]
    if peers:
        heads = "work", "siting", "peer", "time", "peer / siting", "memory for it", "results"
        parts.append(_table(heads, peers))
    if product:
        parts.append(_table(("default run", "measured", "spread or detail"), product))
    return "\n\n".join(parts)


def write(tables: str) -> None:
    """Put the tables into docs/benchmarks.md, between its two marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}", encoding="utf-8")


def machine(busy: float) -> str:
    """Day, machine and versions in one sentence or two."""
    day = datetime.datetime.now(tz=datetime.UTC).date()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return (
        f"{day}; {os.cpu_count()} cores ({_processor()}), {platform.system()}, Python "
        f"{platform.python_version()}, {versions}. Other work kept at most {busy} "
        "cores busy before a case."
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _peers(row: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    ours = row["medians"]["siting"]
    taken = {name: (each["peak"] - each["inputs"]) / 1e6 for name, each in row["memory"].items()}
    for peer, ratio in row["ratios"].items():
        told = f"**{ratio:.2f}**" if ratio >= 1 else f"{ratio:.2f} (the peer is faster)"
        yield (
            row["what"], f"{ours:.2f} s", peer, f"{row['medians'][peer]:.2f} s", told,
            f"{taken['siting']:.0f} / {taken[peer]:.0f} MB", row["agreement"],
        )  # fmt: skip


def _product(row: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    if "installed_bytes" in row:
        for words, seconds in row["seconds"].items():
            yield f"`siting {words}`", f"{seconds:.2f} s", ""
        largest = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in row["largest"].items())
        packages = f"{row['packages']} packages; {largest}"
        yield "installation", f"{row['installed_bytes'] / 1e6:,.0f} MB", packages
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
