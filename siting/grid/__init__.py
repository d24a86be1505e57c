"""The one grid of a run: what it is, where its cells are, and how a layer comes onto it.

- :mod:`siting.grid.extent`: the grid itself, from a CRS, a cell size and bounds.
- :mod:`siting.grid.tiling`: the tiles that layers on it are computed by.
- :mod:`siting.grid.cells`: where its cells are, and which of them a place lies in.
- :mod:`siting.grid.layers`: layers on it, from arrays and from functions of place.
- :mod:`siting.grid.months`: twelve layers as one value.
- :mod:`siting.grid.area`: how large its cells are.
"""

from siting.grid.area import area_range, cell_area
from siting.grid.cells import cell_of, longitude_latitude
from siting.grid.extent import Bounds, is_periodic, make_grid
from siting.grid.layers import BlockFunction, accept, as_layer, from_function, sample
from siting.grid.tiling import TILE, chunks, tiles

__all__ = [
    "TILE",
    "BlockFunction",
    "Bounds",
    "accept",
    "area_range",
    "as_layer",
    "cell_area",
    "cell_of",
    "chunks",
    "from_function",
    "is_periodic",
    "longitude_latitude",
    "make_grid",
    "sample",
    "tiles",
]
