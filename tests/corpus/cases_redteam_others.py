"""Tables, features, series and pipeline files as they come from other people's tools."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import LineString, box

from .gridded import register
from .harness import Corpus, pipeline, raster
from .places import CSV, SITES, at, distances, features

corpus = Corpus()
MEAN = "variable: hs, units: m, over_time: mean"
SEA = "{crs: EPSG:4326, resolution: 0.5 degree, bounds: [-126.25, 37.75, -123.75, 39.75]}"
HEAD = "site_id,name,lon,lat\n"


def table(id: str, expect: str, code: str | None, why: str, text: str | bytes) -> None:
    """Register a table of places; one that is handled holds the three sites."""
    holds = at(*SITES) if expect == "handle" else None

    @corpus.case(f"rt_{id}", kind="table", expect=expect, code=code, why=why, holds=holds)
    def _(folder: Path) -> str:
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / "sites.csv").write_bytes(content)
        return distances()


table("mac", "handle", None, "line ends of old Macs", CSV.replace("\n", "\r"))
table("tabs", "handle", None, "tabs in a file named .csv", CSV.replace(",", "\t"))
table("comma_at_end", "handle", None, "a comma ends every row", CSV.replace("\n", ",\n"))
table("suffix", "error", "COORD_INVALID", "119.25W", CSV.replace("-119.25", "119.25W"))
table(
    "spreadsheet", "error", "COORD_INVALID", "#REF! of a spreadsheet", CSV.replace("39.15", "#REF!")
)
table(
    "micro",
    "error",
    "COORD_INVALID",
    "millionths of degrees",
    CSV.replace(".25,39.15", "250000,39150000"),
)
table("nothing", "error", "LAYER_EMPTY", "a header alone", HEAD)
table(
    "pad",
    "accept",
    None,
    "two wells on one pad",
    HEAD + "45-1,A,-119.0005,39.1005\n45-1ST,B,-119.0005,39.1005\n46-2,C,-118.6,38.5\n",
)
table(
    "marsh",
    "accept",
    None,
    "wells of a marsh, whose ids look like dates",
    HEAD + "".join(f"MAR-{i},N{i},{-119 - i / 13:.4f},{38.5 + i / 17:.4f}\n" for i in range(2, 7)),
)
table(
    "none",
    "accept",
    None,
    "springs called NA, NaN and null",
    HEAD + "NA,None,-119.01,39.1\nb,NaN,-118.6,38.5\nc,null,-118.7,38.6\n",
)


# ------------------------------------------------------------------ features
def shapes(id: str, expect: str, code: str | None, why: str, geometries: list) -> None:
    """Register features that the distance is taken to, or polygons that cells lie in."""

    @corpus.case(f"rt_{id}", kind="vector", expect=expect, code=code, why=why)
    def _(folder: Path) -> str:
        features(geometries).to_file(folder / "a.gpkg")
        return pipeline(
            sources="f: {file: a.gpkg}",
            layers="x: {geology.within_polygons: {features: f}}",
            outputs="[x.tif]",
        )


SQUARE = box(-119.5, 38.5, -118.5, 39.5)
shapes("ring_as_line", "error", "GEOMETRY_WRONG", "an outline drawn as a line", [
    LineString(SQUARE.exterior.coords)
])  # fmt: skip
shapes("elsewhere", "warn", "FEATURES_OUTSIDE", "another country's polygons", [box(8, 45, 9, 46)])


@corpus.case(
    "rt_link_of_part", kind="vector", expect="error", code="PATH_OUTSIDE_DATA",
    why="a part of a shapefile is a link to another folder",
)  # fmt: skip
def _(folder: Path) -> str:
    other = folder.parent / "other"
    other.mkdir()
    features([SQUARE]).to_file(folder / "a.shp")
    (folder / "a.dbf").replace(other / "a.dbf")
    (folder / "a.dbf").symlink_to(other / "a.dbf")
    return distances("{file: a.shp}")


# ------------------------------------------------------------------ series
def series(count: int = 12, step: str = "MS", start: str = "2019-01-01", **attrs) -> xr.Dataset:
    """Wave heights that rise by .01 m a step, from 1 m in the south-west corner."""
    columns, rows, steps = np.arange(5), np.arange(4), np.arange(count)
    cells = 1 + 0.1 * columns + 0.05 * rows[:, None] + 0.01 * steps[:, None, None]
    return xr.Dataset(
        {"hs": (("time", "lat", "lon"), cells.astype("float32"), {"units": "m", **attrs})},
        coords={
            "time": pd.date_range(start, periods=count, freq=step),
            "lat": ("lat", 38 + 0.5 * rows, {"units": "degrees_north"}),
            "lon": ("lon", -126 + 0.5 * columns, {"units": "degrees_east"}),
        },
    )


def over_time(
    id: str, expect: str, code: str | None, why: str, make: Callable[[], xr.Dataset]
) -> None:
    """Register the mean of a series."""
    register(corpus, f"rt_{id}", expect, code, why, make, MEAN, grid=SEA)


over_time(
    "leap_year", "accept", None, "a leap year by days", lambda: series(366, "D", "2020-01-01")
)
over_time(
    "winter", "warn", "PERIOD_PARTIAL", "October to March", lambda: series(182, "D", "2019-10-01")
)
over_time(
    "epoch",
    "warn",
    "TIME_IMPLAUSIBLE",
    "of the next century",
    lambda: series(365, "D", "2190-01-01"),
)
over_time(
    "members",
    "error",
    "DIMENSION_AMBIGUOUS",
    "members of an ensemble",
    lambda: series().expand_dims(number=[0, 1, 2]),
)
over_time(
    "row_lost",
    "error",
    "GRID_IRREGULAR",
    "a row of latitudes is lost",
    lambda: series().assign_coords(lat=[38, 38.5, 39.5, 40]),
)
over_time(
    "summer_only",
    "warn",
    "TIME_STEP_EMPTY",
    "three empty months",
    lambda: (
        series()
        .where(lambda d: ~d.time.dt.month.isin([4, 5, 6]))
        .assign(hs=lambda d: d.hs.assign_attrs(units="m"))
    ),
)


# ------------------------------------------------------------------ archives and pipeline files
@corpus.case(
    "rt_fork", kind="archive", expect="accept", code=None, why="what macOS puts beside files"
)
def _(folder: Path) -> str:
    raster(folder / "x.tif", nodata=-9999)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(folder / "x.tif", "x.tif")
        archive.writestr("__MACOSX/._x.tif", b"\0\5\x16\7")
        archive.writestr(".DS_Store", b"x")
    (folder / "x.tif").unlink()
    return pipeline(sources="a: {file: a.zip, units: m}", outputs="[a.tif]")


@corpus.case("rt_pipe", kind="files", expect="error", code="FILE_MISSING", why="a named pipe")
def _(folder: Path) -> str:
    os.mkfifo(folder / "a.tif")
    return pipeline(sources="a: {file: a.tif, units: m}", outputs="[a.tif]")


def written(id: str, code: str, why: str, old: str, new: str) -> None:
    """Register a pipeline file with one mistake."""

    @corpus.case(f"rt_{id}", kind="config", expect="error", code=code, why=why)
    def _(folder: Path) -> str:
        raster(folder / "a.tif", nodata=-9999)
        text = pipeline(
            sources="a: {file: a.tif, units: m}",
            layers="x: {combine.rescale: {layer: a, low: -1000, high: 1000}}",
            outputs="[x.tif]",
        )
        assert old in text
        return text.replace(old, new)


written(
    "no_span", "VALUE_INVALID", "low and high are one", "low: -1000, high: 1000", "low: 5, high: 5"
)
written("thousands", "QUANTITY_INVALID", "a comma for thousands", "high: 1000", "high: '1,000 m'")
written("homoglyph", "CONFIG_REFERENCE", "a Cyrillic a", "  a: {", "  \u0430: {")
written("own", "CYCLE", "a layer of itself", "layer: a,", "layer: x,")
