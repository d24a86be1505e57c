"""Cases that GEOPHIRES-X ships, with what it says of them; docs/geothermal_economics.md shows both.

Inputs and figures are those of tests/examples/*.txt and *.out of GEOPHIRES-X (NREL, MIT licence):
example1 of version 3.14.0, example9 of 3.13.6, example4b of 3.13.10 (its costs are those of
example4 at today's prices of wells), example4's power of 3.4.22, the PPA example of 3.12.1.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.kernels.geothermal.costs import SMALL, capital
from siting.kernels.geothermal.well_field import Design, deliver

PAGE = Path(__file__).parents[3] / "docs" / "geothermal_economics.md"
BEGIN, END = "<!-- cases -->\n", "<!-- end of cases -->\n"
HOURS = 8.76 * 0.9  # [GWh] of a megawatt in a year at their utilisation factor of .9
CHARGE = 0.05  # fixed charge rate of the cases that have one
INCH = 0.0254

_COMMON: dict[str, Any] = {
    "plant": 1, "temperature": 170.0, "depth": 3000.0, "surface_temperature": 20.0,
    "ambient": 20.0, "producers": 2.0, "injectors": 2.0, "flow": 55.0,
    "producer_diameter": 7 * INCH, "injector_diameter": 7 * INCH, "productivity": 5.0,
    "injectivity": 5.0, "impedance": 0.0, "injection_temperature": 50.0, "injection_warming": 0.0,
    "water_loss": 0.02, "pump_efficiency": 0.8, "wellhead": -1.0, "outlet": -1.0, "drop": -1.0,
    "drawdown": 0.0, "fractures": 0.0, "fracture_height": 900.0, "fracture_width": 900.0,
    "fracture_separation": 61.7, "rock_heat": 2.7e6, "conductivity": 2.7, "life": 30.0,
}  # fmt: skip
_HYDROTHERMAL = {
    "temperature": 145.0, "depth": 2000.0, "surface_temperature": 15.0, "ambient": 15.0,
    "producers": 3.0, "flow": 110.0, "producer_diameter": 9.625 * INCH,
    "injector_diameter": 9.625 * INCH, "productivity": 10.0, "injectivity": 10.0,
    "injection_temperature": 70.0, "water_loss": 0.0, "drop": 0.0, "drawdown": 0.005,
    "rock_heat": 2700 * 1050.0, "conductivity": 3.0,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Inputs of an example, and figures that GEOPHIRES-X gives for it."""

    name: str
    inputs: dict[str, Any]
    is_stimulated: bool
    published: dict[str, float]

    def found(self) -> dict[str, float]:
        """Our own figures, under the names of those published."""
        design = Design(**{**_COMMON, **self.inputs})
        got = deliver(design, 0.0)
        costs = capital(design, got, SMALL, self.is_stimulated, 0.9)
        energy = got.net * HOURS
        total = sum(costs[:5])
        return {
            "net power [MW]": got.net, "gross power [MW]": got.gross, "pumps [MW]": got.pump,
            "energy [GWh/yr]": energy, "wells [MUSD]": costs.drilling,
            "well [MUSD]": costs.drilling / (design.producers + design.injectors),
            "stimulation [MUSD]": costs.stimulation, "plant [MUSD]": costs.plant,
            "gathering [MUSD]": costs.gathering, "exploration [MUSD]": costs.exploration,
            "capital [MUSD]": total, "upkeep [MUSD/yr]": costs.operation,
            "cost of energy [USD/MWh]": (CHARGE * total + costs.operation) * 1000 / energy,
        }  # fmt: skip


CASES = (
    Case(
        "example1", {"plant": 2, "fractures": 10.0}, is_stimulated=True,
        published={
            "net power [MW]": 5.39, "gross power [MW]": 5.59, "pumps [MW]": 0.1975,
            "energy [GWh/yr]": 42.51, "wells [MUSD]": 17.38, "well [MUSD]": 4.35,
            "stimulation [MUSD]": 3.02, "plant [MUSD]": 20.80, "gathering [MUSD]": 2.30,
            "exploration [MUSD]": 4.49, "capital [MUSD]": 47.99, "upkeep [MUSD/yr]": 1.35,
            "cost of energy [USD/MWh]": 88.2,
        },
    ),
    Case(
        "example4", _HYDROTHERMAL, is_stimulated=False,
        published={
            "net power [MW]": 7.00, "gross power [MW]": 8.31, "pumps [MW]": 1.31,
            "wells [MUSD]": 13.06, "well [MUSD]": 2.61, "plant [MUSD]": 31.58,
            "gathering [MUSD]": 3.69, "exploration [MUSD]": 3.21, "capital [MUSD]": 51.54,
            "upkeep [MUSD/yr]": 1.76,
        },
    ),
    Case(
        "example9",
        {
            "temperature": 126.4, "depth": 3800.0, "producers": 1.0, "injectors": 1.0,
            "flow": 40.0, "impedance": 0.05, "injection_temperature": 60.0, "fractures": 5.0,
            "fracture_height": 700.0, "fracture_width": 700.0, "fracture_separation": 100.0,
            "rock_heat": 2730 * 825.0, "conductivity": 2.83,
        },
        is_stimulated=True,
        published={
            "net power [MW]": 0.468, "gross power [MW]": 0.546, "pumps [MW]": 0.078,
            "energy [GWh/yr]": 3.69, "wells [MUSD]": 12.25, "well [MUSD]": 6.12,
            "stimulation [MUSD]": 1.51, "plant [MUSD]": 2.43, "gathering [MUSD]": 1.13,
            "exploration [MUSD]": 5.79, "capital [MUSD]": 23.11, "upkeep [MUSD/yr]": 0.45,
            "cost of energy [USD/MWh]": 435.1,
        },
    ),
    Case(
        "SAM single owner PPA",
        {
            "plant": 2, "temperature": 202.4, "depth": 2600.0, "surface_temperature": 10.0,
            "ambient": 10.0, "producers": 6.0, "injectors": 6.0, "flow": 100.0,
            "producer_diameter": 9.625 * INCH, "injector_diameter": 9.625 * INCH,
            "productivity": 2.4742, "injectivity": 3.0, "injection_temperature": 56.7,
            "water_loss": 0.1, "wellhead": 2240.8, "outlet": 6894.76, "fractures": 680.5,
            "fracture_height": 165.0, "fracture_width": 165.0, "fracture_separation": 18.0,
            "rock_heat": 2800 * 790.0, "conductivity": 3.05, "life": 20.0,
        },
        is_stimulated=True,
        published={
            "net power [MW]": 54.96, "gross power [MW]": 58.87, "pumps [MW]": 3.91,
            "stimulation [MUSD]": 9.06, "gathering [MUSD]": 8.50,
        },
    ),
)  # fmt: skip


def table() -> str:
    """Published and found figures of every case, as a table of Markdown."""
    lines = ["| case | figure | GEOPHIRES-X | siting | off by |", "|---|---|---:|---:|---:|"]
    for case in CASES:
        found = case.found()
        lines += [
            f"| {case.name} | {name} | {value:g} | {found[name]:.4g} | "
            f"{100 * (found[name] / value - 1):+.1f} % |"
            for name, value in case.published.items()
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__" and "--write" in sys.argv:
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1], "utf-8")
