"""Mistakes of pipeline files and of calls."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from siting import frames, grid
from siting.check import check_file
from siting.columns import layer_columns
from siting.layers import combine
from siting.pipeline.require import Bounds
from siting.run import Outcome, run_plan
from siting.run.judgement import gates, refused
from tests.corpus.harness import raster

from .made import Maker, example

PIPELINE = """\
siting: 1
name: Heat near faults
grid: {crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -118, 40]}
sources:
  heat: {file: heat.tif, units: mW m-2}
  faults: {file: faults.geojson}
layers:
  fault_distance: {distance.distance_to: {features: faults}}
  hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 120 mW m-2}}
  near_fault: {combine.nearness: {distance: fault_distance, half_distance: 20 km}}
scoring:
  score: {overlay.weighted: {layers: {hot: 2, near_fault: 1}}}
outputs: [score.tif]
"""
FAULTS = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry":'
    ' {"type": "LineString", "coordinates": [[-119, 38], [-119, 40]]}}]}'
)


def world(folder: Path, text: str = PIPELINE) -> Path:
    """Write the small world of the examples and its pipeline; the path of the latter."""
    raster(folder / "heat.tif", nodata=-9999)
    (folder / "faults.geojson").write_text(FAULTS)
    path = folder / "geothermal.yaml"
    path.write_text(text)
    return path


def edited(old: str, new: str, text: str = PIPELINE) -> Maker:
    """Check the pipeline with one piece of it replaced."""
    assert text.count(old) == 1, old

    def check(folder: Path) -> None:
        check_file(world(folder, text.replace(old, new)))

    return check


def written(content: bytes) -> Maker:
    """Check a pipeline file of these bytes."""

    def check(folder: Path) -> None:
        path = folder / "geothermal.yaml"
        path.write_bytes(content)
        check_file(path)

    return check


EDITS = {
    "CALL_INVALID": ("{distance.distance_to: {features: faults}}", "distance.distance_to"),
    "CONFIG_DUPLICATE_KEY": ("  faults: {", "  heat: {"),
    "CONFIG_MISSING_KEY": (", half_distance: 20 km", ""),
    "CONFIG_REFERENCE": ("{layer: heat,", "{layer: heet,"),
    "CONFIG_SYNTAX": ("hot: 2, near_fault: 1}}}", "hot: 2, near_fault: 1}}"),
    "CONFIG_TOO_COMPLEX": ("  heat: {file", "  heat: &h {file"),
    "CONFIG_TYPE": ("outputs: [score.tif]", "outputs: score.tif"),
    "CONFIG_UNKNOWN_KEY": ("half_distance", "half_distnce"),
    "CONFIG_VALUE": ("half_distance: 20 km", "half_distance: -20 km"),
    "CONFIG_VERSION": ("siting: 1\n", "%YAML 1.1\n---\nsiting: 1\n"),
    "CONFIG_DOCUMENTS": ("outputs: [score.tif]", "outputs: [score.tif]\n---\nname: another"),
    "CYCLE": ("{features: faults}", "{features: faults, within: near_fault}"),
    "FUNCTION_UNKNOWN": ("combine.rescale", "combine.scale"),
    "GRID_BOUNDS": ("[-120, 38, -118, 40]", "[-118, 38, -120, 40]"),
    "GRID_CRS": ("EPSG:4326", "EPSG:4978"),
    "GRID_DISTORTED": (
        "crs: EPSG:4326, resolution: 0.1 degree",
        "crs: EPSG:3857, resolution: 1 km",
    ),
    "GRID_RESOLUTION": ("0.1 degree", "0 degree"),
    "GRID_SIZE": (
        "EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -118, 40]",
        "EPSG:6933, resolution: 10 m",
    ),
    "NAME_INVALID": ("  near_fault: {", "  near-fault: {"),
    "PATH_OUTSIDE_OUTPUT": ("[score.tif]", "[../score.tif]"),
    "OUTPUT_UNKNOWN": ("[score.tif]", "[skore.tif]"),
    "QUANTITY_INVALID": ("resolution: 0.1 degree", "resolution: fine"),
    "SOURCE_UNKNOWN": ("{file: faults.geojson}", "{source: volcanos}"),
    "UNITS_INCOMPATIBLE": ("distance: fault_distance", "distance: heat"),
    "UNITS_UNKNOWN": ("0.1 degree", "0.1 degres"),
}
LEARNED = PIPELINE.replace(
    "outputs:",
    "  learned:\n    learned.classifier:\n      features: [hot, near_fault]\n      labels: wells\n"
    "      model: {MODEL}\noutputs:",
).replace("sources:\n", "sources:\n  wells: {file: wells.csv, label_leak: true}\n")
MODELS = {
    "ESTIMATOR_INVALID": "{sklearn.linear_model.LogisticRegression: C}",
    "ESTIMATOR_PARAMETER": "{sklearn.linear_model.LogisticRegression: {c: 0.1}}",
    "ESTIMATOR_REFUSED": "{sklearn.preprocessing.FunctionTransformer: {func: numpy.log}}",
    "ESTIMATOR_UNKNOWN": "{sklearn.ensemble.RandomForest: {}}",
}


def _learned(model: str, old: str = "", new: str = "") -> Maker:
    def check(folder: Path) -> None:
        (folder / "wells.csv").write_text("site_id,lon,lat\n001,-119,39\n002,-118.5,38.5\n")
        text = LEARNED.replace("{MODEL}", model)
        assert old in text
        check_file(world(folder, text.replace(old, new)))

    return check


for _code, _edit in EDITS.items():
    if _edit:
        example(_code)(edited(*_edit))
for _code, _model in MODELS.items():
    example(_code)(_learned(_model))
example("LABEL_LEAK")(
    _learned(
        "{sklearn.linear_model.LogisticRegression: {}}",
        "heat: {file: heat.tif,", "heat: {file: heat.tif, label_leak: true,",
    )
)  # fmt: skip
example("CONFIG_EMPTY")(written(b"# nothing yet\n"))
example("CONFIG_ENCODING")(written("name: Thermalfeld Süd\n".encode("cp1252")))


@example("KIND_WRONG")
def _(folder: Path) -> None:
    edited("{features: faults}", "{features: heat}")(folder)


@example("PIPELINE_INVALID")
def _(folder: Path) -> None:
    from siting.errors import PipelineInvalidError, SitingError

    try:
        edited("{layer: heat,", "{layer: heet,")(folder)
    except PipelineInvalidError as error:
        raise SitingError(error.code, error.message) from None


@example("FORMAT_UNKNOWN")
def _(folder: Path) -> None:
    (folder / "heat.asc").write_text("ncols 20")
    edited("file: heat.tif", "file: heat.asc")(folder)


@example("STRICT")
def _(folder: Path) -> None:
    path = world(folder)
    raster(folder / "heat.tif", np.full((20, 20), 64.0, dtype="float32"))
    run_plan(check_file(path), folder / "out", strict=True)


@example("ARGUMENTS_INVALID")
def _(folder: Path) -> None:
    combine.rescale(xr.DataArray(), 0.0)  # type: ignore[call-arg]


def ran(folder: Path, *changes: tuple[str, str]) -> Outcome:
    """Run the pipeline with pieces of it replaced."""
    text = PIPELINE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return run_plan(check_file(world(folder, text)), folder / "out")


@example("VALUE_INVALID")
def _(folder: Path) -> None:
    ran(folder, ("low: 40 mW", "low: 120 mW"))


@example("RADIUS_SMALL")
def _(folder: Path) -> None:
    rough = "layers:\n  rough: {terrain.roughness: {elevation: heat, radius: 500 m}}"
    ran(folder, ("mW m-2", "m"), ("\nlayers:", f"\n{rough}"), ("[score.tif]", "[rough.tif]"))


@example("CRITERION_RANGE")
def _(folder: Path) -> None:
    ran(folder, ("mW m-2", "'1'"), ("40 '1'", "40"), ("120 '1'", "120"), ("{hot: 2", "{heat: 2"))


@example("COLUMN_TAKEN")
def _(folder: Path) -> None:
    layer_columns({"rank": xr.DataArray()})


@example("GRID_MISMATCH")
def _(folder: Path) -> None:
    box = grid.make_grid("EPSG:6933", 1000.0, (0.0, 0.0, 4000.0, 4000.0))
    grid.as_layer(np.zeros((4, 5)), box)


@example("UNITS_MISSING")
def _(folder: Path) -> None:
    ran(
        folder,
        (", units: mW m-2", ""),
        ("{combine.rescale: {layer: heat, low: 40 mW m-2, high: 120 mW m-2}}",
         "{terrain.slope: {elevation: heat}}"),
        ("{hot: 2, near_fault: 1}", "{near_fault: 1}"),
    )  # fmt: skip


@example("VALUE_UNKNOWN")
def _(folder: Path) -> None:
    calderas = pd.DataFrame({"verified": ["yes", "no"]})
    frames.is_among(calderas, "verified", ["true"], "selection.among")


def candidates(more: str, section: str = "") -> Maker:
    """Run the pipeline with candidates and a further argument of theirs."""
    asked = f"{section}candidates: {{rank_by: score, {more}count: 10}}\noutputs:"
    return lambda folder: ran(folder, ("outputs:", asked))


example("THRESHOLD_MISSING")(candidates("dissimilarity: near_fault, "))
example("CANDIDATES_FEWER")(candidates("spacing: 100 km, "))
example("CANDIDATES_NONE")(
    candidates("", "exclusions: {cold: {below: {layer: heat, threshold: 900 mW m-2}}}\n")
)


example("CANDIDATES_TIED")(
    lambda folder: ran(
        folder,
        ("outputs:", "candidates: {rank_by: warm, count: 10}\noutputs:"),
        ("scoring:", "  warm: {combine.above: {layer: heat, threshold: 1 mW m-2}}\nscoring:"),
    )
)


@example("CHECKSUM_MISMATCH")
def _(folder: Path) -> None:
    ran(folder, ("heat.tif, units: mW m-2", f"heat.tif, units: mW m-2, sha256: {'3b' * 32}"))


for _code, _file in {
    "FILE_MISSING": "heat_flow.tif",
    "PATH_OUTSIDE_DATA": "../survey/heat.tif",
    "REMOTE_NOT_ALLOWED": "https://example.org/heat.tif",
}.items():
    example(_code)(edited("file: heat.tif", f"file: {_file}"))


@example("ACCEPT_UNUSED")
def _(folder: Path) -> Outcome:
    return ran(folder, ("outputs:", "accept: {LAYER_CONSTANT: one geological unit}\noutputs:"))


@example("FIGURE_UNKNOWN")
def _(folder: Path) -> None:
    judged({"skill.auk": 0.7})


@example("QUALITY_REFUSED")
def _(folder: Path) -> None:
    error = refused(judged({"skill.auc": 0.7}))
    assert error
    raise error


def judged(require: dict[str, float]) -> list[dict[str, Any]]:
    """Gates of a run whose skill is an AUC of 0.61."""
    wanted = {figure: Bounds(at_least=least) for figure, least in require.items()}
    return gates(SimpleNamespace(require=wanted), {"skill": {"auc": 0.61, "aupr": 0.2}})[0]
