"""``python -m benchmarks.streaming``: a run over many layers, by its memory and what it reads.

Layers are made in a temporary folder, a pipeline scores them by a forest trained within or by a
weighted overlay, and the run's process is watched from outside: resident memory of it and of all
that it starts, processor time, bytes asked of files. One JSON line a run; at the end the slope of
memory over cells on logarithmic axes, which is 0 where memory does not grow with them.
"""

import argparse
import itertools
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import zarr
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.windows import Window

ROOT = Path(__file__).parents[1]
CELL = 100.0  # side of a cell [m]
STRIP = 1024  # rows written at once
FINEST, COARSEST = 64, 1024  # cells from one value of a layer to the next, which are joined
PLACES = 200  # known places, and so many candidates
PAUSE = 0.02  # between two looks at the run [s]
CRS = "EPSG:6933"
ESTIMATED = ("seconds", "memory_bytes", "store_bytes", "scratch_bytes", "output_bytes")


def main() -> None:
    """Measure the asked sizes, and print the slope of memory over cells."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streaming", description=__doc__)
    parser.add_argument("sides", nargs="*", type=int, default=[1000, 3000], metavar="SIDE")
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--form", choices=("deflate", "zstd", "zarr"), default="deflate")
    parser.add_argument("--score", choices=("forest", "overlay"), nargs="+", default=["forest"])
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--refits", type=int, default=2, help="forests fitted for the spread")
    parser.add_argument("--max-memory", help="limit handed to the run, such as '2 GB'")
    parser.add_argument("--folder", type=Path, help="where to work; emptied in the end")
    words = parser.parse_args()
    rows = []
    for side in words.sides:
        with TemporaryDirectory(prefix="siting-streaming-", dir=words.folder) as name:
            size = make_layers(Path(name), side, words.layers, words.form)
            for score in words.score:
                rows.append(measured(Path(name), side, score, words) | {"input_bytes": size})
                print(json.dumps(rows[-1]), flush=True)
                shutil.rmtree(Path(name) / "store")
    for score in words.score:
        alike = [row for row in rows if row["score"] == score]
        if len(alike) > 1:
            print(json.dumps({"score": score, "slope_of_memory": slope(alike)}))


def measured(folder: Path, side: int, score: str, words: argparse.Namespace) -> dict[str, Any]:
    """Figures of one run over layers of side x side cells, with an empty store."""
    pipeline = folder / f"{score}.yaml"
    pipeline.write_text(json.dumps(pipeline_of(side, score, words)), encoding="utf-8")
    said = _siting(folder, "estimate", pipeline, "--json")
    limit = ["--max-memory", words.max_memory] if words.max_memory else []
    found = watched(folder, "run", pipeline, "--out", folder / score, "--json", *limit)
    out = folder / score / "latest"
    return {
        "cells": side * side,
        "layers": words.layers,
        "form": words.form,
        "score": score,
        "estimate": {name: said[name] for name in ESTIMATED},
        "store_bytes": sum(e.stat().st_size for e in (folder / "store").rglob("*") if e.is_file()),
        "output_bytes": {each.name: each.stat().st_size for each in sorted(out.iterdir())},
        **found,
    }


def slope(rows: list[dict[str, Any]]) -> float:
    """Slope of the peak of memory over cells, on logarithmic axes, by least squares."""
    cells, memory = (np.log([row[name] for row in rows]) for name in ("cells", "peak_resident"))
    return round(float(np.polyfit(cells, memory, 1)[0]), 3)


def make_layers(folder: Path, side: int, count: int, form: str) -> int:
    """Layers of coarse structure on a fine grid, without noise; bytes that they take."""
    for number in range(count):
        step = int(np.geomspace(FINEST, COARSEST, count)[number])
        write = _write_zarr if form == "zarr" else _write_geotiff
        write(folder / f"l{number:02d}", side, form, _strips(side, step, number))
    rng = np.random.default_rng(1)
    degrees = rng.uniform(0.05, 0.95, (PLACES, 2)) * [_span(side), _height(side)]
    rows = [f"{x:.5f},{y:.5f}" for x, y in degrees]
    (folder / "known.csv").write_text("\n".join(["longitude,latitude", *rows]), encoding="utf-8")
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _span(side: int) -> float:
    """Longitude of the eastern edge [degree]; the western one is the meridian."""
    return float(np.degrees(side * CELL / (6378137.0 * math.cos(math.radians(30)) * 1.0006)))


def _height(side: int) -> float:
    """Latitude of the northern edge [degree], a little too low; the southern one is the equator."""
    return float(np.degrees(side * CELL * 0.86 / 6378137.0))


def _strips(side: int, step: int, seed: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """First row and values of strips of a layer: random values, joined by straight lines."""
    count = side // step + 2
    known = np.random.default_rng(seed).random((count, count), dtype=np.float32)
    at = np.arange(side) / step
    left, share = at.astype(int), (at % 1).astype(np.float32)
    across = known[:, left] * (1 - share) + known[:, left + 1] * share
    for start in range(0, side, STRIP):
        rows = slice(start, min(start + STRIP, side))
        down = share[rows, None]
        yield start, across[left[rows]] * (1 - down) + across[left[rows] + 1] * down


def _write_geotiff(place: Path, side: int, form: str, strips: Iterator[Any]) -> None:
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32",
        "crs": CRS, "transform": from_origin(0, side * CELL, CELL, CELL), "nodata": np.nan,
        "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": form, "predictor": 3,
        f"{'zstd_' if form == 'zstd' else 'z'}level": 1,
    }  # fmt: skip
    with rasterio.open(place.with_suffix(".tif"), "w", **profile) as dataset:
        for start, strip in strips:
            dataset.write(strip, 1, window=Window(0, start, side, len(strip)))


def _write_zarr(place: Path, side: int, form: str, strips: Iterator[Any]) -> None:
    group = zarr.open_group(place.with_suffix(".zarr"), mode="w", zarr_format=2)
    centre = (np.arange(side) + 0.5) * CELL
    for name, values in {"y": centre[::-1], "x": centre}.items():
        axis = group.create_array(name, data=values.copy(), chunks=(side,))
        axis.attrs.update(
            _ARRAY_DIMENSIONS=[name], units="m", standard_name=f"projection_{name}_coordinate"
        )
    system = group.create_array("crs", data=np.zeros((), "i4"))
    system.attrs.update(_ARRAY_DIMENSIONS=[], crs_wkt=rasterio.crs.CRS.from_string(CRS).to_wkt())
    values = group.create_array(place.name, shape=(side, side), chunks=(512, 512), dtype="f4",
                                fill_value=np.nan)  # fmt: skip
    values.attrs.update(_ARRAY_DIMENSIONS=["y", "x"], units="1", grid_mapping="crs")
    for start, strip in strips:
        values[start : start + len(strip)] = strip
    zarr.consolidate_metadata(group.store)


def pipeline_of(side: int, score_by: str, words: argparse.Namespace) -> dict[str, Any]:
    """The pipeline file, as JSON, which is YAML."""
    names = [f"l{number:02d}" for number in range(words.layers)]
    ending = "zarr" if words.form == "zarr" else "tif"
    forest = {"n_estimators": words.trees, "min_samples_leaf": 5}
    learned = {
        "features": names, "labels": "known", "bootstraps": words.refits,
        "model": {"sklearn.ensemble.RandomForestClassifier": forest},
    }  # fmt: skip
    score: dict[str, Any] = (
        {"learned.classifier": learned}
        if score_by == "forest"
        else {"overlay.weighted": {"layers": dict.fromkeys(names, 1)}}
    )
    places = {"file": "known.csv", "label_leak": False}
    sources = {name: {"file": f"{name}.{ending}", "units": "1"} for name in names}
    return {
        "siting": 1,
        "name": "Many layers",
        "grid": {"crs": CRS, "resolution": f"{CELL:g} m",
                 "bounds": [0, 0, side * CELL, side * CELL]},
        "sources": {**sources, **({"known": places} if score_by == "forest" else {})},
        "exclusions": {"low": {"above": {"layer": names[0], "threshold": 0.9}}},
        "scoring": {"best": score},
        "candidates": {"rank_by": "best.score", "count": PLACES, "spacing": "1 km"},
        "outputs": ["map.html", "report.html", "candidates.gpkg", "candidates.csv", "best.tif"],
    }  # fmt: skip


def watched(folder: Path, *words: object) -> dict[str, Any]:
    """What a siting command took, seen from outside while it ran."""
    began = time.perf_counter()
    with (folder / "said.txt").open("w") as said, (folder / "errors.txt").open("w") as errors:
        child = subprocess.Popen(
            _command(*words), cwd=ROOT, env=_environment(folder), stdout=said, stderr=errors
        )
        peak, read = _watch(child)
    if child.returncode:
        sys.exit((folder / "errors.txt").read_text())
    usage = json.loads((folder / "said.txt").read_text())
    return {
        "wall": round(time.perf_counter() - began, 1),
        "processor": round(read["seconds"], 1),
        "peak_resident": peak,
        "own_peak": usage["peak_memory"],
        "bytes_read": read["rchar"],
    }


def _watch(child: "subprocess.Popen[bytes]") -> tuple[int, dict[str, float]]:
    """Largest memory of a process and those it started, together; its last counts of reading."""
    peak, last = 0, {"rchar": 0, "seconds": 0.0}
    while child.poll() is None:
        family = [child.pid, *_below(child.pid)]
        peak = max(peak, sum(_status(pid, "VmRSS") for pid in family))
        peak = max([peak, *(_status(pid, "VmHWM") for pid in family)])
        found = {
            "rchar": sum(_read(pid) for pid in family),
            "seconds": sum(_seconds(pid) for pid in family),
        }
        last = {name: max(last[name], found[name]) for name in last}
        time.sleep(PAUSE)
    return peak, last


def _below(pid: int) -> list[int]:
    """Processes that a process started, and those that they did."""
    try:
        own = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [*map(int, own), *itertools.chain.from_iterable(_below(int(each)) for each in own)]


def _status(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(e.split()[1]) * 1024 for e in lines if e.startswith(f"{name}:")), 0)


def _read(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/io").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0


def _seconds(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _siting(folder: Path, *words: object) -> dict[str, Any]:
    done = subprocess.run(_command(*words), cwd=ROOT, env=_environment(folder),
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _command(*words: object) -> list[str]:
    return [sys.executable, "-m", "siting.cli", *map(str, words)]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "SITING_STORE": str(folder / "store")}


if __name__ == "__main__":
    main()
