"""Two series read as the options say, compared, and told in the terminal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from siting.errors import InputError, PipelineError

if TYPE_CHECKING:
    import xarray as xr

    from siting.findings import Finding
    from siting.outputs.comparison.content import Comparison

_ANYWHERE = float("inf")


@dataclass(frozen=True)
class Told:
    """What the command line says of one of the two files."""

    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    time_zone: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the buoy lies, and how far from it a file's own place may be [m]."""

    longitude: float
    latitude: float
    distance: float


NOWHERE = Place(0.0, 0.0, _ANYWHERE)  # nobody said: a file's own place is not checked


def pairs_of(text: str | None, option: str) -> dict[str, str]:
    """Names and what belongs to them, from ``a=b,c=d``.

    Raises
    ------
    PipelineError
        OPTION_INVALID where a part has no name, or one comes twice.

    Examples
    --------
    >>> pairs_of("wave_energy_period=VTM10, significant_wave_height=VHM0", "--model-columns")
    {'wave_energy_period': 'VTM10', 'significant_wave_height': 'VHM0'}
    """
    parts = [part.partition("=") for part in (text or "").split(",") if part.strip()]
    found = {name.strip(): value.strip() for name, _, value in parts}
    if len(found) < len(parts) or not all(name and value for name, value in found.items()):
        raise PipelineError(
            "OPTION_INVALID",
            "the option is a list of quantities, each with what belongs to it",
            where=option,
            found=str(text),
            wanted="significant_wave_height=hs,wave_energy_period=te",
        )
    return found


def place_of(text: str | None, distance: str) -> Place:
    """The buoy's place from ``LONGITUDE,LATITUDE``.

    Raises
    ------
    PipelineError
        OPTION_INVALID.

    Examples
    --------
    >>> place_of("-122.45,36.79", "20 km")
    Place(longitude=-122.45, latitude=36.79, distance=20000.0)
    """
    from siting.units import parse_quantity

    if text is None:
        return NOWHERE
    try:
        longitude, latitude = (float(each) for each in text.split(","))
    except ValueError:
        longitude = latitude = float("nan")
    if not (-180 <= longitude <= 360 and -90 <= latitude <= 90):
        raise PipelineError(
            "OPTION_INVALID",
            "the place is a longitude and a latitude in degrees",
            where="--place",
            found=text,
            wanted="-122.45,36.79",
        )
    return Place(longitude, latitude, parse_quantity(distance, "m"))


def series_of(path: Path, told: Told, place: Place) -> "xr.Dataset":
    """The series of a file: by the columns named, or all that are known by their names.

    Raises
    ------
    InputError
        COLUMN_MISSING where no column is a known quantity; what the readers raise.
    """
    from siting.io.formats import local_file
    from siting.io.ndbc_spectra import is_spectra
    from siting.io.series import read_series
    from siting.io.series_columns import known_columns
    from siting.io.spectra_series import read_spectra_series

    file = local_file(path)
    longitude, latitude = place.longitude, place.latitude
    if not told.columns and is_spectra(file):
        return read_spectra_series(file, site=file.stem, longitude=longitude, latitude=latitude)
    columns = told.columns or known_columns(file)
    if not columns:
        raise InputError(
            "COLUMN_MISSING",
            "no column is a quantity by its name",
            where=str(path),
            fix="name them: --model-columns or --buoy-columns significant_wave_height=hs",
        )
    return read_series(
        file,
        columns,
        site=file.stem,
        longitude=longitude,
        latitude=latitude,
        unit=told.units,
        time_zone=told.time_zone,
        within=place.distance,
    )


def compare_files(
    model: tuple[Path, Told],
    buoy: tuple[Path, Told],
    place: Place,
    within: str | None,
    out: Path,
) -> tuple["Comparison", list["Finding"]]:
    """Compare two files, write the page, and give what was found and noticed."""
    from siting.findings import collect
    from siting.io.write.plain import text
    from siting.outputs.comparison.content import compare
    from siting.outputs.comparison.page import render
    from siting.units import parse_quantity

    seconds = None if within is None else parse_quantity(within, "s")
    with collect() as findings:
        found = compare(series_of(*model, place), series_of(*buoy, place), seconds)
    text(out, render(found, findings))
    return found, findings


def print_agreement(found: "Comparison", findings: "list[Finding]", out: Path) -> None:
    """The figures of each quantity, what was noticed, and where the page is."""
    from siting.outputs.comparison.page import figures
    from siting.terminal.console import escape, new_table, open_screen, print_findings

    screen = open_screen()
    screen.print(escape(f"{found.pairs:,} pairs of times, {found.first} to {found.last}"))
    table = new_table("", "quantity", "unit", "pairs", "model", "buoy", "bias", "RMSE",
                      "scatter", "correlation")  # fmt: skip
    for each in found.compared:
        table.add_row(escape(each.quantity), escape(each.unit), *figures(each.whole))
    screen.print(table)
    print_findings(findings, screen)
    if found.only_model or found.only_buoy:
        names = ", ".join((*found.only_model, *found.only_buoy))
        screen.print(escape(f"Not compared, in one of the two only: {names}"))
    screen.print(escape(f"Page: {out}"))
