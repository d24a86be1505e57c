"""Candidates of two runs side by side: which appeared, vanished, moved."""

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from typing import Any

from siting.columns import column_name
from siting.errors import StorageError
from siting.geodesy import PointTree, arc, ecef
from siting.history.published import Published
from siting.store.files import storing


@dataclass(frozen=True)
class Site:
    """One candidate: id, place, rank, score, and the true area of its cell [km2]."""

    name: str
    longitude: float
    latitude: float
    rank: int
    score: float
    area: float


@dataclass(frozen=True)
class Ranking:
    """What became of the candidates from one run to the other."""

    before: int
    after: int
    complete: bool
    appeared: list[dict[str, Any]]
    vanished: list[dict[str, Any]]
    moved: list[dict[str, Any]]
    rescored: int
    largest_score_change: float

    @property
    def same(self) -> bool:
        """Whether both runs rank the same places, in the same order, with the same scores."""
        return not (self.appeared or self.vanished or self.moved or self.rescored)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {**asdict(self), "same": self.same}


def compare_sites(before: Published, after: Published) -> Ranking:
    """The candidates of two runs, matched by id, else by place within half a cell.

    Where a run has written neither ``candidates.csv`` nor ``candidates.geojson``, only the best
    few of its manifest are compared, and ``complete`` is false.
    """
    tables = [_table(run) for run in (before, after)]
    complete = all(table is not None for table in tables)
    old, new = (
        [site for row in rows if (site := _site(row, _score(run))) is not None]
        for run, rows in zip(
            (before, after),
            [table or [] for table in tables] if complete
            else [before.manifest["top"], after.manifest["top"]],
            strict=True,
        )
    )  # fmt: skip
    pairs = matched(old, new)
    ours = {one.name for one, _ in pairs}
    theirs = {other.name for _, other in pairs}
    changes = [abs(other.score - one.score) for one, other in pairs]
    return Ranking(
        len(old),
        len(new),
        complete,
        [asdict(site) for site in new if site.name not in theirs],
        [asdict(site) for site in old if site.name not in ours],
        [_move(one, other) for one, other in pairs if one.rank != other.rank],
        sum(each > 0 for each in changes),
        max(changes, default=0.0),
    )


def _move(one: Site, other: Site) -> dict[str, Any]:
    return {
        **asdict(other),
        "rank_before": one.rank,
        "score_before": one.score,
        **({"name_before": one.name} if one.name != other.name else {}),
    }


def matched(old: list[Site], new: list[Site]) -> list[tuple[Site, Site]]:
    """Pairs of one place: of one id, else nearest to each other and within half a cell.

    Examples
    --------
    >>> one = Site("a", 0.0, 0.0, 1, 0.9, 100.0)
    >>> near, far = Site("b", 0.04, 0.0, 2, 0.8, 100.0), Site("c", 0.06, 0.0, 1, 0.9, 100.0)
    >>> [(x.name, y.name) for x, y in matched([one], [near, far])]  # half a cell: 5 km, .045 degree
    [('a', 'b')]
    """
    named = {site.name: site for site in new}
    pairs = [(site, named[site.name]) for site in old if site.name in named]
    taken = {site.name for site, _ in pairs}
    rest_old = [site for site in old if site.name not in taken]
    rest_new = [site for site in new if site.name not in taken]
    pairs += _neighbours(rest_old, rest_new)
    return sorted(pairs, key=lambda pair: pair[1].rank)


def _neighbours(old: list[Site], new: list[Site]) -> list[tuple[Site, Site]]:
    """Pairs that are each other's nearest, and within half the side of the larger cell."""
    if not old or not new:
        return []
    forth, apart = _nearest(old, new)
    back, _ = _nearest(new, old)
    return [
        (site, new[there])
        for i, (site, there) in enumerate(zip(old, forth, strict=True))
        if back[there] == i and apart[i] <= _half_cell(site, new[there])
    ]


def _nearest(sites: list[Site], among: list[Site]) -> tuple[list[int], list[float]]:
    """Position of the nearest of others to each site, and the distance to it [m]."""
    tree = PointTree([each.longitude for each in among], [each.latitude for each in among]).tree
    here = ecef([each.longitude for each in sites], [each.latitude for each in sites])
    straight, position = tree.query(here)
    return position.tolist(), arc(straight).tolist()


def _half_cell(one: Site, other: Site) -> float:
    """Half the side of the larger of two cells [m]."""
    return 1000 * math.sqrt(max(one.area, other.area)) / 2


def _table(run: Published) -> list[dict[str, Any]] | None:
    """Rows of the candidates that the run has published; None where it has no such file."""
    if "candidates.csv" in run.manifest["outputs"]:
        return list(csv.DictReader(StringIO(_text(run, "candidates.csv"), newline="")))
    if "candidates.geojson" in run.manifest["outputs"]:
        found = json.loads(_text(run, "candidates.geojson"))
        return [feature["properties"] for feature in found["features"]]
    return None


def _text(run: Published, name: str) -> str:
    """Text of a published file, which has to be as it was written."""
    path = run.folder / name
    with storing(path):
        content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != run.manifest["outputs"][name]["sha256"]:
        raise StorageError(
            "RUN_DAMAGED",
            "a file of a run is not as it was written",
            where=str(path),
            fix="run the pipeline again: damaged files are replaced",
        )
    return content.decode("utf-8-sig")


def _score(run: Published) -> str:
    """The column that candidates are ranked by."""
    arguments = ((run.manifest.get("candidates") or {}).get("recipe") or {}).get("arguments", {})
    return column_name(arguments.get("rank_by", {}).get("name", "score"))


def _site(row: Mapping[str, Any], score: str) -> Site | None:
    try:
        return Site(
            str(row["site_id"]),
            float(row["longitude"]),
            float(row["latitude"]),
            int(row["rank"]),
            float(row[score]),
            float(row.get("cell_area") or 0.0),
        )
    except (KeyError, TypeError, ValueError):  # a table of another siting, or edited
        return None
