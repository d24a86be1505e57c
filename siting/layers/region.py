"""Parts of the world, given by their bounds."""

from typing import Annotated

import numpy as np
from pydantic import Field

from siting.errors import PipelineError
from siting.grid import from_function
from siting.kinds import Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer

_LONGITUDE = Field(ge=-180, le=360)
_LATITUDE = Field(ge=-90, le=90)


@layer(kind="boolean", status="measured")
def box(
    west: Annotated[float, Unit("degree"), _LONGITUDE],
    south: Annotated[float, Unit("degree"), _LATITUDE],
    east: Annotated[float, Unit("degree"), _LONGITUDE],
    north: Annotated[float, Unit("degree"), _LATITUDE],
    grid: Grid,
) -> Annotated[Layer, Unit("1")]:
    """Cells whose centre lies between two meridians and two parallels.

    Parameters
    ----------
    west, east : float
        Longitudes [degree], from -180 to 360. The box goes east from the one to the other, so
        that west 170 and east -170 are the 20 degrees across the dateline.
    south, north : float
        Latitudes [degree].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) boolean layer
        True inside, the bounds included.

    Raises
    ------
    PipelineError
        VALUE_INVALID where south is not below north, or west and east are the same meridian.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (178, 0, 182, 1))
    >>> box(west=179, south=0, east=-179, north=10, grid=grid).values.tolist()
    [[False, True, True, False]]
    """
    if not south < north or west == east:
        raise PipelineError(
            "VALUE_INVALID",
            "the box is empty",
            where="region.box",
            found=f"west {west}, south {south}, east {east}, north {north}",
            wanted="south below north, and east beyond west",
            fix="for all longitudes: west -180, east 180",
        )
    # Twice the same meridian (-180 and 180) is the whole way round.
    width = (east - west) % 360 or 360.0

    def inside(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        eastward = (longitude - west) % 360
        return np.asarray((eastward <= width) & (latitude >= south) & (latitude <= north))

    return from_function(grid, inside, bool)
