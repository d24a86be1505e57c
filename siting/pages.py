"""The pages on errors and findings that siting brings along: one for each code."""

import re
from functools import cache
from pathlib import Path

from siting.errors import PipelineError

_CODE = re.compile(r"[A-Z][A-Z0-9_]*")


def pages_root() -> Path:
    """Folder of the pages: inside the installed package, or beside it in a clone."""
    packaged = Path(__file__).parent / "_errors"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "docs" / "errors"


@cache
def codes() -> tuple[str, ...]:
    """Every code that an error or a finding can have.

    Examples
    --------
    >>> "CRS_MISSING" in codes()
    True
    """
    names = (path.stem for path in pages_root().glob("*.md"))
    return tuple(sorted(name for name in names if _CODE.fullmatch(name) and name != "README"))


def page(code: str) -> str:
    """What a code means, with an example and how to fix it, as Markdown.

    Raises
    ------
    PipelineError
        OPTION_INVALID where there is no such code, with the nearest ones.

    Examples
    --------
    >>> page("CRS_MISSING").splitlines()[0]
    '# CRS_MISSING'
    """
    if code not in codes():
        raise PipelineError(
            "OPTION_INVALID",
            "there is no such code",
            where="siting help",
            found=code[:80],
            wanted=", ".join(nearest_codes(code)) or "a code such as CRS_MISSING",
        )
    return (pages_root() / f"{code}.md").read_text("utf-8")


def nearest_codes(code: str) -> list[str]:
    """Codes most like a written one."""
    import difflib

    return difflib.get_close_matches(code.upper()[:80], codes(), 3, cutoff=0.5)
