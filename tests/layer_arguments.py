"""Arguments for any layer function, made from its signature.

What a signature does not tell (that a layer holds classes, which number makes sense) stands in the
tables; a function that needs no more than layers, points and defaults needs no line in them.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.grid import as_layer, make_grid
from siting.grid.months import as_monthly
from siting.kinds import GRIDDED_KINDS
from siting.signature import Argument, Leaf, Spec, leaves, spec_of

GRIDS = {
    "projected": make_grid("EPSG:32611", 2_000, (500_000, 4_400_000, 546_000, 4_434_000)),
    "geographic": make_grid("EPSG:4326", 0.02, (179.7, 39.8, 180.16, 40.14)),
    "periodic": make_grid("EPSG:6933", 700_000, "world"),
}

# Kinds of layers that are not continuous.
LAYER_KINDS = {
    "all_of.layers": "boolean",
    "any_of.layers": "boolean",
    "negated.layer": "boolean",
    "mask.where": "boolean",
    "where.layer": "boolean",
    "distance_over_water.water": "boolean",
    "distance_to.within": "boolean",
    "distance_to_nth.within": "boolean",
    "category_is.layer": "categorical",
    "classes.layer": "categorical",
    "heat_flow_by_class.regime": "categorical",
    "chance_by_class.classes": "categorical",
    "discounted.chance": "share",
    "serpentinisation.ultramafic": "share",
    "system_chance.reservoir": "share",
    "system_chance.seal": "share",
    "system_chance.sources": "share",
}
# Units of layers whose signature leaves them open.
OPEN_UNITS = {"boolean": "1", "categorical": "1", "continuous": "mW m-2"}
POLYGONS = {
    "land.ice",
    "land.outline",
    "named_region.regions",
    "ocean.outline",
    "ocean.regions",
    "outside.features",
    "within_polygons.features",
    "statistics.zones",
}
LINES = {
    "dilation_tendency.faults",
    "mean_within.faults",
    "of_nearest_fault.faults",
    "slip_tendency.faults",
    "intersections.features",
    "line_density.features",
    "orientation.features",
    "step_overs.features",
    "straight_pieces.features",
    "strikes.features",
    "terminations.features",
}
WELLS = {
    "conductive.wells",
    "convective_residual.conductive",
    "convective_residual.wells",
    "harrison_corrected.wells",
    "heat_flow.wells",
    "horner_corrected.wells",
    "kehle_corrected.wells",
    "kriged.wells",
    "kriged_residual.wells",
    "merged.first",
    "merged.second",
}
# Arguments without a default that 1 does not fit.
VALUES = {
    "rescale.low": 20.0,
    "rescale.high": 90.0,
    "log1p.scale": 30.0,
    "nearness.half_distance": 40.0,
    "above.threshold": 55.0,
    "below.threshold": 55.0,
    "box.west": 170.0,
    "box.east": -170.0,
    "box.south": 39.9,
    "box.north": 60.0,
    "between.high": 75.0,
    "between.low": 25.0,
    "category_is.categories": [2, 3],
    "classes.excluded": [2, 3],
    "conductive_temperature.depth": 3_000.0,
    "conductive_temperature_sd.depth": 3_000.0,
    "event_density.radius": 900.0,
    "event_density.minimum_magnitude": 5.0,
    "event_density.first_year": 2001,
    "event_density.last_year": 2010,
    "complete_event_density.radius": 900.0,
    "complete_event_density.minimum_magnitude": 5.0,
    "complete_event_density.last_year": 2010,
    "frequency_magnitude.first_year": 2001,
    "frequency_magnitude.last_year": 2010,
    "completeness_by_period.first_year": 2001,
    "completeness_by_period.last_year": 2010,
    "completeness_by_period.minimum_magnitude": 5.0,
    "mainshocks_by_nearest_neighbour.threshold": -5.0,
    "from_velocities.distance": 2_000.0,
    "near_edge.distance": 800_000.0,
    "upward_continuation.height": 1_000.0,
    "elevation_trend.span": 1_600_000.0,
    "detrended_elevation.span": 1_600_000.0,
    "relief.radius": 800_000.0,
    "roughness.radius": 800_000.0,
    "topographic_position.radius": 800_000.0,
    "within.buffer": 600_000.0,
    "select_events.maximum_depth": 40.0,
    "distance_to_nth.n": 2,
    "among.column": "faulting",
    "among.values": ["normal"],
    "month.number": 7,
    "statistics.statistics": ["mean", "p90"],
    "ranked.column": "mw",
    **{
        f"{name}_tendency.{key}": value
        for name in ("slip", "dilation")
        for key, value in {
            "vertical_stress": 60.0,
            "maximum_horizontal_stress": 45.0,
            "azimuth": 20.0,
            "minimum_horizontal_stress": 30.0,
        }.items()
    },
    "mean_within.column": "slip_tendency",
    "mean_within.radius": 900.0,
    "of_nearest_fault.column": "slip_tendency",
    "of_nearest_fault.distance": 900.0,
    "line_density.radius": 900.0,
    "orientation.radius": 900.0,
    "point_density.radius": 900.0,
    "zeros_replaced.detection_limit": 0.5,
    "zeros_replaced.others": None,
    "clr_columns.columns": ["SiO2", "Al2O3"],
    "ilr_columns.columns": ["SiO2", "Al2O3"],
    "parts_from_ilr.coordinates": ["ratio"],
    "parts_from_ilr.columns": ["Zr", "Y"],
    "temperature_at_depth.depth": 3_000.0,
    **{
        f"{name}.{key}": value
        for name in ("temperature_at_depth", "depth_to_temperature")
        for key, value in {
            "conductivities": [1.8, 2.5, 3.0],
            "heat_productions": [1.2, 1.0, 0.5],
        }.items()
    },
    "depth_to_temperature.temperature": 60.0,
    "chance_by_class.chances": {"1": 0.1, "2": 0.2, "3": 0.3, "4": 0.4},
    "radiolysis_rate.porosity": 0.01,
    "discounted.reliability": 0.5,
    "serpentinisation.lowest": 0.0,
    "serpentinisation.best_low": 60.0,
    "nearest_temperature.column": "warmth",
    "nearest_temperature.radius": 900_000.0,
}


def public(spec: Spec) -> Callable[..., Any]:
    """The decorated function of a spec."""
    function: Callable[..., Any] = getattr(
        sys.modules[spec.function.__module__], spec.function.__name__
    )
    return function


def key_of(call: Callable[..., Any], name: str) -> str:
    return f"{call.__name__}.{name}"


def specification(call: Callable[..., Any]) -> Spec:
    spec = spec_of(call)
    assert spec is not None
    return spec


def random_layer(grid: GeoBox, kind: str, units: str, seed: int) -> xr.DataArray:
    rng = np.random.default_rng(seed)
    shape = tuple(grid.shape.yx)
    values = {
        "continuous": rng.uniform(5, 100, shape),
        "categorical": rng.integers(1, 5, shape),
        "boolean": rng.integers(0, 2, shape),
        "share": rng.uniform(0, 1, shape),
    }[kind]
    kind = "continuous" if kind == "share" else kind
    attrs = {"kind": kind, "status": "measured", "source": "test", "vintage": "2024"}
    layer = as_layer(values.astype(np.float32), grid, units=units, label_leak=False, **attrs)
    return layer.rename(f"layer_{seed}")


def points(grid: GeoBox) -> gpd.GeoDataFrame:
    """Earthquakes on the grid, with the columns that functions ask for."""
    rng = np.random.default_rng(1)
    west, south, east, north = grid.boundingbox.bbox
    count = 80
    x, y = rng.uniform(west, east, count), rng.uniform(south, north, count)
    places = gpd.points_from_xy(x, y, crs=grid.crs).to_crs(4326)
    events = gpd.GeoDataFrame(
        {
            "mw": np.round(5.0 + rng.exponential(0.3, count), 2),
            "depth": rng.uniform(0, 60, count),
            "faulting": ["normal", "thrust"] * (count // 2),
            "time": pd.to_datetime([f"{2001 + i % 10}-03-01" for i in range(count)]),
            "SiO2": rng.uniform(60, 400, count),
            "Al2O3": rng.uniform(60, 400, count),
            "ratio": rng.normal(size=count),
            "warmth": rng.uniform(60, 300, count),
        },
        geometry=places,
    )
    units = {"mw": "1", "depth": "km", "warmth": "degC", "ratio": "1"}
    for way in ("east", "north"):
        events[f"{way}_velocity"] = rng.normal(0, 5, count)
        events[f"{way}_velocity_sd"] = rng.uniform(0.2, 1, count)
        units |= {f"{way}_velocity": "mm yr-1", f"{way}_velocity_sd": "mm yr-1"}
    return with_marks(events, {**units, "SiO2": "mg kg-1", "Al2O3": "percent"})


def wells(grid: GeoBox) -> gpd.GeoDataFrame:
    """Wells at the places of the points, with the columns that functions ask for."""
    rng, places = np.random.default_rng(2), points(grid).geometry
    count = len(places)
    columns = {
        "depth": (rng.uniform(300, 3_000, count), "m"),
        "temperature": (rng.uniform(30, 150, count), "degC"),
        "circulation": (rng.uniform(3, 6, count), "h"),
        "shut_in": (rng.uniform(6, 30, count), "h"),
        "heat_flow": (rng.uniform(40, 110, count), "mW m-2"),
        "convective_residual": (rng.uniform(-20, 300, count), "mW m-2"),
        "standard_deviation": (rng.uniform(3, 15, count), "mW m-2"),
    }
    rows = {name: values for name, (values, _) in columns.items()}
    texts = {
        "measurement": ["BHT", "log"] * (count // 2),
        "flags": ["", "one depth"] * (count // 2),
    }
    frame = gpd.GeoDataFrame({**rows, **texts}, geometry=places)
    return with_marks(frame, {name: unit for name, (_, unit) in columns.items()})


def polygons(grid: GeoBox) -> gpd.GeoDataFrame:
    """Two areas inside the grid."""
    west, south, east, north = grid.boundingbox.bbox
    width, height = east - west, north - south
    areas = [
        shapely.box(west + a * width, south + a * height, west + b * width, south + b * height)
        for a, b in ((0.2, 0.45), (0.6, 0.7))
    ]
    fine = shapely.segmentize(areas, width / 50)
    columns = {"code": [1, 2], "region": ["Bay", "Ocean"], "kind": ["enclosed", "ocean"]}
    return with_marks(gpd.GeoDataFrame(columns, geometry=fine, crs=grid.crs).to_crs(4326), {})


def lines(grid: GeoBox) -> gpd.GeoDataFrame:
    """Traces of faults on the grid: some cross, all are in the columns that functions ask for."""
    rng = np.random.default_rng(2)
    west, south, east, north = grid.boundingbox.bbox
    begin, end = rng.uniform((west, south), (east, north), (2, 12, 2))
    traces = shapely.linestrings(np.stack([begin, (2 * begin + end) / 3, end], axis=1))
    columns = {"dip": [60.0, 45.0, np.nan] * 4, "slip_tendency": np.linspace(0.1, 0.9, 12)}
    places = gpd.GeoSeries(traces, crs=grid.crs).to_crs(4326)
    return with_marks(gpd.GeoDataFrame(columns, geometry=places), {"slip_tendency": "1"})


def with_marks(frame: Any, columns: dict[str, str]) -> Any:
    marks = {"status": "measured", "source": "test", "vintage": "2024", "label_leak": False}
    frame.attrs.update(marks, columns=columns)
    return frame


def classes() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "class": [1, 2, 3, 4],
            "heat_flow": [45.0, 60.0, 75.0, 90.0],
            "standard_deviation": [10.0, 12.0, 20.0, 30.0],
            "magnitude": [5.0, 5.5, 6.0, 6.5],
            "first_year": [2005, 2003, 2001, 2001],
        }
    )
    units = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2", "magnitude": "1"}
    return with_marks(table, units)


def value_for(call: Callable[..., Any], argument: Argument, grid: GeoBox) -> Any:
    """A value that fits an argument."""
    key = key_of(call, argument.name)
    hint = next(leaves(argument.hint))
    if hint.kind == "grid":
        return grid
    if hint.kind == "layer" and argument.required:
        kind = LAYER_KINDS.get(key, "continuous")
        count = 2 if "list[" in str(argument.hint) else 1
        layers = [
            random_layer(grid, kind, hint.unit or OPEN_UNITS[kind], seed) for seed in range(count)
        ]
        return layers if count == 2 else layers[0]
    if hint.kind == "monthly":
        unit = hint.unit or OPEN_UNITS["continuous"]
        return as_monthly([random_layer(grid, "continuous", unit, seed) for seed in range(12)])
    if hint.kind == "features":
        if key in WELLS:
            return wells(grid)
        features = (lines if key in LINES else polygons if key in POLYGONS else points)(grid)
        return [features, features] if "list[" in str(argument.hint) else features
    if hint.kind == "table":
        return classes()
    return VALUES.get(key, 1.0 if argument.required else argument.default)


def arguments(call: Callable[..., Any], grid: GeoBox) -> dict[str, Any]:
    return {each.name: value_for(call, each, grid) for each in specification(call).arguments}


def layers_in(given: dict[str, Any]) -> list[tuple[str, int | None]]:
    """Places of the layers among the arguments: name, and position in a list."""
    found: list[tuple[str, int | None]] = []
    for name, value in given.items():
        if isinstance(value, xr.DataArray):
            found.append((name, None))
        elif isinstance(value, list) and isinstance(value[0], xr.DataArray):
            found += [(name, position) for position in range(len(value))]
    return found


def changed(
    given: dict[str, Any], place: tuple[str, int | None], change: Callable[[Any], Any]
) -> dict[str, Any]:
    """The arguments with one layer changed."""
    name, position = place
    if position is None:
        return {**given, name: change(given[name])}
    items = list(given[name])
    items[position] = change(items[position])
    return {**given, name: items}


def every_layer(given: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    for place in layers_in(given):
        given = changed(given, place, change)
    return given


def outputs(call: Callable[..., Any], given: dict[str, Any]) -> list[tuple[Leaf, Any]]:
    """What a function returns, each with the part of the signature that tells of it.

    Records are left out: figures have no attributes, and the run keeps their marks.
    """
    result, spec = call(**given), specification(call)
    if spec.outputs[0].name == "":
        return [(spec.outputs[0].leaf, result)]
    told = [each for each in spec.outputs if each.leaf.kind != "record"]
    return [(each.leaf, getattr(result, each.name)) for each in told]


def output_layers(call: Callable[..., Any], given: dict[str, Any]) -> Iterator[xr.DataArray]:
    return (value for hint, value in outputs(call, given) if hint.kind in GRIDDED_KINDS)
