"""Quantities known by the name of their source: in another unit, or right; fills; lost signs."""

from pathlib import Path
from typing import Any

import numpy as np

from .harness import Corpus, field_of, pipeline, raster

corpus = Corpus()
RANDOM = np.random.default_rng(11).random((20, 20))
RANGE = "RANGE_IMPLAUSIBLE"


def case(id: str, name: str, unit: str, values: np.ndarray, code: str | None, why: str,
         **how: Any) -> None:  # fmt: skip
    """A case of one raster that is known by the name of its source; a code makes it a bad one."""
    expect = "warn" if code else "accept"

    @corpus.case(f"q_{id}", kind="quantity", expect=expect, code=code, why=why)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        raster(folder / "a.tif", np.asarray(values, "float32"), **how)
        said = f"{name}: {{file: a.tif, units: {unit!r}}}"
        return pipeline(sources=said, outputs=f"[{name}.tif]")


def between(low: float, high: float) -> np.ndarray:
    """A field from one value to another."""
    return low + (high - low) * RANDOM


# fmt: off
# --- in another unit ------------------------------------------------------------------------------
for name, unit, low, high, why in (
    ("surface_temperature", "degC", 273, 295, "kelvin"),
    ("surface_temperature", "degC", 50, 95, "degrees Fahrenheit"),
    ("surface_temperature", "K", 0.5, 22, "degrees Celsius called kelvin"),
    ("soil_temperature", "degC", 500, 2500, "hundredths of a degree"),
    ("vs", "m s-1", 4.2, 4.7, "km per second"),
    ("vs", "km s-1", 4200, 4700, "metres per second"),
    ("vp", "m s-1", 5.5, 8.1, "km per second"),
    ("cloud_fraction", "1", 0, 100, "percent"),
    ("forest_cover", "1", 5, 90, "percent"),
    ("probability", "1", 0, 100, "percent"),
    ("relative_humidity", "1", 20, 95, "percent"),
    ("sea_ice_fraction", "1", 0, 100, "percent"),
    ("ghi", "W m-2", 4, 6, "kWh a day"),
    ("ghi", "W m-2", 1500, 2300, "kWh a year"),
    ("ghi_daily", "kWh m-2 day-1", 170, 260, "watts"),
    ("ghi_annual", "kWh m-2 yr-1", 4, 6, "kWh a day"),
    ("fault_distance", "km", -40, 120, "a sign where there is none"),
    ("distance_to_road", "km", 50, 90_000, "metres"),
    ("magnitude", "1", 20, 75, "tenths"),
    ("crustal_density", "kg m-3", 2.6, 2.9, "g per cubic centimetre"),
    ("conductivity", "W m-1 K-1", 1800, 3500, "milliwatts"),
    ("heat_production", "uW m-3", 5e-7, 3e-6, "watts"),
    ("geothermal_gradient", "K km-1", 0.02, 0.05, "per metre"),
    ("sediment_thickness", "km", 200, 9000, "metres"),
    ("curie_depth", "km", 8000, 30000, "metres"),
    ("moho", "km", 28000, 45000, "metres"),
    ("gravity_anomaly", "mGal", -250_000, -9000, "microgal"),
    ("strain_rate", "yr-1", 1, 60, "1e-9 a year"),
    ("porosity", "1", 5, 30, "percent"),
    ("permeability", "m2", 0.1, 900, "millidarcies"),
    ("permeability", "m2", -18, -12, "logarithms"),
    ("ph", "1", 40, 85, "tenths"),
    ("ndvi", "1", -1500, 9000, "ten thousandths"),
    ("ice_thickness", "m", -900, 0, "of the other sign"),
    ("geoid", "m", -5000, -2000, "centimetres"),
    ("salinity", "1", 3300, 3600, "hundredths"),
    ("surface_pressure", "Pa", 850, 1015, "hectopascals"),
    ("air_density", "kg m-3", 1100, 1250, "grams"),
    ("wave_power", "kW m-1", 9000, 60000, "watts"),
    ("hs", "m", 140, 310, "centimetres"),
):
    case(f"{name}_{unit.split()[0]}_{high:g}", name, unit, between(low, high), RANGE, f"{why}")

