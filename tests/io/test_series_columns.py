"""Columns are taken for quantities by their names, where the unit fits."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.io.series import read_series
from siting.io.series_columns import known_columns

PLACE = {"site": "a", "longitude": -124.0, "latitude": 44.5}


def csv(folder: Path, header: str) -> Path:
    cells = ",".join(["1"] * header.count(","))
    (folder / "a.csv").write_text(f"{header}\n2020-01-01T00:00Z,{cells}\n")
    return folder / "a.csv"


def test_names_words_and_units_of_a_header(tmp_path) -> None:
    path = csv(tmp_path, "time,Hs (m),VTM10 [s],mp2 [m],Peak wave period (s),swell,te_error")
    assert known_columns(path) == {
        "significant_wave_height": "Hs",
        "wave_energy_period": "VTM10",
        "wave_peak_period": "Peak wave period",
    }


def test_a_period_without_a_type_is_no_known_column(tmp_path) -> None:
    assert known_columns(csv(tmp_path, "time,wave period (s),period (s)")) == {}
    path = csv(tmp_path, "time,wave period (s)")
    with pytest.raises(InputError, match="PERIOD_UNTYPED") as caught:
        read_series(path, {"wave_period": "wave period"}, **PLACE)
    assert "wave_energy_period" in caught.value.wanted


def test_one_quantity_twice_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="COLUMN_AMBIGUOUS") as caught:
        known_columns(csv(tmp_path, "time,hs (m),swh (m)"))
    assert caught.value.found == "hs and swh: significant_wave_height"


def test_columns_of_ndbc(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "YY MM DD hh WD   WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP\n"
        "96 01 01 00 210 07.7 09.3 02.42 14.29 07.72 999 1018.9  12.9  13.5\n"
    )
    found = known_columns(path)
    assert found["wave_mean_period_tm02"] == "APD"
    assert found["wave_peak_period"] == "DPD"
    assert found["sea_surface_temperature"] == "WTMP"


def test_variables_of_netcdf_by_standard_name_or_name(tmp_path) -> None:
    time = xr.DataArray(np.arange(3), dims="time", attrs={"units": "hours since 2020-01-01"})
    name = "sea_surface_wave_significant_height"
    file = xr.Dataset(
        {
            "a": ("time", np.ones(3), {"units": "m", "standard_name": name}),
            "mwp": ("time", np.ones(3), {"units": "s"}),
            "hs": ((), 1.0, {"units": "m"}),
        },
        coords={"time": time},
    )
    file.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert known_columns(tmp_path / "a.nc") == {
        "significant_wave_height": "a",
        "wave_energy_period": "mwp",
    }
