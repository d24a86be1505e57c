"""The donor year: 2,920 sea states of 2010, three-hourly, off Humboldt Bay in California."""

from pathlib import Path

import numpy as np

from data.build.donor.pysam import defaults

STATES = 2920  # a year of three-hourly stamps
HEADER = "time,significant_wave_height [m],wave_energy_period [s]"


def wave_donor(cache: Path, path: Path) -> None:
    """Write the series as the package holds it: no state is repeated or interpolated."""
    wave = defaults(cache, "mhkwave")
    heights, periods = wave["significant_wave_height"], wave["energy_period"]
    if not len(heights) == len(periods) == STATES or wave["year"] != [2010.0]:
        raise ValueError(f"{len(heights)} heights, {len(periods)} periods of {wave['year']}")
    times = np.datetime64("2010-01-01T00:00") + np.arange(STATES) * np.timedelta64(3, "h")
    rows = [
        f"{time}Z,{height:g},{period:g}"
        for time, height, period in zip(times, heights, periods, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8", newline="\n")
