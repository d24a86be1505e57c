"""The columns of the candidates: names, units and meanings, the same in every file and page."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd
import xarray as xr

from siting.errors import PipelineError

CONTRIBUTION = "contribution_"
ANALOGUES = 3  # known systems most like each candidate that are told
# Columns that may name a place in a user's table; the first that is there does.
NAMES = ("name", "field", "site", "title", "field_id", "site_id", "id")


class Column(NamedTuple):
    """Unit and meaning of a column."""

    units: str
    description: str


def _analogues() -> dict[str, Column]:
    """Columns of the known systems most like a candidate."""
    told = {}
    for number in range(1, ANALOGUES + 1):
        place = "" if number == 1 else f"; number {number} in likeness"
        name = f"analogue_{number}"
        told[name] = Column("1", f"Known system most like the place to the model{place}")
        told[f"{name}_similarity"] = Column("1", "How like: 1 for a twin, 0.37 for any two places")
        told[f"{name}_differs"] = Column("1", "Features in which the two differ most")
    return told


# Columns that candidates have whatever the pipeline, in this order; some only where asked for.
FIXED: Mapping[str, Column] = {
    "rank": Column("1", "Place in the ranking; 1 is the best"),
    "site_id": Column("1", "Name of the cell by its centre, the same in every run"),
    "longitude": Column("degree", "Longitude of the cell's centre, WGS84"),
    "latitude": Column("degree", "Latitude of the cell's centre, WGS84"),
    "cell_area": Column("km2", "True area of the cell that the row stands for"),
    "spread": Column("1", "Standard deviation of the learned score over refits of its model"),
    "dissimilarity": Column("1", "Unlikeness to the training samples of the learned model"),
    "extrapolated": Column("1", "Whether the learned model has not seen the like of the place"),
    "known_distance": Column("km", "Distance from the cell's centre to the nearest known field"),
    "known_name": Column("1", "Name of the nearest known field"),
    **_analogues(),
    "status": Column("1", "Worst status of what the score is made from"),
    "reasons": Column("1", "Features that raise and lower the score most, and by how much"),
    "flags": Column("1", "What to know before trusting the row"),
    CONTRIBUTION + "base": Column("1", "Score of ordinary places that features are added to"),
}


def column_name(layer: str) -> str:
    """The column that holds the values of a layer.

    Examples
    --------
    >>> column_name("learned.score")
    'learned_score'
    """
    return layer.replace(".", "_")


def row_names(places: pd.DataFrame) -> list[str]:
    """A name for every row of a table of places, never empty.

    Examples
    --------
    >>> row_names(pd.DataFrame({"name": ["Coso", None], "longitude": [-117.8, 11.2]}))
    ['Coso', 'row 2']
    """
    column = next((each for each in NAMES if each in places), None)
    given = places[column].fillna("").astype(str) if column else [""] * len(places)
    return [name.strip() or f"row {number}" for number, name in enumerate(given, start=1)]


def layer_columns(layers: Mapping[str, xr.DataArray]) -> dict[str, str]:
    """The column of each layer, by the layer's name.

    Raises
    ------
    PipelineError
        COLUMN_TAKEN, where two values would share a column.

    Examples
    --------
    >>> layer_columns({"rank": xr.DataArray()})
    Traceback (most recent call last):
    siting.errors.PipelineError: COLUMN_TAKEN: two values would share the column 'rank'
      where:  candidates
      fix:    give the layer 'rank' another name
    """
    taken = {*FIXED, "geometry"}
    columns = {}
    for name in layers:
        column = column_name(name)
        if column in taken or column.startswith(CONTRIBUTION):
            raise PipelineError(
                "COLUMN_TAKEN",
                f"two values would share the column '{column}'",
                where="candidates",
                fix=f"give the layer '{name}' another name",
            )
        taken.add(column)
        columns[name] = column
    return columns


def descriptions(
    columns: Iterable[str], layers: Mapping[str, xr.DataArray], score: str, method: str = ""
) -> dict[str, dict[str, str]]:
    """Unit and meaning of each column of a candidates table.

    Parameters
    ----------
    columns : iterable of str
        Columns of the table.
    layers : mapping
        Layers by name, whose attributes tell their unit and long name.
    score : str
        Name of the layer ranked by; contributions and their base have its unit.
    method : str
        How contributions were found, which their descriptions say.

    Examples
    --------
    >>> heat = xr.DataArray(attrs={"units": "mW m-2", "long_name": "Heat flow"})
    >>> descriptions(["rank", "q", "contribution_q"], {"q": heat}, "q")["q"]
    {'units': 'mW m-2', 'description': 'Heat flow'}
    """
    owner = {column: layers[name] for name, column in layer_columns(layers).items()}
    unit = str(layers[score].attrs.get("units", "1"))
    told = {}
    for column in columns:
        if column in owner:
            attrs = owner[column].attrs
            told[column] = Column(str(attrs.get("units", "1")), str(attrs.get("long_name", "")))
        elif column.startswith(CONTRIBUTION):
            feature = column.removeprefix(CONTRIBUTION)
            added = Column(
                unit, "; ".join(filter(None, [f"What {feature} adds to the score", method]))
            )
            told[column] = Column(unit, FIXED[column].description) if column in FIXED else added
        elif column in FIXED:
            told[column] = FIXED[column]
    return {column: each._asdict() for column, each in told.items()}
