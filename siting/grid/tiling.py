"""The tiles of a grid: the parts that layers are computed and stored by."""

from odc.geo.geobox import GeoBox

TILE = 1024  # rows and columns of a tile


def tiles(grid: GeoBox) -> list[tuple[slice, slice]]:
    """Row and column slices of the tiles of a grid, from the north-west, row by row.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> len(tiles(make_grid("EPSG:6933", 10_000, "world")))
    8
    """
    rows, columns = (_edges(length) for length in grid.shape.yx)
    return [(row, column) for row in rows for column in columns]


def _edges(length: int) -> list[slice]:
    return [slice(start, min(start + TILE, length)) for start in range(0, length, TILE)]


def chunks(grid: GeoBox) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Heights and widths of the tiles of a grid, as dask writes chunks."""
    rows, columns = (tuple(e.stop - e.start for e in _edges(n)) for n in grid.shape.yx)
    return rows, columns
