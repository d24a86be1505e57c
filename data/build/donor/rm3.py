"""The RM3 as a device file: power matrix, joint table of its own site, costs of one hundred."""

from pathlib import Path
from typing import Any

from data.build.donor.pysam import defaults

HEAD = """\
# Written by data/build/donor/rm3.py; change the script, not this file.
name: rm3
title: Reference Model 3, a floating point absorber of two bodies
description: >-
  Power that a numerical model gives by sea state; no RM3 was built. Moored, in 40 to 100 m of
  water: beside a device that drifts it is a measure of what is known, not an alternative.
cost_name: rm3
status: derived
vintage: 2014 (design); 2026 (file)
licence: BSD-3-Clause, copyright Alliance for Energy Innovation, LLC
source: NREL-PySAM 7.1.1.post1, defaults of MhkWave (MEwaveLCOECalculator)
citation: >-
  Neary, V. S. and others (2014). Methodology for design and economic analysis of marine energy
  conversion (MEC) technologies. Sandia National Laboratories, SAND2014-9040
period: wave_energy_period
"""
PARAMETERS = """\
parameters:
  rated_power: {{value: {rated:g}, unit: kW, status: derived,
    reason: device_rated_power of the source}}
  availability: {{value: {available:g}, unit: "1", status: assumed,
    reason: "1 less loss_downtime and loss_transmission, which the source adds"}}
  deck_area: {{value: 150, low: 50, high: 250, unit: m2, status: assumed,
    reason: "choice: half of the top of a float 20 m across; the design carries no panels"}}
  panel_density: {{value: 0.2, low: 0.17, high: 0.22, unit: kW m-2, status: assumed,
    reason: "choice: modules of a fifth in efficiency"}}
  hotel_load: {{value: 5, low: 2, high: 15, unit: kW, status: assumed,
    reason: "choice: control, lights, pumps"}}
  solar_system: {{value: 0.1408, unit: "1", status: derived,
    reason: "PVWatts 5, default losses"}}
  solar_marine_soiling: {{value: 0.03, low: 0.01, high: 0.08, unit: "1", status: assumed,
    reason: "choice: salt and birds beyond the 2 % of PVWatts; rain and spray wash"}}
  solar_tilt_motion: {{value: 0.01, low: 0.0, high: 0.03, unit: "1", status: assumed,
    reason: "choice: panels that roll by 10 degrees lose 1.5 % of the beam, little of the rest"}}
  solar_degradation: {{value: 0.05, low: 0.03, high: 0.1, unit: "1", status: assumed,
    reason: "choice: mean over 20 years at 0.5 % a year"}}
"""


def device_rm3(cache: Path, path: Path) -> None:
    """Write the device file from the package's defaults."""
    wave = defaults(cache, "mhkwave")
    matrix, joint = wave["wave_power_matrix"], wave["wave_resource_matrix"]
    if matrix[0] != joint[0] or [row[0] for row in matrix] != [row[0] for row in joint]:
        raise ValueError("the matrix and the joint table have other axes")
    parts = [
        HEAD,
        PARAMETERS.format(
            rated=wave["device_rated_power"],
            available=1 - (wave["loss_downtime"] + wave["loss_transmission"]) / 100,
        ),
        _table("matrix", "power: # [kW], a row for each height", matrix),
        _table("joint_table", "occurrence: # [%], at the site it was designed for", joint),
        _facts(wave, defaults(cache, "lcoefcr")),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(parts), encoding="utf-8", newline="\n")


def _table(name: str, what: str, table: list[list[float]]) -> str:
    heights, periods = [row[0] for row in table[1:]], table[0][1:]
    rows = "".join(f"    - {_numbers(row[1:])}\n" for row in table[1:])
    return (
        f"{name}:\n  heights: {_numbers(heights)} # [m]\n"
        f"  periods: {_numbers(periods)} # [s]\n  {what}\n{rows}"
    )


def _numbers(values: list[float]) -> str:
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


def _facts(wave: dict[str, Any], finance: dict[str, Any]) -> str:
    """Costs of the source's array; of which year's dollars it does not say."""
    count, power = wave["number_devices"], wave["system_capacity"]
    lines = {
        "devices in the source's array": (count, "1"),
        "capital of the devices": (wave["device_costs_total"], "USD"),
        "capital of the balance of system": (wave["balance_of_system_cost_total"], "USD"),
        "financial costs": (wave["financial_cost_total"], "USD"),
        "capital per rated power": (finance["capital_cost"] / power, "USD kW-1"),
        "operating cost of a year": (wave["total_operating_cost"], "USD yr-1"),
        "fixed charge rate": (finance["fixed_charge_rate"], "yr-1"),
    }
    facts = "".join(
        f'  - {{what: {what}, value: {value:.8g}, unit: "{unit}", status: derived}}\n'
        for what, (value, unit) in lines.items()
    )
    return f"facts:\n{facts}"
