"""What a simulation of some cells found, before it is told as figures and cards."""

from typing import NamedTuple

from siting.kernels import firm_power
from siting.projection import Floats
from siting.simulation.climate import Hours
from siting.simulation.hours import CellHours


class Simulated(NamedTuple):
    """Some cells with all that was simulated of them; arrays by cell."""

    hours: CellHours
    wave: Hours  # (s, t) per rated power
    designs: Floats  # (s, 4) per kW of load: wave, solar, battery energy and power
    hotel: Floats  # (s,) share of the load that the node itself needs
    served: firm_power.FirmPower
    low_waves: firm_power.FirmPower  # with the heights divided by the factor
    high_waves: firm_power.FirmPower
    quantities: dict[str, Floats]  # per kW of load
    access: Floats  # (s, 12), share of hours in windows
    cost: Floats  # (s,) of a delivered GPU-hour, costs at their values [USD GPU-1 h-1]

    @property
    def sun(self) -> Hours:
        """Panels' power per power as rated, (s, t)."""
        return self.hours.sun
