"""Device files: what is read is what stands there, what cannot be is refused with its line."""

import math
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.io.device import read_device
from siting.kernels.device import device_power
from siting.sources.catalogue import data_root

GOOD = """\
name: flap
title: Flap
description: A test.
cost_name: flap
status: derived
vintage: "2020"
licence: none
source: a report
period: wave_energy_period
parameters:
  rated_power: {value: 0.3, unit: MW, status: derived, reason: the report}
  availability: {value: 0.9, unit: "1", status: assumed, reason: a choice}
  transmission_loss: {value: 2, unit: "%", status: assumed, reason: a choice}
  deck_area: {value: 50, unit: m2, status: derived, reason: the report}
  panel_density: {value: 200, unit: W m-2, status: assumed, reason: a choice}
matrix:
  heights: [1, 2, 4]
  periods: [6, 9]
  power:
    - [20, 30]
    - [80, 110]
    - [300, 290]
"""


def read(folder: Path, *changes: tuple[str, str]):
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "flap.yaml").write_text(text)
    return read_device(folder / "flap.yaml")


def test_figures_come_in_the_units_of_the_simulation(tmp_path):
    device = read(tmp_path)
    assert device["rated_power"] == pytest.approx(300)
    assert device["availability"] == pytest.approx(0.9 * 0.98)
    assert device["deck_power"] == pytest.approx(10)  # 50 m2 at 0.2 kW m-2
    assert device["cut_out_height"] == 4  # the last of the matrix
    assert device["matrix"] == [[20, 30], [80, 110], [300, 290]]
    assert device["solar_losses"] == 0
    assert device["watch_circle"] is None
    assert device["assumed"] == ["availability", "transmission_loss", "panel_density"]


def test_a_limit_that_is_stated_is_taken(tmp_path):
    limit = "  cut_out_height: {value: 300, unit: cm, status: assumed, reason: a choice}\nmatrix:"
    assert read(tmp_path, ("matrix:", limit))["cut_out_height"] == pytest.approx(3)


TABLE = GOOD[GOOD.index("matrix:") :]


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (("    - [80, 110]\n", "    - [80, null]\n"), "valid number", 21),
        (("    - [80, 110]\n", "    - [80, wet]\n"), "valid number", 21),
        (("    - [80, 110]\n", "    - [80, -1]\n"), "negative power", 20),
        (("    - [80, 110]\n", "    - [80, 301]\n"), "above the rated power", 20),
        (("    - [80, 110]\n", "    - [80]\n"), "does not fit", 20),
        (("    - [300, 290]\n", ""), "does not fit", 20),
        (("heights: [1, 2, 4]", "heights: [1, 4, 2]"), "the heights do not rise", 17),
        (("periods: [6, 9]", "periods: [6, 6]"), "the periods do not rise", 18),
        (("period: wave_energy_period", "period: wave_peak_period"), "wave_energy_period", 9),
        (("period: wave_energy_period\n", ""), "field required", 1),
        (("title: Flap", "title: Flap\nmooring: chain"), "not permitted", 3),
        (("unit: MW", "unit: m"), "another kind of unit", 11),
        (("value: 0.9", "value: 95"), "cannot be", 12),
        (("value: 50, unit: m2", "value: -50, unit: m2"), "cannot be", 14),
        (("value: 50, unit: m2", "value: 50, low: 60, unit: m2"), "low and high", 14),
        (("  deck_area:", "  deck_width:"), "`deck_area` is not stated", 11),
        (("reason: the report}\n  avail", 'reason: ""}\n  avail'), "at least 1 character", 11),
        ((TABLE, ""), "either `matrix` or `capture`", 1),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path, change, message, line):
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, change)
    assert caught.value.code == "DEVICE_INVALID"
    assert f"flap.yaml:{line}:" in caught.value.where


def test_not_a_number_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"DEVICE_INVALID|NUMBER|YAML"):
        read(tmp_path, ("    - [80, 110]\n", "    - [80, .nan]\n"))


def test_rows_for_columns_are_told(tmp_path):
    rows = TABLE[TABLE.index("    - ") :]
    with pytest.raises(InputError, match="rows and columns of the matrix are swapped"):
        read(tmp_path, (rows, "    - [20, 80, 300]\n    - [30, 110, 290]\n"))


def test_axes_under_each_others_names_are_told(tmp_path):
    with pytest.raises(InputError, match="heights and periods are swapped"):
        read(
            tmp_path,
            ("heights: [1, 2, 4]", "heights: [5, 7, 9]"),
            ("periods: [6, 9]", "periods: [1, 3]"),
        )