# --- right ones, towards the ends of what there is -----------------------------------------------
for name, unit, low, high in (
    ("surface_temperature", "degC", -60, -20), ("surface_temperature", "degC", 20, 45),
    ("surface_temperature", "K", 230, 310), ("surface_temperature", "degF", 50, 95),
    ("soil_temperature", "degC", -5, 70), ("vs", "m s-1", 90, 700), ("vs", "km s-1", 3.0, 4.9),
    ("vp", "m s-1", 300, 2500), ("vp", "km s-1", 5, 8.3), ("cloud_fraction", "1", 0, 1),
    ("cloud_fraction", "percent", 0, 100), ("forest_cover", "1", 0, 0.02),
    ("probability", "1", 0, 1), ("relative_humidity", "1", 0.2, 1.05),
    ("sea_ice_fraction", "1", 0, 1.0001), ("ghi", "W m-2", 80, 320), ("ghi", "W m-2", 0, 0.5),
    ("ghi", "kWh m-2 day-1", 2, 7), ("ghi", "kWh m-2 yr-1", 900, 2600), ("ghi", "W m-2", 20, 60),
    ("dni", "W m-2", 40, 420), ("ghi_daily", "kWh m-2 day-1", 1, 7.5),
    ("ghi_annual", "kWh m-2 yr-1", 700, 2700), ("fault_distance", "km", 0, 300),
    ("distance_to_road", "m", 0, 90_000), ("distance_to_shore", "km", -900, 300),
    ("magnitude", "1", -1, 9.1), ("crustal_density", "kg m-3", 1500, 3300),
    ("conductivity", "W m-1 K-1", 0.3, 7.5), ("heat_production", "uW m-3", 0.01, 12),
    ("geothermal_gradient", "K km-1", 8, 150), ("sediment_thickness", "km", 0, 20),
    ("curie_depth", "km", 5, 70), ("moho", "km", 5, 75), ("gravity_anomaly", "mGal", -350, 200),
    ("magnetic_anomaly", "nT", -2500, 9000), ("strain_rate", "yr-1", 1e-10, 1e-6),
    ("seismicity_rate", "km-2 yr-1", 0, 0.3), ("slip_rate", "mm yr-1", 0, 40),
    ("porosity", "1", 0.001, 0.4), ("permeability", "m2", 1e-20, 1e-11), ("ph", "1", 0.5, 10.5),
    ("silica", "mg L-1", 5, 900), ("ndvi", "1", -0.3, 0.95), ("ice_thickness", "m", 0, 4200),
    ("geoid", "m", -105, 80), ("salinity", "1", 2, 41), ("salinity", "g kg-1", 30, 37),
    ("surface_pressure", "hPa", 480, 1030), ("air_density", "kg m-3", 0.5, 1.4),
    ("resistivity", "ohm m", 0.5, 50_000), ("wind_power_density", "W m-2", 20, 2500),
    ("tidal_range", "m", 0.1, 14), ("crustal_age", "Myr", 0, 3500),
):
    case(f"ok_{name}_{unit.split()[0]}_{high:g}", name, unit, between(low, high), None,
         f"{low:g} to {high:g} {unit}")

# --- one value in a block of cells ---------------------------------------------------------------
FIELD = field_of()


def filled(values: np.ndarray, part: tuple[slice, slice], value: float = 0.0) -> np.ndarray:
    """Values with one value in a part of the cells."""
    values = values.astype("float64")
    values[part] = value
    return values


FILL = "NODATA_UNDECLARED"
case("fill_half", "a", "m", filled(FIELD, np.s_[:10, :]), FILL, "zeros in the northern half")
case("fill_corner", "a", "m", filled(FIELD, np.s_[:8, 12:]), FILL, "zeros in a corner")
case("fill_collar", "a", "m", filled(filled(FIELD, np.s_[:2, :]), np.s_[:, :3]), FILL,
     "zeros along two edges")
case("fill_temperature", "t", "degC", filled(between(12, 20), np.s_[:, :9]), FILL,
     "0 degrees where there is sea")
case("fill_high", "a", "m", filled(FIELD, np.s_[:10, :], 200), FILL, "200, above all others")
ROW, COLUMN = np.mgrid[0:20, 0:20]
FAR = np.hypot(ROW - 4, COLUMN - 6)
for name, values, why in (
    ("rain", np.maximum(between(-60, 90) * 1.0, 0), "no rain in places"),
    ("desert", np.maximum(6.0 * COLUMN - 50, 0), "no rain in half of it"),
    ("ice", np.sqrt(np.maximum(64 - FAR**2, 0)) * 40, "ice on a third of it"),
    ("snow", np.maximum(0.4 * ROW - 3, 0), "snow on the heights"),
    ("distance", np.maximum(11.0 * FAR - 44, 0), "distance to an area, 0 within"),
    ("density", np.where(FAR < 9, np.exp(-FAR**2 / 18) - 0.011, 0), "density of faults"),
    ("sparse", filled(filled(FIELD, np.s_[:5, :]), np.s_[8:, :]), "a rare rock: zeros but for it"),
    ("two", np.where(FAR < 6, 80.0, 0.0), "two values alone"),
    ("scattered", np.where(RANDOM < 0.3, 0, FIELD), "zeros here and there"),
    ("inside", filled(FIELD, np.s_[5:12, 5:12], 70), "one value amid the others"),
):
    case(f"ok_fill_{name}", "a", "m", values, None, why)


# --- a sign lost at one place of many ------------------------------------------------------------
def places(id: str, code: str | None, why: str, rows: list[tuple[float, float]]) -> None:
    """A case of places in a table."""
    expect = "warn" if code else "accept"

    @corpus.case(f"q_{id}", kind="quantity", expect=expect, code=code, why=why)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        lines = [f"w{n},{x:.4f},{y:.4f}" for n, (x, y) in enumerate(rows)]
        (folder / "p.csv").write_text("\n".join(["site_id,lon,lat", *lines, ""]), "utf-8")
        raster(folder / "a.tif")
        return pipeline(
            sources="a: {file: a.tif, units: m}\np: {file: p.csv, longitude: lon, latitude: lat}",
            layers="d: {distance.distance_to: {features: p}}",
            outputs="[d.tif]",
        )


TWELVE = [(-119.913 + 0.1507 * n, 38.061 + 0.1513 * n) for n in range(12)]
for name, turn in (("west", (-1, 1)), ("south", (1, -1)), ("both", (-1, -1))):
    x, y = TWELVE[5]
    places(f"sign_{name}", "FEATURES_OUTSIDE", f"one of twelve places: {name}",
           [*TWELVE[:5], (turn[0] * x, turn[1] * y), *TWELVE[6:]])
places("ok_sign", None, "twelve places", TWELVE)
places("ok_neighbour", None, "one of twelve places beside the grid",
       [*TWELVE[:-1], (-116.013, 39.107)])
places("ok_world", None, "places of the world, some of them opposite by chance",
       [*TWELVE[:3], (119.013, 39.011), (12.511, 42.013), (-70.017, -39.023), (140.019, 36.027)])
