"""Colours that people with any colour vision can tell apart."""

from functools import cache
from importlib.metadata import files

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Colormap, ListedColormap, to_hex
from numpy.typing import NDArray

STEPS = 255
SEQUENTIAL = ("cividis", "viridis", "batlow")  # the first is the one a map opens with
BOOLEAN = ("#b9c0c8", "#0b5cad")  # false, true

# Okabe & Ito (2008), "Color Universal Design", in an order that sets neighbours apart.
OKABE_ITO = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#999999",
)


def sequential() -> dict[str, list[str]]:
    """The maps for ordered values, by name, in 255 steps from low to high.

    Examples
    --------
    >>> sequential()["cividis"][0], sequential()["cividis"][-1]
    ('#00224e', '#fee838')
    """
    return {
        "cividis": _steps(mpl.colormaps["cividis"]),
        "viridis": _steps(mpl.colormaps["viridis"]),
        "batlow": _steps(ListedColormap(_crameri("batlow"))),
    }


def cyclic() -> list[str]:
    """A map for directions, whose ends meet."""
    return _steps(ListedColormap(_crameri("romaO")))


def qualitative(count: int) -> list[str]:
    """Colours for named classes.

    Examples
    --------
    >>> qualitative(2), len(qualitative(40))
    (['#0072b2', '#e69f00'], 40)
    """
    if count <= len(OKABE_ITO):
        return list(OKABE_ITO[:count])
    many = _crameri("batlowS")
    return [to_hex(many[index % len(many)]) for index in range(count)]


@cache
def _crameri(name: str) -> NDArray[np.floating]:
    """Colours of one of Crameri's maps; his package itself would load all of Matplotlib."""
    (path,) = (each for each in files("cmcrameri") or () if each.name == f"{name}.txt")
    return np.array([row.split() for row in path.read_text("utf-8").splitlines()], dtype=float)


def _steps(colours: Colormap) -> list[str]:
    return [to_hex(colours(index / (STEPS - 1))) for index in range(STEPS)]
