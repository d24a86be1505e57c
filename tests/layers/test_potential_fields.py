import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import GridError, PipelineError
from siting.grid import as_layer, make_grid
from siting.kernels import spectral
from siting.layers import gravity, magnetics, potential_fields

GRID = make_grid("EPSG:32611", 1_000, (480_000, 4_380_000, 520_000, 4_410_000))
WORLD = make_grid("EPSG:6933", 400_000, "world")


def waves(seed: int = 0, grid=GRID) -> np.ndarray:
    """A smooth random field."""
    noise = np.random.default_rng(seed).normal(size=grid.shape.yx)
    return spectral.applied(lambda k: np.exp(-3_000 * k), noise, *(np.full(grid.shape.y, 1e3),) * 2)


def up(values: np.ndarray, height: float, grid=GRID) -> np.ndarray:
    layer = as_layer(values, grid, units="nT")
    return potential_fields.upward_continuation(layer, height, grid).values


@settings(max_examples=10, deadline=None)
@given(first=st.floats(100, 5_000), second=st.floats(100, 5_000), seed=st.integers(0, 99))
def test_two_steps_up_are_one(first: float, second: float, seed: int) -> None:
    # The plane that is taken out on the way is not quite the one of the first field.
    values = waves(seed)
    np.testing.assert_allclose(
        up(up(values, first), second), up(values, first + second), atol=0.01 * np.ptp(values)
    )


def test_a_plane_stays_and_has_no_vertical_derivative() -> None:
    rows, columns = np.indices(GRID.shape.yx)
    plane = 300.0 + 2.0 * rows - 5.0 * columns
    plane[3:9, 5:20] = np.nan
    np.testing.assert_allclose(up(plane, 5_000.0), plane, rtol=1e-6)
    down = gravity.vertical_gradient(as_layer(plane, GRID, units="mGal"), GRID).values
    assert np.nanmax(np.abs(down)) < 1e-9


def test_higher_up_a_field_varies_less() -> None:
    spread = [np.std(up(waves(), height)) for height in (100.0, 1_000.0, 10_000.0)]
    assert spread[0] > spread[1] > spread[2]


def test_gaps_stay_gaps_and_change_little_beside_them() -> None:
    values = waves()
    holed = values.copy()
    holed[10:13, 20:23] = np.nan
    found, whole = up(holed, 2_000.0), up(values, 2_000.0)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(holed))
    far = np.hypot(*(np.indices(values.shape) - np.array([11, 21])[:, None, None])) > 6
    assert np.abs(found - whole)[far].max() < 0.03 * np.ptp(whole)


def test_a_field_of_nothing_gives_nothing() -> None:
    nothing = np.full(GRID.shape.yx, np.nan)
    assert np.isnan(up(nothing, 1_000.0)).all()
    assert np.isnan(potential_fields.tilt(as_layer(nothing, GRID), GRID)).all()


def test_a_constant_field_has_no_gradients() -> None:
    level = as_layer(np.full(GRID.shape.yx, 40.0), GRID, units="nT")
    assert np.nanmax(magnetics.analytic_signal(level, GRID)) < 1e-9


def test_total_gradient_is_of_the_three_derivatives() -> None:
    field = as_layer(waves(), GRID, units="mGal")
    across = gravity.horizontal_gradient(field, GRID).values
    down = gravity.vertical_gradient(field, GRID).values
    found = gravity.analytic_signal(field, GRID).values
    np.testing.assert_allclose(found, np.hypot(across, down), rtol=1e-5)
    assert (np.isnan(found) == np.isnan(across)).all()


def test_tilt_lies_between_its_limits_and_ignores_strength() -> None:
    values = waves()
    found = potential_fields.tilt(as_layer(values, GRID), GRID).values
    stronger = potential_fields.tilt(as_layer(1000 * values, GRID), GRID).values
    assert np.nanmin(found) >= -90
    assert np.nanmax(found) <= 90
    np.testing.assert_allclose(stronger, found, atol=1e-3)


def test_field_goes_on_across_the_dateline() -> None:
    # The same wave round the globe, begun elsewhere, gives the same wave begun elsewhere.
    columns = WORLD.shape.x
    wave = np.cos(2 * np.pi * 4 * np.arange(columns) / columns) + np.zeros(WORLD.shape.yx)
    whole = up(wave, 90_000.0, WORLD)
    np.testing.assert_allclose(
        np.roll(whole, 5, 1), up(np.roll(wave, 5, 1), 90_000.0, WORLD), atol=1e-6
    )
    assert np.abs(whole[:, 0] - whole[:, -1]).max() < np.abs(whole[:, 0] - whole[:, 10]).max()


