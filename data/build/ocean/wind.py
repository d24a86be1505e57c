"""Speed of the wind over the sea, and its mean vector, from ships and weather analyses."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.build.ocean.grid import LATITUDE, LONGITUDE, Field, at_sea, smoothed
from data.build.ocean.ships import Nodes, blended, read, years_to_months
from data.build.write import write_raster

CALMEST = 0.5  # [m s-1], no month's mean is below
FEW, MANY = 2.0, 3.2  # log10 of reports per 4 x 5 degree box: below only smoothed, above as it is


@dataclass(frozen=True)
class Wind:
    """Monthly mean speed, mean eastward and northward wind [m s-1], trust in reports [0 to 1]."""

    speed: Field
    east: Field
    north: Field
    trust: Field


def monthly(cache: Path) -> Wind:
    """Ships' winds, in their gaps those of the Navy's analyses, on the 1 degree grid, land filled.

    The analyses hold monthly vectors only. Their speed is taken from a regression of the ships'
    mean speed on the root mean square of those vectors.
    """
    ships = {name: read(cache, "coads_climatology.cdf", f"{name}WND") for name in "UV"}
    speed = read(cache, "coads_climatology.cdf", "WSPD")
    analyses = {name: _analyses(cache, f"{name}WND", speed) for name in "UV"}
    strength = np.sqrt(sum(mean**2 + spread**2 for mean, spread in analyses.values()))
    guess = {"speed": _regression(speed, strength)}
    guess |= {name: analyses[name][0] for name in "UV"}
    trust = _trust(cache, speed)
    sources = {"speed": speed, **ships}
    fields = {name: _brought(sources[name], guess[name], trust) for name in sources}
    on_grid = replace(speed, values=trust).at((LATITUDE, LONGITUDE))
    return Wind(np.maximum(fields["speed"], CALMEST), fields["U"], fields["V"], on_grid)


def _analyses(cache: Path, variable: str, nodes: Nodes) -> tuple[Field, Field]:
    """Mean and spread over the years 1982 to 1992 of a component, at the ships' nodes."""
    source = read(cache, "monthly_navy_winds.cdf", variable)
    years = years_to_months(source.values)
    moments = (np.nanmean(years, axis=0), np.nanstd(years, axis=0))
    return tuple(replace(source, values=moment).at(nodes.places()) for moment in moments)


def _regression(speed: Nodes, strength: Field) -> Field:
    """Speed expected from the strength of the analyses' winds; ships south of 70 degrees tell."""
    known = np.isfinite(speed.values) & (np.abs(speed.places()[0]) < 70)
    slope, offset = np.polyfit(strength[known], speed.values[known], 1)
    return offset + slope * strength


def _trust(cache: Path, nodes: Nodes) -> Field:
    """How far single cells may be trusted: 0 where ships are few, 1 where they are many."""
    reports = read(cache, "esku_heat_budget.cdf", "KSPD")
    known = replace(reports, values=np.where(np.abs(reports.values) < 20, reports.values, 0.0))
    mean = known.at(nodes.places()).mean(axis=0)
    return np.broadcast_to(np.clip((mean - FEW) / (MANY - FEW), 0, 1), nodes.values.shape)


def _brought(source: Nodes, guess: Field, trust: Field) -> Field:
    """Sharp where ships are many, smooth where they are few, on the 1 degree grid."""
    sharp = blended(source, guess, near=0.7, far=3.0)
    wide, weight = smoothed(source.values - guess, 4.0)
    smooth = guess + np.clip(4 * weight, 0, 1) * wide
    field = replace(source, values=trust * sharp + (1 - trust) * smooth)
    return field.at((LATITUDE, LONGITUDE))


def sea_wind_speed_monthly(cache: Path, path: Path) -> None:
    """Write twelve bands."""
    _write(path, at_sea(monthly(cache).speed, cache))


def sea_wind_speed(cache: Path, path: Path) -> None:
    """Write the mean of the year."""
    _write(path, at_sea(monthly(cache).speed, cache).mean(axis=0))


def _write(path: Path, values: Field) -> None:
    write_raster(
        path, values, west=-180, north=90, resolution=1.0, units="m s-1",
        description="speed of the wind over the sea", scale=0.01,
    )  # fmt: skip
