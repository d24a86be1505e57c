"""Hours that are morphed from monthly means after one donor."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.projection import Floats
from siting.simulation.climate import Donor, climate_of, sea_states, solar_power
from siting.simulation.figures import FIGURES
from siting.simulation.hours import CellHours, Integers
from siting.simulation.outcome import Simulated

BLOCK = 512
REFUSED = (
    "Fifty-year waves, the longest outage and outages of several nodes at once are not told: they "
    "need the site's own series of ten years or more, several nodes on common time stamps."
)


class MorphedSea:
    """Hours after a donor, from height, period, irradiance, temperature and wind by month."""

    columns = FIGURES
    cells_at_once = BLOCK

    def __init__(
        self,
        grid: GeoBox,
        monthlies: list[xr.DataArray],
        donor: Donor,
        solar_losses: float,
        error: float,
    ) -> None:
        self.grid = grid
        self.monthlies = monthlies
        self.donor = donor
        self.solar_losses = solar_losses
        self.error = error
        self.rests_on = f"derived waves; hours morphed from one donor ({donor.site})"

    def hours(self, rows: Integers, columns: Integers) -> Iterator[tuple[Integers, CellHours]]:
        """All cells that have a climate, as one group."""
        climate = climate_of(self.monthlies, self.grid, rows, columns)
        known = np.flatnonzero(climate.known)
        if known.size:
            here = climate.at(known)
            sun = solar_power(here, self.solar_losses)
            none = np.empty((known.size, 0))
            yield known, CellHours(here, sea_states(here, self.donor), sun, (), none)

    def figures(self, found: Simulated) -> dict[str, Floats]:
        """Whether the season is shifted: of extremes, spells and several nodes nothing is told."""
        north = found.hours.climate.latitude >= 0
        return {"season_shifted": (north != (self.donor.latitude >= 0)).astype(float)}

    def card(self, found: Simulated) -> dict[str, Any]:
        """The donor, and what it cannot tell."""
        return {
            "donor": {
                "site": self.donor.site,
                "latitude": self.donor.latitude,
                "season_shifted": bool(self.figures(found)["season_shifted"][0]),
            },
            "refused": REFUSED,
        }
