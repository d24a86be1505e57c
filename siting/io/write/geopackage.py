"""Features as a GeoPackage that QGIS opens coloured by score."""

from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from siting.io.ogr import harden
from siting.io.write.places import in_degrees, simple

# GeoPackage keeps the time of its last change; one date for all makes the same bytes.
_DATE = "2000-01-01T00:00:00.000Z"
# Five steps of the batlow colour map (Crameri 2018, doi:10.5281/zenodo.1243862), low to high.
_COLOURS = ("1,25,89", "34,96,97", "130,130,49", "242,157,109", "250,204,250")


def gpkg(path: Path, frame: gpd.GeoDataFrame, *, style_by: str | None = None) -> None:
    """Write features as GeoPackage with a style that QGIS applies when it opens the layer.

    Parameters
    ----------
    path : Path
        The file; its stem is the name of the layer.
    frame : geopandas.GeoDataFrame
        The features.
    style_by : str, optional
        Column of numbers that the colours show; by default ``frame.attrs["score"]``, else a
        column named ``score``.
    """
    harden()
    layer = path.stem
    column = style_by or frame.attrs.get("score") or "score"
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        pyogrio.write_dataframe(simple(in_degrees(frame)), path, driver="GPKG", layer=layer)
        if column in frame.columns and pd.api.types.is_numeric_dtype(frame[column]):
            style = _style_table(layer, column, frame)
            pyogrio.write_dataframe(
                style, path, driver="GPKG", layer="layer_styles", append=True, FID="id"
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _style_table(layer: str, column: str, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row of the table in which QGIS looks for styles."""
    limits = class_limits(frame[column].to_numpy(dtype=float), len(_COLOURS))
    symbol = {"Point": "marker", "LineString": "line", "Polygon": "fill"}
    kind = str(frame.geometry.geom_type.iloc[0]).removeprefix("Multi")
    row = {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": layer,
        "f_geometry_column": "geom",
        "styleName": layer[:30],
        "styleQML": _qml(column, limits, symbol.get(kind, "marker")),
        "styleSLD": "",
        "useAsDefault": True,
        "description": f"By {column}",
        "owner": "",
        "ui": "",
        "update_time": _DATE,
    }
    return pd.DataFrame([row])


def class_limits(values: NDArray[np.float64], count: int) -> list[float]:
    """Limits of classes with about as many values in each; fewer classes where values repeat.

    Examples
    --------
    >>> class_limits(np.array([0.0, 1.0, 2.0, 3.0, np.nan]), 2)
    [0.0, 1.5, 3.0]
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return [0.0, 1.0]
    limits = np.unique(np.quantile(finite, np.linspace(0, 1, count + 1)))
    return [float(each) for each in (limits if limits.size > 1 else [limits[0], limits[0]])]


def _qml(column: str, limits: list[float], symbol: str) -> str:
    """Style of QGIS: graduated symbols."""
    ranges, symbols = [], []
    picked = np.linspace(0, len(_COLOURS) - 1, len(limits) - 1).round().astype(int)
    for i, (low, high) in enumerate(pairwise(limits)):
        ranges.append(
            f'<range lower="{low!r}" upper="{high!r}" symbol="{i}" render="true"'
            f' label="{low:.3g} to {high:.3g}"/>'
        )
        symbols.append(_symbol(str(i), symbol, _COLOURS[picked[i]]))
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n'
        '<qgis version="3.28" styleCategories="Symbology">\n'
        f'<renderer-v2 type="graduatedSymbol" graduatedMethod="GraduatedColor"'
        f" attr={quoteattr(_field(column))}>\n"
        f"<ranges>{''.join(ranges)}</ranges>\n<symbols>{''.join(symbols)}</symbols>\n"
        "</renderer-v2>\n</qgis>\n"
    )


def _field(column: str) -> str:
    """A column in an expression of QGIS."""
    return '"' + column.replace('"', '""') + '"'


def _symbol(name: str, kind: str, colour: str) -> str:
    layer = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[kind]
    options = {
        "marker": {"name": "circle", "size": "3", "color": colour, "outline_color": "35,35,35"},
        "line": {"line_color": colour, "line_width": "0.5"},
        "fill": {"color": colour, "outline_color": "35,35,35"},
    }[kind]
    shown = "".join(
        f'<Option type="QString" name="{key}" value="{_opaque(value)}"/>'
        for key, value in options.items()
    )
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1"><layer class="{layer}" enabled="1"'
        f' locked="0" pass="0"><Option type="Map">{shown}</Option></layer></symbol>'
    )


def _opaque(value: str) -> str:
    return f"{value},255" if "," in value else value
