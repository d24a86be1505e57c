"""A small synthetic run whose candidates have cards, with numbers that are easily told."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.kinds import Results

UPTIMES, FACTORS = [0.9, 0.99], [1.0, 1.5]
PLACES = {"S45.0000E138.0000": (-45.0, 138.0), "N45.0000W130.0000": (45.0, -130.0)}


def card(rank: int, site_id: str, cost: float = 4.5) -> dict[str, Any]:
    """A card as a simulator makes it; its parts add up to its cost."""
    return {
        "rank": rank,
        "site_id": site_id,
        "figures": {
            "cost_per_gpu_hour": cost,
            "cost_per_gpu_hour_low": cost - 0.5,
            "cost_per_gpu_hour_high": cost + 1,
            "cost_per_gpu_hour_p10": cost - 0.25,
            "cost_per_gpu_hour_p50": cost,
            "cost_per_gpu_hour_p90": cost + 1.75,
            "compute_uptime": 0.921,
            "firm_energy_cost": 286.4,
            "hotel_unserved": None,
        },
        "columns": {
            "compute_uptime": {"units": "1", "description": "Share"},
            "firm_energy_cost": {"units": "USD MWh-1", "description": "Cost"},
            "hotel_unserved": {"units": "h", "description": "Hours"},
        },
        "donor": {"site": "Humboldt Bay 2010", "latitude": 40.8, "season_shifted": rank == 1},
        "refused": "The longest outage is not told.",
        "device": {"name": "node", "rated_power": 300.0, "status": "assumed", "source": "none"},
        "months": {
            "wave_height": {"units": "m", "values": [2.0 + 0.1 * i for i in range(12)]},
            "access_share": {"units": "1", "values": [0.25] * 11 + [None]},
        },
        "year": balance("day", 365),
        "week": {**balance("hour", 168), "first_day": 362},
        "waterfall": {
            "units": "USD GPU-1 h-1",
            "parts": {"compute": cost - 2, "wave": 1.5, "link": 0.5, "place": 0.0, "total": cost},
        },
        "sensitivity": [
            {"parameter": "gpu.life", "low": 3.0, "high": 7.0, "value": 5.0, "unit": "yr",
             "status": "assumed", "cost_at_low": cost + 1, "cost_at_high": cost - 0.5},
        ],
        "assumed": [
            {"parameter": "finance.rate", "value": 0.07, "low": 0.04, "high": 0.1, "unit": "1",
             "source": "none: chosen for this table", "note": "choice: real"},
            {"parameter": "gpu.life", "value": 5.0, "low": 3.0, "high": 7.0, "unit": "yr",
             "source": "press", "note": "years until it is replaced"},
        ],
        "break_even": {
            "reference": 2.3, "uptimes": UPTIMES, "hull_factors": FACTORS, "units": "USD MWh-1",
            "prices": [[None, None], [87.4, 18.0]],
            "sentences": ["At an uptime of 0.9: no price.", "At an uptime of 0.99: 87 USD/MWh."],
        },
    }  # fmt: skip


def balance(step: str, count: int) -> dict[str, Any]:
    waves = (1 + np.sin(np.arange(count) / 9)).round(3)
    return {
        "step": step,
        "wave": waves.tolist(),
        "solar": [0.1] * count,
        "served": np.minimum(waves + 0.1, 1).tolist(),
        "charge": (8 * waves).tolist(),
    }


def make_results(cards: list[dict[str, Any]]) -> Results:
    grid = make_grid("EPSG:4326", 30.0, (-180, -90, 180, 90))
    sea = as_layer(
        np.full(grid.shape.yx, 2.0), grid, kind="categorical", units="1",
        categories={"2": "Southern Ocean"},
    )  # fmt: skip
    told = {"units": "m", "status": "derived", "uncertainty": "Waves: multiply and divide by 1.29"}
    height = as_monthly([as_layer(np.ones(grid.shape.yx), grid, **told)] * 12)
    height.attrs.update(told)
    latitude, longitude = zip(*PLACES.values(), strict=True)
    frame = pd.DataFrame({"rank": [1, 2], "site_id": list(PLACES), "sea": 2.0})
    points = gpd.points_from_xy(longitude, latitude, crs="EPSG:4326")
    frame = frame.assign(longitude=longitude, latitude=latitude)
    return Results(
        title="Compute at sea (synthetic)", description="", grid=grid, domain=None,
        layers={"sea": sea}, features={}, tables={}, records={},
        candidates=gpd.GeoDataFrame(frame, geometry=points), score="sea", models={},
        exclusions={}, findings=[], pipeline="siting: 1", marks={},
        monthlies={"wave_height": height}, cards=cards,
    )  # fmt: skip
