"""What a simulator says of chosen cells, beside what layers say of them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import PipelineError
from siting.findings import warn
from siting.kinds import SimulatorValue
from siting.signature import Marks
from siting.wording import counted

SHIFTED = "season_shifted"  # column of a simulator that morphs hours across the equator
ACCESS = "access_share"  # column of one that sends ships: share of the hours in which they can work
Cells = tuple[NDArray[np.int64], NDArray[np.int64]]


def simulated(simulator: SimulatorValue, cells: Cells, taken: Mapping[str, object]) -> pd.DataFrame:
    """A row of simulated figures for each cell.

    Raises
    ------
    PipelineError
        COLUMN_TAKEN where a layer's column has the name of one of the figures.
    """
    figures = simulator.simulate(*cells)
    both = [name for name in figures if name in taken]
    if both:
        raise PipelineError(
            "COLUMN_TAKEN",
            f"two values would share the column '{both[0]}'",
            where="candidates.simulator",
            fix=f"give the layer '{both[0]}' another name",
        )
    lacking = int(figures[simulator.target].isna().sum())
    if lacking:
        warn(
            "CANDIDATES_NOT_SIMULATED",
            f"{counted(lacking, 'candidate has', 'candidates have')} no data to be simulated with",
            where="candidates.simulator",
            found=f"{lacking} of {len(figures)}",
            fix="narrow the domain to where the simulator's inputs have values",
        )
    return figures


def simulated_order(figures: pd.DataFrame, target: str, order: str) -> NDArray[np.int64]:
    """Positions of the rows by what was simulated, the best first and those without data last.

    Examples
    --------
    >>> costs = pd.DataFrame({"cost": [3.0, None, 2.0]})
    >>> simulated_order(costs, "cost", "lowest").tolist()
    [2, 0, 1]
    """
    values = figures[target].to_numpy(float)
    return np.argsort(values if order == "lowest" else -values, kind="stable")


def simulated_flags(simulator: SimulatorValue, figures: pd.DataFrame) -> list[list[str]]:
    """What to know of each row before trusting what was simulated there.

    A simulator tells what its rows rest on in ``attrs["flags"]``, ';'-joined; of one that does
    not, the worst status of its inputs is told.
    """
    status = Marks.of(simulator.attrs).status
    told = str(simulator.attrs.get("flags") or "")
    common = [each.strip() for each in told.split(";") if each.strip()]
    if not common and status != "measured":
        common = [f"simulated from {status} inputs"]
    shifted = figures[SHIFTED] == 1 if SHIFTED in figures else np.zeros(len(figures), dtype=bool)
    closed = figures[ACCESS] == 0 if ACCESS in figures else np.zeros(len(figures), dtype=bool)
    known = figures[simulator.target].notna()
    return [
        [
            *common,
            *(["season shifted by half a year"] if turned else []),
            *(["no window for ships in the year: their wait is a guess"] if shut else []),
        ]
        if has_data
        else ["no data to be simulated with"]
        for has_data, turned, shut in zip(known, shifted, closed, strict=True)
    ]


def with_flags(flags: "pd.Series[str]", more: list[list[str]]) -> list[str]:
    """Flags of each row with others behind them.

    Examples
    --------
    >>> with_flags(pd.Series(["derived inputs", ""]), [["a", "b"], ["a"]])
    ['derived inputs; a; b', 'a']
    """
    return [
        "; ".join([each, *others] if each else others)
        for each, others in zip(flags, more, strict=True)
    ]
