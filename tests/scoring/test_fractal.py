import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.grid import as_layer, make_grid
from siting.kernels import fractal as kernel
from siting.scoring.fractal import concentration_area

GRID = make_grid("EPSG:6933", 1000.0, (0, 0, 200_000, 200_000))
EVERYWHERE = as_layer(np.ones((200, 200), dtype=bool), GRID)


def powers(*pieces: tuple[float, float], seed: int = 1) -> np.ndarray:
    """Values whose area above c falls as c^-a, with another a above each break (c, a)."""
    share = (np.random.default_rng(seed).permutation(40_000) + 0.5) / 40_000
    values, top, start = np.empty(40_000), 1.0, 1.0
    ends = [(each[0], other[1]) for each, other in zip(pieces[1:], pieces, strict=False)]
    for c, a in [*ends, (np.inf, pieces[-1][1])]:
        low = top * (c / start) ** -a if np.isfinite(c) else 0.0
        mask = (share <= top) & (share > low)
        values[mask] = start * (share[mask] / top) ** (-1 / a)
        top, start = low, c
    return values.reshape(200, 200)


def layer(values: np.ndarray, units: str = "mg kg-1") -> xr.DataArray:
    attrs = {"units": units, "kind": "continuous", "status": "measured"}
    return as_layer(values, GRID, **attrs).rename("copper")


def test_the_break_between_two_populations_is_found():
    # Cheng and others 1994: A ~ c^-.5 up to 30, c^-2 beyond: by construction.
    values = powers((1.0, 0.5), (30.0, 2.0))
    found = concentration_area(layer(values), EVERYWHERE, GRID)
    (only,) = found.breaks["breaks"]
    assert only["value"] == pytest.approx(30, rel=0.05)
    assert only["low"] < 30 < only["high"]
    assert found.breaks["exponents"] == pytest.approx([0.5, 2.0], rel=0.05)
    # 30^-.5 of the area lies above.
    anomalous = float((found.classes == 2).mean())
    assert anomalous == pytest.approx(30**-0.5, rel=0.03)
    assert found.classes.attrs["kind"] == "categorical"
    assert set(np.unique(found.classes)) == {1.0, 2.0}
    assert list(found.classes.attrs["categories"]) == ["1", "2"]


def test_three_populations_and_their_exponents():
    values = powers((1.0, 0.3), (10.0, 1.0), (100.0, 4.0))
    found = concentration_area(layer(values), EVERYWHERE, GRID).breaks
    assert [each["value"] for each in found["breaks"]] == pytest.approx([10, 100], rel=0.1)
    assert found["exponents"] == pytest.approx([0.3, 1.0, 4.0], rel=0.1)


def test_one_power_law_has_no_break():
    found = concentration_area(layer(powers((1.0, 1.0))), EVERYWHERE, GRID)
    assert found.breaks["breaks"] == []
    assert set(np.unique(found.classes)) == {1.0}


def test_a_number_of_breaks_can_be_set():
    values = powers((1.0, 0.5), (30.0, 2.0))
    found = concentration_area(layer(values), EVERYWHERE, GRID, number=2).breaks
    assert len(found["breaks"]) == 2
    assert found["method"] == "number given"


def test_cells_outside_the_domain_do_not_count():
    values = powers((1.0, 0.5), (30.0, 2.0))
    values[:, :50] = -5.0
    values[0, 60] = np.nan
    east = np.broadcast_to(np.arange(200) >= 50, (200, 200)).copy()
    inside = as_layer(east, GRID)
    found = concentration_area(layer(values), inside, GRID)
    assert found.breaks["breaks"][0]["value"] == pytest.approx(30, rel=0.1)
    assert np.isnan(found.classes.values[:, :50]).all()
    assert np.isnan(found.classes.values[0, 60])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.full((200, 200), np.nan), "LAYER_EMPTY"),
        (np.full((200, 200), 3.0), "LAYER_CONSTANT"),
        (np.linspace(0, 1, 40_000).reshape(200, 200), "VALUE_INVALID"),
        (np.where(np.arange(40_000) % 2, 1.0, 5.0).reshape(200, 200), "FEATURES_FEW"),
    ],
)
def test_layers_without_a_curve_are_refused(values, code):
    with pytest.raises(InputError, match=code):
        concentration_area(layer(values), EVERYWHERE, GRID)


def test_classes_are_refused():
    kinds = layer(powers((1.0, 1.0))).assign_attrs(kind="categorical")
    with pytest.raises(InputError, match="KIND_WRONG"):
        concentration_area(kinds, EVERYWHERE, GRID)


def test_the_best_cuts_are_those_of_an_exhaustive_search():
    rng = np.random.default_rng(5)
    x = np.linspace(0, 1, 24)
    y = np.cumsum(rng.normal(size=24))

    def error(cut: int) -> float:
        halves = ((x[:cut], y[:cut]), (x[cut:], y[cut:]))
        return sum(float(((np.polyval(np.polyfit(u, v, 1), u) - v) ** 2).sum()) for u, v in halves)

    best = min(range(5, 20), key=error)
    found = kernel.fit_pieces(x, y, 1).breaks.item()
    assert x[best - 1] <= found <= x[best]
