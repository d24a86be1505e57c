"""What needs a library of an extra tells how to install it, where it is not there."""

import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.errors import StorageError, library
from siting.io.containers import check_hdf5
from siting.kernels.variogram_fit import fit_variogram

EXTRAS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))[
    "project"
]["optional-dependencies"]


def test_a_library_that_is_there_is_given():
    assert library("numpy", "netcdf") is np


@pytest.mark.parametrize("missing", ["h5py", "h5netcdf"])
def test_netcdf_names_its_extra(tmp_path, monkeypatch, missing):
    path = tmp_path / "a.nc"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(path, engine="h5netcdf")
    check_hdf5(path)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(StorageError, match="LIBRARY_MISSING") as told:
        check_hdf5(path)
    assert "siting[netcdf]" in told.value.fix


def test_kriging_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gstools", None)
    places = np.random.default_rng(0).random((50, 2))
    with pytest.raises(StorageError, match="LIBRARY_MISSING") as told:
        fit_variogram(places, places[:, 0], np.zeros(50), "spherical")
    assert "siting[geostatistics]" in told.value.fix


def test_a_library_that_fails_for_another_reason_says_so(tmp_path, monkeypatch):
    (tmp_path / "broken_one.py").write_text("import nothing_of_this_name")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        library("broken_one", "netcdf")


@pytest.mark.parametrize("name", ["netcdf", "geostatistics", "cluster"])
def test_the_tests_have_every_extra(name):
    assert set(EXTRAS[name]) <= set(EXTRAS["test"])
