import functools
from pathlib import Path

import geopandas as gpd
import gstools
import numpy as np
import pytest

from siting.errors import InputError, UnitsError
from siting.findings import collect
from siting.geodesy import ecef
from siting.grid import cell_of, longitude_latitude, make_grid, sample
from siting.layers.heat_flow import convective_residual, kriged, kriged_residual

from ..commands import siting

GRID = make_grid("EPSG:5070", 10_000, (-1_900_000, 1_700_000, -1_400_000, 2_200_000))
BOX = (-120.0, 36.5, -114.5, 41.5)


@functools.cache
def simulated(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes, latitudes and heat flow: sill 200, range 180 km (95 %), mean 80."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(BOX[0], BOX[2], count), rng.uniform(BOX[1], BOX[3], count)
    model = gstools.Exponential(dim=3, var=200.0, len_scale=60e3)
    field = gstools.SRF(model, seed=seed, mode_no=500)(ecef(x, y).T, mesh_type="unstructured")
    return x, y, 80 + field


def wells(
    x: np.ndarray, y: np.ndarray, values: np.ndarray, sd: float | None = None
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame({"heat_flow": values}, geometry=gpd.points_from_xy(x, y, crs=4326))
    frame.attrs["columns"] = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2"}
    return frame if sd is None else frame.assign(standard_deviation=sd)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_intervals_hold_the_field_at_places_without_wells(seed: int) -> None:
    x, y, truth = simulated(seed, 900)
    known = truth[:400] + np.random.default_rng(seed).normal(0, 6, 400)
    found = kriged(wells(x[:400], y[:400], known, sd=6.0), GRID)
    cells = cell_of(GRID, x[400:], y[400:])
    mean, sd = sample(found.mean, *cells), sample(found.sd, *cells)
    inside = np.isfinite(mean)
    ratio = np.abs(mean - truth[400:])[inside] / sd[inside]
    # 68 and 95 %; places correlate, so that 500 count as some fifty.
    assert (ratio < 1).mean() == pytest.approx(0.68, abs=0.12)
    assert (ratio < 2).mean() == pytest.approx(0.95, abs=0.05)
    # It tells more than the mean of all wells does.
    error = np.sqrt(np.mean((mean - truth[400:])[inside] ** 2))
    assert error < 0.8 * truth.std()
    assert found.mean.attrs["label_leak"] is True


def test_the_map_goes_through_wells_without_error_or_nugget() -> None:
    longitude, latitude = longitude_latitude(GRID, slice(0, 50), slice(0, 50))
    cells = tuple(np.random.default_rng(3).choice(50, (2, 150)))
    x, y = longitude[cells], latitude[cells]
    smooth = 70 + 10 * np.sin(2 * x) * np.cos(2 * y)
    found = kriged(wells(x, y, smooth), GRID)
    assert found.variogram["nugget"] < 1e-3
    np.testing.assert_allclose(sample(found.mean, *cells), smooth, atol=0.05)
    assert sample(found.sd, *cells).max() < 0.1
    assert float(found.sd.max()) > 1


def test_blocks_agree_with_all_wells_at_once_near_wells() -> None:
    x, y, truth = simulated(4, 450)
    some = wells(x, y, truth, sd=4.0)
    near, every = kriged(some, GRID), kriged(some, GRID, nearest=450)
    close = every.sd.values < 0.7 * np.sqrt(every.variogram["sill"] + every.variogram["nugget"])
    apart = (near.mean.values - every.mean.values) / every.sd.values
    assert close.mean() > 0.3
    assert np.sqrt(np.mean(apart[close] ** 2)) < 0.1
    np.testing.assert_allclose(near.sd.values[close], every.sd.values[close], rtol=0.05)
    assert np.abs(apart).max() < 1.5


def test_the_same_wells_across_the_dateline_give_the_same_map() -> None:
    x, y, truth = simulated(5, 120)
    here = kriged(wells(x, y, truth), make_grid("EPSG:4326", 0.5, (-120, 37, -115, 41)))
    there = kriged(
        wells((x - 63 + 180) % 360 - 180, y, truth),
        make_grid("EPSG:4326", 0.5, (177, 37, 182, 41)),
    )
    np.testing.assert_allclose(here.mean.values, there.mean.values, rtol=1e-5)
    np.testing.assert_allclose(here.sd.values, there.sd.values, rtol=1e-4)


def test_sd_rises_to_that_of_the_field_far_from_wells() -> None:
    x, y, truth = simulated(6, 200)
    far = make_grid("EPSG:4326", 1.0, (20, 0, 24, 4))
    found = kriged(wells(x, y, truth), far)
    field = np.sqrt(found.variogram["sill"] + found.variogram["nugget"])
    assert (found.sd.values >= 0.999 * field).all()
    assert (found.sd.values < 1.3 * field).all()
    assert np.ptp(found.mean.values) < 20


def test_wells_at_one_place_are_one_value() -> None:
    x, y, truth = simulated(7, 60)
    once = kriged(wells(x, y, truth), GRID)
    same = np.append(np.arange(60), np.full(30, 5))
    often = kriged(wells(x[same], y[same], truth[same]), GRID)
    np.testing.assert_allclose(once.mean.values, often.mean.values, rtol=1e-5)
    assert often.variogram["wells"] == 90
    assert often.variogram["places"] == once.variogram["places"]


def test_units_are_converted_and_rows_without_a_value_left_out() -> None:
    x, y, truth = simulated(8, 80)
    watts = wells(x, y, truth / 1000)
    watts.attrs["columns"] = {"heat_flow": "W m-2"}
    watts.loc[3, "heat_flow"] = np.nan
    keep = np.arange(80) != 3
    one, other = kriged(watts, GRID), kriged(wells(x[keep], y[keep], truth[keep]), GRID)
    np.testing.assert_allclose(one.mean.values, other.mean.values, rtol=1e-4)
    assert one.variogram["left_out"] == 1


def test_the_residual_is_what_conduction_does_not_bring() -> None:
    x, y, truth = simulated(9, 200)
    cold = wells(x, y, truth, sd=3.0)
    hot = wells(x[:5] + 1e-5, y[:5], truth[:5] + 300.0, sd=20.0)
    found = convective_residual(hot, cold)
    np.testing.assert_allclose(
        found["conductive_heat_flow"] + found["convective_residual"], hot["heat_flow"]
    )
    # The wells 1 m away are at the same place and do not tell; those around do, within their sd.
    ratio = (found["convective_residual"] - 300) / found["standard_deviation"]
    assert (np.abs(ratio) < 3).all()
    assert (found["standard_deviation"] > 20).all()
    assert found.attrs["columns"]["convective_residual"] == "mW m-2"
    assert found.attrs["label_leak"] is True


def test_a_conductive_well_does_not_vouch_for_itself() -> None:
    x, y, truth = simulated(9, 200)
    truth = truth.copy()
    truth[17] += 80  # hot, and yet among those held to be conductive
    every = wells(x, y, truth)
    found = convective_residual(every, every)
    assert found["convective_residual"].iloc[17] > 40
    rest = np.delete(found["convective_residual"].to_numpy(), 17)
    assert np.abs(rest.mean()) < 3


def test_residuals_are_kriged_like_heat_flow() -> None:
    x, y, truth = simulated(10, 60)
    frame = wells(x, y, truth, sd=2.0)
    renamed = frame.rename(columns={"heat_flow": "convective_residual"})
    renamed.attrs["columns"] = dict.fromkeys(
        ("convective_residual", "standard_deviation"), "mW m-2"
    )
    np.testing.assert_array_equal(
        kriged_residual(renamed, GRID).mean.values, kriged(frame, GRID).mean.values
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda frame: frame.iloc[:19], "FEATURES_FEW: too few places"),
        (lambda frame: frame.assign(heat_flow=70.0), "VALUE_INVALID: all values of 'heat_flow'"),
        (lambda frame: frame.assign(standard_deviation=-1.0), "VALUE_INVALID: a well has no"),
        (lambda frame: frame.assign(heat_flow=[np.inf, *frame["heat_flow"][1:]]), "VALUE_INVALID"),
        (lambda frame: frame.assign(heat_flow=np.nan), "FEATURES_FEW"),
        (lambda frame: frame.assign(heat_flow=[-9999.0, *frame["heat_flow"][1:]]), "NODATA_UNDE"),
        (lambda frame: frame.drop(columns="heat_flow"), "COLUMN_MISSING"),
        (lambda frame: frame.set_geometry(frame.to_crs(5070).buffer(9.0)), "GEOMETRY_WRONG"),
    ],
)
def test_wells_that_cannot_be_kriged_are_refused(change: object, code: str) -> None:
    frame = change(wells(*simulated(11, 40), sd=1.0))  # type: ignore[operator]
    with pytest.raises(InputError, match=code):
        kriged(frame, GRID)


