"""Geothermal wells and plants: what they deliver, what they cost, and what stands to be lost.

- :mod:`~siting.kernels.geothermal.water`, :mod:`~siting.kernels.geothermal.exergy`,
  :mod:`~siting.kernels.geothermal.superhot`: the fluid, and the work in it.
- :mod:`~siting.kernels.geothermal.pumping`, :mod:`~siting.kernels.geothermal.cooling_down`,
  :mod:`~siting.kernels.geothermal.well_field`: wells with a plant over their life.
- :mod:`~siting.kernels.geothermal.costs`, :mod:`~siting.kernels.geothermal.resource`: capital and
  upkeep; how large a field is.
- :mod:`~siting.kernels.geothermal.ladder`: existence and success as two probabilities.
- :mod:`~siting.kernels.geothermal.sampling`, :mod:`~siting.kernels.geothermal.outcomes`,
  :mod:`~siting.kernels.geothermal.quantiles`: draws, and quantiles for millions of cells.
- :mod:`~siting.kernels.geothermal.drivers`: which input the cost of a place hangs on.

Compiled functions call each other across these files, and what numba keeps of a function is not
made anew when a file that it calls changes: after an edit, delete ``__pycache__`` here.
"""
