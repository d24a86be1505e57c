"""What a run must say of a score that nothing known tests."""

from typing import Annotated

from pydantic import Field

from siting.findings import warn
from siting.kinds import Layer, Record
from siting.signature import scorer


@scorer()
def ranking(
    score: Layer,
    missing: Annotated[list[str], Field(min_length=1)],
    tested_with: str,
) -> Record:
    """Statement that a score was compared with no known place, and what it lacks.

    Parameters
    ----------
    score : (y, x) layer
        The score that sites are ranked by.
    missing : list of str
        Evidence that decides in the field and is not in the score.
    tested_with : str
        What known places would test it.

    Returns
    -------
    dict
        The score's name, what is missing, and what would test it. The finding SKILL_UNTESTED says
        the same on map and report.

    Examples
    --------
    >>> import xarray as xr
    >>> from siting.findings import collect
    >>> score = xr.DataArray([[0.5]], dims=("y", "x"), name="chance")
    >>> with collect() as findings:
    ...     record = ranking(score, missing=["gravity"], tested_with="seeps of hydrogen")
    >>> findings[0].code, record["missing"]
    ('SKILL_UNTESTED', ['gravity'])
    """
    name = str(score.name)
    warn(
        "SKILL_UNTESTED", f"nothing known tests '{name}': its order is a judgement, no skill",
        where=name, found=f"not in it: {', '.join(missing)}", wanted=tested_with,
        fix="add known places as a source, and skill.screening with this score and its layers",
    )  # fmt: skip
    return {"score": name, "missing": list(missing), "tested_with": tested_with}