def test_places_and_not_wells_are_counted() -> None:
    truth = simulated(12, 40)[2]
    with pytest.raises(InputError, match=r"FEATURES_FEW(.*\n)+.*found: *1\n"):
        kriged(wells(np.full(40, -118.0), np.full(40, 40.0), truth), GRID)


def test_units_are_wanted() -> None:
    frame = wells(*simulated(11, 40))
    frame.attrs["columns"] = {}
    with pytest.raises(UnitsError, match="UNITS_MISSING"):
        kriged(frame, GRID)


PIPELINE = """\
siting: 1
name: Heat from wells
grid: {crs: EPSG:4326, resolution: 0.5 degree, bounds: [-120, 37, -115, 41]}
sources:
  raw:
    file: wells.csv
    columns: {depth: m, temperature: degC}
    status: measured
    vintage: "2020"
layers:
  corrected: {bottom_hole.harrison_corrected: {wells: raw}}
  every: {wells.heat_flow: {wells: corrected}}
  cold: {wells.conductive: {wells: every}}
  q: {heat_flow.kriged: {wells: cold}}
  residual: {heat_flow.convective_residual: {wells: every, conductive: cold}}
  t3:
    geotherm.temperature_at_depth:
      {heat_flow: q.mean, heat_flow_sd: q.sd, depth: 3 km, thicknesses: [1 km],
       conductivities: [2.0, 2.8], heat_productions: [1.2, 1.0]}
  d200:
    geotherm.depth_to_temperature:
      {heat_flow: q.mean, heat_flow_sd: q.sd, temperature: 200 degC, thicknesses: [1 km],
       conductivities: [2.0, 2.8], heat_productions: [1.2, 1.0], conductivity_law: sass_1992}
  hot: {combine.rescale: {layer: t3.mean, low: 100 degC, high: 150 degC}}
scoring:
  score: {overlay.weighted: {layers: {hot: 1}}}
accept: {LABEL_LEAK: the wells are older than any discovery}
candidates: {rank_by: score, count: 3, spacing: 30 km}
outputs: [candidates.csv]
"""


