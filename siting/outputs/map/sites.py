"""Places on the map: candidates, known fields and the coast, in columns of plain numbers."""

import base64
from collections.abc import Collection
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from siting import frames
from siting.columns import CONTRIBUTION, FIXED, column_name
from siting.kinds import Results
from siting.outputs.map.islands import island_text, rounded
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.map.placement import MERCATOR_LIMIT
from siting.outputs.names import SITES
from siting.outputs.simulated import BANDS, cards_wanted, class_names, cost_parts

OUTLINE_BYTES = 150_000  # of JSON
OUTLINE_STEPS = 100  # per degree: vertices are whole numbers of 0.01 degree
ROLES = {
    "rank": "rank",
    "site_id": "id",
    "longitude": "longitude",
    "latitude": "latitude",
    "cell_area": "area",
    "spread": "spread",
    "dissimilarity": "dissimilarity",
    "extrapolated": "extrapolated",
    "known_distance": "known_distance",
    "known_name": "known_name",
    "status": "status",
    "reasons": "reasons",
    "flags": "flags",
}


def candidates(results: Results) -> dict[str, Any] | None:
    """The candidates by columns, each with its label, unit, meaning and role; None without any."""
    frame = results.candidates
    if frame is None or frame.empty:
        return None
    notes = frame.attrs.get("columns", {})
    simulated = _simulated(results)
    # Simulated candidates are ranked by what was simulated, not by the guess that chose them.
    ranked = str(frame.attrs.get("simulated") or column_name(results.score))
    columns = []
    for name in frame.columns.drop(frame.geometry.name):
        note = notes.get(name, {})
        columns.append(
            {
                "name": str(name),
                "label": display_name(str(name)),
                "units": display_unit(str(note.get("units") or "1")),
                "description": str(note.get("description") or ""),
                "role": _role(str(name), ranked, simulated),
                "values": _values(frame[name]),
            }
        )
    longitude, latitude = _places(frame)
    return {
        "longitude": longitude,
        "latitude": latitude,
        "columns": columns,
        # What contributions add up to, where it is not what is ranked by.
        "explained": str(frame.attrs.get("explained") or ranked),
        "bands": [
            {"label": label, "low": low, "high": high}
            for label, low, high in BANDS
            if low in frame and high in frame
        ],
        "seas": _classes(frame, results),
        "cards": _cards(results),
    }


def _classes(frame: GeoDataFrame, results: Results) -> list[str]:
    """Names of the classes that each candidate lies in; empty without such layers."""
    if not any("categories" in layer.attrs for layer in results.layers.values()):
        return []
    return [", ".join(class_names(row, results)) for _, row in frame.iterrows()]


def _cards(results: Results) -> dict[str, dict[str, Any]]:
    """Parts of the cost of each site that has a card, and where its card stands."""
    linked = cards_wanted(results)
    return {
        str(card.get("site_id")): {
            "parts": [list(part) for part in cost_parts(card.get("waterfall") or {})],
            "link": f"{SITES}#{card.get('site_id')}" if linked else "",
        }
        for card in results.cards
    }


def _simulated(results: Results) -> set[str]:
    """Names of the columns that a simulator gave."""
    return {str(name) for card in results.cards[:1] for name in card.get("figures") or {}}


def _role(name: str, ranked: str, simulated: Collection[str]) -> str:
    if name == ranked:
        return "score"
    if name in simulated:
        return "simulated"
    if name.startswith(CONTRIBUTION):
        return "contribution"
    if name in FIXED and name.startswith("analogue_"):
        return "analogue"
    return ROLES.get(name, "value")


def _values(column: pd.Series) -> list[Any]:
    """Numbers with seven digits, booleans, or text; None where there is nothing."""
    if pd.api.types.is_bool_dtype(column):
        return [None if pd.isna(value) else bool(value) for value in column]
    if pd.api.types.is_integer_dtype(column):
        return [None if pd.isna(value) else int(value) for value in column]
    if pd.api.types.is_numeric_dtype(column):
        return [None if pd.isna(value) else rounded(float(value)) for value in column]
    return [None if pd.isna(value) else str(value) for value in column]


def _places(frame: GeoDataFrame) -> tuple[list[float], list[float]]:
    """Longitude and latitude of a point of each geometry, to 1e-5 degree."""
    points = frame.geometry.to_crs("EPSG:4326") if frame.crs else frame.geometry
    points = points.representative_point()
    return points.x.round(5).tolist(), points.y.round(5).tolist()


def _known_name(results: Results) -> str:
    """Name of the known fields: those of a record of skill, else `known`.

    Labels of a comparison or a calibration are samples, those of barren places among them.
    """
    records = [each for each in results.records.values() if not each.get("kind")]
    labels = (each.get("labels") for each in records)
    return str(next((each.get("name") for each in labels if each), "known"))


