"""What a run noticed: collected while it works, shown on stderr, in the manifest and on the map."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Literal

Severity = Literal["warning", "note"]


class SitingWarning(UserWarning):
    """A finding made outside a run, as in a notebook."""


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know about the input or the result."""

    code: str
    message: str
    where: str = ""
    found: str = ""
    wanted: str = ""
    fix: str = ""
    severity: Severity = "warning"

    def as_dict(self) -> dict[str, str]:
        """The finding as a flat mapping."""
        return asdict(self)


# Plain module state, not a context variable: the worker threads of a run report to the same list.
_collectors: list[list[Finding]] = []
_lock = Lock()


@contextmanager
def collect() -> Iterator[list[Finding]]:
    """A list that fills with the findings made inside the ``with`` block.

    Examples
    --------
    >>> with collect() as findings:
    ...     warn("LAYER_CONSTANT", "every cell is 7", where="layers.a")
    >>> findings[0].code
    'LAYER_CONSTANT'
    """
    found: list[Finding] = []
    with _lock:
        _collectors.append(found)
    try:
        yield found
    finally:
        with _lock:
            _collectors[:] = [each for each in _collectors if each is not found]


def report(finding: Finding) -> None:
    """Hand a finding to the innermost collector, once; outside a run it becomes a warning."""
    with _lock:
        if _collectors:
            if finding not in _collectors[-1]:
                _collectors[-1].append(finding)
            return
    warnings.warn(f"{finding.code}: {finding.message}", SitingWarning, stacklevel=3)


def warn(
    code: str,
    message: str,
    *,
    where: str = "",
    found: str = "",
    wanted: str = "",
    fix: str = "",
    severity: Severity = "warning",
) -> None:
    """Report a finding by its parts; see :class:`Finding`."""
    report(Finding(code, message, where, found, wanted, fix, severity))
