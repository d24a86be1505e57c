"""What the scripts do of each pipeline, what they leave out, and how near their layers come."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PIPELINES = Path(__file__).parents[2] / "pipelines"
TABLES = ("candidates.csv", "candidates.gpkg", "candidates.parquet", "candidates.geojson")
ALWAYS = "checks of inputs and layers, provenance, a store that resumes, area of each exclusion"


class Near(NamedTuple):
    """How near a layer of the script has to come: in nearly all cells, in how many."""

    within: float  # of the layer's own unit
    share: float = 0.999  # of the cells that both have


class Steps(NamedTuple):
    """The work of one pipeline that both do.

    Attributes
    ----------
    cells : tuple
        Resolutions for siting and for the script, fine and for tests.
    dropped : tuple of str
        Paths in the pipeline file that are taken out, ``scoring.skill``.
    left_out : str
        What of the pipeline only siting does, in words.
    score : str
        The layer that is ranked by, its raster among the outputs.
    layers : mapping
        Layers that are compared cell by cell.
    alike : mapping
        Layers that are compared by rank alone, since chance or method differs: least Spearman
        correlation. The dissimilarity is weighted by how much shuffling a feature hurts, of
        which chance is a large part where one feature tells nearly all.
    spacing : float
        Least distance between two candidates [m]. One other cell at the top moves all that
        follow, so that candidates count as shared up to this distance.
    top : float
        Least share of the candidates that both choose; nan where scores tie or are chance.
    changed : mapping
        Paths in the pipeline file that get another value.
    needs_cache : bool
        Whether the pipeline reads files that are not embedded.
    """

    cells: tuple[tuple[str, str], tuple[str, str]]
    dropped: tuple[str, ...]
    left_out: str
    score: str
    layers: Mapping[str, Near]
    alike: Mapping[str, float]
    spacing: float = 50_000.0
    top: float = 0.9
    changed: Mapping[str, Any] = {}
    needs_cache: bool = False


SKILL = "skill with intervals, baselines, strata and self-test for leakage"
LEARNED = "threshold of the dissimilarity; why each candidate scores, and fields like it"
WORLD = (("10 km", "10000"), ("50 km", "50000"))
RASTERS = {
    "elevation": Near(5.0, 0.99), "moho": Near(100.0), "lab": Near(100.0), "regime": Near(0, 0.99),
}  # fmt: skip
SCRIPTS = {
    "geothermal": Steps(
        WORLD,
        ("scoring.skill", "layers.far_from_volcano", "layers.great_basin"),
        f"{SKILL}; {LEARNED}; report; KMZ",
        "score",
        {
            "volcano_distance": Near(0.1), "caldera_distance": Near(0.1),
            "extension_distance": Near(0.1), "seismicity_distance": Near(0.1),
            "temperature_3km": Near(0.01, 0.99), "slope": Near(0.5, 0.9),
            "score": Near(0.003, 0.99),
        },
        {"learned": 0.97, "learned.spread": 0.8, "learned.dissimilarity": 0.5},
    ),
    "copper": Steps(
        WORLD,
        ("scoring.skill", "layers.far_from_arc", "layers.southwest_america"),
        f"{SKILL}; {LEARNED}; report; KMZ",
        "score",
        {
            "arc_distance": Near(0.1), "volcano_distance": Near(0.1), "thrust_distance": Near(0.1),
            "relief": Near(200.0, 0.9), "score": Near(0.01, 0.98),
        },
        {"learned": 0.97, "learned.spread": 0.8, "learned.dissimilarity": 0.5},
    ),
    "hydrogen": Steps(
        WORLD,
        ("scoring",),
        "what is said of a ranking that nothing tests; report; KMZ",
        "chance",
        {
            "temperature_7km": Near(0.01, 0.99), "seismicity_distance": Near(0.1),
            "serpentinisation": Near(1e-5, 0.99), "relief": Near(200.0, 0.9),
            "chance": Near(0.01, 0.98),
        },
        {"chance": 0.99},
        spacing=100_000,
    ),
    "egs": Steps(
        (("25 km", "25000"), ("100 km", "100000")),
        ("economics", "sources.costs"),
        "wells with their power, cost, ranges and chance of success; report",
        "at_5km",
        {
            "at_5km": Near(0.01, 0.99), "at_5km.sd": Near(0.01, 0.99),
            "to_200": Near(0.5, 0.99), "to_400": Near(0.5, 0.99), "slope": Near(0.05, 0.98),
        },
        {},
        spacing=100_000,
        top=math.nan,  # cells of one class tie
        changed={"candidates.rank_by": "at_5km", "candidates.order": "highest"},
    ),
    "great_basin": Steps(
        (("2 km", "2000"), ("4 km", "4000")),
        (
            "economics", "sources.costs", "scoring.cells_judged", "scoring.map_judged",
            "scoring.before", "scoring.curve", "scoring.p", "layers.fault_ends",
            "layers.fault_steps", "layers.fault_end_density", "layers.fault_step_density",
            "layers.reservoir",
        ),
        "ends and steps of faults, models judged in held-out blocks, calibrated probabilities, "
        f"wells; {LEARNED}; report",
        "learned",
        {
            "slope": Near(0.3, 0.9), "low_within_10km": Near(15.0, 0.9),
            "low_within_100km": Near(15.0, 0.7), "fault_distance": Near(1.0, 0.99),
            "extension_distance": Near(0.2), "seismicity_distance": Near(0.2),
            "volcano_distance": Near(0.2),
        },
        {"fault_density": 0.99, "learned": 0.9, "learned.dissimilarity": 0.5},
        spacing=10_000,
        top=math.nan,  # chance chooses the trees
        changed={
            "scoring.learned.features": [
                "slope", "low_within_10km", "low_within_30km", "low_within_100km",
                "fault_distance", "fault_density", "extension_distance", "seismicity_distance",
                "volcano_distance", "lab", "moho", "asthenosphere_vs",
            ],
        },
        needs_cache=True,
    ),
    "offshore_compute": Steps(
        (("1 degree", "1"), ("2 degree", "2")),
        (
            "simulation", "scoring.cost", "scoring.ideal.criteria.port_distance",
            "layers.pue", "layers.zone", "layers.port_distance", "layers.energetic",
            "sources.ports", "sources.wind", "sources.donor", "sources.device", "sources.costs",
            "candidates.simulator",
        ),
        "the simulation of hours, cost and surrogate; ways over water; cooling; zones; cards of "
        "sites; report; KMZ",
        "ideal",
        {
            "wave_power": Near(0.5, 0.99), "height_lowest": Near(0.02, 0.99),
            "lane_distance": Near(60.0, 0.98), "ideal": Near(0.01, 0.98),
        },
        {"ideal.acceptability": 0.9},
        spacing=300_000,
        changed={"candidates.rank_by": "ideal", "candidates.order": "highest"},
    ),
}  # fmt: skip


def reduced(name: str, extra: tuple[str, ...] = ()) -> str:
    """The pipeline file with those steps alone that its script does too, as YAML.

    Parameters
    ----------
    name : str
        A pipeline that has a script.
    extra : tuple of str
        Layers whose rasters are outputs too.
    """
    steps = SCRIPTS[name]
    file: Any = yaml.safe_load((PIPELINES / f"{name}.yaml").read_text(encoding="utf-8"))
    for path in steps.dropped:
        section, key = _place(file, path)
        del section[key]
    for path, value in steps.changed.items():
        section, key = _place(file, path)
        section[key] = value
    rasters = dict.fromkeys(f"{each}.tif" for each in (steps.score, *extra))
    file["outputs"] = ["map.html", *TABLES, *rasters]
    return str(yaml.safe_dump(file, sort_keys=False, width=100))


def _place(file: Any, path: str) -> tuple[Any, str]:
    """The mapping that a dotted path leads to, through the one call of a step; its last word."""
    *sections, key = path.split(".")
    for each in sections:
        file = (file if each in file else next(iter(file.values())))[each]
    return (file, key) if key in file else (next(iter(file.values())), key)
