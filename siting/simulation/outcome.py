"""What a simulation of some cells found, before it is told as figures and cards."""

from typing import NamedTuple

from siting.kernels import firm_power, sizing
from siting.projection import Floats
from siting.simulation.climate import Climate, Hours


class Simulated(NamedTuple):
    """Some cells with all that was simulated of them; arrays by cell."""

    climate: Climate
    wave: Hours  # (s, t) per rated power
    sun: Hours  # (s, t) per rated power
    sized: sizing.Sized
    quantities: dict[str, Floats]  # per kW of load
    low_waves: firm_power.FirmPower  # with the heights divided by the factor
    high_waves: firm_power.FirmPower
    access: Floats  # (s, 12), share of hours in windows
