"""The part of a list of sites that a grid needs: those on it and in a cell around it."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.grid import make_grid
from siting.io.hindcast_store import Cells
from siting.io.hindcast_window import window

GRID = make_grid("EPSG:4326", 1.0, (-10, 36, -6, 40))
ACROSS = make_grid("EPSG:4326", 1.0, (176, -4, 184, 4))


def needed(*places: tuple[float, float], grid=GRID) -> slice:
    longitude, latitude = np.array([(0.0, 0.0), *places, (0.0, 0.0)]).T[:, None]
    rows, columns = window(Cells(longitude, latitude), grid, Path("sites.h5"))
    assert rows == slice(0, 1)
    return columns


@pytest.mark.parametrize(
    "place",
    [(-8, 38), (-10.9, 38), (-5.1, 38), (-8, 40.9), (-8, 35.1), (-10.9, 40.9), (-5.1, 35.1)],
)
def test_sites_on_the_grid_and_in_a_cell_around_it_are_read(place: tuple[float, float]) -> None:
    assert needed(place) == slice(1, 2)


@pytest.mark.parametrize("place", [(-12.1, 38), (-3.9, 38), (-8, 42.1), (-8, 33.9), (8, 38)])
def test_sites_further_away_are_none(place: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="OUTSIDE_GRID") as caught:
        needed(place)
    west, east = sorted((0.0, place[0]))
    assert caught.value.found == f"{west:g} to {east:g} E, 0 to {place[1]:g} N"


@pytest.mark.parametrize("longitude", [176.5, 179.9, -179.9, -176.5])
def test_sites_are_found_on_both_sides_of_the_dateline(longitude: float) -> None:
    assert needed((longitude, 1.0), grid=ACROSS) == slice(1, 2)


def test_all_between_the_first_and_the_last_are_read() -> None:
    assert needed((-8, 38), (50, 50), (-7, 37)) == slice(1, 4)
