"""Series of one site as sources of a pipeline."""

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.sources import series
from siting.sources.catalogue import catalogue
from siting.sources.declared import UserFile

DECLARED = {
    "file": "waves.csv", "format": "series", "site": "Stonewall", "position": (-124.5, 44.7),
    "quantities": {"significant_wave_height": "WVHT"}, "columns": {"significant_wave_height": "m"},
}  # fmt: skip


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    rows = [f"2020-01-01T{hour:02d}:00Z,{2 + hour / 10}" for hour in range(6)]
    (tmp_path / "waves.csv").write_text("\n".join(["time,WVHT", *rows, ""]))
    return tmp_path / "waves.csv"


def test_a_series_is_a_table_with_its_place(waves: Path) -> None:
    table = series.of_file("buoy", UserFile(**DECLARED), waves)
    assert list(table) == ["time", "significant_wave_height"]
    assert table["significant_wave_height"].tolist() == pytest.approx([2, 2.1, 2.2, 2.3, 2.4, 2.5])
    assert table.attrs["site"] == "Stonewall"
    assert (table.attrs["longitude"], table.attrs["latitude"]) == (-124.5, 44.7)
    assert table.attrs["columns"]["significant_wave_height"]["units"] == "m"


@pytest.mark.parametrize("key", ["position", "quantities"])
def test_a_series_without_place_or_quantities_is_refused(waves: Path, key: str) -> None:
    declared = UserFile(**{name: value for name, value in DECLARED.items() if name != key})
    with pytest.raises(InputError, match=rf"SERIES_UNDECLARED[\s\S]*no `{key}`"):
        series.of_file("buoy", declared, waves)


def test_the_embedded_donor_is_a_year_of_sea_states() -> None:
    entry = catalogue()["wave_donor"]
    table = series.of_entry(entry, entry.path)
    assert len(table) == 2920
    assert (np.diff(table["time"]) == np.timedelta64(3, "h")).all()
    # The catalogue's source: mean height 2.37 m and energy period 9.74 s (System Advisor Model).
    assert table["significant_wave_height"].mean() == pytest.approx(2.37, abs=0.02)
    assert table["wave_energy_period"].mean() == pytest.approx(9.74, abs=0.05)
