"""The default run from end to end: time, memory, size, and how soon the map is there."""

import importlib.metadata
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
FIRST_LAYER = "performance.getEntriesByName('siting-first-layer')[0].startTime / 1000"
OPENED = 3  # times that a map is opened


def default_run(resolution: str, rounds: int) -> dict[str, Any]:
    """The default pipeline anew, then with nothing changed, then its map in a browser."""
    first, again, pages = [], [], []
    for _ in range(rounds):
        with TemporaryDirectory(prefix="siting-benchmark-") as name:
            folder = Path(name)
            first.append(_run(resolution, folder))
            again.append(_run(resolution, folder))
            map_file = folder / "out" / "latest" / "map.html"
            size = map_file.stat().st_size
            pages += [opened(map_file) for _ in range(OPENED)] if CHROMIUM.exists() else []
    assert all(each["reused_all"] for each in again)
    return {
        "what": f"siting run geothermal at {resolution}",
        "seconds": [each["wall"] for each in first],
        "median": statistics.median(each["wall"] for each in first),
        "peak_memory": max(each["peak_memory"] for each in first),
        "again_median": statistics.median(each["wall"] for each in again),
        "map_bytes": size,
        "map": _summary(pages),
    }


def _run(resolution: str, folder: Path) -> dict[str, Any]:
    words = ("run", "geothermal", "--resolution", resolution, "--out", folder / "out")
    began = time.perf_counter()
    said = _siting(*map(str, words), "--json", SITING_STORE=str(folder / "store"))
    wall = round(time.perf_counter() - began, 2)
    return {"wall": wall, **json.loads(said)}


def _siting(*words: str, **environment: str) -> str:
    """Standard output of the siting command; ends with what it said where it fails."""
    command = [sys.executable, "-m", "siting.cli", *words]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def opened(map_file: Path) -> dict[str, Any]:
    """A map opened from disk in a new browser: first layer and end of drawing [s], requests."""
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.on("request", lambda each: requests.append(each.url))
        page.on("console", lambda each: errors.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: errors.append(str(each)))
        page.goto(map_file.as_uri())
        page.wait_for_selector("body[data-ready]", state="attached")
        ready = page.evaluate("performance.now() / 1000")
        drawn = page.evaluate(FIRST_LAYER)
        browser.close()
    remote = [each for each in requests if not each.startswith(("file:", "data:", "blob:"))]
    return {"first_layer": drawn, "ready": ready, "remote": len(remote), "errors": len(errors)}


def _summary(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the times, largest of the counts; nothing where there is no browser."""
    if not pages:
        return {}
    times = {name: statistics.median(p[name] for p in pages) for name in ("first_layer", "ready")}
    counts = {name: max(p[name] for p in pages) for name in ("remote", "errors")}
    return {name: round(each, 3) for name, each in times.items()} | counts


def start_up(rounds: int) -> dict[str, Any]:
    """Times of commands that compute nothing, and the size of what is installed."""
    times = {
        words: statistics.median(_seconds(*words.split()) for _ in range(rounds))
        for words in ("--help", "check geothermal", "estimate geothermal")
    }
    sizes = installed_sizes("siting")
    return {
        "what": "start-up and installation",
        "seconds": {words: round(each, 3) for words, each in times.items()},
        "installed_bytes": sum(sizes.values()),
        "packages": len(sizes),
        "largest": dict(sorted(sizes.items(), key=lambda row: -row[1])[:5]),
    }


def _seconds(*words: str) -> float:
    began = time.perf_counter()
    _siting(*words)
    return time.perf_counter() - began


def installed_sizes(name: str) -> dict[str, int]:
    """Bytes on disk of a distribution and of all that it needs, by name."""
    found: dict[str, int] = {}
    waiting = [name]
    while waiting:
        each = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if each in found:
            continue
        try:
            distribution = importlib.metadata.distribution(each)
        except importlib.metadata.PackageNotFoundError:  # for another system, or another Python
            continue
        found[each] = _bytes(distribution)
        asked = [row for row in distribution.requires or [] if "extra ==" not in row]
        waiting += [re.match(r"[\w.-]+", row)[0] for row in asked]  # type: ignore[index]
    return found


def _bytes(distribution: importlib.metadata.Distribution) -> int:
    paths = [Path(str(each.locate())) for each in distribution.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())
