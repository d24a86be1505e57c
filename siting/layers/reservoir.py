"""What a hydrothermal reservoir may be like where nothing was drilled."""

from typing import Annotated

import numpy as np
from pydantic import Field

from siting.grid import from_function
from siting.kinds import Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer


@layer(status="assumed")
def assumed_temperature(
    temperature: Annotated[float, Unit("degC"), Field(ge=0, le=500)], grid: Grid
) -> Annotated[Layer, Unit("degC")]:
    """Temperature of a reservoir, if there is one, the same everywhere: assumed.

    Parameters
    ----------
    temperature : float
        Such as the mean of the systems that are known in a region [degC].
    grid : GeoBox
        The grid.

    Returns
    -------
    (y, x) layer
        Temperature [degC].

    Notes
    -----
    It tells no place from another, so that what follows from it differs by the other layers alone.
    Conduction (:mod:`siting.layers.heat`) gives the background beneath a system, not its reservoir.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> assumed_temperature(160.0, grid=grid).values.tolist()
    [[160.0, 160.0]]
    """

    def same(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return np.full(longitude.shape, temperature)

    return from_function(grid, same, np.float32)
