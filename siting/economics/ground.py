"""Cells of layers as columns, with what economics refuses of them."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.wording import counted

Floats = NDArray[np.float64]


class Ground:
    """Cells of a layer that have a temperature, as one column each."""

    def __init__(
        self, temperature: xr.DataArray, surface: xr.DataArray | float, where: str
    ) -> None:
        whole = np.asarray(temperature.data, dtype=float)
        self.template, self.where = temperature, where
        self.known = np.isfinite(whole)
        self.temperature = whole[self.known]
        self.surface = self.values(surface, "surface_temperature", -90.0)

    def values(self, given: xr.DataArray | float, name: str, least: float) -> Floats:
        """Values of an argument at the cells; VALUE_INVALID below the least or without end."""
        whole = given.data if isinstance(given, xr.DataArray) else given
        found: Floats = np.broadcast_to(np.asarray(whole, float), self.known.shape)[self.known]
        if np.isinf(found).any():
            raise InputError(
                "VALUE_INVALID", "a value is infinite", where=f"{self.where}.{name}",
                found=f"{int(np.isinf(found).sum())} of {found.size} cells",
                wanted="numbers, and NaN where there is none",
            )  # fmt: skip
        if (found < least).any():
            raise InputError(
                "VALUE_INVALID", "a value is less than it can be", where=f"{self.where}.{name}",
                found=f"{np.nanmin(found):g}", wanted=f"at least {least:g}",
            )  # fmt: skip
        return found

    def layer(self, column: NDArray[Any], text: str) -> xr.DataArray:
        """A layer from a column, NaN where there are no cells."""
        whole = np.full(self.known.shape, np.nan, np.float32)
        whole[self.known] = column
        return xr.DataArray(
            whole, dims=self.template.dims, coords=self.template.coords,
            attrs={"own": {"long_name": text}},
        )  # fmt: skip


def refuse_colder(ground: Ground, where: str) -> None:
    """InputError VALUE_INVALID where what is below is colder than what is above."""
    colder = ground.temperature < ground.surface
    if colder.any():
        raise InputError(
            "VALUE_INVALID", f"{int(colder.sum())} cells are colder below than at the surface",
            where=f"{where}.temperature",
            found=f"down to {ground.temperature[colder].min():g} degC",
            wanted="at least the surface temperature",
            fix="compare the units of both, and the value for no data",
        )  # fmt: skip


def tell_beyond(
    where: str, values: Floats, name: str, unit: str, span: tuple[float, float], fix: str
) -> None:
    """A finding RANGE_IMPLAUSIBLE for cells with a value that figures are not made for."""
    beyond = (values < span[0]) | (values > span[1])
    if beyond.any():
        warn(
            "RANGE_IMPLAUSIBLE",
            f"'{name}' lies beyond what figures are made for in {beyond.sum():,} of "
            f"{counted(values.size, 'cell')}, which get figures of the nearest value that has any",
            where=f"{where}.{name}",
            found=f"{np.nanmin(values):.6g} to {np.nanmax(values):.6g} {unit}",
            wanted=f"{span[0]:g} to {span[1]:g} {unit}",
            fix=fix,
        )


def probabilities(ground: Ground, given: xr.DataArray | float, where: str) -> Floats:
    """Probabilities at the cells; InputError VALUE_INVALID outside of 0 to 1."""
    found = ground.values(given, "probability", -np.inf)
    if ((found < 0) | (found > 1)).any():
        raise InputError(
            "VALUE_INVALID", "a probability lies outside 0 to 1", where=f"{where}.probability",
            found=f"{np.nanmin(found):g} to {np.nanmax(found):g}", wanted="from 0 to 1",
            fix="a score is no probability: calibrate it first",
        )  # fmt: skip
    return np.asarray(found)
