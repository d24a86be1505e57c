"""The files that a run can be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

MAP = "map.html"
REPORT = "report.html"
SITES = "sites.html"
ENDINGS = ("csv", "gpkg", "parquet", "geojson", "kmz")  # of candidates and of other features
TABLES = tuple(f"candidates.{ending}" for ending in ENDINGS)

# A fitted model, to be applied elsewhere; and what has to be known of it, as text.
MODEL, CARD = ".skops", ".card.json"


@dataclass(frozen=True)
class Problem:
    """Why a name cannot be written."""

    message: str
    wanted: str
    code: str = "OUTPUT_UNKNOWN"


def raster_layer(name: str, layers: list[str]) -> str | None:
    """The layer that an output such as ``score.tif`` asks for; a bare name means its first result.

    Examples
    --------
    >>> raster_layer("learned.tif", ["slope", "learned.score", "learned.spread"])
    'learned.score'
    """
    return _first(name.removesuffix(".tif"), layers) if name.endswith(".tif") else None


def saved_model(name: str, models: Sequence[str]) -> str | None:
    """The model that an output such as ``learned.skops`` or ``learned.card.json`` asks for.

    Examples
    --------
    >>> saved_model("learned.skops", ["learned.model"])
    'learned.model'
    """
    ending = next((each for each in (MODEL, CARD) if name.endswith(each)), None)
    return None if ending is None else _first(name.removesuffix(ending), models)


def saved_features(name: str, features: Sequence[str]) -> str | None:
    """The features that an output such as ``blocks.gpkg`` asks for.

    Examples
    --------
    >>> saved_features("blocks.gpkg", ["leases", "blocks"])
    'blocks'
    """
    stem, _, ending = name.rpartition(".")
    return _first(stem, features) if ending in ENDINGS else None


def _first(stem: str, names: Sequence[str]) -> str | None:
    return next((each for each in names if each == stem or each.startswith(f"{stem}.")), None)


def output_problem(
    name: str,
    layers: list[str],
    has_candidates: bool,
    has_simulator: bool = False,
    models: Sequence[str] = (),
    features: Sequence[str] = (),
) -> Problem | None:
    """What is wrong with an output's name; None where nothing is.

    Examples
    --------
    >>> output_problem("score.tif", ["score"], False) is None
    True
    >>> output_problem("scores.tif", ["score"], False).message
    "there is no layer 'scores'"
    >>> output_problem("sites.html", ["score"], True).message
    'the candidates have no `simulator` to make cards of sites'
    """
    if any(each in name for each in "/\\:") or name.startswith(("~", ".")):
        wanted = "a bare name; `siting run --out FOLDER` says where results go"
        return Problem("outputs go into the run's own folder", wanted, "PATH_OUTSIDE_OUTPUT")
    if any(each in name for each in "$%{}*?"):
        wanted = "the name as it is to be"
        return Problem("variables and patterns are not expanded", wanted, "CONFIG_VALUE")
    if name in TABLES and not has_candidates:
        return Problem("the pipeline has no `candidates:`", "write that section")
    if name == SITES and not has_simulator:
        message = "the candidates have no `simulator` to make cards of sites"
        return Problem(message, "`simulator` under `candidates:`")
    if name in (MAP, REPORT, SITES, *TABLES) or raster_layer(name, layers):
        return None
    if saved_features(name, features):
        return None
    if name.endswith((MODEL, CARD)):
        return None if saved_model(name, models) else _no_model(name, models)
    if name.endswith(".tif"):
        return Problem(f"there is no layer '{name.removesuffix('.tif')}'", ", ".join(layers))
    endings = ("LAYER.tif", f"MODEL{MODEL}", f"MODEL{CARD}")
    known = ", ".join((MAP, REPORT, SITES, *TABLES, *endings))
    return Problem("siting does not write such a file", known)


def _no_model(name: str, models: Sequence[str]) -> Problem:
    stem = name.removesuffix(MODEL).removesuffix(CARD)
    return Problem(f"there is no model '{stem}'", ", ".join(models) or "a score that is learned")
