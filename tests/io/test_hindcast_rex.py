"""HDF5 in the layout of rex: packed values, places and times of sites, and what is told of them."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from siting.errors import InputError, SitingError
from siting.findings import Finding, collect
from siting.io.hindcast_rex import is_rex, open_rex
from siting.io.hindcast_store import Store
from tests import hindcast_files as files

GHI, HS = "solar_irradiance", "significant_wave_height"
SITES = [(-56.26, -7.03), (-56.27, -7.03), (200.0, -90.0)]
WATTS = {"units": "W/m2"}


def sun(path: Path, values: Any, attrs: dict[str, Any] | None = None, **more: Any) -> Path:
    """A file of irradiance of 48 hours, the same at each hour of a site."""
    datasets = {"ghi": (np.tile(values, (48, 1)), WATTS if attrs is None else attrs)}
    places = more.pop("places", SITES[: len(values)])
    return files.rex(path / "sun.h5", datasets, files.hours(48), places, **more)


def opened(path: Path, wanted: dict[str, str] | None = None) -> tuple[Store, list[Finding]]:
    with collect() as findings:
        return open_rex(path, wanted), findings


def first_hour(store: Store, name: str = GHI) -> list[float]:
    with store.reader() as read:
        (sites,) = read(name, slice(5, 6), slice(0, 1), slice(0, store.cells.shape[1]))[0]
        return list(sites)


def refused(path: Path, wanted: dict[str, str] | None = None) -> tuple[str, ...]:
    """Code, message, place within the file, what was found, wanted, and how to correct it."""
    with pytest.raises(SitingError, match="[A-Z_]+") as caught:
        opened(path, wanted)
    assert caught.value.where.startswith(f"{path}")
    part = caught.value.where.removeprefix(f"{path}").removeprefix(": ")
    error = caught.value
    return error.code, error.message, part, error.found, error.wanted, error.fix


def texts(path: Path, times: list[str]) -> Path:
    """The file with other texts for its times."""
    with h5py.File(path, "r+") as file:
        del file["time_index"]
        file["time_index"] = np.array(times, dtype="S")
    return path


@pytest.mark.parametrize(
    ("attrs", "value"),
    [
        ({}, 2000.0),
        ({"scale_factor": 10.0}, 200.0),
        ({"scale_factor": np.array([10.0])}, 200.0),
        ({"psm_scale_factor": 4.0}, 500.0),
        ({"scale_factor": 10.0, "psm_scale_factor": 4.0}, 200.0),
        ({"scale_factor": 10.0, "add_offset": 0.0}, 200.0),
        ({"scale_factor": 0.1, "add_offset": -50.0}, 150.0),
        ({"scale_factor": 0.1, "psm_add_offset": -50.0}, 150.0),
        ({"scale_factor": 0.1, "adder": 7.0}, 207.0),
        ({"adder": 7.0}, 2007.0),
    ],
)
def test_values_are_unpacked_by_the_rule_of_the_layout(tmp_path, attrs, value) -> None:
    store, _ = opened(sun(tmp_path, np.array([2000], "i2"), WATTS | attrs))
    assert first_hour(store) == [pytest.approx(value)]


def test_a_scale_of_0_is_refused(tmp_path) -> None:
    for attrs in ({"scale_factor": 0.0}, {"scale_factor": 0.0, "adder": 3.0}):
        path = sun(tmp_path, np.array([2000], "i2"), WATTS | attrs)
        code, _, part, found, *_ = refused(path)
        assert (code, part) == ("SCALE_INVALID", "ghi")
        assert found == f"scale_factor 0, add_offset {attrs.get('adder', 0):g}"


@pytest.mark.parametrize("unit", ["W/m2", "W/m^2", "W m-2", "kW m-2"])
@pytest.mark.parametrize("key", ["units", "psm_units"])
def test_units_are_those_of_the_file(tmp_path, unit, key) -> None:
    store, findings = opened(sun(tmp_path, np.array([0.5], "f4"), {key: unit}))
    assert first_hour(store) == [pytest.approx(500.0 if unit == "kW m-2" else 0.5)]
    assert findings == []


def test_units_of_bytes_and_degrees_celsius_are_read(tmp_path) -> None:
    datasets = {"air_temperature": (np.full((48, 1), 20.0, "f4"), {"units": np.bytes_("Celsius")})}
    store, _ = opened(files.rex(tmp_path / "a.h5", datasets, files.hours(48), SITES[:1]))
    assert first_hour(store, "air_temperature") == [pytest.approx(20.0)]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("ghi", "W m-2"), ("air_temperature", "degC"), ("wind_speed", "m s-1"),
     ("significant_wave_height", "m"), ("energy_period", "s"), ("peak_period", "s")],
)  # fmt: skip
def test_a_unit_of_the_layout_is_a_note(tmp_path, name, unit) -> None:
    datasets = {name: (np.ones((48, 1), "f4"), {})}
    path = files.rex(tmp_path / "a.h5", datasets, files.hours(48), SITES[:1])
    _, findings = opened(path)
    assert findings == [
        Finding(
            "UNITS_ASSUMED",
            "a dataset without a unit is taken to be in the one that this layout has",
            f"{path}: {name}",
            unit,
            severity="note",
        )
    ]


def test_missing_values_are_those_declared_in_either_way(tmp_path) -> None:
    values = np.array([-999, 100, -1], "i2")
    for attrs, read in (
        ({}, [-999, 100, -1]),
        ({"fill_value": -999}, [np.nan, 100, -1]),
        ({"_FillValue": -999, "fill_value": -1}, [np.nan, 100, np.nan]),
        ({"_FillValue": np.array([-999, -1])}, [np.nan, 100, np.nan]),
    ):
        store, _ = opened(sun(tmp_path, values, WATTS | attrs))
        assert np.array_equal(first_hour(store), read, equal_nan=True)


def test_sites_keep_their_places_and_numbers(tmp_path) -> None:
    store, _ = opened(sun(tmp_path, np.array([1.0, 2.0, 3.0], "f4")))
    assert store.sites == ("0", "1", "2")
    assert store.cells.longitude[0] == pytest.approx([-56.26, -56.27, -160.0], abs=1e-5)
    assert store.cells.latitude[0] == pytest.approx([-7.03, -7.03, -90.0], abs=1e-5)
    assert store.cells.shape == (1, 3)
    assert store.layout == "rex"
    assert first_hour(store) == [1, 2, 3]


@pytest.mark.parametrize("place", [(0, 90.01), (0, -90.01), (360.1, 0), (-360.1, 0), (np.nan, 0)])
def test_sites_beyond_the_globe_are_refused(tmp_path, place) -> None:
    path = sun(tmp_path, np.array([1.0, 2.0], "f4"), places=[(360.0, 90.0), place])
    assert refused(path) == (
        "COORD_INVALID", "sites have no place on the globe", "meta", "1 of 2, first site 1",
        "latitudes from -90 to 90", "write the table of sites again",
    )  # fmt: skip


def test_a_table_without_places_is_refused(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0], "f4"))
    for table, found in (
        (np.array([(1.0, 2.0)], dtype=[("latitude", "f4"), ("lon", "f4")]), "latitude, lon"),
        (np.array([1.0]), "float64"),
    ):
        with h5py.File(path, "r+") as file:
            del file["meta"]
            file["meta"] = table
        assert refused(path) == (
            "COORD_INVALID",
            "the table of sites has no longitudes and latitudes, or is too large to be one",
            "meta", found, "columns latitude and longitude", "",
        )  # fmt: skip


def test_a_table_of_sites_may_be_as_large_as_its_limit(tmp_path, monkeypatch) -> None:
    path = sun(tmp_path, np.array([1.0, 2.0], "f4"))
    with h5py.File(path) as file:
        size = 2 * file["meta"].dtype.itemsize
    monkeypatch.setattr("siting.io.hindcast_rex._MAX_TABLE", size)
    assert opened(path)[0].cells.shape == (1, 2)
    monkeypatch.setattr("siting.io.hindcast_rex._MAX_TABLE", size - 1)
    assert refused(path)[:2] == (
        "COORD_INVALID",
        "the table of sites has no longitudes and latitudes, or is too large to be one",
    )


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("", "2019-12-30T00"), ("Z", "2019-12-30T00"), ("+00:00", "2019-12-30T00"),
        ("-08:00", "2019-12-30T08"), ("+0530", "2019-12-29T18:30"), (".5", "2019-12-30T00"),
        (".25-03:00", "2019-12-30T03"),
    ],
)  # fmt: skip
def test_times_are_brought_to_utc(tmp_path, zone, first) -> None:
    store, _ = opened(sun(tmp_path, np.array([1.0], "f4"), zone=zone))
    assert store.axis.seconds[0] == np.datetime64(first, "s").astype(float)
    assert store.axis.step == 3600


def test_times_without_seconds_and_with_zones_of_their_own_are_read(tmp_path) -> None:
    hours = [f"2020-03-0{1 + n // 24} {n % 24:02d}:00 " for n in range(48)]
    path = texts(sun(tmp_path, np.array([1.0], "f4")), hours)
    assert opened(path)[0].axis.seconds[0] == np.datetime64("2020-03-01", "s").astype(float)
    mixed = [each.strip() + ("Z" if n < 24 else "+00:00") for n, each in enumerate(hours)]
    seconds = opened(texts(path, mixed))[0].axis.seconds
    assert (np.diff(seconds) == 3600).all()


def test_texts_that_are_no_times_are_refused(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0], "f4"))
    times = [str(each) for each in files.hours(48)]
    for wrong, found in (
        ([*times[:3], "noon", *times[4:]], "1 of 48, the first is 'noon'"),
        ([*times[:46], "", "2020-13-01"], "2 of 48, the first is ''"),
    ):
        assert refused(texts(path, wrong)) == (
            "TIME_INVALID", "steps have no time that can be read", "time_index", found,
            "texts such as 2010-01-01 00:00:00+00:00", "write the times again",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "sites", "code"), [(47, 2, "TIME_MISMATCH"), (48, 3, "GRID_MISMATCH")]
)
def test_datasets_are_of_the_hours_and_sites_of_the_file(tmp_path, hours, sites, code) -> None:
    values = np.ones((hours, sites), "f4")
    path = files.rex(tmp_path / "a.h5", {"ghi": (values, WATTS)}, files.hours(48), SITES[:2])
    assert refused(path) == (
        code, "a dataset is not of the hours and sites that the file lists", "ghi",
        f"{hours} hours of {sites} sites", "48 hours of 2 sites", "bring the file again",
    )  # fmt: skip


def test_a_name_of_swan_that_contradicts_is_told(tmp_path) -> None:
    def waves(**attrs: Any) -> tuple[Path, list[Finding]]:
        datasets = {"energy_period": (np.ones((48, 1), "f4"), {"units": "s", **attrs})}
        path = files.rex(tmp_path / "a.h5", datasets, files.hours(48), SITES[:1])
        return path, opened(path)[1]

    for said in ("Tmm10", "TMM10", "anything"):
        assert waves(SWAN_name=said)[1] == []
    for said, quantity in (
        ("Tm01", "wave_mean_period_tm01"), ("TM02", "wave_mean_period_tm02"),
        ("RTP", "wave_peak_period"), ("TPS", "wave_peak_period"),
    ):  # fmt: skip
        path, findings = waves(SWAN_name=np.bytes_(said))
        assert findings == [
            Finding(
                "QUANTITY_MISMATCH",
                "the file contradicts itself about what it measures",
                f"{path}: energy_period",
                f"wave_energy_period by its name, {quantity} by the attribute SWAN_name {said}",
                "wave_energy_period",
                "find out what it holds; name it under `quantities:`",
            )
        ]


def test_only_tables_of_numbers_are_series(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0, 2.0], "f4"))
    with h5py.File(path, "r+") as file:
        file["coordinates"] = np.zeros((48, 2, 2))
        file["dni"] = np.full((48, 2), b"a")
        file.create_group("dhi")
    assert tuple(opened(path)[0].variables) == (GHI,)


def test_parts_are_whole_chunks_of_the_largest(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0, 2.0], "f4"))
    assert opened(path)[0].shape.chunks == (1, 1, 1)  # stored in one piece, any part can be read
    with h5py.File(path, "r+") as file:
        for name, chunks in (("wind_speed", (24, 1)), ("air_temperature", (6, 2))):
            unit = {"wind_speed": "m s-1", "air_temperature": "degC"}[name]
            file.create_dataset(name, data=np.ones((48, 2), "f4"), chunks=chunks)
            file[name].attrs["units"] = unit
    store, _ = opened(path)
    assert store.shape.chunks == (24, 1, 2)
    assert store.shape[:2] == (1, 2)


def test_both_lists_make_a_file_of_this_layout(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0], "f4"))
    assert is_rex(path)
    with h5py.File(path, "r+") as file:
        del file["meta"]
    assert not is_rex(path)


def test_a_file_that_is_cut_off_is_corrupt(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0], "f4"))
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(InputError, match="FILE_CORRUPT"):
        is_rex(path)


def test_values_of_other_files_are_refused(tmp_path) -> None:
    path = sun(tmp_path, np.array([1.0], "f4"))
    other = tmp_path / "other.h5"
    other.write_bytes(path.read_bytes())
    with h5py.File(path, "r+") as file:
        del file["ghi"]
        file["ghi"] = h5py.ExternalLink(other.name, "ghi")
    assert refused(path)[0] == "PATH_OUTSIDE_DATA"
