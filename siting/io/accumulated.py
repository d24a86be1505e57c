"""Energy that a file adds up over each step, as power: J m-2 per hour are not W m-2."""

from dataclasses import replace

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.io.source import Part, RasterSource
from siting.io.time_axis import TimeAxis
from siting.wording import counted

LONGEST = 3.0 * 3600  # of a step that accumulations are known to go over: reanalyses' hours [s]


def as_rate(source: RasterSource, axis: TimeAxis, part: Part) -> RasterSource:
    """The source per second where the pipeline wants a rate of what the file accumulates.

    Reanalyses store radiation as energy over the hour before each stamp. Over longer steps the
    files differ (monthly means of ERA5 are energy per day), so that nothing is assumed.

    Raises
    ------
    InputError
        TIME_ACCUMULATED where the time that was added up over is not known.
    """
    if not (source.units and part.units and _is_accumulated(source.units, part.units)):
        return source
    where = f"{source.path}: {source.variable}"
    gaps = abs(axis.seconds[1:] - axis.seconds[:-1])
    steps = f"steps of {counted(axis.step / 3600, 'hour')}" if gaps.size else "one step"
    if not gaps.size or axis.step > LONGEST or (gaps < 0.99 * axis.step).any():
        raise InputError(
            "TIME_ACCUMULATED",
            "the file holds amounts added up over time, the pipeline wants a rate",
            where=where,
            found=f"{source.units}, {steps}",
            wanted=f"{part.units}, or even steps of at most {LONGEST / 3600:g} hours",
            fix="divide by the time that was added up over first",
        )
    warn(
        "TIME_ACCUMULATED",
        "amounts added up over each step are divided by its length",
        where=where,
        found=f"{source.units} in {steps}",
        severity="note",
    )
    return replace(
        source,
        units=f"{source.units} s-1",
        scale=source.scale / axis.step,
        offset=source.offset / axis.step,
    )


def _is_accumulated(have: str, want: str) -> bool:
    try:
        energy = units.compatible(have, "J m-2")
        return energy and units.compatible(want, "W m-2")
    except UnitsError:
        return False