def known_frame(results: Results) -> GeoDataFrame | None:
    """The known fields that the skill was measured on, those with a place; None without."""
    frame = results.features.get(_known_name(results))
    if frame is None or frame.empty:
        return None
    return frame[~(frame.geometry.is_empty | frame.geometry.isna())]


def known_fields(results: Results) -> dict[str, Any] | None:
    """The known fields that the skill was measured on, with their attributes; None without."""
    frame = known_frame(results)
    if frame is None:
        return None
    notes = frame.attrs.get("columns", {})
    longitude, latitude = _places(frame)
    columns = [
        {
            "name": str(column),
            "label": display_name(str(column)),
            "units": display_unit(str(notes.get(column, {}).get("units") or "1")),
            "values": _values(frame[column]),
        }
        for column in frame.columns.drop(frame.geometry.name)
    ]
    return {
        "name": _known_name(results),
        "longitude": longitude,
        "latitude": latitude,
        "unverified": _unverified(frame),
        "columns": columns,
    }


def _unverified(frame: GeoDataFrame) -> list[bool]:
    """Which fields no source confirms: they took no part in the validation."""
    return [bool(each) for each in frames.unverified(frame)]


def outline(results: Results, bounds: tuple[float, float, float, float]) -> dict[str, Any] | None:
    """Rings of the land inside bounds, coarse enough for their share of the page; None without.

    Returns
    -------
    dict
        ``step`` [degree]; ``starts``: first longitude and latitude of each ring, in steps, and
        its count of moves; ``moves``: two signed bytes for each following vertex, in base64.
    """
    frame = results.features.get("outline")
    if frame is None or frame.empty:
        return None
    land = frame.geometry.to_crs("EPSG:4326") if frame.crs else frame.geometry
    shapes = shapely.get_parts(np.asarray(land))
    shapes = _clipped(shapes[shapely.get_dimensions(shapes) == 2], bounds)
    tolerance = 1 / OUTLINE_STEPS
    while True:
        rings = _rings(shapes, tolerance)
        starts = [[*map(int, ring[0]), len(ring) - 1] for ring in rings]
        moves = [np.diff(ring, axis=0).astype(np.int8).ravel() for ring in rings]
        text = base64.b64encode(b"".join(move.tobytes() for move in moves)).decode("ascii")
        if len(text) + len(island_text(starts)) <= OUTLINE_BYTES:
            return {"step": 1 / OUTLINE_STEPS, "starts": starts, "moves": text}
        tolerance *= 1.5


def _clipped(
    shapes: NDArray[np.object_], bounds: tuple[float, float, float, float]
) -> NDArray[np.object_]:
    """Polygons that meet the bounds, with a margin around them; all of them for the world."""
    west, south, east, north = bounds
    if east - west >= 350:
        box = (-180.0, -MERCATOR_LIMIT, 180.0, MERCATOR_LIMIT)
        return np.asarray(shapely.get_parts(shapely.clip_by_rect(shapes, *box)))
    margin = max(east - west, north - south) / 2
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        turned = shapely.transform(shapes, partial(np.add, [turn, 0.0]))
        box = (west - margin, south - margin, east + margin, north + margin)
        parts.append(shapely.get_parts(shapely.clip_by_rect(turned, *box)))
    return np.concatenate(parts)


def _rings(shapes: NDArray[np.object_], tolerance: float) -> list[NDArray[np.int64]]:
    """Rings of polygons, simplified, in whole steps; those smaller than the tolerance go."""
    polygons = shapes[shapely.get_dimensions(shapes) == 2]
    rings = []
    for ring in shapely.get_rings(shapely.simplify(polygons, tolerance)):
        vertices = np.rint(shapely.get_coordinates(ring) * OUTLINE_STEPS).astype(np.int64)
        if np.ptp(vertices, axis=0).max() > 2 * tolerance * OUTLINE_STEPS:
            rings.append(_in_short_moves(vertices))
    return rings


def _in_short_moves(vertices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Vertices with others between them, so that every move fits into a signed byte.

    Examples
    --------
    >>> _in_short_moves(np.array([[0, 0], [0, 0], [200, 10]])).tolist()
    [[0, 0], [100, 5], [200, 10]]
    """
    longest = np.abs(np.diff(vertices, axis=0)).max(axis=1)
    parts = np.ceil(longest / 127).astype(np.int64)
    share = np.concatenate([np.arange(1, count + 1) / count for count in parts if count])
    side = np.repeat(np.arange(len(parts)), parts)
    between = vertices[side] + share[:, None] * (vertices[side + 1] - vertices[side])
    return np.concatenate([vertices[:1], np.rint(between).astype(np.int64)])