def test_a_square_matrix_that_was_transposed_is_told(tmp_path):
    rows = TABLE[TABLE.index("    - ") :]
    turned = np.array([[10, 50, 200], [40, 150, 290], [20, 80, 240]])
    text = "".join(f"    - {row}\n" for row in turned.tolist())
    changes = ("periods: [6, 9]", "periods: [6, 9, 12]"), (rows, text)
    with pytest.raises(InputError, match="heights and periods are swapped"):
        read(tmp_path, *changes)
    right = "".join(f"    - {row}\n" for row in turned.T.tolist())
    assert read(tmp_path, changes[0], (rows, right))["matrix"] == turned.T.tolist()


def test_the_rm3_gives_what_its_source_states_at_its_own_site():
    # System Advisor Model, wave defaults: 72.954 kW, 25.51 % of rated, 23.72 % after losses
    rm3 = read_device(data_root() / "devices" / "rm3.yaml")
    joint = np.array(rm3["joint_table"]["occurrence"]) / 100
    h, t = np.meshgrid(rm3["heights"], rm3["periods"], indexing="ij")
    share = device_power(h, t, rm3["matrix"], rm3["heights"], rm3["periods"], rm3["rated_power"])
    mean = float((joint * share).sum())
    assert mean * 286 == pytest.approx(72.954, abs=5e-4)
    assert mean == pytest.approx(0.2551, abs=5e-5)
    assert mean * rm3["availability"] == pytest.approx(0.2372, abs=5e-5)
    # its cost of energy at a fixed charge rate of .108: $909.84 per MWh; at .05: $470.30
    fact = {each["what"]: each["value"] for each in rm3["facts"]}
    energy = mean * rm3["availability"] * 8.76 * 28600  # MWh a year of a hundred
    capital = fact["capital per rated power"] * 28600
    for rate, cost in ((fact["fixed charge rate"], 909.84), (0.05, 470.30)):
        assert (rate * capital + fact["operating cost of a year"]) / energy == pytest.approx(
            cost, rel=2e-4
        )


def test_the_drifting_node_follows_its_formula():
    node = read_device(data_root() / "devices" / "drifting_node.yaml")
    # by hand, 2 m and 10 s: 0.2 * 20 m * 490.2701 W m-1 * 4 * 10 = 78.44 kW
    at = node["heights"].index(2), node["periods"].index(10)
    assert node["matrix"][at[0]][at[1]] == pytest.approx(78.443, abs=2e-3)
    off = node["matrix"][at[0]][node["periods"].index(14)]
    ratio = math.exp(-0.5 * (math.log(1.4) / 0.4) ** 2)
    assert off == pytest.approx(78.443 * 1.4 * ratio, abs=5e-3)
    assert np.max(node["matrix"]) == 300
    assert node["status"] == "assumed"
    assert set(node["parameters"]) - set(node["assumed"]) == {"solar_system"}
    assert all(each["reason"] for each in node["parameters"].values())
    assert node["watch_circle"] > 0
    assert node["survival_height"] > node["cut_out_height"]


SHOWN = "data/devices/rm3.yaml is an example"


def said(folder: Path, *changes: tuple[str, str]) -> tuple[str, str, str]:
    """Message, what was found and what was wanted of a file that is refused."""
    with pytest.raises(InputError, match="DEVICE_INVALID: the device file is wrong: ") as caught:
        read(folder, *changes)
    assert caught.value.fix == f"correct the file; {SHOWN}"
    message = caught.value.message.removeprefix("the device file is wrong: ")
    return message, caught.value.found, caught.value.wanted


