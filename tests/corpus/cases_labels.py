"""Labels: what they say, where they lie on the grid, and what they contradict."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from .harness import Corpus, Result, field_of, raster
from .places import (
    LABELLED,
    features,
    known_names,
    labelled,
    learned_east,
    learning,
    ranking,
    with_labels,
)

corpus = Corpus()
case = corpus.case

TRUTH = [row[4] for row in LABELLED]


def labels(id: str, expect: str, code: str | None, why: str, text: str, **options: Any) -> None:
    """A case that learns from a table of labels."""
    holds = learned_east if expect in {"accept", "handle"} else None

    @case(f"l_{id}", kind="labels", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        (folder / "sites.csv").write_text(text, encoding="utf-8")
        return learning(folder, **options)


def moved(places: Sequence[tuple[float, float]]) -> str:
    """The labelled sites with the last ones at other places."""
    kept = LABELLED[: len(LABELLED) - len(places)]
    rest = [
        (*row[:2], *place, row[4])
        for row, place in zip(LABELLED[-len(places) :], places, strict=True)
    ]
    return labelled([*kept, *rest])


# --- words ----------------------------------------------------------------------------------------
labels("good", "accept", None, "labels as they should be", labelled())
WORDS: dict[str, tuple[Any, Any]] = {
    "yes": ("no", "Yes"), "true": ("FALSE", "TRUE"), "float": ("0.0", "1.0"),
    "positive": ("negative", "positive"), "present": ("absent", "Present"), "blanks": ("0 ", " 1 "),
}  # fmt: skip
for _name, _words in WORDS.items():
    labels(f"as_{_name}", "accept", None, f"labels as {_words}",
           with_labels([_words[label] for label in TRUTH]))  # fmt: skip
labels("minus_one", "error", "VALUE_INVALID", "-1 may be absence or not known",
       with_labels([2 * label - 1 for label in TRUTH]))  # fmt: skip
labels("three", "error", "VALUE_INVALID", "a third class", with_labels([*TRUTH[:-1], 2]))
labels("share", "error", "VALUE_INVALID", "a share", with_labels([*TRUTH[:-1], 0.7]))
labels("remark", "error", "VALUE_INVALID", "a remark", with_labels([*TRUTH[:-1], "maybe"]))
labels("nodata", "error", "VALUE_INVALID", "-999 for not known", with_labels([*TRUTH[:-1], -999]))
labels("infinite", "error", "VALUE_INVALID", "infinity", with_labels([*TRUTH[:-1], "inf"]))
labels("unknown", "warn", "LABELS_UNKNOWN", "two without a label",
       with_labels(["", *TRUTH[1:-1], "NA"]))  # fmt: skip
labels("none", "error", "TOO_FEW_POSITIVES", "no label at all", with_labels([""] * 12))
labels("absent", "error", "COLUMN_UNKNOWN", "no such column", labelled(),
       options="target: presence, background: 100")  # fmt: skip
labels("assumed", "handle", "TARGET_ASSUMED", "absences that nobody named are no fields",
       labelled(), options="background: 100")  # fmt: skip
labels("presences", "accept", None, "presences alone against the background",
       labelled(LABELLED[6:]), options="background: 100")  # fmt: skip
labels("own_absences", "accept", None, "absences of one's own, no background", labelled(),
       options="target: label, background: 0")  # fmt: skip
labels("verified", "accept", None, "unverified rows are left out", labelled(
       [(*row, "yes") for row in LABELLED] + [("x", "X", -119.9, 39.9, 1, "unverified")],
       "site_id,name,lon,lat,label,verified"))  # fmt: skip
labels("groups_missing", "accept", None, "sites of no system are systems of their own", labelled(
       [(*row, "a" if i == 7 else "") for i, row in enumerate(LABELLED)],
       "site_id,name,lon,lat,label,field"),
       options="target: label, group: field, background: 100")  # fmt: skip

# --- how many -------------------------------------------------------------------------------------
labels("one_positive", "error", "TOO_FEW_POSITIVES", "a single field",
       with_labels([1, *[0] * 11]))  # fmt: skip
labels("one_class", "error", "TOO_FEW_POSITIVES", "fields only, though absences are named",
       with_labels([1] * 12))  # fmt: skip
labels("all_negative", "error", "TOO_FEW_POSITIVES", "absences only", with_labels([0] * 12))
labels("one_cell", "error", "TOO_FEW_POSITIVES", "all fields in one cell", labelled(
       [(f"s{i}", "n", -119.04 + i / 1000, 39.03, 1) for i in range(6)]),
       options="background: 100")  # fmt: skip
labels("imbalance", "accept", None, "three fields among many absences", labelled(
       [*LABELLED[:6], *LABELLED[-3:], *((f"a{i}", "n", -119.931 + i % 10 / 10,
       38.03 + i // 10 / 10, 0) for i in range(60))]),
       options="target: label, background: 0")  # fmt: skip

# --- where ----------------------------------------------------------------------------------------
labels("outside", "error", "SITES_OUTSIDE", "all on another continent", labelled(
       [(*row[:2], row[2] + 130, row[3] + 11, row[4]) for row in LABELLED]))  # fmt: skip
labels("some_outside", "warn", "SITES_OUTSIDE", "one by a hair, one far away",
       moved([(-117.9999, 39.0), (20.0, 0.5)]))  # fmt: skip
labels("swapped_unseen", "error", "LATLON_SWAPPED", "swapped where both are latitudes", labelled(
       [(*row[:2], row[3] - 20, row[2] + 120, row[4]) for row in LABELLED]),
       grid="{crs: EPSG:4326, resolution: 0.1 degree, bounds: [0, 18, 2, 20]}",
       heat={"bounds": (0, 18, 2, 20)})  # fmt: skip
labels("mirrored", "error", "SITES_OUTSIDE", "west as positive", labelled(
       [(*row[:2], -row[2], row[3], row[4]) for row in LABELLED]))  # fmt: skip
labels("some_mirrored", "warn", "SITES_OUTSIDE", "two without their minus",
       moved([(118.3, 38.3), (118.2, 39.2)]))  # fmt: skip
labels("conflict", "error", "LABEL_CONFLICT", "one place with both labels", labelled(
       [*LABELLED, ("a", "A", -119.0, 39.0, 0), ("b", "B", -119.0, 39.0, 1)]))  # fmt: skip
labels("conflict_rounding", "error", "LABEL_CONFLICT", "one place, but for rounding", labelled(
       [*LABELLED, ("a", "A", -119.0, 39.0, 0), ("b", "B", -119.0000004, 39.0, 1)]))  # fmt: skip
labels("conflict_cell", "warn", "LABEL_CONFLICT", "one cell with both labels", labelled(
       [*LABELLED, ("a", "A", -118.03, 39.02, 0), ("b", "B", -118.05, 39.03, 1)]))  # fmt: skip
labels("agreeing_cell", "accept", None, "one cell with two fields", labelled(
       [*LABELLED, ("a", "A", -118.03, 39.02, 1), ("b", "B", -118.05, 39.03, 1)]))  # fmt: skip
labels("rounded", "warn", "COORD_ROUNDED", "steps of half a degree on cells of a tenth", labelled(
       [(f"s{i}", "n", -119.5 + i % 3 / 2, 38.5 + i // 3 / 2, int(i % 3 == 2)) for i in range(9)]),
       options="target: label, background: 100")  # fmt: skip


# --- the sea, and layers with gaps ----------------------------------------------------------------
@case("l_sea", kind="labels", expect="warn", code="SITES_OUTSIDE", why="labels in the sea")
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text(labelled())
    land = "land: {region.box: {west: -119.6, south: 37, east: -117, north: 41}}"
    return learning(folder, layers=land) + "domain: land\n"


@case("l_gap", kind="labels", expect="warn", code="SITES_WITHOUT_VALUES",
      why="a label where the layer has no value")  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text(labelled())
    text = learning(folder)
    cells = field_of()
    _, _, lon, lat, _ = LABELLED[-1]
    cells[int((40 - lat) * 10), int((lon + 120) * 10)] = -9999
    raster(folder / "heat.tif", cells, nodata=-9999)
    return text


@case("l_leak", kind="labels", expect="warn", code="FEATURE_LEAK",
      why="a feature that is the distance to the labels")  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text(labelled(LABELLED[6:]))
    return learning(folder, options="background: 100", features="near",
                    layers="near: {distance.distance_to: {features: sites}}")  # fmt: skip


@case("l_leak_marked", kind="labels", expect="error", code="LABEL_LEAK",
      why="a feature marked as made by knowing the labels")  # fmt: skip
def _(folder: Path) -> str:
    (folder / "sites.csv").write_text(labelled(LABELLED[6:]))
    return learning(folder, "{file: sites.csv, label_leak: true}", "background: 100",
                    "near: {distance.distance_to: {features: sites}}", "near")  # fmt: skip


@case("l_polygons", kind="labels", expect="accept", why="leases as labels", holds=learned_east)
def _(folder: Path) -> str:
    outlines = [shapely.box(lon, lat, lon + 0.1, lat + 0.1) for _, _, lon, lat, _ in LABELLED]
    leases = features(outlines, label=TRUTH)
    leases.to_file(folder / "sites.gpkg")
    return learning(folder, "{file: sites.gpkg}")


@case("l_lines", kind="labels", expect="error", code="GEOMETRY_MIXED", why="lines as labels")
def _(folder: Path) -> str:
    lines = [shapely.LineString([(lon, lat), (lon + 0.1, lat)]) for _, _, lon, lat, _ in LABELLED]
    features(lines, label=TRUTH).to_file(folder / "sites.gpkg")
    return learning(folder, "{file: sites.gpkg}")


@case("l_geopackage", kind="labels", expect="accept", why="labels of a GeoPackage",
      holds=learned_east)  # fmt: skip
def _(folder: Path) -> str:
    points = features([shapely.Point(row[2:4]) for row in LABELLED], label=TRUTH)
    points.to_file(folder / "sites.gpkg")
    return learning(folder, "{file: sites.gpkg}")


# --- quantities -----------------------------------------------------------------------------------
def temperatures(folder: Path, cells: Sequence[Any], name: str = "t", unit: str = "degC") -> str:
    """A pipeline that learns temperatures at the sites."""
    rows = [(*row[:4], cell) for row, cell in zip(LABELLED, cells, strict=True)]
    (folder / "sites.csv").write_text(labelled(rows, f"site_id,name,lon,lat,{name}"))
    columns = f", columns: {{'{name}': {unit}}}" if unit else ""
    text = learning(folder, f"{{file: sites.csv{columns}}}", f"target: '{name}'")
    return text.replace("classifier", "regressor").replace(
        "linear_model.LogisticRegression", "linear_model.LinearRegression"
    )


# The layer is 40 + 2 column + 1.5 row; temperatures are 100 degC more.
KNOWN = [140.0 + 2 * int((row[2] + 120) * 10) + 1.5 * int((40 - row[3]) * 10) for row in LABELLED]


def learned_plane(result: Result) -> None:
    assert np.allclose(result.layer("learned"), field_of() + 100, atol=1e-3)


QUANTITIES: dict[str, tuple[str, str | None, list[Any], str, str]] = {
    "good": ("accept", None, KNOWN, "t", "degC"),
    "header": ("accept", None, KNOWN, "t [degC]", "degC"),
    "units_missing": ("error", "UNITS_MISSING", KNOWN, "t", ""),
    "units_header": ("error", "UNITS_CONFLICT", KNOWN, "BHT (°F)", "degC"),
    "units_suffix": ("error", "UNITS_CONFLICT", KNOWN, "temp_F", "degC"),
    "units_feet": ("error", "UNITS_CONFLICT", KNOWN, "depth [ft]", "m"),
    "nodata": ("error", "NODATA_UNDECLARED", [*KNOWN[:-1], -999], "t", "degC"),
    "nodata_9999": ("error", "NODATA_UNDECLARED", [-9999, *KNOWN[1:]], "t", "degC"),
    "text": ("error", "COLUMN_TEXT", [*KNOWN[:-1], "> 180"], "t", "degC"),
    "thousands": ("error", "COLUMN_TEXT", [*KNOWN[:-1], '"1,180"'], "t", "degC"),
    "date": ("error", "COLUMN_TEXT", [*KNOWN[:-1], "12-Mar"], "t", "degC"),
    "fahrenheit": ("warn", "RANGE_IMPLAUSIBLE", [3 * t for t in KNOWN], "BHT", "degC"),
    "boiling": ("warn", "RANGE_IMPLAUSIBLE", KNOWN, "spring_temperature", "degC"),
    "depth_negative": ("warn", "RANGE_IMPLAUSIBLE", [-t for t in KNOWN], "total_depth", "m"),
    "depth_beyond": ("warn", "RANGE_IMPLAUSIBLE", KNOWN, "well_depth", "km"),
    "depth_good": ("accept", None, KNOWN, "total_depth", "m"),
    "gap": ("warn", "LABELS_UNKNOWN", [*KNOWN[:-1], ""], "t", "degC"),
    "same": ("error", "TOO_FEW_POSITIVES", [140.0] * 12, "t", "degC"),
}


def quantities(
    id: str, expect: Any, code: str | None, cells: list[Any], name: str, unit: str
) -> None:
    """A case that learns temperatures, or would."""
    holds = learned_plane if expect == "accept" else None

    @case(f"q_{id}", kind="labels", expect=expect, code=code, why=f"{name}: {id}", holds=holds)
    def _(folder: Path) -> str:
        return temperatures(folder, cells, name, unit)


for _name, _case in QUANTITIES.items():
    quantities(_name, *_case)


# --- known fields of the candidates ---------------------------------------------------------------
def known(
    id: str, expect: str, code: str | None, why: str, text: str, *names: str, more: str = ""
) -> None:
    """A case that names the known field nearest to each candidate."""
    holds = known_names(*names) if names else None

    @case(f"k_{id}", kind="known", expect=expect, code=code, why=why, holds=holds)  # type: ignore[arg-type]
    def _(folder: Path) -> str:
        (folder / "sites.csv").write_text(text)
        return ranking(folder, more=more)


# The hottest cells are in the south-east.
NEAR = "site_id,lon,lat\na,-118.1,38.1\n"
known("good", "accept", None, "one field near, one far", NEAR + "b,-119.9,39.9\n", "a")
known("absences", "handle", "TARGET_ASSUMED", "an absence is no known field",
      "site_id,lon,lat,label\na,-118.1,38.1,0\nb,-119.9,39.9,1\n", "b")  # fmt: skip
known("conflict", "error", "LABEL_CONFLICT", "one place with both labels",
      "site_id,lon,lat,label\na,-118.1,38.1,0\nb,-118.1,38.1,1\n")  # fmt: skip
known("outside", "error", "SITES_OUTSIDE", "all on another continent",
      "site_id,lon,lat\na,10,50\nb,11,51\n")  # fmt: skip
known("some_outside", "warn", "SITES_OUTSIDE", "one of three far away",
      NEAR + "b,-119.9,39.9\nc,20,0.5\n", "a")  # fmt: skip
known("region", "accept", None, "a list of more than this region",
      NEAR + "b,10,50\nc,20,0.5\n", "a")  # fmt: skip
known("excluded", "warn", "KNOWN_EXCLUDED", "all known fields on excluded ground", NEAR,
      more="exclusions:\n  too_hot: {above: {layer: heat, threshold: 95 mW m-2}}")  # fmt: skip
