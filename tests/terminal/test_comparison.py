"""`siting compare` on files as users have them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from siting.cli import app
from siting.errors import PipelineError
from siting.findings import collect
from siting.terminal.comparison import NOWHERE, Told, pairs_of, place_of, series_of

HEADER = "YY MM DD hh WD   WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A model of two days in CSV, and NDBC's text: the model is .5 m higher."""
    hours = np.arange(48)
    height = 2 + np.round(np.sin(hours / 5), 2)
    rows = [
        f"96 01 {1 + h // 24:02d} {h % 24:02d} 210 7.7 9.3 {hs:.2f} 14.29 7.72 280 1018.9 12.9 13.5"
        for h, hs in zip(hours, height, strict=True)
    ]
    buoy = tmp_path / "46042h1996.txt"
    buoy.write_text("\n".join([HEADER, *rows, ""]))
    model = tmp_path / "era5.csv"
    lines = [
        f"1996-01-{1 + h // 24:02d}T{h % 24:02d}:00Z,{hs + 0.5:.2f},{9 + hs:.2f}"
        for h, hs in zip(hours, height, strict=True)
    ]
    model.write_text("\n".join(["time,swh (m),pp1d (s)", *lines, ""]))
    return model, buoy


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["compare", *map(str, words)])
    return done.exit_code, done.output


def test_two_files_with_known_columns(files, tmp_path) -> None:
    out = tmp_path / "page.html"
    code, text = run(*files, "--out", out, "--json")
    assert code == 0
    found = json.loads(text)
    assert found["pairs"] == 48
    height = found["quantities"]["significant_wave_height"]
    assert height["bias"] == pytest.approx(0.5)
    assert height["correlation"] == pytest.approx(1.0)
    assert list(found["quantities"]) == ["significant_wave_height", "wave_peak_period"]
    assert "era5.csv beside 46042h1996.txt" in out.read_text("utf-8")


def test_figures_in_the_terminal(files, tmp_path) -> None:
    code, text = run(*files, "--out", tmp_path / "page.html")
    assert code == 0
    assert "48 pairs of times, 1996-01-01 00:00 UTC to 1996-01-02 23:00 UTC" in text
    assert "0.500" in text
    assert "wave_mean_period_tm02" in text  # only the buoy has it


def test_columns_and_units_that_are_named(files, tmp_path) -> None:
    model = tmp_path / "plain.csv"
    text = files[0].read_text().replace("swh (m)", "wave").replace("Z,", ",")
    model.write_text(text)
    words = ("--model-columns", "significant_wave_height=wave", "--model-units",
             "significant_wave_height=m", "--model-zone", "UTC")  # fmt: skip
    code, text = run(model, files[1], "--out", tmp_path / "page.html", "--json", *words)
    assert code == 0
    assert json.loads(text)["quantities"]["significant_wave_height"]["pairs"] == 48


def test_a_file_of_another_place_is_refused(files, tmp_path) -> None:
    model = tmp_path / "placed.csv"
    lines = files[0].read_text().splitlines()
    rows = [f"{line},-122.45,36.79" for line in lines[1:]]
    model.write_text("\n".join([f"{lines[0]},longitude,latitude", *rows, ""]))
    out = ("--out", tmp_path / "page.html")
    assert run(model, files[1], *out, "--place", "-122.45,36.79")[0] == 0
    assert run(model, files[1], *out, "--place", "-122.45,38.79")[0] == 3
    assert run(model, files[1], *out, "--place", "-122.45,38.79", "--distance", "300 km")[0] == 0


def test_spectra_tell_the_energy_period(tmp_path) -> None:
    path = tmp_path / "46042w1996.txt"
    path.write_text(
        "YY MM DD hh .09 .10 .11\n96 01 01 00 0.00 25.00 0.00\n96 01 01 01 0.00 6.25 0.00\n"
    )
    found = series_of(path, Told(), NOWHERE)
    assert found["significant_wave_height"].values.tolist() == [[2.0, 1.0]]
    assert found["wave_energy_period"].values == pytest.approx(10.0)
    assert found["wave_power"].values[0, 0] == pytest.approx(19.611, abs=1e-3)


@pytest.mark.parametrize("text", ["hs", "=hs", "a=", "a=b,a=c"])
def test_columns_that_say_nothing_are_refused(text) -> None:
    with pytest.raises(PipelineError, match="OPTION_INVALID"):
        pairs_of(text, "--model-columns")


@pytest.mark.parametrize("text", ["here", "1", "1,2,3", "500,10", "10,95", "nan,0"])
def test_places_that_are_none_are_refused(text) -> None:
    with pytest.raises(PipelineError, match="OPTION_INVALID"):
        place_of(text, "20 km")


def test_a_file_without_a_known_column_is_refused(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,a (m)\n2020-01-01T00:00Z,1\n")
    with collect(), pytest.raises(ValueError, match="no column is a quantity by its name"):
        series_of(path, Told(), NOWHERE)
