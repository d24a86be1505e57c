"""Values and units that cannot be: what the quantity, the unit and the steps say of each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .gridded import corner, grid, plane, register
from .harness import Corpus, Result, field_of, pipeline, raster

corpus = Corpus()
TIF, NC = "a.tif", "a.nc"


def tif(id: str, expect: str, code: str | None, why: str, values: Any, options: str = "",
        holds: Callable[[Result], None] | None = None, name: str = "a",
        **more: Any) -> None:  # fmt: skip
    """A case of a GeoTIFF and the options of its source."""

    @corpus.case(f"p_{id}", kind="plausible", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        raster(folder / f"{name}.tif", np.asarray(values, "float32"), nodata=-9999.0, **more)
        said = f"{name}: {{file: {name}.tif" + (f", {options}}}" if options else "}")
        return pipeline(sources=said, outputs=f"[{name}.tif]")


def netcdf(id: str, expect: str, code: str | None, why: str, values: Any, name: str,
           attrs: dict[str, Any], options: str = "",
           holds: Callable[[Result], None] | None = None) -> None:  # fmt: skip
    """A case of one NetCDF variable."""
    register(
        corpus, f"p_{id}", expect, code, why, lambda: grid(np.asarray(values), name, attrs),  # type: ignore[arg-type]
        options, holds=holds, kind="plausible",
    )  # fmt: skip


HEAT = field_of()  # 40 to 107
WAVE = plane()  # 1.4 to 2.07
RANDOM = np.random.default_rng(7).random((20, 20))

# fmt: off
# --- units that are missing ----------------------------------------------------------------------
tif("none", "error", "UNITS_MISSING", "no units in file or pipeline", HEAT)
tif("none_quantity", "error", "UNITS_MISSING", "a quantity, but no units", HEAT,
    "quantity: heat_flow")
tif("none_circular", "error", "UNITS_MISSING", "directions without units", HEAT, "kind: circular")
tif("none_word", "error", "UNITS_MISSING", "'n/a' for units", HEAT, units=["n/a"])
tif("index", "accept", None, "an index says that it has none", HEAT, "units: '1'", corner(40))
tif("classes", "accept", None, "classes need no units", HEAT // 30, "kind: categorical", corner(1))
tif("mask", "accept", None, "yes and no need no units", HEAT > 60, "kind: boolean")
tif("file_units", "accept", None, "units in the file are enough", HEAT, "", corner(40),
    units=["mW m-2"])

# --- units that are others -----------------------------------------------------------------------
tif("heat_w", "warn", "RANGE_IMPLAUSIBLE", "W m-2 called mW m-2", HEAT / 1000,
    "units: mW m-2, quantity: heat_flow")
tif("heat_w_name", "warn", "RANGE_IMPLAUSIBLE", "the same, known by the source's name", HEAT / 1000,
    "units: mW m-2", name="heat_flow")
tif("heat_mw", "warn", "RANGE_IMPLAUSIBLE", "mW m-2 called W m-2", HEAT,
    "units: W m-2, quantity: heat_flow")
tif("heat_file", "handle", None, "W m-2 in the file, mW m-2 wanted", HEAT / 1000,
    "units: mW m-2, quantity: heat_flow", corner(40, within=1e-4), units=["W m-2"])
tif("kelvin", "warn", "RANGE_IMPLAUSIBLE", "40 to 107 K are degrees Celsius", HEAT, units=["K"])
tif("kelvin_quantity", "warn", "RANGE_IMPLAUSIBLE", "the same with its quantity", HEAT,
    "quantity: temperature", units=["K"])
tif("celsius", "warn", "RANGE_IMPLAUSIBLE", "kelvin called degrees Celsius", RANDOM * 20 + 280,
    "units: degC, quantity: sea_surface_temperature")
tif("fahrenheit", "warn", "RANGE_IMPLAUSIBLE", "degrees Fahrenheit called Celsius",
    RANDOM * 20 + 60, "units: degC, quantity: sea_surface_temperature")
tif("fahrenheit_told", "accept", None, "degrees Fahrenheit, told so", RANDOM * 0 + HEAT,
    "units: degC, quantity: temperature", corner(40 / 1.8 - 160 / 9, "a", 1e-4), units=["degF"])
tif("hundredths", "warn", "RANGE_IMPLAUSIBLE", "hundredths of a degree", RANDOM * 900 + 1500,
    "units: degC, quantity: sea_surface_temperature")
tif("ice_ft", "warn", "RANGE_IMPLAUSIBLE", "feet called metres", RANDOM * 9000 + 5000,
    "units: m, quantity: ice_thickness")
tif("depth_sign", "warn", "RANGE_IMPLAUSIBLE", "elevations called depths", -RANDOM * 3000 - 900,
    "units: m, quantity: sea_depth")
tif("moho_m", "warn", "RANGE_IMPLAUSIBLE", "metres called km", RANDOM * 9000 + 30000,
    "units: km, quantity: crustal_thickness")
tif("gravity", "warn", "RANGE_IMPLAUSIBLE", "micro-gal called mGal", RANDOM * 9000 - 90000,
    "units: mGal, quantity: gravity_anomaly")
tif("strain", "warn", "RANGE_IMPLAUSIBLE", "1e-9 a year called 1 a year", RANDOM * 90 + 5,
    "units: yr-1, quantity: strain_rate")
tif("density", "warn", "RANGE_IMPLAUSIBLE", "g cm-3 called kg m-3", RANDOM + 2,
    "units: kg m-3, quantity: density")
tif("porosity", "warn", "RANGE_IMPLAUSIBLE", "percent called a share", RANDOM * 20 + 5,
    "units: '1', quantity: porosity")
tif("porosity_small", "warn", "RANGE_IMPLAUSIBLE", "a share called percent", RANDOM * 0.02 + 0.01,
    "units: percent, quantity: porosity")
tif("slope", "warn", "RANGE_IMPLAUSIBLE", "slopes beyond the vertical", HEAT + 60,
    "units: degree, quantity: slope")
tif("waves_cm", "warn", "RANGE_IMPLAUSIBLE", "centimetres called metres", 100 * WAVE,
    "units: m, quantity: significant_wave_height")
tif("wave_negative", "warn", "RANGE_IMPLAUSIBLE", "waves of less than nothing", RANDOM * 3 - 1,
    "units: m, quantity: significant_wave_height")
tif("wind", "warn", "RANGE_IMPLAUSIBLE", "wind in cm per second", RANDOM * 300 + 500,
    "units: m s-1, quantity: wind_speed")
tif("wind_knots", "accept", None, "knots, told so", RANDOM * 0 + HEAT / 10,
    "units: m s-1, quantity: wind_speed", corner(4 * 1852 / 3600, within=1e-5), units=["knots"])
tif("sun_kw", "warn", "RANGE_IMPLAUSIBLE", "kW called MW", RANDOM * 3e5 + 1e5,
    "units: W m-2, quantity: solar_irradiance")
tif("logarithm", "warn", "RANGE_IMPLAUSIBLE", "logarithms of population", -RANDOM * 3,
    "units: km-2, quantity: population_density")
tif("price", "warn", "RANGE_IMPLAUSIBLE", "dollars per kWh called per MWh", RANDOM * 0.1 + 0.05,
    "units: USD/MWh, quantity: electricity_price")
tif("capacity", "warn", "RANGE_IMPLAUSIBLE", "capacity factors above 1", RANDOM + 0.5,
    "units: '1', quantity: capacity_factor")
tif("declared", "warn", "RANGE_IMPLAUSIBLE", "beyond the range that the pipeline names", HEAT,
    "units: m, valid_range: [0, 50]")
tif("aspect", "warn", "CIRCULAR_AS_CONTINUOUS", "directions as amounts", RANDOM * 360,
    "units: degree", name="aspect")
tif("aspect_kind", "accept", None, "directions as directions", RANDOM * 360,
    "units: degree, kind: circular", name="aspect")
tif("conflict", "error", "UNITS_CONFLICT", "heat flow in metres", HEAT,
    "units: m, quantity: heat_flow")
tif("coulomb", "accept", None, "C for degrees Celsius", HEAT, "units: degC", corner(40),
    units=["C"])
tif("unknown", "error", "CONFIG_VALUE", "a quantity that is none", HEAT,
    "units: m, quantity: heatflux")

# --- what the file says it is --------------------------------------------------------------------
SPEC = "sea_surface_wave_mean_period_from_variance_spectral_density_"
PEAK = {"units": "s", "standard_name":
        "sea_surface_wave_period_at_variance_spectral_density_maximum"}
TE = "quantity: wave_energy_period"
for label, name, attrs in (
    ("standard_name", "x", PEAK), ("pp1d", "pp1d", {"units": "s"}), ("tp", "tp", {"units": "s"}),
    ("vtpk", "VTPK", {"units": "s"}),
    ("long_name", "x", {"units": "s", "long_name": "Peak period"}),
    ("tm01", "x", {"units": "s", "standard_name": SPEC + "first_frequency_moment"}),
    ("tm02", "mp2", {"units": "s"}), ("apd", "APD", {"units": "sec"}),
):
    netcdf(f"te_{label}", "error", "QUANTITY_MISMATCH", "another period than Te", 8 + RANDOM, name,
           attrs, TE)
for label, name, attrs in (
    ("standard_name", "x", {"units": "s", "standard_name": SPEC + "inverse_frequency_moment"}),
    ("mwp", "mwp", {"units": "s", "long_name": "Mean wave period"}),
    ("vtm10", "VTM10", {"units": "s"}),
    ("te", "te", {"units": "s"}), ("untold", "x", {"units": "s"}),
    ("said", "x", {"units": "s", "long_name": "wave period"}),
):
    netcdf(f"te_ok_{label}", "accept", None, "Te, by file or pipeline", 8 + WAVE, name, attrs, TE,
           corner(9.4))
netcdf("untyped", "error", "PERIOD_UNTYPED", "a wave period of no type", 8 + RANDOM, "per",
       {"units": "s", "long_name": "Mean wave period"})
netcdf("untyped_cf", "error", "PERIOD_UNTYPED", "a CF name that leaves it open", 8 + RANDOM, "x",
       {"units": "s", "standard_name": "sea_surface_wave_mean_period"})
netcdf("untyped_said", "error", "PERIOD_UNTYPED", "the pipeline leaves it open", 8 + RANDOM, "x",
       {"units": "s"}, "quantity: wave_period")
netcdf("typed", "accept", None, "the variable's name tells", 8 + WAVE, "pp1d", {"units": "s"}, "",
       corner(9.4))
netcdf("rain", "accept", None, "tp in metres is rain, not a period", WAVE / 100, "tp",
       {"units": "m", "long_name": "Total precipitation"}, "", corner(0.014))
FROM = {"units": "degree", "standard_name": "sea_surface_wave_from_direction"}
TO = {"units": "degree", "standard_name": "sea_surface_wave_to_direction"}
netcdf("to", "error", "QUANTITY_MISMATCH", "directions to, where from is meant", 100 * WAVE,
       "d", TO, "kind: circular, quantity: wave_from_direction")
netcdf("from", "accept", None, "directions from", 100 * WAVE, "d", FROM,
       "quantity: wave_from_direction", corner(140))
netcdf("wind_waves", "error", "QUANTITY_MISMATCH", "wind where waves are meant", 100 * WAVE, "wdir",
       {"units": "degree"}, "quantity: wave_from_direction")
netcdf("sst_temperature", "accept", None, "the sea's temperature is a temperature", 10 * WAVE,
       "sst", {"units": "degC"}, "quantity: temperature", corner(14))
netcdf("sst_air", "error", "QUANTITY_MISMATCH", "the air's where the sea's is meant", 10 * WAVE,
       "t2m", {"units": "degC"}, "quantity: sea_surface_temperature")
netcdf("depth_elevation", "error", "QUANTITY_MISMATCH", "depths where elevations are meant",
       1000 * WAVE, "deptho", {"units": "m", "standard_name": "sea_floor_depth_below_geoid"},
       "quantity: elevation")
netcdf("itself", "warn", "QUANTITY_MISMATCH", "a file that contradicts itself", 8 + RANDOM, "te",
       PEAK)
netcdf("unit_itself", "warn", "QUANTITY_MISMATCH", "a wave height in seconds", WAVE, "x",
       {"units": "s", "standard_name": "sea_surface_wave_significant_height"})
netcdf("hs_cm", "warn", "RANGE_IMPLAUSIBLE", "centimetres, known by the standard name", 100 * WAVE,
       "x", {"units": "m", "standard_name": "sea_surface_wave_significant_height"})

# --- good: values of the Earth, far from the usual -----------------------------------------------
for quantity, unit, low, high in (
    ("heat_flow", "mW m-2", 15, 900), ("heat_flow", "W m-2", 0.02, 2),
    ("sea_depth", "m", 0, 3),
    ("temperature", "degC", -60, -20), ("temperature", "K", 270, 1000), ("slope", "degree", 0, 0.2),
    ("slope", "rad", 0, 1), ("significant_wave_height", "m", 0.05, 0.3),
    ("significant_wave_height", "m", 5, 19), ("wave_peak_period", "s", 2, 3),
    ("wind_speed", "m s-1", 0.5, 2), ("wind_speed", "knot", 5, 40),
    ("solar_irradiance", "W m-2", 0, 1100), ("gravity_anomaly", "mGal", -300, 20),
    ("magnetic_anomaly", "nT", -900, 5000), ("crustal_thickness", "km", 5, 8),
    ("strain_rate", "yr-1", 1e-10, 2e-6), ("density", "g cm-3", 1.9, 3.3),
    ("porosity", "%", 0.5, 30),
    ("capacity_factor", "1", 0.1, 0.6), ("electricity_price", "USD/kWh", 0.02, 0.4),
    ("population_density", "km-2", 0, 20000), ("wave_power", "W m-1", 100, 90000),
):
    tif(f"ok_{quantity}_{unit.split()[0].replace('/', '_')}_{high:g}", "accept", None,
        f"{low} to {high} {unit}", low + (high - low) * RANDOM,
        f"units: {unit!r}, quantity: {quantity}")
