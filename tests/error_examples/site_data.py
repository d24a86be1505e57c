"""Series and costs of sites that are refused, or read with a finding."""

from pathlib import Path
from typing import Any

import xarray as xr

from siting.io.costs import read_costs
from siting.io.series import check_climate, check_distinct, read_series
from siting.kernels.money import at_value

from .made import Maker, example

HEAD = "parameter,value,low,high,unit,dollar_year,source\n"
SITE = {"site": "Stonewall", "longitude": -124.5, "latitude": 44.7}
TIMES = [f"2020-01-01T{hour:02d}:00" for hour in range(5)]


def costs(rows: str) -> Maker:
    """Write costs.csv and read it in prices of 2024."""

    def make(folder: Path) -> None:
        (folder / "costs.csv").write_text(HEAD + rows)
        read_costs(folder / "costs.csv", 2024)

    return make


for _code, _rows in {
    "COST_CURRENCY": "well.capex,5200,,,EUR/kW,2022,a study\n",
    "COST_INVALID": "well.capex,520,4100,6300,USD/kW,2024,a study\n",
    "COST_SOURCE_MISSING": "well.capex,5200,,,USD/kW,2024,\n",
    "COST_YEAR_CONVERTED": "well.capex,5200,,,USD/kW,2022,a study\nwell.life,30,,,yr,,a study\n",
    "COST_YEAR_MISSING": "well.capex,5200,,,USD/kW,,a study\n",
    "COST_YEAR_UNKNOWN": "well.capex,1800,,,USD/kW,1984,a study\n",
}.items():
    example(_code)(costs(_rows))


@example("COST_MISSING")
def _(folder: Path) -> None:
    (folder / "costs.csv").write_text(HEAD + "hall.capex,18940,,,USD kW-1,2025,a study\n")
    at_value(read_costs(folder / "costs.csv", 2025))["hall.life"]


def series(
    folder: Path, zone: str = "Z", header: str = "time,hs (m)", **options: Any
) -> xr.Dataset:
    """Wave heights of five hours at a site."""
    rows = [f"{time}{zone},{2 + i / 10}" for i, time in enumerate(TIMES)]
    (folder / "waves.csv").write_text("\n".join([header, *rows, ""]))
    names = {"significant_wave_height": "hs"}
    return read_series(folder / "waves.csv", names, **{**SITE, **options})


@example("SERIES_DUPLICATE")
def _(folder: Path) -> None:
    check_distinct([series(folder), series(folder, site="Yaquina")])


@example("SITE_CLIMATE")
def _(folder: Path) -> None:
    check_climate(series(folder), "significant_wave_height", 0.6)


@example("SITE_MISMATCH")
def _(folder: Path) -> None:
    text = "time,longitude,latitude,hs (m)\n2020-01-01T00:00Z,-124.5,40.7,2.1\n"
    (folder / "waves.csv").write_text(text)
    read_series(folder / "waves.csv", {"significant_wave_height": "hs"}, **SITE)


@example("TIME_ZONE_CONVERTED")
def _(folder: Path) -> None:
    series(folder, zone="-08:00")


@example("TIME_ZONE_MISSING")
def _(folder: Path) -> None:
    series(folder, zone="")
