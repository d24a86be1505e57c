"""A comparison's figures by hand, and the page that shows them."""

import re

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import Finding
from siting.outputs.comparison.content import compare, joint
from siting.outputs.comparison.figures import pairs_figure, year_figure
from siting.outputs.comparison.page import render, sentence

HS, TE, TP = "significant_wave_height", "wave_energy_period", "wave_peak_period"
MWD = "wave_from_direction"


def series(start: str, step: str, source: str, **values: np.ndarray) -> xr.Dataset:
    count = len(next(iter(values.values())))
    time = np.datetime64(start, "s") + np.arange(count) * np.timedelta64(int(step), "s")
    return xr.Dataset(
        {name: (("site", "time"), np.asarray(each, float)[None]) for name, each in values.items()},
        coords={"site": ["a"], "time": time.astype("datetime64[ns]")},
        attrs={"source": source},
    )


@pytest.fixture
def pair() -> tuple[xr.Dataset, xr.Dataset]:
    """A model every three hours and a buoy every hour, ten minutes later, over a year."""
    hours = np.arange(8760)
    height = 2 + np.sin(2 * np.pi * hours / 8760) + 0.3 * np.sin(hours)
    direction = (350 + 20 * np.sin(hours)) % 360
    buoy = series(
        "2020-01-01T00:10", "3600", "buoy.txt", **{HS: height, TP: height + 8, MWD: direction}
    )
    third = hours[::3]
    model = series("2020-01-01T00:00", "10800", "model.nc",
                   **{HS: 1.1 * height[third], TE: height[third] + 7,
                      MWD: (direction[third] + 5) % 360})  # fmt: skip
    return model, buoy


def test_pairs_are_half_a_step_apart_at_most(pair) -> None:
    found = compare(*pair)
    assert found.within == 1800.0
    assert found.pairs == 2920
    assert found.first == "2020-01-01 00:10 UTC"
    assert compare(*pair, within=600.0).pairs == 2920
    with pytest.raises(InputError, match="SERIES_MISMATCH: the two series have no time"):
        compare(*pair, within=599.0)


def test_figures_of_a_model_that_is_a_tenth_too_high(pair) -> None:
    height = compare(*pair).compared[0]
    buoy = height.observed
    assert height.whole.bias == pytest.approx(0.1 * buoy.mean())
    assert height.whole.rmse == pytest.approx(0.1 * np.sqrt((buoy**2).mean()))
    assert height.whole.scatter_index == pytest.approx(0.1 * buoy.std() / buoy.mean())
    assert height.whole.correlation == pytest.approx(1.0)
    assert sum(row.pairs for row in height.months.values()) == 2920
    assert sum(row.pairs for row in height.classes.values()) == 2920
    assert list(height.classes) == ["0 to 1 m", "1 to 2 m", "2 to 3 m", "3 to 4 m"]
    assert height.classes["3 to 4 m"].bias == pytest.approx(0.1 * buoy[buoy >= 3].mean())
    assert height.months["January"].observed_mean == pytest.approx(buoy[:248].mean(), rel=1e-3)
    assert sentence(height).startswith(f"The model lies {0.1 * buoy.mean():.3g} m above the buoy")


def test_directions_are_compared_the_short_way_round(pair) -> None:
    direction = next(each for each in compare(*pair).compared if each.circular)
    assert direction.whole.bias == pytest.approx(5.0)
    assert np.isnan(direction.whole.correlation)


def test_periods_of_different_types_are_not_compared(pair) -> None:
    found = compare(*pair)
    assert [each.quantity for each in found.compared] == [HS, MWD]
    assert (found.only_model, found.only_buoy) == ((TE,), (TP,))
    with pytest.raises(InputError, match="SERIES_MISMATCH: the two series have no quantity"):
        compare(pair[0][[TE]], pair[1][[TP]])


def test_pairs_without_a_value_are_no_pairs(pair) -> None:
    model, buoy = pair
    buoy[MWD][:] = np.nan
    assert [each.quantity for each in compare(model, buoy).compared] == [HS]
    buoy[HS][:] = np.nan
    with pytest.raises(InputError, match="SERIES_MISMATCH: the two series have no measured value"):
        compare(model, buoy)


def test_a_series_that_runs_backwards_is_the_same(pair) -> None:
    model, buoy = pair
    turned = compare(model, buoy.isel(time=slice(None, None, -1)))
    assert turned.as_dict() == compare(model, buoy).as_dict()


def test_the_page_shows_figures_units_and_findings(pair) -> None:
    found = compare(*pair)
    finding = Finding("TIME_GAP", "steps are missing", where="<b>a&b</b>", severity="warning")
    page = render(found, [finding])
    assert "default-src &#39;none&#39;" in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"https?:", page)
    assert page.count("data:image/svg+xml;base64,") == 4
    assert "&lt;b&gt;a&amp;b&lt;/b&gt;" in page
    assert f"{found.compared[0].whole.bias:.3f}" in page
    assert "Means, bias and RMSE in m;" in page
    assert "wave_energy_period, wave_peak_period" in page
    assert page == render(compare(*pair), [finding])


def test_heights_and_periods_together(pair) -> None:
    model, buoy = pair
    assert joint(compare(model, buoy)) is None  # no common period
    buoy[TE] = buoy[HS] + 7
    title, ours, theirs = joint(compare(model, buoy))
    assert title.startswith("Energy period")
    assert ours.steps == theirs.steps == 2920
    assert theirs.share.sum() == pytest.approx(1.0)
    assert theirs.share.sum(axis=1)[4] == pytest.approx(  # 2 to 2.5 m
        np.mean([2 <= h < 2.5 for h in compare(model, buoy).compared[0].observed])
    )
    buoy[TE][:] = np.nan
    assert joint(compare(model, buoy)) is None
    buoy[TE] = buoy[HS] + 7
    assert "Heights and periods together" in render(compare(model, buoy))


def test_axes_have_units(pair) -> None:
    for each in compare(*pair).compared:
        for figure in (pairs_figure(each), year_figure(each)):
            labels = [ax.get_ylabel() for ax in figure.axes] + [a.get_xlabel() for a in figure.axes]
            told = [label for label in labels if label and label not in ("Month",)]
            assert all("[" in each or "Pairs in a cell" in each for each in told)