def write_world(folder: Path, text: str) -> Path:
    x, y, q = simulated(13, 60)
    lines = ["well_name,longitude,latitude,depth,temperature,measurement,date"]
    for number, (lon, lat, heat) in enumerate(zip(x, y, q, strict=True)):
        for depth in (500.0, 1_500.0):
            t = 15 + heat * depth / 1000 / 2.5
            lines.append(f"W{number},{lon:.5f},{lat:.5f},{depth},{t:.2f},log,2001-05-01")
    (folder / "wells.csv").write_text("\n".join(lines) + "\n")
    path = folder / "heat.yaml"
    path.write_text(text)
    return path


def test_a_pipeline_goes_from_wells_to_depths(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = write_world(tmp_path, PIPELINE)
    done = siting(capsys, "run", path, "--out", tmp_path / "runs")
    assert done.code == 0, done.err
    table = next((tmp_path / "runs").rglob("candidates.csv")).read_text().splitlines()
    names = table[0].split(",")
    best = dict(zip(names, table[1].split(","), strict=True))
    assert 100 < float(best["t3"]) < 200
    assert float(best["d200_sd"]) > 0


def test_a_score_from_well_temperatures_is_refused_before_any_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    text = "\n".join(line for line in PIPELINE.splitlines() if not line.startswith("accept"))
    path = write_world(tmp_path, text)
    (tmp_path / "wells.csv").write_text("longitude\n")
    done = siting(capsys, "check", path)
    assert done.code == 2
    assert "LABEL_LEAK: 'hot'" in done.err + done.out


def test_watts_taken_for_milliwatts_are_told() -> None:
    x, y, truth = simulated(0, 60)
    with collect() as findings:
        kriged(wells(x, y, truth / 1000), GRID)
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]
    assert "W m-2" in str(findings[0].fix)
    with collect() as findings:
        kriged(wells(x, y, truth), GRID)
    assert list(findings) == []
