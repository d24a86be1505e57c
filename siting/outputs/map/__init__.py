"""The map: a Folium page in one file, with layers, sites and the evidence behind them."""

from siting.outputs.map.page import render, write

__all__ = ["render", "write"]
