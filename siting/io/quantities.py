"""Physical quantities: what a file measures, by name, unit and what is plausible on Earth."""

import xarray as xr

from siting.errors import UnitsError
from siting.io.source import RasterSource


def known_name(name: str) -> str:
    """The name of a quantity."""
    return name


def known(source: RasterSource, wanted: str | None, name: str) -> RasterSource:
    """The raster with the quantity that it measures, where pipeline or file say it for sure."""
    return source


def with_units(layer: xr.DataArray, quantity: str | None, where: str) -> xr.DataArray:
    """The layer, once it has a unit.

    Raises
    ------
    UnitsError
        UNITS_MISSING for amounts and directions whose unit neither file nor pipeline name.
    """
    if layer.attrs.get("units") or layer.attrs.get("kind") not in {"continuous", "circular"}:
        return layer
    raise UnitsError(
        "UNITS_MISSING",
        "neither the file nor the pipeline names the unit of the values",
        where=where,
        wanted="a unit such as 'm', 'mW m-2', 'degC'; '1' for a number without one",
        fix="add `units:` to the source",
    )
