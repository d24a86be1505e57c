"""Wells whose temperature follows from their depth: the depths that are tried, and their rock."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from siting.economics.ground import Ground, probabilities, refuse_colder
from siting.economics.wells import Floats, Wells, served, tell_outside_table, wells
from siting.findings import warn
from siting.kernels import money
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import Kind, Model
from siting.kernels.geothermal.sampling import sample
from siting.wording import counted

_FEW = 20  # cells, of which fewer say nothing of a region
_HOT_REGION = 60.0  # [K km-1] that no region has everywhere; stable crust has 25 to 30
_KELVIN = 273.15


class Tried(NamedTuple):
    """What one kind of wells is tried at.

    Attributes
    ----------
    coldest, hottest : float
        Means of rock between which there are figures [degC].
    depths : tuple of float
        The same for every cell [m].
    temperatures : tuple of float
        Each cell is also tried where it has these means [degC]: hotter ground has them higher up,
        so that it never comes out dearer for being too hot at every depth.
    """

    coldest: float
    hottest: float
    depths: tuple[float, ...]
    temperatures: tuple[float, ...]

    def at(self, depth: float | None) -> "Tried":
        """The same at one depth alone, where there is one."""
        if depth is None:
            return self
        return Tried(self.coldest, self.hottest, (depth,), ())


def deep_wells(
    kind: Kind,
    where: str,
    temperature: xr.DataArray,
    temperature_sd: xr.DataArray | float,
    costs: Any,
    reference_depth: float,
    tried: Tried,
    surface_temperature: xr.DataArray | float,
    suitability: xr.DataArray | float,
    producers: float,
    target: float,
    log_odds_sd: float,
    draws: int,
) -> Wells:
    """Wells whose temperature follows from their depth, at the depth of the least risked cost."""
    ground = Ground(temperature, surface_temperature, where)
    refuse_colder(ground, where)
    _tell_kelvins(ground, reference_depth, where)
    sd = ground.values(temperature_sd, "temperature_sd", 0.0)
    existence = probabilities(ground, suitability, where)
    model = Model(kind, sample(money.by_parameter(costs), draws), target, log_odds_sd)
    rise = (ground.temperature - ground.surface) / reference_depth
    options = [
        _rock(ground, sd, each, reference_depth, tried, producers)
        for each in _depths(rise, ground.surface, tried)
    ]
    found = served(model, options, existence)
    tell_outside_table(found.cells, existence, where)
    _tell_too_hot(options, ground, rise, tried, where)
    return wells(model, ground, found, existence, costs)


def _depths(rise: Floats, surface: Floats, tried: Tried) -> list[Floats]:
    """Depths of every cell that are tried [m]; NaN where one would be too deep."""
    fixed = [np.full(rise.shape, each) for each in tried.depths]
    with np.errstate(divide="ignore"):
        own = [(each - surface) / rise for each in tried.temperatures]
    return [*fixed, *(np.where(each <= tried.depths[-1], each, np.nan) for each in own)]


def _rock(
    ground: Ground, sd: Floats, depth: Floats, reference: float, tried: Tried, producers: float
) -> Places:
    """Rock at a depth; NaN where it is none for these wells."""
    factor = depth / reference
    mean = ground.surface + (ground.temperature - ground.surface) * factor
    # What is tried by its temperature comes back off by a rounding.
    mean = np.where(np.abs(mean - tried.hottest) < 1e-6, tried.hottest, mean)
    mean = np.where((mean >= tried.coldest) & (mean <= tried.hottest), mean, np.nan)
    return Places(mean, sd * factor, depth, ground.surface, np.full(mean.shape, producers))


def _tell_too_hot(
    options: list[Places], ground: Ground, rise: Floats, tried: Tried, where: str
) -> None:
    """A finding for cells without figures because the one depth that was asked for is too hot."""
    none = np.isnan([each.mean for each in options]).all(axis=0)
    mean = ground.surface + rise * tried.depths[0]
    hot = none & (mean > tried.hottest)
    if hot.any():
        warn(
            "RANGE_IMPLAUSIBLE",
            f"rock is hotter than figures are made for in {hot.sum():,} of "
            f"{counted(hot.size, 'cell')}, which get none",
            where=f"{where}.depth",
            found=f"up to {np.nanmax(mean):.6g} degC at {tried.depths[0]:g} m",
            wanted=f"at most {tried.hottest:g} degC",
            fix="leave `depth` out, so that every cell gets the depth of its least cost",
        )


def _tell_kelvins(ground: Ground, reference_depth: float, where: str) -> None:
    """A finding for ground that is hot everywhere, as it is when kelvins are taken for degC."""
    if ground.temperature.size < _FEW:
        return
    least = np.nanmin((ground.temperature - ground.surface) / reference_depth) * 1e3
    if ground.temperature.min() >= _KELVIN and least > _HOT_REGION:
        warn(
            "RANGE_IMPLAUSIBLE",
            "every cell is hotter than any region is everywhere",
            where=f"{where}.temperature",
            found=f"{ground.temperature.min():.6g} degC and more at {reference_depth:g} m, "
            f"{least:.3g} K km-1",
            wanted=f"less than {_HOT_REGION:g} K km-1 in some cell",
            fix="are these kelvins?",
        )
