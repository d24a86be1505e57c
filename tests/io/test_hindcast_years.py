"""Files that follow each other as one hindcast; each is held in memory, none is read."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.io import hindcast_years
from siting.io.hindcast_memory import hindcast_of
from siting.io.hindcast_store import Store
from siting.io.hindcast_years import open_years

SEA, PERIOD = "significant_wave_height", "wave_energy_period"


def store(
    first: str, count: int = 3, step: int = 3600, west: float = -125.0, name: str = SEA
) -> Store:
    """Hours from one on at two sites, as many as 100 for each day since 2020 and one for each."""
    times = np.datetime64(first, "s") + step * np.arange(count)
    day = (times[0].astype("datetime64[D]") - np.datetime64("2020-01-01")).astype(int)
    values = 100.0 * day + np.arange(count)[:, None] + [0.0, 0.5]
    return hindcast_of(times, [west, west + 1], [44.0, 44.0], {name: values}).store


def opened(folder: Path, **stores: Store) -> Store:
    for name in stores:
        (folder / f"{name}.nc").write_bytes(b"x")
    return open_years(folder, lambda path: stores[path.stem])


@pytest.mark.parametrize(("begin", "end"), [(0, 7), (1, 3), (2, 5), (3, 4), (6, 7)])
def test_files_are_one_in_the_order_of_their_times(tmp_path, begin, end) -> None:
    found = opened(tmp_path, c=store("2020-01-01"), a=store("2020-01-03"), b=store("2020-01-02", 1))
    hours = [0, 1, 2, 24, 48, 49, 50]
    since = np.datetime64("2020-01-01", "s").astype(float)
    assert ((found.axis.seconds - since) / 3600).tolist() == hours
    assert found.axis.where == f"{tmp_path}: time"
    with found.reader() as read:
        values = read(SEA, slice(begin, end), slice(0, 1), slice(1, 2))
    wanted = np.array([0, 1, 2, 100, 200, 201, 202])[begin:end] + 0.5
    assert values.ravel().tolist() == wanted.tolist()


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (store("2020-01-02", west=-124.0), "GRID_MISMATCH"),
        (store("2020-01-02", name=PERIOD), "TIME_MISMATCH"),
        (store("2020-01-02", step=-3600), "TIME_NOT_MONOTONIC"),
    ],
)
def test_a_second_file_of_another_kind_is_refused(tmp_path, other, code) -> None:
    with pytest.raises(InputError, match=code) as caught:
        opened(tmp_path, a=store("2020-01-01"), b=other)
    assert "memory" in caught.value.where or str(tmp_path) in caught.value.where


def test_files_of_other_endings_are_no_part_of_it(tmp_path) -> None:
    for name in ("a.txt", "b.nc.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "c.nc").mkdir()
    with pytest.raises(InputError, match="FILE_MISSING") as caught:
        opened(tmp_path)
    endings = ".grb, .grb2, .grib, .grib1, .grib2, .h5, .hdf5, .nc, .nc4"
    assert caught.value.wanted == f"1 to 2,000 files that end in {endings}"
    assert opened(tmp_path, d=store("2020-01-01")).axis.seconds.size == 3


@pytest.mark.parametrize(
    "ending", ["nc", "NC4", "h5", "hdf5", "grib", "grib1", "GRIB2", "grb", "grb2"]
)
def test_endings_of_hindcasts(tmp_path, ending) -> None:
    (tmp_path / f"a.{ending}").write_bytes(b"x")
    assert open_years(tmp_path, lambda _: store("2020-01-01")).axis.seconds.size == 3


@pytest.mark.parametrize("most", [2, 1])
def test_as_many_files_as_are_allowed(tmp_path, monkeypatch, most) -> None:
    monkeypatch.setattr(hindcast_years, "MOST", most)
    both = {"a": store("2020-01-01"), "b": store("2020-01-02")}
    if most == 2:
        assert opened(tmp_path, **both).axis.seconds.size == 6
        return
    with pytest.raises(InputError, match="TOO_LARGE") as caught:
        opened(tmp_path, **both)
    assert (caught.value.found, caught.value.wanted[:6]) == ("2 files", "1 to 1")


def test_a_part_that_is_a_link_to_elsewhere_is_refused(tmp_path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "b.nc").write_bytes(b"x")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "b.nc").symlink_to(tmp_path / "away" / "b.nc")
    with pytest.raises(InputError, match="PATH_OUTSIDE_DATA"):
        opened(tmp_path / "here", a=store("2020-01-01"))
