"""Earthquakes with their faulting style: the Global CMT catalogue."""

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pandas
from numpy.typing import NDArray

from data.build.fetch import member
from data.build.write import write_features


def earthquakes_gcmt(cache: Path, path: Path) -> None:
    """Write time, depth, moment magnitude and faulting style of each event.

    The source holds most of 2010 twice, row for row; such rows are written once. Nothing else
    is taken for a duplicate: events of one second and place can be true doublets (7 December
    2012 off Japan, a thrust and a normal fault of magnitude 7.2 each).
    """
    database = member("usgs-strec", "strec/data/moment_tensors.db", cache)
    with closing(sqlite3.connect(database)) as connection:
        events = pandas.read_sql("select * from earthquake", connection)
    events = events.drop_duplicates().sort_values(list(events.columns), ignore_index=True)
    time = pandas.to_datetime(events["time"], format="ISO8601", utc=True)
    table = pandas.DataFrame(
        {
            "time": time.astype("datetime64[ms, UTC]"),
            "depth": events["depth"].round(1).astype("float32"),
            "mw": events["mag"].round(2).astype("float32"),
            "faulting": faulting_style(_moment_tensors(events)),
        }
    )
    points = geopandas.points_from_xy(events["lon"].round(2), events["lat"].round(2), crs=4326)
    write_features(path, geopandas.GeoDataFrame(table, geometry=points))


def _moment_tensors(events: pandas.DataFrame) -> NDArray[np.float64]:
    """Symmetric tensors (event, 3, 3) in axes up, south, east."""
    rows = [["mrr", "mrt", "mrp"], ["mrt", "mtt", "mtp"], ["mrp", "mtp", "mpp"]]
    return np.stack([events[row].to_numpy() for row in rows], axis=1)


def faulting_style(tensors: NDArray[np.float64]) -> NDArray[np.str_]:
    """Style of each moment tensor by the plunge of its axes.

    Thrust where the tension axis plunges 50 degrees or more, strike-slip where the null axis and
    normal where the pressure axis plunges 60 or more, else odd (Frohlich 1992, Physics of the
    Earth and Planetary Interiors 75, 193-198).
    """
    _, axes = np.linalg.eigh(tensors)  # columns: pressure, null, tension
    plunge = np.degrees(np.arcsin(np.abs(axes[:, 0, :]).clip(max=1)))  # row 0 points up
    pressure, null, tension = plunge.T
    conditions = [tension >= 50, null >= 60, pressure >= 60]
    return np.select(conditions, ["thrust", "strike-slip", "normal"], "odd")
