"""Inputs as people bring them, each with what siting must make of it.

A case writes its files into a folder and returns the text of a pipeline file. What must come of it:

error
    A `SitingError` that carries the code; nothing is published.
warn
    The run goes on, and the code is among its warnings.
handle
    The right answer, without a warning; ``holds`` asserts the answer.
accept
    A good input: any warning is a false alarm.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
from rasterio.transform import from_bounds

from siting.check import check_file
from siting.run import run_plan

Expect = Literal["error", "warn", "handle", "accept"]

# The home window of most cases: 20 x 20 cells of 0.1 degree.
WEST, SOUTH, EAST, NORTH = -120.0, 38.0, -118.0, 40.0
GRID = "{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -118, 40]}"
PIPELINE = "pipeline.yaml"


@dataclass(frozen=True)
class Result:
    """What a run has published."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """The run's manifest."""
        content: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return content

    @property
    def findings(self) -> list[dict[str, str]]:
        """What the run noticed."""
        found: list[dict[str, str]] = self.manifest["findings"]
        return found

    def warnings(self) -> list[str]:
        """Codes of the warnings among the findings."""
        return [each["code"] for each in self.findings if each["severity"] == "warning"]

    def layer(self, name: str) -> np.ma.MaskedArray[Any, Any]:
        """Cells of a layer, which is among the outputs as ``NAME.tif``."""
        with rasterio.open(self.folder / f"{name}.tif") as file:
            return file.read(1, masked=True)

    def value_at(self, name: str, longitude: float, latitude: float) -> float:
        """Value of a layer at a place, on a geographic grid."""
        with rasterio.open(self.folder / f"{name}.tif") as file:
            (found,) = file.sample([(longitude, latitude)], 1, masked=True)
        return float(found[0]) if not np.ma.getmaskarray(found)[0] else float("nan")


@dataclass(frozen=True)
class Case:
    """One input and what must come of it."""

    id: str
    kind: str
    expect: Expect
    code: str | None
    why: str
    make: Callable[[Path], str | bytes]
    holds: Callable[[Result], None] | None = None


@dataclass
class Corpus:
    """The cases of one module, filled by its `case` decorator."""

    cases: list[Case] = field(default_factory=list)

    def case(
        self,
        id: str,
        *,
        kind: str,
        expect: Expect,
        why: str,
        code: str | None = None,
        holds: Callable[[Result], None] | None = None,
    ) -> Callable[[Callable[[Path], str | bytes]], Callable[[Path], str | bytes]]:
        """Register the decorated function as the maker of a case."""

        def register(make: Callable[[Path], str | bytes]) -> Callable[[Path], str | bytes]:
            self.cases.append(Case(id, kind, expect, code, why, make, holds))
            return make

        return register


def field_of(rows: int = 20, columns: int = 20, dtype: str = "float32") -> np.ndarray:
    """A plane that differs in every cell: 40, rising by 2 a column and 1.5 a row."""
    row, column = np.mgrid[0:rows, 0:columns]
    return (40 + 2 * column + 1.5 * row).astype(dtype)


def raster(path: Path, values: np.ndarray | None = None, **options: Any) -> None:
    """Write a GeoTIFF over the home window, without a no-data value unless one is given.

    ``bounds``, ``transform``, ``crs``, ``nodata`` and whatever else rasterio's profile takes may
    be given; ``units``, ``scales``, ``offsets`` and ``tags`` are set as rasterio names them.
    """
    cells = field_of() if values is None else values
    cells = cells if cells.ndim == 3 else cells[None]
    set_later = {
        name: options.pop(name) for name in ("units", "scales", "offsets") if name in options
    }
    tags = options.pop("tags", {})
    bounds = options.pop("bounds", (WEST, SOUTH, EAST, NORTH))
    count, height, width = cells.shape
    profile = {
        "driver": "GTiff", "count": count, "height": height, "width": width,
        "dtype": cells.dtype, "crs": "EPSG:4326", "compress": "deflate",
        "transform": from_bounds(*bounds, width, height), **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(cells)
        file.update_tags(**tags)
        for name, value in set_later.items():
            setattr(file, name, value)


def pipeline(
    *, sources: str, outputs: str, layers: str = "", more: str = "", grid: str = GRID
) -> str:
    """Text of a pipeline; ``sources`` and ``layers`` are lines ``name: {…}``."""
    parts = ["siting: 1", "name: case", f"grid: {grid}", "sources:", _indented(sources)]
    if layers:
        parts += ["layers:", _indented(layers)]
    if more:
        parts.append(more.rstrip())
    return "\n".join([*parts, f"outputs: {outputs}", ""])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def run_case(case: Case, folder: Path) -> Result:
    """What a case publishes; raises what siting raises."""
    home = folder / "case"
    home.mkdir()
    made = case.make(home)
    (home / PIPELINE).write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
    run_plan(check_file(home / PIPELINE), folder / "out")
    return Result(folder / "out" / "latest")
