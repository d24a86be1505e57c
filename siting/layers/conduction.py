"""What steady conduction cannot be given unsaid: units off by a thousand, kelvins, cellars.

Layers are looked at as they are computed, tile by tile, and a finding is told once for each layer.
Where a tile is too low the whole layer is asked before anything is said: a part of a good layer
may be low throughout.
"""

from collections.abc import Callable
from threading import RLock

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.findings import warn

SHALLOW = 20.0  # [m] above which temperatures follow the year
THIN = 20.0  # [m] of rock, which tells nothing of temperatures kilometres below
# Stable crust has 25 mW m-2 and more (Pollack et al. 1993, doi:10.1029/93RG01249); a layer that has
# no cell of 5 is in W m-2. Above 5 W m-2 rock would melt within 600 m.
HEAT_FLOW = (5.0, 5_000.0)  # [mW m-2]
HEAT_FLOW_SD = (0.2, 5_000.0)  # [mW m-2]; no heat flow is known better than a fifth of one
SURFACE = (-60.0, 60.0)  # [degC] of the ground on average of a year
# Peridotite has .006 uW m-3, granite 2 to 10 (Turcotte and Schubert 2014, table 4.2; Hasterok and
# Webb 2017, Geoscience Frontiers 8, 919-940).
HEAT_PRODUCTION = (0.001, 30.0)  # [uW m-3]
MELTING = 1_300.0  # [degC], above which no rock is solid near the surface

Cells = NDArray[np.floating]
# Tiles are computed by several threads; a whole layer that is asked may ask those it is made of.
_ONE_AT_A_TIME = RLock()


def tell_shallow(depth: float, where: str) -> None:
    """A finding for a depth that the seasons reach: most likely kilometres without their unit."""
    if depth < SHALLOW:
        warn(
            "RANGE_IMPLAUSIBLE",
            "the depth is that of a cellar, where the seasons rule and not the heat flow",
            where=where,
            found=f"{depth:g} m",
            wanted=f"{SHALLOW:g} m and more",
            fix=f"if kilometres are meant, write '{depth:g} km'",
        )


def tell_heat_production(value: float, where: str) -> None:
    """A finding for a heat production that no rock has; 0 says that none is counted."""
    low, high = HEAT_PRODUCTION
    if value > 0 and not low <= value <= high:
        warn(
            "RANGE_IMPLAUSIBLE",
            "no rock produces so much heat" if value > high else "no rock produces so little heat",
            where=where,
            found=f"{value:g} uW m-3",
            wanted=f"0, or {low:g} to {high:g} uW m-3",
            fix="are these W m-3 or nW m-3? Write the unit with the number",
        )


def heat_flow_seen(layer: xr.DataArray, where: str) -> xr.DataArray:
    """Heat flow [mW m-2] that is told where its unit must be another one."""
    return _span_seen(layer, HEAT_FLOW, "heat flow", where)


def heat_flow_sd_seen(layer: xr.DataArray, where: str) -> xr.DataArray:
    """Standard deviation of heat flow [mW m-2] that is told where its unit must be another one."""
    return _span_seen(layer, HEAT_FLOW_SD, "standard deviation of heat flow", where)


def surface_seen(layer: xr.DataArray | float, where: str) -> xr.DataArray | float:
    """Temperature of the ground [degC] that is told where it is in kelvins."""

    def tell() -> None:
        warn(
            "RANGE_IMPLAUSIBLE", "no ground is so cold or so warm on average of the year",
            where=where, found=f"cells outside {SURFACE[0]:g} to {SURFACE[1]:g} degC",
            wanted=f"{SURFACE[0]:g} to {SURFACE[1]:g} degC",
            fix="are these kelvins called degrees Celsius, or the other way round?",
        )  # fmt: skip

    def outside(cells: Cells) -> bool:
        return bool((cells < SURFACE[0]).any() or (cells > SURFACE[1]).any())

    return _seen(layer, outside, tell) if isinstance(layer, xr.DataArray) else layer


def thickness_seen(layer: xr.DataArray | float, where: str) -> xr.DataArray | float:
    """Thickness of rock [m] that is told where it is likely kilometres."""

    def tell() -> None:
        warn(
            "RANGE_IMPLAUSIBLE", "a layer of rock is too thin to matter", where=where,
            found=f"less than {THIN:g} m", wanted=f"{THIN:g} m and more in some cell",
            fix="are these kilometres? Write the unit with the number, or correct it",
        )  # fmt: skip

    def thin(cells: Cells) -> bool:
        return bool(0 < _greatest(cells) < THIN)

    if isinstance(layer, xr.DataArray):
        return _seen(layer, thin, tell, lambda: _greatest_of(layer) < THIN)
    if thin(np.asarray(layer, dtype=float)):
        tell()
    return layer


def temperature_seen(layer: xr.DataArray, where: str) -> xr.DataArray:
    """Temperature [degC] that is told where conduction cannot be what brings the heat."""

    def tell() -> None:
        warn(
            "RANGE_IMPLAUSIBLE", "rock comes out hotter than rock can be", where=where,
            found=f"cells above {MELTING:g} degC", wanted=f"at most {MELTING:g} degC",
            fix="check units of heat flow, depth and conductivity; where heat comes with "
            "water, conduction is no measure of what is below",
        )  # fmt: skip

    return _seen(layer, lambda cells: bool((cells > MELTING).any()), tell)


def _span_seen(
    layer: xr.DataArray, span: tuple[float, float], said: str, where: str
) -> xr.DataArray:
    low, high = span

    def tell(found: str, fix: str) -> None:
        warn(
            "RANGE_IMPLAUSIBLE", f"this is no {said} that conducts through rock", where=where,
            found=found, wanted=f"between {low:g} and {high:g} mW m-2", fix=fix,
        )  # fmt: skip

    lows = _seen(
        layer,
        lambda cells: 0 < _greatest(cells) < low,
        lambda: tell(f"no cell of {low:g} mW m-2", "are these W m-2? State the unit"),
        lambda: _greatest_of(layer) < low,
    )
    return _seen(
        lows,
        lambda cells: _greatest(cells) > high,
        lambda: tell(f"cells above {high:g} mW m-2", "are these uW m-2? State the unit"),
    )


def _greatest(cells: Cells) -> float:
    """Greatest cell, 0 where none is known or above it."""
    return float(np.max(cells, initial=0.0, where=np.isfinite(cells)))


def _greatest_of(layer: xr.DataArray) -> float:
    """Greatest cell of a whole layer, tile by tile in the thread that asks."""
    return float(layer.max().compute(scheduler="synchronous"))


def _seen(
    layer: xr.DataArray,
    looks_wrong: Callable[[Cells], bool],
    tell: Callable[[], None],
    is_wrong: Callable[[], bool] = lambda: True,
) -> xr.DataArray:
    """The same lazy layer; when a part of it looks wrong as it is computed, that is told once.

    Where a part cannot decide, the first that looks wrong asks whether the whole layer is.
    """
    asked: list[bool] = []

    def block(cells: Cells) -> Cells:
        if not asked and looks_wrong(cells):
            _tell_once(asked, is_wrong, tell)
        return cells

    found: xr.DataArray = xr.apply_ufunc(
        block, layer, dask="parallelized", output_dtypes=[layer.dtype], keep_attrs=True
    )
    return found


def _tell_once(asked: list[bool], is_wrong: Callable[[], bool], tell: Callable[[], None]) -> None:
    """Tell what is wrong where it is, unless it was asked; the lock stays in its process."""
    with _ONE_AT_A_TIME:
        if not asked:
            asked.append(True)
            if is_wrong():
                tell()
