"""Wave devices as YAML files: power matrix or capture width, deck, limits, each with its reason."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting import units
from siting.errors import InputError
from siting.io import yaml
from siting.io.formats import StrPath, local_file
from siting.kernels.device import capture_matrix
from siting.kernels.solar import combined_losses
from siting.kinds import Status

# Parameters that a device file may state, each in the unit that the device is simulated in.
UNITS = {
    "rated_power": "kW", "availability": "1", "transmission_loss": "1", "cut_out_height": "m",
    "survival_height": "m", "watch_circle": "km", "deck_area": "m2", "panel_density": "kW m-2",
    "hotel_load": "kW", "capture_width": "m", "capture_ratio": "1", "capture_period": "s",
    "capture_spread": "1", "solar_system": "1", "solar_marine_soiling": "1",
    "solar_tilt_motion": "1", "solar_degradation": "1",
}  # fmt: skip
# Nothing can be divided by these at 0, or comes of it.
POSITIVE = ("rated_power", "availability", "capture_period", "capture_spread")
REQUIRED = ("rated_power", "availability", "deck_area", "panel_density")
CAPTURE = ("capture_width", "capture_ratio", "capture_period", "capture_spread")
_SHARES = tuple(name for name, unit in UNITS.items() if unit == "1" and name != "capture_spread")
_GRAVITY = 9.80665  # [m s-2]
_STEEPEST = 0.1  # of a sea state, 2 pi Hs / (g Te^2): seas break before they reach it
_ROUNDING = 1e-4


class Figure(BaseModel):
    """One number of a device with its unit, how it is known and why it was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    status: Status
    reason: str = Field(min_length=1)


class Axes(BaseModel):
    """Sea states of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    heights: list[float] = Field(min_length=2)
    periods: list[float] = Field(min_length=2)


class Matrix(Axes):
    """Power by sea state [kW], a row for each height."""

    power: list[list[float]]


class JointTable(Axes):
    """Occurrence by sea state [%], a row for each height."""

    occurrence: list[list[float]]


class Fact(BaseModel):
    """Something that is said of the device and enters no result."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    what: str
    value: float | None = None
    unit: str = ""
    status: Status
    source: str = ""


class DeviceFile(BaseModel):
    """A device file as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    description: str
    cost_name: str
    status: Status
    vintage: str
    licence: str
    source: str
    citation: str = ""
    period: Literal["wave_energy_period"]
    parameters: dict[str, Figure]
    matrix: Matrix | None = None
    capture: Axes | None = None
    joint_table: JointTable | None = None
    facts: list[Fact] = []


def read_device(path: StrPath) -> dict[str, Any]:
    """Device of a YAML file, its figures in the units that a simulation takes.

    Parameters
    ----------
    path : path-like
        YAML with ``parameters`` and either ``matrix`` or ``capture``.

    Returns
    -------
    dict
        ``matrix`` [kW], ``heights`` [m], ``periods`` [s], ``rated_power`` [kW], ``availability``,
        ``cut_out_height`` [m], ``deck_area`` [m2], ``deck_power`` [kW of panels],
        ``solar_losses``, and where the file states them ``hotel_load`` [kW], ``survival_height``
        [m], ``watch_circle`` [km] (else None); ``parameters`` with status and reason of each,
        ``assumed`` with the names of those that are assumed; what the file says of itself.

    Raises
    ------
    InputError
        DEVICE_INVALID: keys that lack or are unknown, a matrix that does not fit its axes, axes
        that do not rise or are swapped, power that is negative, above rated or no number.

    Notes
    -----
    ``availability`` holds the losses on the way to the load too. Power of a device with
    ``capture`` is ``ratio(Te) width J(Hs, Te)``, J the flux in deep water and ``ratio(Te) =
    capture_ratio exp(-ln(Te / capture_period)^2 / (2 capture_spread^2))``, capped at rated. Without
    ``cut_out_height`` the device works up to the last height of its matrix.

    Examples
    --------
    >>> from siting.sources.catalogue import data_root
    >>> rm3 = read_device(data_root() / "devices" / "rm3.yaml")
    >>> rm3["rated_power"], len(rm3["heights"]), len(rm3["periods"])
    (286.0, 20, 21)
    """
    file = local_file(path)
    document = yaml.read(file)
    try:
        device = DeviceFile.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise _invalid(
            f"{first['msg'][0].lower()}{first['msg'][1:]}",
            where=document.where(tuple(first["loc"])),
            found=str(first["input"])[:80],
        ) from error
    figures = _figures(device, document)
    heights, periods, power = _matrix(device, figures, document)
    _check_matrix(heights, periods, power, figures["rated_power"], document)
    _check_joint(device.joint_table, document)
    return {
        **device.model_dump(exclude={"matrix", "capture", "parameters"}),
        "heights": heights.tolist(),
        "periods": periods.tolist(),
        "matrix": power.tolist(),
        **_derived(figures, float(heights[-1])),
        "parameters": {name: each.model_dump() for name, each in device.parameters.items()},
        "assumed": [n for n, each in device.parameters.items() if each.status == "assumed"],
        "file": Path(file).name,
    }


def _derived(figures: dict[str, float], highest: float) -> dict[str, float | None]:
    """What a simulation asks of a device."""
    losses = {name: value for name, value in figures.items() if name.startswith("solar_")}
    lost = figures.get("transmission_loss", 0.0)
    return {
        "rated_power": figures["rated_power"],
        "availability": figures["availability"] * (1 - lost),
        "cut_out_height": figures.get("cut_out_height", highest),
        "deck_area": figures["deck_area"],
        "deck_power": figures["deck_area"] * figures["panel_density"],
        "solar_losses": combined_losses(losses),
        "hotel_load": figures.get("hotel_load"),
        "survival_height": figures.get("survival_height"),
        "watch_circle": figures.get("watch_circle"),
    }


def _figures(device: DeviceFile, document: yaml.Document) -> dict[str, float]:
    """Values of the parameters in the units of `UNITS`."""
    for name in (*REQUIRED, *(CAPTURE if device.capture else ())):
        if name not in device.parameters:
            raise _invalid(f"`{name}` is not stated", where=document.where(("parameters",)))
    found = {}
    for name, figure in device.parameters.items():
        where = document.where(("parameters", name))
        if name not in UNITS:
            raise _invalid("no such parameter", where, name, f"one of {', '.join(UNITS)}")
        if not units.compatible(figure.unit, UNITS[name]):
            raise _invalid("another kind of unit", where, figure.unit, UNITS[name])
        value = float(units.convert(np.array(figure.value), figure.unit, UNITS[name]))
        low, high = figure.low, figure.high
        if (
            not (figure.value if low is None else low)
            <= figure.value
            <= (figure.value if high is None else high)
        ):
            raise _invalid("outside of its low and high", where, f"{low}, {figure.value}, {high}")
        if value < 0 or (value > 1 and name in _SHARES) or (value == 0 and name in POSITIVE):
            raise _invalid("a value that cannot be", where, f"{value:g} {UNITS[name]}")
        found[name] = value
    return found


def _matrix(
    device: DeviceFile, figures: dict[str, float], document: yaml.Document
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Heights, periods and power, as written or from the capture width."""
    table = device.matrix or device.capture
    if table is None or (device.matrix and device.capture):
        raise _invalid("either `matrix` or `capture` is needed", where=document.where(()))
    heights, periods = np.array(table.heights), np.array(table.periods)
    key = "matrix" if device.matrix else "capture"
    for name, axis in (("heights", heights), ("periods", periods)):
        if not (np.diff(axis) > 0).all() or axis[0] < 0:
            raise _invalid(
                f"the {name} do not rise", document.where((key, name)), f"{axis.tolist()[:6]} ..."
            )
    if device.matrix:
        return heights, periods, _rectangular(device.matrix, document)
    width, ratio, middle, spread = (figures[name] for name in CAPTURE)
    shape = ratio * np.exp(-0.5 * (np.log(np.maximum(periods, 1e-9) / middle) / spread) ** 2)
    power = capture_matrix(heights, periods, width, shape, figures["rated_power"]).power
    return heights, periods, power


