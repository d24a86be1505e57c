"""Gridded files of the home window, as the cases need them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .harness import Corpus, Expect, Result, field_of, pipeline

LATITUDE = np.round(39.95 - 0.1 * np.arange(20), 2)
LONGITUDE = np.round(-119.95 + 0.1 * np.arange(20), 2)
HOURS, DAYS = "hours since 2020-01-01", "days since 2019-01-01"
HS = {"units": "m", "long_name": "significant wave height"}
Maker = Callable[[], xr.Dataset]


def plane() -> np.ndarray:
    """Wave heights from 1.4 m in the north-west to 2.065 m in the south-east."""
    return 1 + field_of(dtype="float64") / 100


def grid(
    values: np.ndarray | None = None,
    name: str = "hs",
    attrs: dict[str, Any] | None = None,
    *,
    latitude: Any = LATITUDE,
    longitude: Any = LONGITUDE,
    names: tuple[str, str] = ("lat", "lon"),
) -> xr.Dataset:
    """A variable on rows and columns."""
    y, x = names
    cells = plane() if values is None else values
    return xr.Dataset(
        {name: ((y, x), cells, HS if attrs is None else attrs)},
        coords={
            y: (y, latitude, {"units": "degrees_north", "standard_name": "latitude"}),
            x: (x, longitude, {"units": "degrees_east", "standard_name": "longitude"}),
        },
    )


def timed(
    times: Any = tuple(range(0, 24, 3)),
    units: str | None = HOURS,
    *,
    rise: float = 0.01,
    dim: str = "time",
    calendar: str | None = None,
    base: xr.Dataset | None = None,
) -> xr.Dataset:
    """A variable whose values rise from step to step."""
    first = grid() if base is None else base
    count = len(times)
    every = xr.concat([first + rise * k for k in range(count)], dim)
    for name in first.data_vars:
        every[name].attrs = first[name].attrs
    attrs = {"standard_name": "time"} | ({"units": units} if units else {})
    attrs |= {"calendar": calendar} if calendar else {}
    return every.assign_coords({dim: (dim, np.asarray(times), attrs)})


def changed(name: str, dataset: xr.Dataset, **attrs: Any) -> xr.Dataset:
    """The dataset with attributes of a variable set, or removed where they are None."""
    for key, value in attrs.items():
        dataset[name].attrs.pop(key, None)
        if value is not None:
            dataset[name].attrs[key] = value
    return dataset


def without(
    dataset: xr.Dataset, step: Any, cells: Any = slice(None), value: float = np.nan
) -> xr.Dataset:
    """The dataset with no data, or another value, in some cells of a step."""
    dataset["hs"].values[(step, *(cells if isinstance(cells, tuple) else (cells,)))] = value
    return dataset


def angles(values: list[float], units: str = "degree", **attrs: str) -> xr.Dataset:
    """Directions, the same everywhere, one for each step."""
    base = grid(np.zeros((20, 20)), "dir", {"units": units, **attrs})
    base = timed(range(len(values)), base=base, rise=0.0)
    base["dir"] += np.asarray(values)[:, None, None]
    base["dir"][:, 19, 19] += 1e-3  # so that no cell is like all others
    base["dir"].attrs = {"units": units, **attrs}
    return base


def energy(times: Any, values: Any, units: str = HOURS) -> xr.Dataset:
    """Radiation as reanalyses store it, [J m-2] added up over each step."""
    name = "surface_downwelling_shortwave_flux_in_air"
    base = grid(plane(), "ssrd", {"units": "J m**-2", "standard_name": name})
    found = timed(times, units, base=base, rise=0.0)
    found["ssrd"] = found["ssrd"] * np.asarray(values, dtype=float)[:, None, None]
    found["ssrd"].attrs = base["ssrd"].attrs
    return found


def write(dataset: xr.Dataset, path: Path, encoding: dict[str, Any] | None = None) -> None:
    """Write NetCDF 4, NetCDF 3 (.nc3) or Zarr (.zarr) by the path's ending, nothing converted."""
    plain = {
        name: {"_FillValue": None} | ((encoding or {}).get(str(name), {}))
        for name in dataset.variables
        if dataset[name].dtype.kind == "f" and "_FillValue" not in dataset[name].attrs
    } | {name: each for name, each in (encoding or {}).items() if name in dataset.variables}
    plain = {key: {"_FillValue": None} | each if dataset[key].dtype.kind == "f" else each
             for key, each in plain.items()}  # fmt: skip
    for name, each in plain.items():
        if "_FillValue" in dataset[name].attrs:
            each.pop("_FillValue", None)
    if path.suffix == ".zarr":
        dataset.to_zarr(path, mode="w", consolidated=False, encoding=encoding or {})
    elif path.suffix == ".nc3":
        dataset.to_netcdf(path, engine="scipy", encoding=plain)
    else:
        dataset.to_netcdf(path, engine="h5netcdf", encoding=plain)


def corner(value: float, name: str = "a", within: float = 1e-6) -> Callable[[Result], None]:
    """Check of the north-western cell of a layer."""

    def holds(result: Result) -> None:
        found = result.value_at(name, -119.95, 39.95)
        assert abs(found - value) <= within, found

    return holds


def corners(first: float, last: float, within: float = 1e-6) -> Callable[[Result], None]:
    """Check of the north-western and the south-eastern cell."""

    def holds(result: Result) -> None:
        found = result.value_at("a", -119.95, 39.95), result.value_at("a", -118.05, 38.05)
        assert np.allclose(found, (first, last), rtol=0, atol=within), found

    return holds


def register(
    corpus: Corpus,
    id: str,
    expect: Expect,
    code: str | None,
    why: str,
    make: Maker | Callable[[Path], None],
    options: str = "over_time: mean",
    *,
    holds: Callable[[Result], None] | None = None,
    file: str = "a.nc",
    encoding: dict[str, Any] | None = None,
    kind: str = "netcdf",
    grid: str | None = None,
) -> None:
    """A case of one gridded file and the options of its source.

    ``make`` gives a dataset to be written, or writes into the folder that it takes.
    """

    @corpus.case(id, kind=kind, expect=expect, code=code, why=why, holds=holds)
    def _(folder: Path) -> str:
        if make.__code__.co_varnames[:1] == ("folder",):
            make(folder)  # type: ignore[call-arg]
        else:
            write(make(), folder / file, encoding)  # type: ignore[call-arg]
        where = {"grid": grid} if grid else {}
        said = f"a: {{file: {file}, format: raster" + (f", {options}}}" if options else "}")
        return pipeline(sources=said, outputs="[a.tif]", **where)
