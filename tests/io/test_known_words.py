"""What files call things: units, calendars, parameters, formats and columns, word by word."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.io import containers, formats
from siting.io.column_ranges import tell_implausible
from siting.io.columns import is_id, is_missing, typed
from siting.io.coordinates import _EAST, _NORTH, _X, _Y
from siting.io.device import _SHARES, UNITS
from siting.io.digests import _BY_LENGTH
from siting.io.grib_messages import ECMWF, Message
from siting.io.heights import RATIOS, _stretched
from siting.io.hindcast_grib import _offer
from siting.io.hindcast_names import Offer
from siting.io.ndbc import read_ndbc
from siting.io.places import _LATITUDE, _LONGITUDE
from siting.io.quantities import Quantity, full_turn
from siting.io.quantity_range import explanation
from siting.io.source import plain_unit
from siting.io.tiff_directories import _SIZES

WAVES = "Significant height of combined wind waves and swell"


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        *((each, "") for each in ("", "none", "Unknown", "n/a", "NA", "undefined", "null", "?",
                                  "not available")),
        *((each, "1") for each in ("-", "unitless", "dimensionless", "(0 - 1)", "(-)", "ratio",
                                   "fraction", "index")),
        *((each, "degC") for each in ("deg C", "deg_C", "degC", "celcius", "degrees C",
                                      "degree C")),
        *((each, "degF") for each in ("deg F", "degF", "degrees_F", "Fahrenheit")),
        *((each, "degree") for each in ("degrees true", "degree true", "degrees_true")),
        *((each, "m") for each in ("meters above sea level", "masl", "gpm", "metre", "mtrs")),
        ("mgal", "mGal"), ("gamma", "nT"), ("gammas", "nT"), ("pct", "percent"),
        *((each, "knot") for each in ("kt", "kts", "kn")),
    ],
)  # fmt: skip
def test_spellings_of_units(word, unit) -> None:
    assert plain_unit(word) == unit


@pytest.mark.parametrize(
    ("parameter", "offer"),
    [  # ECMWF's parameter database, https://codes.ecmwf.int/grib/param-db: tables 140 and 128
        ((140, 229), Offer("swh", "m", WAVES)),
        ((140, 232), Offer("mwp", "s", "Mean wave period")),
        ((140, 231), Offer("pp1d", "s", "Peak wave period")),
        ((140, 220), Offer("mp1", "s", "Mean wave period based on first moment")),
        ((140, 221), Offer("mp2", "s", "Mean zero-crossing wave period")),
        ((140, 230), Offer("mwd", "degree", "Mean wave direction")),
        ((128, 34), Offer("sst", "K", "Sea surface temperature")),
        ((128, 167), Offer("t2m", "K", "2 metre temperature")),
        ((128, 169), Offer("ssrd", "J m-2", "Surface short-wave (solar) radiation downwards")),
        ((128, 207), Offer("si10", "m s-1", "10 metre wind speed")),
        ((140, 228), None), ((128, 229), None),
    ],
)  # fmt: skip
def test_parameters_of_edition_1_are_ecmwfs_alone(parameter, offer) -> None:
    assert _offer(Message(1, ECMWF, parameter, 0.0, b"", "")) == offer
    assert _offer(Message(1, 7, parameter, 0.0, b"", "")) is None
    assert ECMWF == 98  # WMO's common code table C-11


@pytest.mark.parametrize(
    ("parameter", "offer"),
    [  # WMO's code tables 4.2-10-0, 4.2-0-0 and 4.2-0-2
        ((10, 0, 3), Offer("swh", "m", WAVES)),
        ((10, 0, 14), Offer("mwd", "degree", "Mean wave direction")),
        ((10, 0, 15), Offer("mean_period", "s", "Mean period of combined wind waves and swell")),
        ((10, 0, 28), Offer("mp2", "s", "Mean zero-crossing wave period")),
        ((10, 0, 34), Offer("pp1d", "s", "Peak wave period")),
        ((0, 0, 0), Offer("t2m", "K", "2 metre temperature")),
        ((0, 2, 1), Offer("si10", "m s-1", "10 metre wind speed")),
        ((10, 0, 5), None), ((0, 2, 0), None),
    ],
)  # fmt: skip
def test_parameters_of_edition_2_are_anyones_but_the_mean_period(parameter, offer) -> None:
    assert _offer(Message(2, 7, parameter, 0.0, b"", "")) == offer
    ours = Offer("mwp", "s", "Mean wave period") if parameter == (10, 0, 15) else offer
    assert _offer(Message(2, ECMWF, parameter, 0.0, b"", "")) == ours


def quantity(unit: str, low: float, high: float) -> Quantity:
    return Quantity("a", unit, (low, high), (low, high), "")


@pytest.mark.parametrize(
    ("unit", "usual", "value", "says"),
    [
        ("degC", (0, 40), 293.15, "is it 273.15 too large: are these kelvin"),
        ("degC", (1e3, 1100), 776.85,
         "is it 273.15 too small: are these degrees Celsius called kelvin"),
        ("degC", (36, 38), 98.6, "are these degrees Fahrenheit"),
        ("degree", (89, 91), math.pi / 2, "are these radians"),
        ("m", (304, 306), 1000.0, "are these feet"),
        ("W m-2", (205, 211), 5.0, "are these kWh m-2 a day"),
        ("W m-2", (228, 228.2), 2000.0, "are these kWh m-2 a year"),
        ("m2", (9e-16, 1e-15), 1.0, "are these millidarcies"),
        ("m", (0.025, 0.0255), 1.0, "are these inches"),
        ("1", (3, 4), -3.5, "is it of the other sign: is the axis positive the other way"),
        *(("nT", (0.9 * factor, 1.1 * factor), 1.0, f"is it {told} times too {size}")
          for factor, told, size in (
              (100, "100", "small"), (1e3, "1000", "small"), (1e6, "1,000,000", "small"),
              (1e9, "1,000,000,000", "small"), (0.01, "100", "large"), (1e-3, "1000", "large"),
              (1e-4, "10,000", "large"), (1e-6, "1,000,000", "large"),
              (1e-9, "1,000,000,000", "large"))),
    ],
)  # fmt: skip
def test_what_would_explain_values(unit, usual, value, says) -> None:
    # 0 degC is 273.15 K; 98.6 degF is 37 degC; a foot is 0.3048 m, an inch 2.54 cm; a year has
    # 8766 hours; a darcy is 9.869233e-13 m2.
    found = explanation(quantity(unit, *usual), value, value, value)
    assert found == f"{says}? Correct `units:`"


@pytest.mark.parametrize(
    ("unit", "size", "held"),
    [
        ("mW m-2", 1e3, "W m-2"), ("m", 1e3, "km"), ("m", 1e-3, "mm"), ("m", 0.01, "cm"),
        ("km", 1e-3, "m"), ("1", 0.01, "percent"), ("kg m-3", 1e3, "g cm-3"),
        ("degC", 0.01, "hundredths of a degree"), ("W m-2", 1e3, "kW m-2"),
        ("USD MWh-1", 1e3, "USD kWh-1"), ("kW m-1", 1e-3, "W m-1"), ("yr-1", 1e-9, "1e-9 yr-1"),
        ("m s-1", 1e3, "km s-1"), ("m s-1", 0.01, "cm s-1"), ("W m-3", 1e-6, "uW m-3"),
        ("hPa", 0.01, "Pa"), ("mGal", 1e-3, "uGal"), ("K km-1", 1e3, "K m-1"), ("s", 1e-3, "ms"),
    ],
)  # fmt: skip
def test_units_that_a_power_of_ten_makes(unit, size, held) -> None:
    value = 15.0 / size
    found = explanation(quantity(unit, 14.0, 16.0), value, value, value)
    assert found.endswith(f": are these {held}? Correct `units:`")


def test_logarithms_are_told_where_they_are_small() -> None:
    assert "logarithms" in explanation(quantity("m2", 1e-20, 1e-2), -5.9, -4.0, -3.0)
    assert "logarithms" not in explanation(quantity("m2", 1e-20, 1e-2), -6.0, -4.0, -3.0)


@pytest.mark.parametrize(
    ("low", "high", "gain", "text"),
    [
        (0, 1.001, 1e-3, "shares of the range"), (0, 1.002, 1e-3, "logarithms, or kilometres"),
        (0, 5, 1e-3, "logarithms, or kilometres"), (0, 5.1, 0.1, "a picture"),
        (0, 255, 0.1, "a picture"), (0, 256, 0.1, "undo the scale of the file"),
        (-1, 1, 0.5, "undo the scale of the file"), (-1, 5, 0.5, "undo the scale of the file"),
        (-1, 200, 0.5, "undo the scale of the file"),
        # 20 % on the scale of logarithms is 1.2214.
        (-1, 9e3, 3.28084 * 1.22, "are these ft called m?"),
        (-1, 9e3, 3.28084 * 1.23, "undo the scale of the file"),
        (-1, 9e3, 0.3048 / 1.22, "are these m called ft?"),
    ],
)  # fmt: skip
def test_what_heights_may_be(low, high, gain, text) -> None:
    assert text in _stretched(low, high, gain)


@pytest.mark.parametrize(
    ("gain", "units"),
    [
        (1 / 0.3048, "ft called m"), (0.3048, "m called ft"), (100.0, "cm called m"),
        (0.01, "m called cm"), (1000.0, "mm called m, or m called km"),
        (0.001, "km called m, or m called mm"),
    ],
)  # fmt: skip
def test_ratios_of_heights_are_those_of_their_units(gain, units) -> None:
    assert _stretched(-1, 9e3, gain) == f"are these {units}? Correct `units:`, or the file"
    ratio = next(each for each, name in RATIOS.items() if name == units)
    assert ratio == pytest.approx(gain, rel=1e-6)  # a foot is 0.3048 m


@pytest.mark.parametrize(
    ("head", "name"),
    [  # the formats' own specifications
        (b"II*\0", "geotiff"), (b"MM\0*", "geotiff"), (b"II+\0", "geotiff"), (b"MM\0+", "geotiff"),
        (b"CDF\x01", "netcdf3"), (b"CDF\x02", "netcdf3"), (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"SQLite format 3\0", "geopackage"), (b"\0\0\x27\x0a", "shapefile"),
        (b"fgb\x03fgb", "flatgeobuf"), (b"PAR1", "parquet"), (b"GRIB", "grib"),
        (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xff\xfea\0", "text"),
        (b"\xfe\xff\0a", "text"), (b"\xef\xbb\xbf {}", "geojson"), (b" [1]", "geojson"),
        (b"<svg/>", "unknown"), (b"a\0b", "unknown"), (b"x,y\n1,2\n", "text"),
        (b"x,y\n<svg/>", "text"),
    ],
)  # fmt: skip
def test_formats_by_their_first_bytes(tmp_path, head, name) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(head)
    assert formats.format_of(path) == name
    if name not in {"geojson", "text", "unknown"}:  # which stands at the very beginning
        path.write_bytes(b" " + head)
        assert formats.format_of(path) != name


@pytest.mark.parametrize("name", ["zarr.json", ".zgroup", ".zarray"])
def test_a_folder_is_a_zarr_store_by_its_metadata(tmp_path, name) -> None:
    assert formats.format_of(tmp_path) == "unknown"
    (tmp_path / name).write_text("{}")
    assert formats.format_of(tmp_path) == "zarr"


@pytest.mark.parametrize(
    ("head", "fix"),
    [
        (b"\x1f\x8b", "unpack it first: gunzip"), (b"BZh", "unpack it first: bunzip2"),
        (b"\xfd7zXZ", "unpack it first: unxz"),
        (b"version https://git-lfs", "fetch the file itself: git lfs pull"),
        (b"<!DOCTYPE html", "download it again: this is a page of a website, perhaps of an error"),
        (b"<html", "download it again: this is a page of a website, perhaps of an error"),
        (b"??", "check that the download is whole, or convert the file"),
    ],
)  # fmt: skip
def test_what_to_do_with_a_file_of_no_known_format(tmp_path, head, fix) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(head + b"x" * 100)
    error = formats.wrong_format("RASTER_UNREADABLE", path, "a GeoTIFF")
    shown = (head + b"x" * 100)[:40].decode("latin-1")
    assert (error.code, error.fix, error.wanted) == ("RASTER_UNREADABLE", fix, "a GeoTIFF")
    assert error.found == f"a file that begins with {shown!r}"


@pytest.mark.parametrize(
    "content", [b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"\0" * 257 + b"ustar", b"\0" * 256 + b"ustar"]
)
def test_archives_of_other_kinds_are_told(tmp_path, content) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(content + b"\0" * 9)
    error = formats.wrong_format("RASTER_UNREADABLE", path, "a GeoTIFF")
    is_archive = len(content) != 261  # tar's mark stands at byte 257
    assert (error.code == "ARCHIVE_UNSUPPORTED") is is_archive
    if is_archive:
        assert error.wanted == "a GeoTIFF, alone or in a ZIP archive"


def test_codecs_that_only_pack_numbers_are_read() -> None:
    names = {
        "bytes", "transpose", "blosc", "gzip", "zstd", "crc32c", "sharding_indexed", "zlib", "lz4",
        "lzma", "bz2", "delta", "fixedscaleoffset", "shuffle", "bitround", "quantize", "packbits",
        "adler32", "crc32", "fletcher32",
    }  # fmt: skip
    assert names == containers._CODECS
    assert not names & {"pickle", "json2", "vlen-utf8", "object", "categorize", "msgpack2"}


def test_checksums_by_the_length_of_their_hexadecimal_digits() -> None:
    import hashlib

    assert {
        hashlib.new(name).digest_size * 2: name
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    } == _BY_LENGTH


def test_sizes_of_tiffs_types() -> None:
    # TIFF 6.0, section 2; 13 is IFD of supplement 1; 16 to 18 are BigTIFF's.
    names = {1: "BYTE", 2: "ASCII", 3: "SHORT", 4: "LONG", 5: "RATIONAL", 6: "SBYTE",
             7: "UNDEFINED", 8: "SSHORT", 9: "SLONG", 10: "SRATIONAL", 11: "FLOAT", 12: "DOUBLE",
             13: "IFD", 16: "LONG8", 17: "SLONG8", 18: "IFD8"}  # fmt: skip
    size = {"BYTE": 1, "ASCII": 1, "UNDEFINED": 1, "SHORT": 2, "LONG": 4, "IFD": 4, "FLOAT": 4,
            "RATIONAL": 8, "DOUBLE": 8, "LONG8": 8, "IFD8": 8}  # fmt: skip
    assert {
        key: size[name] if name in size else size[name.removeprefix("S")]
        for key, name in names.items()
    } == _SIZES


@pytest.mark.parametrize(
    ("names", "unit", "low", "high", "advice"),
    [
        ("BHT, bottom_hole_temp, Bottomhole temperature, reservoir_temp_c, t_res", "degC", -5, 550,
         "are these degrees Fahrenheit?"),
        ("surface_temp, spring temp (degC), Ground temperature, soil_temp", "degC", -90, 105,
         "are these degrees Fahrenheit, or of a well?"),
        ("total_depth, Well depth, measured_depth_m, drilled_depth, vertical_depth, depth_total,"
         "TD, tvd, MD [m]", "m", 0, 15_000,
         "depths are positive downwards; are these feet, or heights?"),
    ],
)  # fmt: skip
def test_what_columns_of_wells_can_hold(names, unit, low, high, advice) -> None:
    for name in names.split(","):
        with collect() as found:
            tell_implausible(np.array([low, high, np.nan]), name, unit, "wells.csv")
            tell_implausible(np.array([low - 0.1, high + 0.1]), f"x{name}", unit, "wells.csv")
        assert list(found) == []
        with collect() as found:
            tell_implausible(np.array([low - 0.1, high, np.nan]), name, unit, "wells.csv")
            tell_implausible(np.array([low, high + 0.1]), name, unit, "wells.csv")
        assert [each.fix for each in found] == [advice] * 2, name
        assert [each.wanted for each in found] == [f"{low:g} to {high:g} {unit}"] * 2
        assert "in 1 of 2 rows" in found[0].message


NDBC = ("WVHT", "DPD", "APD", "MWD", "WSPD", "GST", "WDIR", "WD", "PRES", "BAR", "ATMP", "WTMP")


def test_missing_values_of_buoys_and_their_units(tmp_path: Path) -> None:
    # https://www.ndbc.noaa.gov/faq/measdes.shtml
    nines = dict.fromkeys(NDBC, 99.0) | dict.fromkeys(("MWD", "WDIR", "WD", "ATMP", "WTMP"), 999.0)
    nines |= dict.fromkeys(("PRES", "BAR"), 9999.0)
    units = dict.fromkeys(("WVHT",), "m") | dict.fromkeys(("DPD", "APD"), "s")
    units |= dict.fromkeys(("MWD", "WDIR", "WD"), "degree") | dict.fromkeys(("PRES", "BAR"), "hPa")
    units |= dict.fromkeys(("WSPD", "GST"), "m s-1") | dict.fromkeys(("ATMP", "WTMP"), "degC")
    lines = [
        " ".join(["YY", "MM", "DD", "hh", *NDBC]),
        " ".join(["98", "01", "02", "03", *(f"{nines[each]}" for each in NDBC)]),
        " ".join(["98", "01", "02", "04", *(f"{nines[each] - 1}" for each in NDBC)]),
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    found = read_ndbc(tmp_path / "a.txt")
    assert found["time"].tolist() == [pd.Timestamp(1998, 1, 2, hour) for hour in (3, 4)]
    assert found[list(NDBC)].isna().to_numpy().tolist() == [[True] * 12, [False] * 12]
    assert found.attrs["units"] == units


def test_cells_that_mean_nothing_and_columns_that_name_rows() -> None:
    for each in ("", " ", "NA", "n/a", "NaN", "null", "None", "#N/A", "-", "--"):
        assert is_missing(each), each
        assert typed(["1.5", each], "a").isna().tolist() == [False, True], each
    for each in ("0", "x", "---", "nil"):
        assert not is_missing(each), each
    for each in ("id", "FID", "siteid", "uid", "uuid", "code", "name", "site", "well", "station",
                 "title", "api", "UWI", "key", "a_id", "a name", "a.code"):  # fmt: skip
        assert is_id(each), each
    for each in ("valid", "names", "wells", "keys", "aid", "decode"):
        assert not is_id(each), each


def test_names_of_coordinates() -> None:
    # CF conventions 4.1 and 4.2: spellings of the units of longitude and latitude.
    assert {"degrees_east", "degree_east", "degree_e", "degrees_e", "degreese"} == _EAST
    assert {"degrees_north", "degree_north", "degree_n", "degrees_n", "degreesn"} == _NORTH
    projected = {f"projection_{each}_coordinate" for each in "xy"}
    assert projected | {
        "lon", "longitude", "x", "easting", "eastings",
        "lat", "latitude", "y", "northing", "northings",
    } == _X | _Y  # fmt: skip
    assert not _X & _Y
    east = {"lon", "longitude", "x", "lon_deg", "lon_dd", "decimal_longitude", "decimallongitude",
            "longitude_deg", "longitude_dd"}  # fmt: skip
    assert set(_LONGITUDE) == east | {"long", "lng", "long_dd"}
    assert set(_LATITUDE) == {each.replace("longi", "lati").replace("lon", "lat").replace("x", "y")
                              for each in east}  # fmt: skip


def test_radians_make_another_turn_than_degrees() -> None:
    for each in ("rad", "radian", " Radians "):
        assert full_turn(each) == pytest.approx(2 * math.pi, rel=1e-15)
    for each in ("degree", "degrees", "deg", "1"):
        assert full_turn(each) == 360.0


def test_units_of_devices() -> None:
    assert {unit: sorted(name for name in UNITS if UNITS[name] == unit) for unit in
            set(UNITS.values())} == {
        "kW": ["hotel_load", "rated_power"], "km": ["watch_circle"], "m2": ["deck_area"],
        "m": ["capture_width", "cut_out_height", "survival_height"], "s": ["capture_period"],
        "kW m-2": ["panel_density"],
        "1": ["availability", "capture_ratio", "capture_spread", "solar_degradation",
              "solar_marine_soiling", "solar_system", "solar_tilt_motion", "transmission_loss"],
    }  # fmt: skip
    assert set(_SHARES) == {name for name, unit in UNITS.items() if unit == "1"} - {
        "capture_spread"
    }


def test_a_remote_or_virtual_name_is_no_file() -> None:
    for name in ("https://example.org/a.tif", "s3://a/b", "/vsicurl/x", "vrt:/a"):
        with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED"):
            formats.local_file(name)
