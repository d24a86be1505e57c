"""Money: capital spread over years, costs drawn from their ranges, an hour of compute at sea.

- :mod:`siting.kernels.money.finance`: recovery factors, levelised cost of energy.
- :mod:`siting.kernels.money.draws`: a table of costs as numbers, and drawn from its ranges.
- :mod:`siting.kernels.money.node`: what nodes at sea cost in a year, and an hour on them.
- :mod:`siting.kernels.money.verdicts`: break-even prices of power, inputs by their weight.
"""

from siting.kernels.money.draws import (
    CostDraws,
    at_value,
    by_parameter,
    draw,
    percentiles,
    pert,
    ranges,
)
from siting.kernels.money.finance import (
    HOURS_PER_YEAR,
    annuity,
    crf,
    gpu_hour,
    lcoe,
    per_megatoken,
    surviving_share,
)
from siting.kernels.money.node import (
    PARTS,
    QUANTITIES,
    annual_parts,
    cost_per_firm_energy,
    cost_per_gpu_hour,
    delivered_hours,
    on_station,
    per_hour,
)
from siting.kernels.money.verdicts import break_even, power_limit, sensitivity

__all__ = [
    "HOURS_PER_YEAR",
    "PARTS",
    "QUANTITIES",
    "CostDraws",
    "annual_parts",
    "annuity",
    "at_value",
    "break_even",
    "by_parameter",
    "cost_per_firm_energy",
    "cost_per_gpu_hour",
    "crf",
    "delivered_hours",
    "draw",
    "gpu_hour",
    "lcoe",
    "on_station",
    "per_hour",
    "per_megatoken",
    "percentiles",
    "pert",
    "power_limit",
    "ranges",
    "sensitivity",
    "surviving_share",
]
