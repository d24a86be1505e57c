"""Which step of further dimensions is read, and what is said where nobody can tell."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.io.dimensions import Steps, steps_of
from siting.io.source import Part

DAYS = {"units": "days since 2001-01-01"}


def dataset(**sizes: int) -> xr.Dataset:
    """A variable over further dimensions, then rows and columns."""
    dims = [*sizes, "lat", "lon"]
    coords = {
        name: (name, np.arange(float(size)), DAYS if name.startswith("time") else {})
        for name, size in sizes.items()
    }
    return xr.Dataset({"hs": (dims, np.zeros((*sizes.values(), 2, 2)))}, coords=coords)


def steps(found: xr.Dataset, **part) -> tuple[Steps, list[str]]:
    axes = {"lat": None, "lon": None}
    with collect() as findings:
        taken = steps_of(found, found["hs"], axes, Part(**part), Path("a.nc"))
    return taken, [each.code for each in findings]


def refused(code: str, found: xr.Dataset, **part) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        steps(found, **part)
    assert caught.value.code == code
    return caught.value


def test_dimensions_of_one_step_need_no_choice() -> None:
    assert steps(dataset())[0] == Steps({})
    assert steps(dataset(time=1, level=1))[0] == Steps({"time": 0, "level": 0})


@pytest.mark.parametrize(("band", "step"), [(1, 0), (2, 1), (3, 2)])
def test_a_band_is_a_step_from_one(band, step) -> None:
    assert steps(dataset(level=3, time=1), band=band)[0] == Steps({"level": step, "time": 0})
    assert steps(dataset(time=3), band=band)[0] == Steps({"time": step})


@pytest.mark.parametrize("band", [0, 4, -1])
def test_a_step_that_is_not_there(band) -> None:
    error = refused("BAND_MISSING", dataset(level=3), band=band)
    assert (error.found, error.wanted, error.where) == (f"band {band}", "1 to 3", "a.nc: hs")


@pytest.mark.parametrize(
    ("sizes", "part", "fix"),
    [
        ({"time": 3}, {}, "add `over_time: mean` (or minimum, maximum), or name one step"),
        ({"level": 3}, {}, "name the step, from 1, with `band:`"),
        ({"time": 3, "level": 2}, {}, "add `over_time: mean` for time, and `band:` for the step of"
                                      " level"),
        ({"time": 3, "level": 2}, {"band": 1}, "add `over_time: mean` for time"),
        ({"level": 3, "member": 2}, {}, "cut a slice first"),
        ({"time": 3, "level": 2, "member": 2}, {}, "cut a slice first"),
        ({"time": 3, "expver": 2}, {}, "merge final and preliminary ERA5 (expver 1 and 5) into"),
    ],
)  # fmt: skip
def test_choices_that_nobody_made(sizes, part, fix) -> None:
    error = refused("DIMENSION_AMBIGUOUS", dataset(**sizes), **part)
    assert error.fix.startswith(fix)
    assert error.found == ", ".join(f"{name} ({size})" for name, size in sizes.items())


def test_time_taken_together() -> None:
    found, codes = steps(dataset(time=5), over_time="maximum")
    assert (found.fixed, found.time, found.first, codes) == ({}, "time", 0, [])
    assert found.axis.seconds.size == 5
    found, _ = steps(dataset(level=3, time=5), over_time="maximum", band=2)
    assert (found.fixed, found.time) == ({"level": 1}, "time")


def test_the_longest_of_several_times_is_taken() -> None:
    found, _ = steps(dataset(time_of_run=1, time=4), over_time="minimum")
    assert (found.fixed, found.time) == ({"time_of_run": 0}, "time")


def test_a_range_of_time() -> None:
    found, _ = steps(dataset(time=9), over_time="maximum", time_range=("2001-01-03", "2001-01-05"))
    assert (found.first, found.axis.seconds.size) == (2, 3)
    error = refused("TIME_MISSING", dataset(time=9), time_range=("2001-01-03", "2001-01-05"))
    assert error.fix == "add `over_time: mean`"


def test_seasons_count_in_means_only() -> None:
    assert steps(dataset(time=180), over_time="mean")[1] == ["PERIOD_PARTIAL"]
    assert steps(dataset(time=180), over_time="maximum")[1] == []
    assert steps(dataset(time=365), over_time="mean")[1] == []


def test_what_is_over_time_where_there_is_none() -> None:
    error = refused("TIME_MISSING", dataset(level=3), over_time="mean")
    assert error.found == "level (3)"
    assert error.wanted.startswith("a dimension with units")
    refused("TIME_MISSING", dataset(), over_time="mean")
    refused("TIME_MISSING", dataset(level=1), over_time="mean")


@pytest.mark.parametrize(("name", "code"), [("time", "TIME"), ("level", "STEP")])
def test_steps_out_of_order_are_refused_where_one_is_read_too(name, code) -> None:
    found = dataset(**{name: 3})
    for values, problem in (([0.0, 0.0, 1.0], "DUPLICATE"), ([0.0, 2.0, 1.0], "NOT_MONOTONIC")):
        other = found.assign_coords({name: (name, values, found[name].attrs)})
        assert refused(f"{code}_{problem}", other, band=1).where == f"a.nc: {name}"


def test_steps_with_names_have_no_order() -> None:
    found = dataset(level=2).assign_coords(level=("level", ["b", "a"]))
    assert steps(found, band=2)[0] == Steps({"level": 1})
    assert steps(dataset(level=2).drop_vars("level"), band=2)[0] == Steps({"level": 1})


def test_gaps_do_no_harm_to_one_step() -> None:
    found = dataset(time=6)
    uneven = found.assign_coords(time=("time", [0.0, 1.0, 1.3, 4.0, 5.0, 6.0], DAYS))
    assert steps(uneven, band=1)[1] == ["TIME_GAP"]
    assert steps(uneven, over_time="mean")[1][0] == "TIME_IRREGULAR"
