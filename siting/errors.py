"""The one family of errors that leaves the public API, and their exit codes."""

import importlib
from typing import Any

from siting.wording import counted


class SitingError(Exception):
    """Something the user can put right: what, where, found, wanted, and how to fix it.

    Parameters
    ----------
    code : str
        Stable upper-case name of the kind of mistake, such as ``CRS_MISSING``.
    message : str
        What is wrong, in one sentence.
    where, found, wanted, fix : str, optional
        The place (``file:line:column`` or a name in the pipeline), what stands there, what was
        expected, and what to do.

    Examples
    --------
    >>> print(SitingError("CRS_MISSING", "the raster has no CRS", where="a.tif", fix="add crs:"))
    CRS_MISSING: the raster has no CRS
      where:  a.tif
      fix:    add crs:
    """

    exit_code = 1

    def __init__(
        self,
        code: str,
        message: str,
        *,
        where: str = "",
        found: str = "",
        wanted: str = "",
        fix: str = "",
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.where = where
        self.found = found
        self.wanted = wanted
        self.fix = fix

    def __str__(self) -> str:
        lines = [f"{self.code}: {self.message}"]
        for label in ("where", "found", "wanted", "fix"):
            if text := getattr(self, label):
                lines.append(f"  {label + ':':<7} {text}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, str]:
        """The error as a flat mapping, for ``--json`` and manifests."""
        names = ("code", "message", "where", "found", "wanted", "fix")
        return {name: getattr(self, name) for name in names}


class PipelineError(SitingError, ValueError):
    """The pipeline file, or an argument of a function, is wrong (exit code 2)."""

    exit_code = 2


class PipelineInvalidError(PipelineError):
    """All mistakes of one pipeline file at once; of very many the first `most`."""

    most = 100

    def __init__(self, errors: list[PipelineError]) -> None:
        count = len(errors)
        super().__init__("PIPELINE_INVALID", counted(count, "mistake"))
        self.errors = errors[: self.most]
        self.more = count - len(self.errors)

    def __str__(self) -> str:
        rest = [f"and {self.more} more"] if self.more else []
        return "\n".join([*(str(error) for error in self.errors), *rest])


class InputError(SitingError, ValueError):
    """Input data that cannot be used as it is (exit code 3)."""

    exit_code = 3


class GridError(InputError):
    """A layer that is not on the run's grid, or a grid that cannot be."""


class UnitsError(InputError):
    """A unit that is missing, unknown or of another dimension."""


class StorageError(SitingError, OSError):
    """The disk, a permission or the network stopped the work (exit code 4)."""

    exit_code = 4


class QualityError(SitingError):
    """The run finished, but a quality gate of the pipeline file refused it (exit code 5)."""

    exit_code = 5


class LockedError(SitingError):
    """Another run is writing to the same folder (exit code 75)."""

    exit_code = 75


def library(name: str, extra: str) -> Any:
    """A library that comes with one of siting's extras.

    Parameters
    ----------
    name : str
        Name to import it by.
    extra : str
        Name of the extra.

    Raises
    ------
    StorageError
        LIBRARY_MISSING, where it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or name).partition(".")[0] != name:
            raise
    raise StorageError(
        "LIBRARY_MISSING",
        "this needs a library that is not installed",
        found=f"no {name}",
        wanted=f"siting with its extra '{extra}'",
        fix=f"pip install 'siting[{extra}]', or in a clone: pip install '.[{extra}]'",
    )