def test_rows_have_their_own_wavenumbers() -> None:
    # An eastward wave of 8 cells of a hundredth of a degree: 8 x 55.80 m x 10 at 60 N (557.8 m a
    # cell, NGA's degree lengths) and 8 x 1,113.2 m at the equator.
    for south, width in ((59.9, 557.8), (-0.1, 1_113.2)):
        grid = make_grid("EPSG:4326", 0.01, (0, south, 0.4, south + 0.2))
        wave = np.cos(2 * np.pi * (np.arange(40) + 0.5) / 8) + np.zeros(grid.shape.yx)
        share = up(wave, 500.0, grid)[10, 0] / wave[10, 0]
        assert share == pytest.approx(np.exp(-2 * np.pi * 500 / (8 * width)), rel=2e-3)


def test_near_edge_marks_the_border_and_gaps() -> None:
    values = np.ones(GRID.shape.yx)
    values[15, 20] = np.nan
    near = potential_fields.near_edge(as_layer(values, GRID), "3.2 km", GRID).values
    # Rows and columns 0 to 2 have their centres within 3.2 km of the border.
    assert near[2, 10] == 1
    assert near[10, 2] == 1
    assert near[4, 10] == 0
    assert near[15, 23] == 1
    assert near[15, 24] == 0
    assert np.isnan(near[15, 20])


def test_no_eastern_edge_where_the_globe_closes() -> None:
    everywhere = as_layer(np.ones(WORLD.shape.yx), WORLD)
    near = potential_fields.near_edge(everywhere, "450 km", WORLD).values
    assert near[:, 0].sum() == near[:, 40].sum() == near[:, -1].sum()
    assert 0 < near.mean() < 0.2


def test_a_band_below_a_cell_is_refused() -> None:
    with pytest.raises(PipelineError, match="RADIUS_SMALL"):
        potential_fields.near_edge(as_layer(waves(), GRID), "500 m", GRID)


def test_a_grid_too_large_for_memory_is_refused() -> None:
    grid = make_grid("EPSG:6933", 1_000, "world")
    with pytest.raises(GridError, match="GRID_SIZE: the grid is too large to be transformed"):
        potential_fields.row_sizes(grid, "here")


def test_cells_that_differ_along_a_row_are_refused() -> None:
    # Cells of EPSG:5070 grow and shrink by some 3 % towards its corners, far from its parallels.
    grid = make_grid("EPSG:5070", 50_000, (-2_400_000, 200_000, 2_300_000, 4_500_000))
    with pytest.raises(GridError, match="GRID_DISTORTED: cells of one row differ"):
        potential_fields.row_sizes(grid, "here")


def test_filled_keeps_what_is_known_and_stays_within_it() -> None:
    values = waves()
    values[np.random.default_rng(1).random(values.shape) < 0.7] = np.nan
    found = spectral.filled(values)
    known = ~np.isnan(values)
    np.testing.assert_array_equal(found[known], values[known])
    assert np.nanmin(values) <= found.min() <= found.max() <= np.nanmax(values)


@pytest.mark.parametrize(
    ("inclination", "tilt", "signal"), [(90, 0, 0), (60, 0.27, 0.18), (45, 0.43, 0.26)]
)
def test_anomalies_that_are_not_reduced_to_the_pole_lie_aside(
    inclination: float, tilt: float, signal: float
) -> None:
    # Total field of a dipole along the inducing field, over Cm m (Blakely 1995, equation 4.18):
    # (3 (m.r)² - r²) / r⁵; its greatest values, found on that formula, are what the page tells.
    grid = make_grid("EPSG:32611", 250, (500_000, 4_400_000, 540_000, 4_440_000))
    east, north = np.meshgrid(np.arange(-79.5, 80), -np.arange(-79.5, 80))
    depth, angle = 12.0, np.radians(inclination)  # in cells: 3 km
    r2 = east**2 + north**2 + depth**2
    along = north * np.cos(angle) - depth * np.sin(angle)
    anomaly = as_layer(1e5 * (3 * along**2 - r2) / r2**2.5, grid, units="nT")

    def south(layer) -> float:
        near = np.where(np.hypot(east, north) < 2 * depth, np.nan_to_num(layer.values), -np.inf)
        return -north.ravel()[near.argmax()] / depth

    one_cell = 1 / depth
    assert south(potential_fields.tilt(anomaly, grid)) == pytest.approx(tilt, abs=one_cell)
    assert south(magnetics.analytic_signal(anomaly, grid)) == pytest.approx(signal, abs=one_cell)