def _rectangular(matrix: Matrix, document: yaml.Document) -> NDArray[np.float64]:
    rows, columns = len(matrix.heights), len(matrix.periods)
    lengths = sorted({len(row) for row in matrix.power})
    if len(matrix.power) == rows and lengths == [columns]:
        return np.array(matrix.power)
    swapped = len(matrix.power) == columns and lengths == [rows]
    raise _invalid(
        "rows and columns of the matrix are swapped" if swapped else "the matrix does not fit",
        document.where(("matrix", "power")),
        f"{len(matrix.power)} rows of {', '.join(map(str, lengths))}",
        f"{rows} rows, one for each height, of {columns}",
    )


def _check_matrix(
    heights: NDArray[np.float64],
    periods: NDArray[np.float64],
    power: NDArray[np.float64],
    rated: float,
    document: yaml.Document,
) -> None:
    """Refuse power that cannot be, and tables that make sense only the other way round."""
    where = document.where(("matrix", "power"))
    if power.min() < 0:
        raise _invalid("negative power", where, f"{power.min():g} kW")
    if power.max() > rated * (1 + _ROUNDING):
        raise _invalid(
            "power above the rated power", where, f"{power.max():g} kW", f"up to {rated:g} kW"
        )
    if not power.any():
        raise _invalid("no power in any sea state", where)
    steep = 2 * np.pi * heights[:, None] / (_GRAVITY * np.maximum(periods, 1e-9) ** 2) > _STEEPEST
    falling = [(np.diff(power, axis=axis) < 0).sum() for axis in (0, 1)]
    if steep[power > 0].mean() > 0.5 or falling[0] > falling[1]:
        raise _invalid(
            "heights and periods are swapped",
            document.where(("matrix",)),
            f"heights to {heights[-1]:g} m, periods to {periods[-1]:g} s; power falls"
            f" {falling[0]} times with height, {falling[1]} times with period",
            "a row for each height; power that rises with height",
        )


def _check_joint(table: JointTable | None, document: yaml.Document) -> None:
    if table is None:
        return
    where = document.where(("joint_table", "occurrence"))
    shape = {(len(table.occurrence), len(row)) for row in table.occurrence}
    if shape != {(len(table.heights), len(table.periods))}:
        raise _invalid("the joint table does not fit its axes", where, str(sorted(shape)))
    total = float(np.sum(table.occurrence))
    if np.min(table.occurrence) < 0 or not 98 <= total <= 102:
        raise _invalid("no shares of a year", where, f"sum {total:g} %", "100 %")


def _invalid(message: str, where: str, found: str = "", wanted: str = "") -> InputError:
    return InputError(
        "DEVICE_INVALID",
        f"the device file is wrong: {message}",
        where=where,
        found=found,
        wanted=wanted,
        fix="correct the file; data/devices/rm3.yaml is an example",
    )
