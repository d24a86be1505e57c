"""What every layout of hindcast offers: its cells, its steps, its variables, and parts of them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.geodesy import PointTree, arc, ecef
from siting.io.over_time import Shape
from siting.io.placement import Frame
from siting.io.time_axis import TimeAxis
from siting.projection import wrap

Floats = NDArray[np.float64]
# read(quantity, steps, rows, columns) -> values (steps, rows, columns) in the quantity's unit.
Read = Callable[[str, slice, slice, slice], Floats]


@dataclass(frozen=True)
class Cells:
    """Where the cells of a hindcast are; sites are one row.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of shape (height, width)
        Centres [degree], longitudes from -180 to 180.
    frame : Frame or None
        The grid that they make up; None for a list of sites.
    """

    longitude: Floats
    latitude: Floats
    frame: Frame | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        height, width = self.longitude.shape
        return height, width

    def nearest(self, longitude: float, latitude: float, count: int) -> tuple[list[int], Floats]:
        """Numbers of the nearest cells, in the order of their distance [m]."""
        tree = PointTree(self.longitude.ravel(), self.latitude.ravel()).tree
        distance, found = tree.query(ecef(longitude, latitude), min(count, self.longitude.size))
        return np.atleast_1d(found).tolist(), np.atleast_1d(arc(distance))

    def cut(self, rows: slice, columns: slice) -> "Cells":
        """Some of the rows and columns."""
        frame = self.frame
        if frame is not None:
            affine = frame.affine * frame.affine.translation(columns.start, rows.start)
            frame = Frame(frame.crs, affine, rows.stop - rows.start, columns.stop - columns.start)
        return Cells(self.longitude[rows, columns], self.latitude[rows, columns], frame)


def cells_of_frame(frame: Frame) -> Cells:
    """The centres of the cells of a geographic grid."""
    column = np.arange(frame.width) + 0.5
    row = np.arange(frame.height) + 0.5
    longitude = frame.affine.c + frame.affine.a * column
    latitude = frame.affine.f + frame.affine.e * row
    x, y = np.meshgrid(wrap(longitude), latitude)
    return Cells(np.asarray(x), np.asarray(y), frame)


@dataclass(frozen=True)
class Variable:
    """One quantity of a hindcast, as its file holds it.

    Parameters
    ----------
    quantity : str
        Its name in ``data/quantities.yaml``.
    name : str
        Variable of the file.
    scale, offset : float
        Value in the quantity's unit = stored value * scale + offset.
    inverse : bool
        Whether the file holds the frequency of a period.
    shift : float
        Seconds from a time stamp to the middle of what its value stands for.
    """

    quantity: str
    name: str
    scale: float = 1.0
    offset: float = 0.0
    inverse: bool = False
    shift: float = 0.0

    def value(self, stored: NDArray[np.generic], missing: NDArray[np.bool_]) -> Floats:
        """Values in the quantity's unit, NaN where there are none."""
        found = stored.astype(np.float64)
        if self.scale != 1.0:
            found *= self.scale
        if self.offset != 0.0:
            found += self.offset
        if self.inverse:
            with np.errstate(divide="ignore"):
                found = 1.0 / found
        found[missing | ~np.isfinite(found)] = np.nan
        return found


@dataclass(frozen=True)
class Store:
    """A file of one layout, opened where parts of it are read.

    Parameters
    ----------
    path : Path
        The file.
    layout : str
        Whose layout it is, for people.
    cells : Cells
        Where its cells are.
    axis : TimeAxis
        Its steps, in its own order.
    variables : mapping of str to Variable
        Its quantities.
    shape : Shape
        How a variable is stored.
    reader : callable
        Context manager that opens the file, and gives `Read`.
    sites : tuple of str
        Names of the sites, where it has some.
    """

    path: Path
    layout: str
    cells: Cells
    axis: TimeAxis
    variables: Mapping[str, Variable]
    shape: Shape
    reader: Callable[[], AbstractContextManager[Read]] = field(repr=False)
    sites: tuple[str, ...] = ()
