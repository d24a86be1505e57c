"""Heights beside known ones: where each finding begins, and every word and number of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from siting.findings import Finding, collect
from siting.grid import make_grid
from siting.io.heights import Heights, check_heights, compared
from siting.io.placement import Frame
from siting.io.source import RasterSource

WGS84 = CRS.from_epsg(4326)
CELL = 0.1
# Hills of some cells and some hundred metres from 10 W to 10 E, 10 S to 10 N.
ROUGH = gaussian_filter(np.random.default_rng(7).normal(size=(200, 200)), 2)
HILLS = 2000 + 400 * ROUGH / ROUGH.std()
PLACE = "place it: gdal_translate -a_ullr WEST NORTH EAST SOUTH"


def source(values: np.ndarray, west: float = -10.0, north: float = 10.0) -> RasterSource:
    """A raster of cells of .1 degree, from its north-western corner."""
    frame = Frame(WGS84, Affine(CELL, 0, west, 0, -CELL, north), *values.shape)

    def load(rows: slice, columns: slice) -> np.ma.MaskedArray:
        return np.ma.array(values[rows, columns])

    return RasterSource(Path("dem.tif"), frame, values.dtype, load, units="m")


def lattice(row: int, column: int, rows: int = 30, columns: int = 30) -> GeoBox:
    """Cells of the reference, from one of its rows and columns."""
    west, north = -10 + CELL * column, 10 - CELL * row
    bounds = west, north - CELL * rows, west + CELL * columns, north
    return make_grid("EPSG:4326", CELL, bounds)


def told(
    values: np.ndarray, truth: np.ndarray = HILLS, row: int = 60, column: int = 110
) -> tuple[list[Finding], bool | None]:
    """What is said of values that lie at a place of the true heights."""
    with collect() as findings:
        answer = check_heights(source(values), source(truth), lattice(row, column), values)
    return findings, answer


def here(truth: np.ndarray = HILLS, row: int = 60, column: int = 110) -> np.ndarray:
    return truth[row : row + 30, column : column + 30].copy()


def test_true_heights_are_not_spoken_of() -> None:
    assert told(here()) == ([], False)
    # Too little relief to judge by; and too few cells.
    assert told(here(HILLS * 0.1), HILLS * 0.1) == ([], None)
    few = np.full((30, 30), np.nan)
    few[:9, :11] = here()[:9, :11]
    assert told(few) == ([], None)
    few[9, 0] = here()[9, 0]
    assert told(few) == ([], False)


@pytest.mark.parametrize(
    ("down", "right", "moved"),
    [
        (-4, 6, "+0.4 degrees north, +0.6 east"),  # of the place 4 rows further north
        (12, 0, "-1.2 degrees north, +0 east"),
        (0, -12, "+0 degrees north, -1.2 east"),
    ],
)
def test_heights_of_a_place_beside_it_say_by_how_far(down: int, right: int, moved: str) -> None:
    values = here(row=60 + down, column=110 + right)
    alike = np.corrcoef(values.ravel(), here().ravel())[0, 1]
    (found,), answer = told(values)
    assert answer is True
    assert found == Finding(
        "LAYER_MISPLACED",
        "the heights are those of a place beside it",
        "dem.tif",
        f"it fits moved by {moved}; alike to {alike:.2f} where it lies, to 1.00 there",
        "heights where they are",
        "compare its bounds with those in its documentation; find out whether rows or columns"
        f" were lost; then {PLACE}",
    )


def test_a_place_beside_it_is_looked_for_with_enough_cells() -> None:
    for rows, message in ((10, "beside it"), (9, "not those of the place")):
        values = np.full((30, 30), np.nan)
        values[:rows] = here(row=60, column=119)[:rows]  # 300 cells, and 270
        (found,), _ = told(values)
        assert message in found.message


MIRRORS = {
    "its latitudes have lost, or won, their sign": (110, 110),
    "its longitudes have lost, or won, their sign": (60, 60),
    "latitudes and longitudes have lost, or won, their sign": (110, 60),
}


@pytest.mark.parametrize("turn", [np.asarray, np.flipud, np.fliplr])
@pytest.mark.parametrize(("text", "place"), MIRRORS.items())
def test_heights_of_a_mirrored_place_name_the_sign(
    text: str, place: tuple[int, int], turn: Callable[[np.ndarray], np.ndarray]
) -> None:
    # 1 to 4 N, 1 to 4 E is at row 60, column 110; its mirrors at the places named.
    (found,), answer = told(turn(here(row=place[0], column=place[1])))
    assert answer is True
    assert found.message == "the heights are not those of the place"
    assert found.fix == f"{text}: correct the bounds"


def test_heights_of_nowhere_say_what_was_wanted() -> None:
    truth, values = here(), gaussian_filter(np.random.default_rng(1).normal(size=(30, 30)), 2) * 4e3
    alike = np.corrcoef(values.ravel(), truth.ravel())[0, 1]
    apart = min(
        np.corrcoef(truth[2:].ravel(), truth[:-2].ravel())[0, 1],
        np.corrcoef(truth[:, 2:].ravel(), truth[:, :-2].ravel())[0, 1],
    )
    (found,), _ = told(values)
    assert found == Finding(
        "LAYER_MISPLACED",
        "the heights are not those of the place",
        "dem.tif",
        f"alike to {alike:.2f} over 900 cells of 0.1 degrees",
        f"more than {apart:.2f}, as heights 2 cells apart are alike",
        "is it the file of another region, or are its rows and columns exchanged, sorted or"
        " interpolated? Compare it with a map; take the file of the region, or transpose the array,"
        f" or {PLACE}",
    )


def measured(alike: float, apart: float, relief: float, level: float = 1.0) -> Heights:
    """Heights of which the measures alone are looked at."""
    cells = np.full((20, 20), level)
    return Heights(cells, cells, alike, apart, relief)


def test_relief_is_enough_from_a_hundred_metres_on_land_and_three_hundred_at_sea() -> None:
    assert measured(1, 1, 100.0).has_relief
    assert not measured(1, 1, 99.9).has_relief
    assert measured(1, 1, 300.0, level=-1).has_relief
    assert not measured(1, 1, 299.9, level=-1).has_relief
    assert measured(1, 1, 100.0, level=0.0).has_relief  # the coast itself is land


def test_unlike_is_by_less_where_the_relief_is_great() -> None:
    # Fisher's z of .8 is 1.0986: .4621 is .6 below it (z .4986, r .4611), .6333 .35 below.
    for relief, level, limit in ((150, 1, 0.4611), (200, 1, 0.6338), (400, -1, 0.4611)):
        assert measured(limit - 0.002, 0.8, relief, level).is_unlike
        assert not measured(limit + 0.002, 0.8, relief, level).is_unlike
    assert not measured(0.1, 0.8, 99, 1).is_unlike


def test_relief_is_half_the_middle_two_thirds() -> None:
    truth = np.arange(900.0).reshape(30, 30)
    found = compared(truth * 2, truth)
    assert found is not None
    assert found.relief == pytest.approx(0.34 * 899)  # 84th less 16th percentile, halved
    assert found.alike == pytest.approx(1)


def test_water_is_level_to_a_metre_and_above_its_bed() -> None:
    bed = HILLS[:30, :30]
    for range_, is_water in ((0.9, True), (1.0, False)):
        values = np.full((30, 30), 9000.0)
        values[:, ::2] += range_
        found = compared(values, bed)
        assert (found is None) is is_water
    assert compared(np.full((30, 30), 0.0), bed) is not None  # level, but below the ground


@pytest.mark.parametrize(
    ("factor", "fix"),
    [
        (3.28084, "are these ft called m?"), (0.3048, "are these m called ft?"),
        (100.0, "are these cm called m?"), (0.01, None), (1000.0, "are these mm called m, or"),
        (0.5, "correct `units:`, or undo the scale of the file"), (30.0, "correct `units:`, or"),
    ],
)  # fmt: skip
def test_relief_that_is_drawn_out_says_by_how_much(factor: float, fix: str | None) -> None:
    truth = HILLS - 2000 if factor > 0.1 else HILLS
    values = here(truth) * factor
    (found,), answer = told(values, truth)
    assert answer is True
    assert found.code == "UNITS_IMPLAUSIBLE"
    assert found.message == "the relief is that of the place, but heights differ by another amount"
    assert found.found == (
        f"{values.min():.4g} to {values.max():.4g} m, {factor:.3g} times the true range;"
        " alike to 1.00"
    )
    assert found.wanted == f"{here(truth).min():.0f} to {here(truth).max():.0f} m"
    assert found.where == "dem.tif"
    assert found.fix.startswith(fix or "is this a picture, with brightness from 0 to 255? Take")


@pytest.mark.parametrize(
    ("top", "fix"),
    [
        (1.0, "are these shares of the range, from 0 to 1? Take the heights themselves"),
        (1.01, "are these logarithms, or kilometres? Undo them, or correct `units:`"),
        (5.0, "are these logarithms, or kilometres? Undo them, or correct `units:`"),
        (5.1, "is this a picture, with brightness from 0 to 255? Take the heights themselves"),
        (255.0, "is this a picture, with brightness from 0 to 255? Take the heights themselves"),
        (256.0, "correct `units:`, or undo the scale of the file"),
    ],
)
def test_heights_from_0_are_known_by_their_top(top: float, fix: str) -> None:
    values = here() - here().min()
    (found,), _ = told(values * top / values.max())
    assert found.fix == fix


@pytest.mark.parametrize("gain", [0.83, 1.2])
def test_a_fifth_more_or_less_is_no_other_unit(gain: float) -> None:
    assert told((here() - 2000) * gain + 2000) == ([], False)
    further = 2000 + (here() - 2000) * (gain - 0.03 if gain < 1 else gain + 0.04)
    assert [each.code for each in told(further)[0]] == ["UNITS_IMPLAUSIBLE"]


def test_a_spread_that_one_measure_explains_is_no_other_unit() -> None:
    # One tower of numbers draws out the deviation, but not the middle two thirds.
    values = here()
    values[10, 10] += 30_000
    assert "UNITS_IMPLAUSIBLE" not in [each.code for each in told(values)[0]]


@pytest.mark.parametrize(
    ("lower", "factor", "limit"),
    [
        (0, 0.5, 300.0),  # relief of about 200 m: the limit for land
        (0, 2.0, None),  # about 800 m: relief and 100 m
        (9000, 1.0, 1000.0),  # sea floor
    ],
)
def test_heights_far_from_those_of_the_place_begin_at_a_limit(
    lower: float, factor: float, limit: float | None
) -> None:
    truth = 2000 + (HILLS - 2000) * factor - lower
    low, high = np.percentile(here(truth), (16, 84))
    limit = limit or (high - low) / 2 + 100
    for sign, word in ((1, "above"), (-1, "below")):
        assert told(here(truth) + sign * (limit - 0.01), truth)[0] == []
        values = here(truth) + sign * (limit + 0.01)
        (found,), answer = told(values, truth)
        assert answer is True
        assert found == Finding(
            "RANGE_IMPLAUSIBLE",
            f"heights lie far {word} those of the place",
            "dem.tif",
            f"median {np.median(values):.6g} m",
            f"about {np.median(here(truth)):.6g} m",
            "is it the file of another region, another unit, or are heights counted from"
            " elsewhere than sea level?",
        )


def test_heights_that_stop_where_the_ground_goes_on() -> None:
    truth = here()
    top = float(np.sort(truth.ravel())[-120])
    values = np.minimum(truth, top)
    above = np.median(np.sort(truth.ravel())[-120:]) - top
    assert above > 50
    (found,), answer = told(values)
    assert answer is True
    assert found == Finding(
        "RANGE_IMPLAUSIBLE",
        "heights stop where the ground goes on",
        "dem.tif",
        f"{top:.6g} m in 120 cells, whose ground is {above:.0f} m higher in the median",
        f"heights up to {truth.max():.0f} m",
        "were they cut off at a limit, or stored in a type that holds no more?",
    )


@pytest.mark.parametrize(("cells", "said"), [(8, False), (9, True)])
def test_a_cap_is_told_from_a_hundredth_of_the_cells(cells: int, said: bool) -> None:
    truth = HILLS.copy()
    peaks = np.argsort(here().ravel())[-cells:]
    truth[60 + peaks // 30, 110 + peaks % 30] += 300.0  # ground that lies far above a cap
    values = np.minimum(here(truth), np.sort(here().ravel())[-cells])
    assert (told(values, truth)[1]) is said


def test_a_cap_is_told_where_the_ground_lies_fifty_metres_above_it() -> None:
    for above, said in ((49.0, False), (51.0, True)):
        truth = HILLS * 0.5  # relief of about 200 m, of which a tenth is less than 50
        peaks = np.argsort(here(truth).ravel())[-50:]
        top = float(np.sort(here(truth).ravel())[-50])
        truth[60 + peaks // 30, 110 + peaks % 30] = top + above
        assert told(np.minimum(here(truth), top), truth)[1] is said


def test_a_surface_without_hills_and_valleys() -> None:
    row, column = np.mgrid[0:200, 0:200]
    smooth = 2000 + 900 * np.sin(row / 30) * np.sin(column / 30)
    truth = smooth + 60 * np.random.default_rng(3).normal(size=smooth.shape)
    (found,), answer = told(here(smooth), truth)
    assert answer is True
    bends = [np.abs(np.diff(here(truth), 2, axis=axis)).ravel() for axis in (0, 1)]
    none = [np.abs(np.diff(here(smooth), 2, axis=axis)).ravel() for axis in (0, 1)]
    assert found == Finding(
        "RANGE_IMPLAUSIBLE",
        "the surface has none of the hills and valleys of the place",
        "dem.tif",
        f"heights bend by {np.median(np.concatenate(none)):.3g} m from cell to cell in the median",
        f"about {np.median(np.concatenate(bends)):.3g} m",
        "were they interpolated from a few points, or smoothed?",
    )
    # Where the place itself bends by less than 30 m, nothing is wanted of the raster.
    gentle = smooth + (truth - smooth) * 29 / float(np.median(np.concatenate(bends)))
    assert told(here(smooth), gentle) == ([], False)


@pytest.mark.parametrize(
    ("west", "north", "answer"),
    [(-50.0, 75.0, None), (-50.0, -65.0, None), (-48.0, 50.0, False), (-5.0, 75.0, False)],
)
def test_ice_takes_no_part(west: float, north: float, answer: bool | None) -> None:
    reference = source(HILLS[:80, :80], west - 2, north + 2)
    grid = make_grid("EPSG:4326", CELL, (west, north - 3, west + 3, north))
    assert check_heights(source(HILLS), reference, grid, HILLS[20:50, 20:50]) is answer
