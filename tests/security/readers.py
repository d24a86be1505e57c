"""Reading what may be refused."""

from collections.abc import Callable
from typing import Any

from siting import findings
from siting.errors import SitingError


def attempt(reader: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, list[str]]:
    """What a reader gives, and the codes of what it noticed; None where it refuses."""
    with findings.collect() as noticed:
        try:
            found = reader(*args, **options)
        except SitingError as error:
            return None, [error.code]
    return found, [each.code for each in noticed]
