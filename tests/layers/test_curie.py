import numpy as np
import pytest
from numpy.typing import NDArray

from siting.errors import PipelineError
from siting.findings import collect
from siting.grid import as_layer, make_grid
from siting.kernels.curie import Bands, bottom_depth, by_windows, radial_spectrum
from siting.layers.curie import curie_depth

CELL = 2.0  # [km]
BANDS = Bands(30_000.0, 25_000.0, 8_000.0)


def magnetised(top: float, bottom: float, seed: int, cells: int = 512, exponent: float = 0.0):
    """Field of a layer between two depths [km], of random magnetisation, reduced to the pole.

    Each wavenumber of the magnetisation is multiplied by exp(-k top) - exp(-k bottom) (Blakely
    1995, Potential theory in gravity and magnetic applications, equation 11.33).
    """
    noise = np.fft.rfft2(np.random.default_rng(seed).normal(size=(cells, cells)))
    axes = np.fft.fftfreq(cells, CELL)[:, None], np.fft.rfftfreq(cells, CELL)[None, :]
    k = 2 * np.pi * np.hypot(*axes)
    k[0, 0] = k[0, 1]
    earth = np.exp(-k * top) - np.exp(-k * bottom)
    return np.fft.irfft2(noise * earth * k ** (-exponent / 2), s=(cells, cells))


def depths(top: float, bottom: float, exponent: float = 0.0) -> NDArray[np.float64]:
    """Bottoms and their standard deviations [km] in windows of 400 km, parts of larger fields."""
    found = []
    for seed in range(10):
        field = magnetised(top, bottom, seed, exponent=exponent)
        for at in (0, 250):
            spectrum = radial_spectrum(field[at : at + 200, at : at + 200], 2_000.0, 2_000.0)
            fitted = bottom_depth(spectrum, BANDS, exponent)
            found.append((fitted.depth / 1000, fitted.sd / 1000, fitted.top / 1000))
    return np.array(found)


@pytest.mark.parametrize(
    ("top", "bottom", "exponent"), [(2.0, 15.0, 0.0), (1.0, 25.0, 0.0), (2.0, 20.0, 2.0)]
)
def test_a_known_bottom_is_recovered(top: float, bottom: float, exponent: float) -> None:
    depth, sd, found_top = depths(top, bottom, exponent).T
    assert np.median(depth) == pytest.approx(bottom, rel=0.15)
    assert np.median(found_top) == pytest.approx(top, abs=0.3)
    # The standard deviation tells the scatter: between half and twice of it.
    assert 0.5 < np.median(sd) / np.std(depth) < 2.0
    assert (np.abs(depth - bottom) < 2 * sd).mean() >= 0.75


def test_a_fractal_crust_taken_as_random_reads_too_deep() -> None:
    field = magnetised(2.0, 20.0, 0, exponent=2.0)[:200, :200]
    spectrum = radial_spectrum(field, 2_000.0, 2_000.0)
    right, wrong = (bottom_depth(spectrum, BANDS, exponent) for exponent in (2.0, 0.0))
    assert not wrong.depth < right.depth


def test_a_deeper_bottom_reads_deeper() -> None:
    assert np.median(depths(1.0, 25.0)[:, 0]) > np.median(depths(1.0, 12.0)[:, 0]) + 8


def test_a_window_too_small_for_the_depth_tells_nothing() -> None:
    sizes = np.full(512, 2_000.0)
    field = magnetised(1.0, 40.0, 3)
    small, _ = by_windows(field[:80, :80], sizes[:80], sizes[:80], 160_000.0, BANDS, 0.0)
    assert not (small > 160_000 / 8).any()
    assert np.isnan(small).any()


def layer_depth(values: NDArray[np.float64], **changes: object):
    side = CELL * 1000 * len(values)
    grid = make_grid("EPSG:32611", CELL * 1000, (200_000, 4e6, 200_000 + side, 4e6 + side))
    return curie_depth(as_layer(values, grid, units="nT", status="measured"), grid=grid, **changes)


def test_layer_maps_depth_and_its_uncertainty() -> None:
    found = layer_depth(magnetised(2.0, 15.0, 1)[:300, :300], window="400 km")
    depth, sd = found.depth.values, found.sd.values
    assert np.isfinite(depth).mean() > 0.9
    assert np.nanmedian(depth) == pytest.approx(15.0, rel=0.25)
    assert (sd[np.isfinite(depth)] > 0).all()
    assert np.abs(np.diff(depth, axis=1)).max() < 0.5  # linear between windows
    assert found.depth.attrs["status"] == "derived"


def test_gaps_stay_gaps_and_windows_full_of_them_tell_nothing() -> None:
    values = magnetised(2.0, 15.0, 1)[:300, :300]
    values[:200, :120] = np.nan
    depth = layer_depth(values, window="300 km").depth.values
    assert np.isnan(depth[:200, :120]).all()
    assert np.isnan(depth[0, 121])
    assert np.isfinite(depth[-1, -1])


@pytest.mark.parametrize("value", [np.nan, 7.0])
def test_a_field_without_waves_has_no_bottom(value: float) -> None:
    found = layer_depth(np.full((160, 160), value), window="300 km")
    assert np.isnan(found.depth).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"window": "700 km"}, "the window is larger than the grid"),
        ({"top_shortest": "4 km"}, "these wavelengths cannot be fitted"),
        ({"top_shortest": "26 km"}, "these wavelengths cannot be fitted"),
    ],
)
def test_lengths_that_cannot_be_fitted_are_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(PipelineError, match=f"VALUE_INVALID: {message}"):
        layer_depth(np.zeros((160, 160)), **changes)


@pytest.mark.parametrize(("offset", "count"), [(0.0, 0), (50_000.0, 1)])
def test_a_total_field_is_told(offset: float, count: int) -> None:
    grid = make_grid("EPSG:32611", 3000, (300000, 4200000, 660000, 4560000))
    noise = np.random.default_rng(0).normal(0, 100, grid.shape.yx)
    with collect() as findings:
        curie_depth(as_layer(noise + offset, grid, units="nT"), grid).depth.compute()
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"] * count
