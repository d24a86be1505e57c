"""The map: a Folium page in one file, with layers, sites and the evidence behind them."""

from siting.outputs import quiet

quiet.load_colours()
quiet.load_folium()

from siting.outputs.map.page import render, write  # noqa: E402

__all__ = ["render", "write"]
