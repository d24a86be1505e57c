"""A source's file as a value on the run's grid, with the marks that its entry states."""

from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.coverage import window
from siting.errors import InputError
from siting.grid.months import MONTHS, as_monthly
from siting.io import raster, table, vector
from siting.io.costs import read_costs
from siting.io.quantities import with_units
from siting.kinds import STATUSES, LayerKind
from siting.signature import Marks
from siting.sources import series
from siting.sources.catalogue import Elsewhere, Entry, catalogue
from siting.sources.declared import SavedModel, UserFile
from siting.sources.integrity import check_integrity, check_pinned

DOLLAR_YEAR = 2025  # prices that costs are brought to where a pipeline file names no year
_MONTHS = range(1, MONTHS + 1)


def read_source(name: str, source: Entry | UserFile | SavedModel, path: Path, grid: GeoBox) -> Any:
    """The value of a source: a layer on the grid, features in WGS 84, a table, a record, a model.

    Parameters
    ----------
    name : str
        Name in the pipeline, for messages.
    source : Entry, UserFile or SavedModel
        What the catalogue or the pipeline file says of the file.
    path : Path
        The file.
    grid : GeoBox
        The run's grid, for rasters.
    """
    if isinstance(source, Entry):
        value = _read_entry(name, source, path, grid)
        if source.uncertainty and isinstance(value, xr.DataArray):
            value.attrs["uncertainty"] = f"{source.title}: {source.uncertainty}"
        return _marked(value, _entry_marks(source), name, source.title, source.columns or {})
    check_integrity(name, source, path)
    if isinstance(source, SavedModel):
        from siting.io.model import read_model

        return read_model(path)
    marks = Marks(source.status, path.name, source.vintage, source.label_leak)
    columns = {column: {"units": unit} for column, unit in source.columns.items()}
    value = _read_file(name, source, path, grid)
    _check_columns(name, source, value)
    return _marked(value, marks, name, name, columns)


def _read_entry(name: str, entry: Entry, path: Path, grid: GeoBox) -> Any:
    if isinstance(entry, Elsewhere):
        check_pinned(name, entry)
        return _read_file(name, _as_declared(entry), path, grid)
    if entry.format == "raster" and entry.bands == "month" and entry.band is None:
        return as_monthly([_entry_raster(name, entry, path, grid, band) for band in _MONTHS])
    if entry.format == "raster":
        return _entry_raster(name, entry, path, grid, entry.band)
    if entry.format == "vector":
        return vector.read_features(path, name=name)
    if entry.format == "series":
        return series.of_entry(entry, path)
    if entry.format in {"costs", "device"}:
        return _read_known(entry.format, path, entry.dollar_year)
    if entry.kind == "points":
        return table.read_points(path, name=name)
    return table.read_table(path, name=name)


def _as_declared(entry: Elsewhere) -> UserFile:
    """A file that is not embedded, as a pipeline file would declare it."""
    form = {"vector": "features"}.get(entry.format, entry.format)
    told: dict[str, Any] = {"format": "points" if entry.kind == "points" else form}
    if entry.format == "raster":
        told |= {"kind": entry.kind, "units": entry.units, "quantity": entry.quantity}
        told |= {"valid_range": entry.valid_range, "band": entry.band}
    return UserFile(file=entry.file, **told, **entry.read)


def _entry_raster(
    name: str, entry: Entry, path: Path, grid: GeoBox, band: int | None
) -> xr.DataArray:
    layer = raster.read_raster(
        path,
        grid,
        kind=cast("LayerKind", entry.kind),
        units=entry.units,
        band=band,
        quantity=entry.quantity,
        valid_range=entry.valid_range,
        name=name,
    )
    if entry.categories:
        layer.attrs["categories"] = {str(key): each for key, each in entry.categories.items()}
    return layer


def _read_known(form: str, path: Path, year: int | None) -> Any:
    """What has a form of its own: a table of costs in one year's prices, or a device."""
    if form == "device":
        from siting.io.device import read_device

        return read_device(path)
    return read_costs(path, year or DOLLAR_YEAR)


def _read_file(name: str, declared: UserFile, path: Path, grid: GeoBox) -> Any:
    form = declared.resolved_format()
    if form == "raster" and declared.bands == "month":
        return as_monthly([_file_raster(name, declared, path, grid, band) for band in _MONTHS])
    if form == "raster":
        return _file_raster(name, declared, path, grid, declared.band)
    if form == "series":
        return series.of_file(name, declared, path)
    if form == "hindcast":
        from siting.io.hindcast import open_hindcast

        return open_hindcast(path, declared.quantities, time_range=declared.time_range)
    if form in {"costs", "device"}:
        return _read_known(form, path, declared.dollar_year)
    if form == "table":
        return table.read_table(path, name=name)
    return _read_places(name, declared, path, grid)


def _file_raster(
    name: str, declared: UserFile, path: Path, grid: GeoBox, band: int | None
) -> xr.DataArray:
    layer = raster.read_raster(
        path,
        grid,
        kind=declared.kind,
        units=declared.units,
        crs=declared.crs,
        nodata=declared.nodata,
        band=band,
        variable=declared.variable,
        over_time=declared.over_time,
        time_range=declared.time_range,
        quantity=declared.quantity,
        valid_range=declared.valid_range,
        member=declared.member,
        reference=catalogue()["elevation"].path,
        name=name,
    )
    return with_units(layer, declared.quantity, f"sources.{name}")


def _read_places(name: str, declared: UserFile, path: Path, grid: GeoBox) -> gpd.GeoDataFrame:
    if declared.resolved_format() == "features":
        frame = vector.read_features(path, crs=declared.crs, layer=declared.layer, name=name)
    else:
        frame = table.read_points(
            path,
            longitude=declared.longitude,
            latitude=declared.latitude,
            crs=declared.crs,
            layer=declared.layer,
            name=name,
        )
    vector.tell_outside(frame, window(grid))
    return frame


def _check_columns(name: str, declared: UserFile, value: Any) -> None:
    """Refuse units for columns that the file does not have: they would be lost in silence."""
    for column in declared.columns:
        if isinstance(value, pd.DataFrame) and column not in value.columns:
            raise InputError(
                "COLUMN_MISSING",
                f"there is no column '{column}'",
                where=f"sources.{name}.columns.{column}",
                wanted=", ".join(map(str, value.columns)),
                fix="correct the name",
            )


def _entry_marks(entry: Entry) -> Marks:
    return Marks(entry.status, entry.title, entry.vintage, entry.label_leak)


def _marked(
    value: Any, marks: Marks, name: str, title: str, columns: dict[str, dict[str, Any]]
) -> Any:
    """The value with its marks; a layer's long name is the title of its source."""
    if isinstance(value, dict):  # a record keeps its own status where that is the worse one
        worse = max(marks.status, value.get("status", "measured"), key=STATUSES.index)
        return {**value, **marks._asdict(), "status": worse}
    value.attrs.update(marks._asdict(), long_name=title)
    if isinstance(value, pd.DataFrame):
        value.attrs.update(columns=columns or value.attrs.get("columns", {}), name=name)
    return value
