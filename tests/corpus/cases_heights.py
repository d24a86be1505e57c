"""Heights beside the true ones: of another place, stretched, cut off, copied; and right ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from scipy.ndimage import gaussian_filter

from siting.sources.catalogue import catalogue

from .harness import Corpus, pipeline, raster

corpus = Corpus()
Box = tuple[float, float, float, float]
BASIN: Box = (-120, 38, -118, 40)  # Great Basin, 1,000 to 3,000 m
ALPS: Box = (8, 45, 10, 47)
PATAGONIA: Box = (-72, -40, -70, -38)
COAST: Box = (-125, 38, -122, 41)
PACIFIC: Box = (-128, 39, -125, 42)
NETHERLANDS: Box = (4, 51, 7, 54)
DELTA: Box = (88, 21, 91, 24)
GREENLAND: Box = (-46, 68, -42, 72)
SUPERIOR: Box = (-91, 46, -85, 49)
TIBET: Box = (86, 28, 90, 32)
SMALL: Box = (-119.2, 39, -119, 39.2)


def heights(box: Box = BASIN, cell: float = 0.05) -> np.ndarray:
    """The embedded heights of a region on cells of another size [m]."""
    width, height = round((box[2] - box[0]) / cell), round((box[3] - box[1]) / cell)
    there = {"crs": "EPSG:4326", "transform": from_bounds(*box, width, height)}
    with (
        rasterio.open(catalogue()["elevation"].path) as file,
        WarpedVRT(file, width=width, height=height, resampling=Resampling.bilinear, **there) as v,
    ):
        return v.read(1).astype("float64")


def detail(values: np.ndarray, size: float = 40.0, seed: int = 3) -> np.ndarray:
    """Heights with hills that a reference of 0.1 degree does not show, of so many metres."""
    random = np.random.default_rng(seed)
    fine = sum(
        gaussian_filter(random.normal(size=values.shape), scale) * scale for scale in (0.5, 1, 2)
    )
    return values + size * fine / np.std(fine)


def case(id: str, code: str | None, why: str, make: Callable[[], np.ndarray], box: Box = BASIN,
         options: str = "units: m", name: str = "elevation", **how: Any) -> None:  # fmt: skip
    """A case of one raster over a region; a code makes it a bad one."""
    expect = "warn" if code else "accept"

    @corpus.case(f"h_{id}", kind="heights", expect=expect, code=code, why=why)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        raster(folder / f"{name}.tif", make().astype("float32"), bounds=box, **how)
        grid = f"{{crs: EPSG:4326, resolution: 0.05 degree, bounds: {list(box)}}}"
        said = f"{name}: {{file: {name}.tif, {options}}}"
        return pipeline(sources=said, outputs=f"[{name}.tif]", grid=grid)


def plane(values: np.ndarray) -> np.ndarray:
    """The plane through three corners."""
    row, column = np.mgrid[0 : values.shape[0], 0 : values.shape[1]] / (values.shape[0] - 1.0)
    first, across, down = values[0, 0], values[0, -1], values[-1, 0]
    return first + (across - first) * column + (down - first) * row


def copied(values: np.ndarray, to: tuple[slice, slice], of: tuple[slice, slice]) -> np.ndarray:
    """Values with a part that is a copy of another."""
    values[to] = values[of]
    return values


def stretched(low: float, high: float) -> np.ndarray:
    """Heights of the Great Basin drawn out between two values."""
    values = heights()
    return low + (high - low) * (values - values.min()) / np.ptp(values)


# fmt: off
# --- heights of another place --------------------------------------------------------------------
MISPLACED = "LAYER_MISPLACED"
case("other", MISPLACED, "the Alps relabelled", lambda: heights(ALPS))
case("hemisphere", MISPLACED, "38 to 40 S relabelled N", lambda: heights(PATAGONIA))
case("mirrored", MISPLACED, "longitudes that lost their minus: Colorado in Ningxia",
     lambda: heights((-106, 36, -104, 38)), box=(104, 36, 106, 38))
case("transposed", MISPLACED, "rows and columns exchanged", lambda: heights().T)
case("shifted", MISPLACED, "half a degree east", lambda: heights((-120.5, 38, -118.5, 40)))
case("shifted_far", MISPLACED, "a degree north", lambda: heights((-120, 37, -118, 39)))
case("shifted_detail", MISPLACED, "half a degree, with hills of its own",
     lambda: detail(heights((-120.5, 38, -118.5, 40))))
case("sorted", MISPLACED, "every row sorted", lambda: np.sort(heights(), axis=1))
case("plane", MISPLACED, "a plane through three corners", lambda: plane(heights()))
case("by_quantity", MISPLACED, "known by its quantity alone", lambda: heights(ALPS), name="z",
     options="units: m, quantity: elevation")
case("feet_told", MISPLACED, "another place, in feet and told so", lambda: heights(ALPS) / 0.3048,
     options="units: ft")

# --- heights that are no heights any more ---------------------------------------------------------
case("shares", "UNITS_IMPLAUSIBLE", "scaled to 0 to 1", lambda: stretched(0, 1))
case("bytes", "UNITS_IMPLAUSIBLE", "0 to 255", lambda: np.floor(stretched(0, 255)))
case("logarithm", "UNITS_IMPLAUSIBLE", "decimal logarithms",
     lambda: np.log10(np.maximum(heights(), 1)))
case("half", "UNITS_IMPLAUSIBLE", "half as high", lambda: heights() / 2)
case("millimetres", "RANGE_IMPLAUSIBLE", "millimetres called metres, on low land",
     lambda: heights(DELTA) * 1000, box=DELTA)
case("clipped", "RANGE_IMPLAUSIBLE", "cut off at 2,000 m", lambda: np.minimum(heights(), 2000))
case("offset", "RANGE_IMPLAUSIBLE", "counted from 5,000 m below", lambda: heights() + 5000)
case("low_other", "RANGE_IMPLAUSIBLE", "Tibet relabelled as the Netherlands",
     lambda: heights((86, 29, 89, 32)), box=NETHERLANDS)
case("rows", "DATA_REPEATED", "ten rows are copies of one",
     lambda: copied(heights(), np.s_[10:20, :], np.s_[10:11, :]))
case("block", "DATA_REPEATED", "a quarter copied onto another",
     lambda: copied(heights(), np.s_[:20, :20], np.s_[20:, 20:]))
case("block_detail", "DATA_REPEATED", "a tile copied, with hills of its own",
     lambda: copied(detail(heights()), np.s_[3:15, 5:17], np.s_[22:34, 20:32]))

# --- right ones -----------------------------------------------------------------------------------
GOOD = "heights that are right: "
case("ok", None, GOOD + "as they are embedded", heights)
case("ok_detail", None, GOOD + "with hills of their own", lambda: detail(heights()))
case("ok_rough", None, GOOD + "with much of it", lambda: detail(heights(), 150))
case("ok_minute", None, GOOD + "1 arc-minute", lambda: detail(heights(cell=1 / 60)))
case("ok_seconds", None, GOOD + "15 arc-seconds", lambda: detail(heights(cell=1 / 240), 60))
case("ok_smooth", None, GOOD + "smooth over 10 km", lambda: gaussian_filter(heights(), 1.5))
case("ok_coarse", None, GOOD + "cells of 0.25 degree",
     lambda: heights(TIBET, 0.25), box=TIBET)
case("ok_geoid", None, GOOD + "above the ellipsoid", lambda: heights() - 28)
case("ok_int16", None, GOOD + "whole metres", lambda: np.round(detail(heights())))
case("ok_feet", None, GOOD + "feet, told so", lambda: heights() / 0.3048, options="units: ft")
case("ok_km", None, GOOD + "kilometres, told so", lambda: heights(TIBET) / 1000, box=TIBET,
     options="units: km")
case("ok_sea", None, GOOD + "with the sea floor", lambda: detail(heights(COAST)), box=COAST)
case("ok_sea_0", None, GOOD + "the sea at 0", lambda: np.maximum(heights(COAST), 0), box=COAST)
case("ok_sea_none", None, GOOD + "no sea",
     lambda: np.where(heights(COAST) < 0, -9999, heights(COAST)), box=COAST, nodata=-9999)
case("ok_floor", None, GOOD + "sea alone", lambda: detail(heights(PACIFIC), 100), box=PACIFIC)
case("ok_sea_plain", None, GOOD + "nothing but a sea at 0, and one rock",
     lambda: copied(np.zeros((60, 60)), np.s_[3, 3], np.s_[0, 0]) + np.eye(60), box=PACIFIC)
for _name, _box in (("netherlands", NETHERLANDS), ("delta", DELTA)):
    case(f"ok_{_name}", None, GOOD + "low land", lambda box=_box: detail(heights(box), 8), box=_box)
    case(f"ok_{_name}_0", None, GOOD + "low land, the sea at 0",
         lambda box=_box: np.maximum(detail(heights(box), 8), 0), box=_box)
case("ok_ice", None, GOOD + "the surface of the ice, where the bed is embedded",
     lambda: 3200 - 40 * np.hypot(*np.mgrid[-40:40, -40:40]) + detail(np.zeros((80, 80)), 5),
     box=GREENLAND)
case("ok_lake", None, GOOD + "the surface of a lake, where its bed is embedded",
     lambda: np.maximum(detail(heights(SUPERIOR), 10), 183), box=SUPERIOR)
case("ok_small", None, GOOD + "20 km of 30 m: too few cells to judge",
     lambda: detail(np.full((400, 400), 1500.0), 200), box=SMALL)
case("ok_basement", None, "another surface of the same unit, by another name",
     lambda: heights(ALPS), name="basement")
case("ok_canopy", None, "heights above the ground", lambda: np.abs(detail(heights() * 0, 15)),
     name="canopy_height")
case("ok_steps", None, GOOD + "every cell repeated threefold",
     lambda: np.kron(heights(cell=0.1), np.ones((6, 6))))
