"""Hours of the cells' own: whole calendar years of a gridded hindcast."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.findings import warn
from siting.io.hindcast import HindcastFile
from siting.io.hindcast_cells import CellSeries, cells_at, check_holds, series_of_cells
from siting.kernels import morph, years
from siting.kernels.extremes import YEARS, gumbel_level
from siting.kernels.own_years import OwnYears, own_years, yearly_maxima
from siting.kernels.solar import HOURS, month_of_hour, photovoltaic
from siting.projection import Floats, position
from siting.simulation.climate import Climate, Hours, solar_power, values_by_month
from siting.simulation.figures import OWN_FIGURES
from siting.simulation.hours import CellHours, Integers
from siting.simulation.outcome import Simulated

HEIGHT, PERIOD, SUN = "significant_wave_height", "wave_energy_period", "solar_irradiance"
CELL_YEARS = 1024  # that are held at once
_HOUR = 3600.0  # [s]


class Air(NamedTuple):
    """Monthly means that the hindcast does not give: sun where it has none, warmth and wind."""

    irradiance: xr.DataArray | None  # None: hours of the hindcast itself
    temperature: xr.DataArray
    wind: xr.DataArray


class OwnSea:
    """Hours of waves, and of sun where it has them, of the hindcast's own cells."""

    error = 0.0  # nothing is morphed after another place
    rests_on = "waves of the hindcast's own cells"

    def __init__(
        self,
        hindcast: HindcastFile,
        grid: GeoBox,
        air: Air,
        device: dict[str, Any],
        reach: float,
    ) -> None:
        self.hindcast = hindcast.around(grid)
        self.grid = grid
        self.air = air
        self.device = device
        self.reach = reach
        self.columns = OWN_FIGURES
        self.quantities = (HEIGHT, PERIOD) + ((SUN,) if air.irradiance is None else ())
        check_holds(hindcast, self.quantities)
        if air.irradiance is None:
            _check_hourly_sun(hindcast)
        self.cells_at_once = max(1, CELL_YEARS // len(self._years_of_stamps()))

    def hours(self, rows: Integers, columns: Integers) -> Iterator[tuple[Integers, CellHours]]:
        """Cells with hours, those of the same whole years together."""
        numbers = self.numbers(rows, columns)
        air = self._air(rows, columns)
        known = np.flatnonzero((numbers >= 0) & np.isfinite(air).all(axis=(0, 2)))
        if not known.size:
            return
        series = series_of_cells(self.hindcast, numbers[known], self.quantities)
        found = {name: self._own(series, name) for name in self.quantities}
        whole = np.logical_and.reduce([each.whole for each in found.values()])
        at_sea = np.isfinite(series.values[HEIGHT]).any(axis=0)
        self._tell(found[HEIGHT].years, whole[at_sea])
        places = np.stack(position(self.grid, rows + 0.5, columns + 0.5))
        for pattern in np.unique(whole, axis=0):
            group = np.flatnonzero((whole == pattern).all(axis=1))
            if pattern.any():
                here = known[group]
                yield (
                    here,
                    self._cell_hours(series, found, group, pattern, places[:, here], air[:, here]),
                )

    def numbers(self, rows: Integers, columns: Integers) -> Integers:
        """The hindcast's cell that stands for each cell of the grid, -1 for none."""
        longitude, latitude = position(self.grid, rows + 0.5, columns + 0.5)
        return cells_at(self.hindcast, np.asarray(longitude), np.asarray(latitude), self.reach)

    def figures(self, found: Simulated) -> dict[str, Floats]:
        """Years as a distribution; with ten years also the longest outage and rare storms."""
        count = len(found.hours.years)
        cells = len(found.wave)
        by_year = self._by_year(found)
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = (found.cost * found.served.compute_served)[
                :, None
            ] / by_year.by_year.compute_served
        cost_ranks = np.percentile(cost, years.PERCENTILES, axis=1)
        blank = np.full(cells, np.nan)
        enough = count >= YEARS
        storm = gumbel_level(found.hours.maxima.T)[:3] if enough else (blank, blank, blank)
        survival = self.device.get("survival_height")
        return {
            "years": np.full(cells, float(count)),
            "compute_uptime_year_p10": by_year.p10,
            "compute_uptime_year_p50": by_year.p50,
            "compute_uptime_year_p90": by_year.p90,
            **{f"cost_per_gpu_hour_year_p{rank}": each
               for rank, each in zip(years.PERCENTILES, cost_ranks, strict=True)},
            "longest_outage": found.served.longest_outage if enough else blank,
            "hs50": storm[0],
            "hs50_low": storm[1],
            "hs50_high": storm[2],
            "hs50_over_survival": blank if survival is None else storm[0] / survival,
        }  # fmt: skip

    def card(self, found: Simulated) -> dict[str, Any]:
        """The years of a cell, each with its share served, and what is refused."""
        by_year = self._by_year(found).by_year.compute_served[0]
        count = len(found.hours.years)
        told: dict[str, Any] = {
            "hindcast": {
                "file": self.hindcast.path.name,
                "years": [
                    {"year": year, "compute_uptime": float(f"{share:.6g}")}
                    for year, share in zip(found.hours.years, by_year, strict=True)
                ],
                "sun": "hours of the hindcast"
                if self.air.irradiance is None
                else "one year morphed from months, the same in every year",
            }
        }
        if count < YEARS:
            told["refused"] = (
                f"Fifty-year waves and the longest outage are refused: {count} years, ten wanted."
            )
        return told

    def _by_year(self, found: Simulated) -> years.Years:
        shape = len(found.wave), len(found.hours.years), HOURS
        wave, sun = found.wave.reshape(shape), found.sun.reshape(shape)
        return years.over_years(wave, sun, found.designs, found.hotel, 1 - found.hotel, 0.0)

    def _air(self, rows: Integers, columns: Integers) -> Floats:
        """Warmth, wind, and sun where it is given by month, shape (2 or 3, s, 12)."""
        given = [self.air.temperature, self.air.wind]
        given += [] if self.air.irradiance is None else [self.air.irradiance]
        return np.stack([values_by_month(each, rows, columns) for each in given])

    def _own(self, series: CellSeries, name: str) -> OwnYears:
        middle = 0.5 if name == SUN else 0.0
        return own_years(series.times[name], series.values[name], middle)

    def _cell_hours(
        self,
        series: CellSeries,
        found: dict[str, OwnYears],
        group: Integers,
        pattern: NDArray[np.bool_],
        places: Floats,
        air: Floats,
    ) -> CellHours:
        """Hours of cells that have the same whole years, one year after the other."""
        hours = {name: each.hours[group][:, pattern].reshape(group.size, -1)
                 for name, each in found.items()}  # fmt: skip
        kept = tuple(np.array(found[HEIGHT].years)[pattern].tolist())
        irradiance = _monthly_means(hours[SUN]) if SUN in hours else air[2]
        climate = Climate(
            places[1],
            _monthly_means(hours[HEIGHT]),
            _monthly_periods(hours[HEIGHT], hours[PERIOD]),
            irradiance,
            air[0],
            air[1],
        )
        sun = self._sun(climate, places[0], hours.get(SUN), len(kept))
        maxima = yearly_maxima(series.times[HEIGHT], series.values[HEIGHT][:, group], kept)
        sea = morph.HourlyWaves(hours[HEIGHT], hours[PERIOD])
        return CellHours(climate, sea, sun, kept, maxima)

    def _sun(self, climate: Climate, longitude: Floats, ghi: Hours | None, count: int) -> Hours:
        """Panels' power in UTC, of the hindcast's hours or one morphed year again and again."""
        losses = self.device["solar_losses"]
        if ghi is None:
            year = solar_power(climate, losses)
            return np.tile(_universal(year, longitude), (1, count))
        middles = np.tile(np.arange(HOURS) + 0.5, count)
        return photovoltaic(
            climate.latitude, ghi, climate.temperature, climate.wind,
            longitude=longitude, hours=middles, losses=losses,
        )  # fmt: skip

    def _years_of_stamps(self) -> tuple[int, ...]:
        """Whole calendar years by the time stamps alone.

        Raises
        ------
        InputError
            YEARS_NONE.
        """
        stamps = np.sort(self.hindcast.times)
        found = own_years(stamps, np.zeros((stamps.size, 1)))
        whole = tuple(np.array(found.years)[found.whole[0]].tolist())
        if not whole:
            raise InputError(
                "YEARS_NONE",
                "the hindcast has no whole calendar year",
                where=str(self.hindcast.path),
                found=f"{stamps[0]} to {stamps[-1]}",
                wanted="one calendar year at least, ten to tell of storms and outages",
                fix="bring whole years without gaps over a day; look at `time_range:`",
            )
        return whole

    def _tell(self, touched: tuple[int, ...], whole: NDArray[np.bool_]) -> None:
        """Say which years were left out, and at how many cells."""
        lacking = (~whole).sum(axis=0)
        parts = [
            f"{year} at {cells} of {len(whole)} cells"
            for year, cells in zip(touched, lacking.tolist(), strict=True)
            if cells
        ]
        if parts:
            warn(
                "YEARS_LEFT_OUT",
                "years that are not whole, or have a gap of over a day, are left out",
                where=str(self.hindcast.path),
                found=", ".join(parts),
                wanted="whole calendar years",
                fix="bring the hours that are missing; hours under ice or on land stay missing",
            )


def _check_hourly_sun(hindcast: HindcastFile) -> None:
    """Refuse sun in steps that the sun's way over the sky does not show in.

    Raises
    ------
    InputError
        TIME_COARSE.
    """
    if hindcast.axis.step > _HOUR:
        raise InputError(
            "TIME_COARSE",
            "hours of sun cannot be made of longer steps",
            where=str(hindcast.path),
            found=f"steps of {hindcast.axis.step / _HOUR:g} hours",
            wanted="steps of one hour at most",
            fix="give `irradiance` by month, as of hindcast.irradiance",
        )


def _monthly_means(hours: NDArray[Any], weights: NDArray[Any] | None = None) -> Floats:
    """Means by calendar month, years pooled, (s, 12); weighted where weights are given."""
    month = month_of_hour(np.arange(hours.shape[1]))
    found = np.empty((len(hours), 12))
    for each in range(12):
        inside = month == each
        weight = None if weights is None else weights[:, inside].astype(float)
        found[:, each] = np.average(hours[:, inside].astype(float), axis=1, weights=weight)
    return found


def _monthly_periods(height: NDArray[Any], period: NDArray[Any]) -> Floats:
    """Mean energy period by calendar month, each hour counted by its energy."""
    return _monthly_means(period, np.maximum(height, np.float32(1e-6)) ** 2)


def _universal(solar: Hours, longitude: Floats) -> Hours:
    """Hours of true solar time brought to UTC, to the nearest hour."""
    ahead = np.round(longitude / 15.0).astype(int)[:, None]
    hour = (np.arange(solar.shape[1]) + ahead) % solar.shape[1]
    return np.take_along_axis(solar, hour, axis=1)
