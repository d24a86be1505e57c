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
