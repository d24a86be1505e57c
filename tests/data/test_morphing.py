"""The table of morphing's errors: what it says follows from what it holds, and from the records."""

import inspect
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from data.build.donor import series
from siting.kernels import morph
from siting.simulation import offshore

DATA = Path(__file__).parents[2] / "data"
ERRORS = pd.read_csv(DATA / "morphing_errors.csv")
SHARES = ERRORS["figure"].str.endswith(("energy_served", "full_load_hours"))


def test_every_station_was_left_out_and_lent_its_hours_to_every_other():
    pairs = ERRORS.groupby("figure")[["donor", "station"]].apply(
        lambda each: set(map(tuple, each.values))
    )
    stations = set(ERRORS["station"])
    wanted = {(a, b) for a in stations for b in stations if a != b}
    assert len(stations) == 4
    assert all(found == wanted for found in pairs)
    assert (ERRORS["donor"] != ERRORS["station"]).all()


def test_errors_are_those_of_the_figures_beside_them():
    single = ERRORS[ERRORS["years"] == 1]
    expected = np.where(
        SHARES[single.index], single["morphed"] - single["own"],
        np.log(single["morphed"] / single["own"]),
    )  # fmt: skip
    np.testing.assert_allclose(single["error"], expected, atol=4e-3)  # figures have 4 decimals
    assert (ERRORS["rms"] >= ERRORS["error"].abs() - 1e-4).all()
    assert (ERRORS["worst"] >= ERRORS["rms"] - 1e-4).all()


def test_the_band_of_the_simulation_is_no_narrower_than_the_errors():
    default = inspect.signature(offshore.node).parameters["morphing_error"].default
    cost = ERRORS[ERRORS["figure"] == "drifting_node_cost_per_compute_hour"]
    across = cost[cost["donor"].str.contains("44007") | cost["station"].str.contains("44007")]
    assert len(across) == 6
    assert default >= np.sqrt((across["rms"] ** 2).mean())


def test_the_donor_holds_each_state_once_every_three_hours():
    donor = pd.read_csv(DATA / "wave_donor.csv", parse_dates=["time"])
    assert len(donor) == series.STATES
    assert (donor["time"].diff().dropna() == pd.Timedelta("3h")).all()
    states = donor.iloc[:, 1:]
    assert not (states.diff().iloc[1:] == 0).all(axis=1).any()
    # mean of the package's defaults: 2.369 m, 9.734 s
    assert states.mean().round(3).tolist() == [2.369, 9.734]


def test_errors_of_the_flux_come_out_again_from_the_records():
    folder = os.environ.get("SITING_REFERENCE_DATA")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    from data.build.morphing.judge import morphed
    from data.build.morphing.stations import years

    known = [each for each in years(Path(folder) / "wave") if "44007" not in each.station]
    assert len(known) == 3
    flux = ERRORS[ERRORS["figure"] == "wave_flux"].set_index(["donor", "station"])
    for donor in known:
        for target in known:
            if donor.station != target.station:
                height, period = morphed(donor, target)
                own, made = (
                    np.mean(np.square(h, dtype=float) * t)
                    for h, t in ((target.height, target.period), (height, period))
                )
                expected = flux.loc[(donor.station, target.station), "error"]
                assert np.log(made / own) == pytest.approx(expected, abs=1e-3)


def months(name):
    with rasterio.open(DATA / f"{name}_monthly.tif") as raster:
        cells = raster.read(masked=True).astype(float).filled(np.nan) * raster.scales[0]
        rows = np.arange(raster.height)
        return cells, raster.transform.f + (rows + 0.5) * raster.transform.e


def test_seas_that_are_too_steep_are_rare():
    (height, latitude), (period, _) = (
        months("significant_wave_height"),
        months("wave_energy_period"),
    )
    known = np.isfinite(height).all(axis=0) & np.isfinite(period).all(axis=0)
    row, column = (each[::40] for each in np.nonzero(known))
    donor = pd.read_csv(DATA / "wave_donor.csv", parse_dates=["time"])
    time = donor["time"].dt.tz_localize(None).to_numpy()
    hours = [morph.hourly_year(time, donor.iloc[:, each]) for each in (1, 2)]
    sea = morph.hourly_waves(
        height[:, row, column].T, period[:, row, column].T, latitude[row], *hours, 40.84
    )
    steepness = 2 * np.pi * sea.height / (9.80665 * sea.period**2)
    assert 0.0005 < (steepness > 0.06).mean() < 0.0015
    assert steepness.max() < 0.1


FIGURES = {
    "energy flux": "wave_flux",
    "capacity factor": "capacity_factor",
    "energy served": "energy_served",
    "hours at full load": "full_load_hours",
    "least cost of an hour of compute": "cost_per_compute_hour",
}


def rms(rows):
    return np.sqrt((rows["rms"] ** 2).mean())


def test_the_page_states_what_the_table_holds():
    page = (DATA.parent / "docs" / "simulation.md").read_text("utf-8")
    stated = re.findall(
        r"^\| ([a-z][^|]+?) \| ((?:[-+]?\d\.\d\d(?: \| )?){5}) \|$", page, re.MULTILINE
    )
    assert len(stated) == ERRORS["figure"].nunique()
    maine = ERRORS["donor"].str.contains("44007") | ERRORS["station"].str.contains("44007")
    embedded = ERRORS["donor"].str.contains("embedded")
    for label, numbers in stated:
        what, _, device = label.partition(", ")
        prefix = {"RM3": "rm3_", "drifting node": "drifting_node_", "": ""}[device]
        chosen = ERRORS["figure"] == prefix + FIGURES[what]
        found = [
            ERRORS[chosen]["error"].mean(), rms(ERRORS[chosen]), rms(ERRORS[chosen & maine]),
            rms(ERRORS[chosen & embedded]), ERRORS[chosen]["worst"].max(),
        ]  # fmt: skip
        np.testing.assert_allclose([float(n) for n in numbers.split(" | ")], found, atol=0.00501)