@pytest.mark.parametrize(
    ("change", "message", "found", "wanted"),
    [
        (("[80, 110]", "[80, -1]"), "negative power", "-1 kW", ""),
        (("[80, 110]", "[80, 300.1]"), "power above the rated power", "300.1 kW", "up to 300 kW"),
        (("    - [80, 110]\n", "    - [80]\n"), "the matrix does not fit", "3 rows of 1, 2",
         "3 rows, one for each height, of 2"),
        (("    - [300, 290]\n", ""), "the matrix does not fit", "2 rows of 2",
         "3 rows, one for each height, of 2"),
        (("heights: [1, 2, 4]", "heights: [1, 2, 2]"), "the heights do not rise",
         "[1.0, 2.0, 2.0] ...", ""),
        (("heights: [1, 2, 4]", "heights: [-1, 2, 4]"), "the heights do not rise",
         "[-1.0, 2.0, 4.0] ...", ""),
        (("unit: MW", "unit: m"), "another kind of unit", "m", "kW"),
        (("value: 0.9", "value: 95"), "a value that cannot be", "95 1", ""),
        (("value: 0.9", "value: 0"), "a value that cannot be", "0 1", ""),
        (("value: 0.3", "value: 0"), "a value that cannot be", "0 kW", ""),
        (("value: 2, ", "value: 100.1, "), "a value that cannot be", "1.001 1", ""),
        (("value: 50, unit", "value: 50, low: 60, unit"), "outside of its low and high",
         "60.0, 50.0, None", ""),
        (("value: 50, unit", "value: 50, high: 49, unit"), "outside of its low and high",
         "None, 50.0, 49.0", ""),
        (("title: Flap", "title: Flap\nmooring: chain"), "extra inputs are not permitted",
         "chain", ""),
        ((TABLE, ""), "either `matrix` or `capture` is needed", "", ""),
        ((TABLE, TABLE.replace("20, 30", "0, 0").replace("80, 110", "0, 0")
          .replace("300, 290", "0, 0")), "no power in any sea state", "", ""),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_stands_there(tmp_path, change, message, found, wanted):
    assert said(tmp_path, change) == (message, found, wanted)


def test_an_unknown_parameter_lists_those_that_are_known(tmp_path):
    more = "  wheels: {value: 4, unit: '1', status: assumed, reason: a choice}\nmatrix:"
    message, found, wanted = said(tmp_path, ("matrix:", more))
    assert (message, found) == ("no such parameter", "wheels")
    assert wanted.startswith("one of rated_power, availability, transmission_loss, cut_out_height,")


@pytest.mark.parametrize(
    "change",
    [
        ("[80, 110]", "[80, 300]"),  # rated power itself
        ("[80, 110]", "[0, 110]"),
        ("value: 0.9", "value: 1"),
        ("value: 2, ", "value: 100, "),  # all is lost on the way
        ("value: 50, unit", "value: 50, low: 50, high: 50, unit"),
        ("value: 50, unit", "value: 0, unit"),
        ("heights: [1, 2, 4]", "heights: [0, 2, 4]"),
    ],
)
def test_what_lies_on_a_limit_is_accepted(tmp_path, change):
    assert read(tmp_path, change)["name"] == "flap"


def test_what_is_said_of_the_device_is_handed_on(tmp_path):
    more = (
        "  hotel_load: {value: 2000, unit: W, status: assumed, reason: a choice}\n"
        "  survival_height: {value: 1200, unit: cm, status: assumed, reason: a choice}\n"
        "  watch_circle: {value: 500, low: 1, unit: m, status: assumed, reason: a choice}\n"
        "  solar_system: {value: 14, unit: '%', status: derived, reason: a choice}\n"
        "  solar_degradation: {value: 0.05, unit: '1', status: assumed, reason: a choice}\nmatrix:"
    )
    device = read(tmp_path, ("matrix:", more))
    assert device["hotel_load"] == pytest.approx(2)
    assert device["survival_height"] == pytest.approx(12)
    assert device["watch_circle"] == pytest.approx(0.5)
    assert device["solar_losses"] == pytest.approx(1 - 0.86 * 0.95)
    assert device["parameters"]["watch_circle"] == {
        "value": 500, "low": 1, "high": None, "unit": "m", "status": "assumed",
        "reason": "a choice",
    }  # fmt: skip
    assert (device["file"], device["title"], device["period"]) == (
        "flap.yaml", "Flap", "wave_energy_period",
    )  # fmt: skip
    assert device["heights"] == [1, 2, 4]
    assert device["periods"] == [6, 9]
    assert {"matrix", "capture", "joint_table"} & device.keys() == {"matrix", "joint_table"}


CAUGHT = """\
  capture_width: {value: 10, unit: m, status: assumed, reason: a choice}
  capture_ratio: {value: 0.5, unit: "1", status: assumed, reason: a choice}
  capture_period: {value: 8, unit: s, status: assumed, reason: a choice}
  capture_spread: {value: 2, unit: "1", status: assumed, reason: a choice}
capture:
  heights: [0, 1, 2]
  periods: [8, 16]
"""


def test_capture_is_a_share_of_the_flux_up_to_rated(tmp_path):
    # J = rho g^2 Hs^2 Te / (64 pi), rho 1025: 490.27 W m-1 for 1 m and 1 s; 10 m at half, 1 m, 8 s.
    device = read(tmp_path, (TABLE, CAUGHT))
    zero, one, two = device["matrix"]
    assert zero == [0, 0]
    assert one[0] == pytest.approx(0.5 * 10 * 0.49027 * 8, rel=1e-4)
    # An octave off its period, of a spread of 2 in natural logarithms (more than 1 is no mistake).
    assert one[1] == pytest.approx(
        2 * one[0] * math.exp(-(math.log(2) ** 2) / (2 * 2**2)), rel=1e-4
    )
    assert two[0] == pytest.approx(4 * one[0])
    small = CAUGHT.replace("value: 10, unit: m", "value: 100, unit: m")
    assert read(tmp_path, (TABLE, small))["matrix"][2] == [300, 300]


@pytest.mark.parametrize(
    ("old", "new", "message", "found"),
    [
        ("value: 8, ", "value: 0, ", "a value that cannot be", "0 s"),
        ("value: 2, ", "value: 0, ", "a value that cannot be", "0 1"),
        ("value: 0.5, ", "value: 1.5, ", "a value that cannot be", "1.5 1"),
        ("value: 0.5, ", "value: 0, ", "no power in any sea state", ""),
        ("  capture_width: {value: 10, unit: m, status: assumed, reason: a choice}\n", "",
         "`capture_width` is not stated", ""),
        ("periods: [8, 16]", "periods: [16, 8]", "the periods do not rise", "[16.0, 8.0] ..."),
        ("capture:\n", TABLE + "capture:\n", "either `matrix` or `capture` is needed", ""),
    ],
)  # fmt: skip
def test_capture_that_cannot_be_is_refused(tmp_path, old, new, message, found):
    assert old in CAUGHT
    assert said(tmp_path, (TABLE, CAUGHT.replace(old, new)))[:2] == (message, found)


JOINT = """\
joint_table:
  heights: [1, 2]
  periods: [6, 9, 12]
  occurrence: [[10, 20, 20], [10, 20, LAST]]
"""


@pytest.mark.parametrize(
    ("last", "found"),
    [("18", ""), ("22", ""), ("17.9", "sum 97.9 %"), ("22.1", "sum 102.1 %")],
)
def test_shares_of_a_year_are_all_of_it(tmp_path, last, found):
    change = (TABLE, TABLE + JOINT.replace("LAST", last))
    if not found:
        assert read(tmp_path, change)["joint_table"]["occurrence"][1][2] == float(last)
        return
    assert said(tmp_path, change) == ("no shares of a year", found, "100 %")


def test_a_joint_table_has_a_row_for_each_height_and_nothing_below_0(tmp_path):
    below = JOINT.replace("LAST", "40").replace("[[10, 20", "[[-10, 20")
    assert said(tmp_path, (TABLE, TABLE + below))[0] == "no shares of a year"
    wide = JOINT.replace("heights: [1, 2]", "heights: [1, 2, 3]").replace("LAST", "20")
    message, found, _ = said(tmp_path, (TABLE, TABLE + wide))
    assert (message, found) == ("the joint table does not fit its axes", "[(2, 3)]")


def test_swapped_axes_say_what_they_reach_to(tmp_path):
    message, found, wanted = said(
        tmp_path,
        ("heights: [1, 2, 4]", "heights: [5, 7, 9]"),
        ("periods: [6, 9]", "periods: [1, 3]"),
    )
    assert message == "heights and periods are swapped"
    assert found == (
        "heights to 9 m, periods to 3 s; power falls 0 times with height, 1 times with period"
    )
    assert wanted == "a row for each height; power that rises with height"
    rows = TABLE[TABLE.index("    - ") :]
    assert said(tmp_path, (rows, "    - [20, 80, 300]\n    - [30, 110, 290]\n")) == (
        "rows and columns of the matrix are swapped",
        "2 rows of 3",
        "3 rows, one for each height, of 2",
    )


def test_seas_too_steep_to_be_count_where_there_is_power(tmp_path):
    # Steeper than 2 pi 2 m / (g (3 s)^2) = .142 is no sea: two of four cells with power, or three.
    few = TABLE.replace("periods: [6, 9]", "periods: [3, 9]").replace("[20, 30]", "[0, 30]")
    assert read(tmp_path, (TABLE, few.replace("[80, 110]", "[0, 110]")))["name"] == "flap"
    steep = few.replace("heights: [1, 2, 4]", "heights: [10, 20, 40]")
    assert said(tmp_path, (TABLE, steep))[0] == "heights and periods are swapped"
