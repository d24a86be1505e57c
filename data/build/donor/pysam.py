"""Defaults of the System Advisor Model's wave converter, read without importing the package."""

import marshal
from pathlib import Path
from typing import Any

from data.build.fetch import member

_DEFAULTS = "PySAM/defaults/{}_mewavelcoecalculator.df"


def defaults(cache: Path, module: str) -> dict[str, Any]:
    """Inputs of one module (``mhkwave``, ``lcoefcr``) by name.

    The package stores them with Python's own `marshal`; the wheel's SHA-256 was checked before.
    """
    with member("nrel-pysam", _DEFAULTS.format(module), cache).open("rb") as stream:
        groups = marshal.load(stream)
    return {name: value for group in groups.values() for name, value in group.items()}
