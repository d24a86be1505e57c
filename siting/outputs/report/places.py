"""Tables of places: the best candidates, and the area that exclusions take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from geopandas import GeoDataFrame

from siting import reduce
from siting.columns import column_name
from siting.grid import cell_area
from siting.kinds import Results
from siting.outputs.map.content import exclusion_rows, ground
from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.numbers import (
    NOTHING,
    finite,
    fixed_text,
    number_text,
    percent_text,
    place_text,
)
from siting.outputs.simulated import BANDS, COST, DOLLARS, class_names, dollars

TOP = 20  # candidates in the table


class Cell(NamedTuple):
    """Text in a table, and what stands below it in small."""

    text: str
    note: str = ""


class Column(NamedTuple):
    """A column of a table."""

    name: str
    unit: str
    is_number: bool
    cells: list[Cell]


@dataclass(frozen=True)
class CandidateTable:
    """The best candidates by columns, and how many there are in all."""

    columns: tuple[Column, ...]
    count: int

    @property
    def rows(self) -> list[list[tuple[Cell, bool]]]:
        """Cells row by row, each with whether it is a number."""
        parts = ([(cell, column.is_number) for cell in column.cells] for column in self.columns)
        return [list(row) for row in zip(*parts, strict=True)]


def candidate_table(results: Results) -> CandidateTable | None:
    """The best candidates with their place, score, trust, reasons and flags; None without any."""
    frame = results.candidates
    if frame is None or frame.empty:
        return None
    best = frame.head(TOP)
    columns = [
        _numbers(best, "rank", display_name("rank")),
        _sites(best, results),
        *(
            _simulated(best)
            or [_numbers(best, column_name(results.score), display_name(results.score))]
        ),
        *(_numbers(best, name, display_name(name)) for name in ("spread", "dissimilarity")),
        _nearest_known(best),
        *(_words(best, name) for name in ("reasons", "flags")),
    ]
    return CandidateTable(tuple(each for each in columns if each), len(frame))


def _simulated(frame: GeoDataFrame) -> list[Column | None]:
    """What a simulator says of each site: cost with its bands, uptime, power, sizes."""
    if COST not in frame:
        return []
    found = [_numbers(frame, COST, "Cost")]
    for label, low, high in BANDS:
        if low in frame and high in frame:
            pairs = zip(frame[low], frame[high], strict=True)
            cells = [Cell(f"{dollars(_number(a))}–{dollars(_number(b))}") for a, b in pairs]
            found.append(Column(label.partition(",")[0].capitalize(), DOLLARS, True, cells))
    names = {"compute_uptime": "Uptime", "firm_energy_cost": "Its power", "node_load": "Node"}
    return [*found, *(_numbers(frame, name, label) for name, label in names.items())]


def _sites(frame: GeoDataFrame, results: Results) -> Column:
    """The coordinates of each site, with its name and its sea below."""
    points = frame.geometry.to_crs("EPSG:4326") if frame.crs else frame.geometry
    points = points.representative_point()
    names = frame["site_id"] if "site_id" in frame else [""] * len(frame)
    seas = [", ".join(class_names(row, results)) if COST in frame else ""
            for _, row in frame.iterrows()]  # fmt: skip
    cells = [
        Cell(place_text(y, x), ", ".join(each for each in (str(name), sea) if each))
        for x, y, name, sea in zip(points.x, points.y, names, seas, strict=True)
    ]
    return Column("Site", "", False, cells)


def _words(frame: GeoDataFrame, name: str) -> Column | None:
    if name not in frame:
        return None
    return Column(display_name(name), "", False, [Cell(_text(each)) for each in frame[name]])


def _numbers(frame: GeoDataFrame, name: str, label: str) -> Column | None:
    if name not in frame:
        return None
    numbers = [_number(each) for each in frame[name]]
    decimals = _decimals(numbers)
    cells = [Cell(fixed_text(each, decimals)) for each in numbers]
    return Column(label, display_unit(_unit(frame, name)), True, cells)


def _decimals(numbers: list[float | None]) -> int:
    """Decimals that give the largest of the numbers three digits; none for whole numbers.

    Examples
    --------
    >>> _decimals([0.953, None, 0.1]), _decimals([12.5]), _decimals([1.0, 20.0])
    (3, 1, 0)
    """
    known = [abs(each) for each in numbers if each is not None]
    if all(each == int(each) for each in known):
        return 0
    return min(max(2 - math.floor(math.log10(max(known))), 0), 6)


def _unit(frame: GeoDataFrame, name: str) -> str:
    note = frame.attrs.get("columns", {}).get(name, "1")
    return str(note.get("units") or "1") if isinstance(note, Mapping) else str(note)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else finite(float(value))


def _nearest_known(frame: GeoDataFrame) -> Column | None:
    """Name of the nearest known field and how far it is."""
    if "known_name" not in frame or "known_distance" not in frame:
        return None
    unit = display_unit(_unit(frame, "known_distance"))
    pairs = zip(frame["known_name"], frame["known_distance"], strict=True)
    cells = [Cell(_text(name), f"{number_text(_number(far), 2)} {unit}") for name, far in pairs]
    return Column("Nearest known field", "", False, cells)


def _text(value: Any) -> str:
    return NOTHING if pd.isna(value) or value == "" else str(value)


@dataclass(frozen=True)
class ExclusionRow:
    """Area that an exclusion takes, and what it alone takes [km2]; shares of the domain [%]."""

    name: str
    area: str
    share: str
    marginal: str
    marginal_share: str
    total: bool


def exclusion_table(results: Results, whole: float) -> list[ExclusionRow]:
    """Each exclusion with its share of the whole area [km2], the total last."""
    found = []
    for row in exclusion_rows(results):
        area, marginal = finite(row.get("area")), finite(row.get("marginal"))
        total = row["name"] == "All together"
        found.append(
            ExclusionRow(
                str(row["name"]) if total else display_name(str(row["name"])),
                number_text(area, 4),
                _share(area, whole),
                NOTHING if total else number_text(marginal, 4),
                NOTHING if total else _share(marginal, whole),
                total,
            )
        )
    return found


def domain_area(results: Results) -> float:
    """Area in which scores and percentages are defined [km2]."""
    if results.domain is None:
        return reduce.total(cell_area(results.grid))
    return reduce.area_where(results.domain == 1, results.grid)


def area_text(results: Results, area: float) -> str:
    """The area that the run is about [km2], in words."""
    told = (
        f"{number_text(area / 1e6, 4)} million km²" if area >= 1e6 else f"{number_text(area)} km²"
    )
    if results.domain is None:
        return f"The whole grid is {told}"
    return f"The {ground(results)} is {told}"


def _share(area: float | None, whole: float) -> str:
    if area is None or not whole:
        return NOTHING
    share = area / whole
    return "< 0.01" if 0 < share < 0.0001 else percent_text(share, 1 if share >= 0.001 else 2)
