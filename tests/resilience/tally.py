"""What was tried and what went wrong."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEADINGS = ("experiment", "tried", "failed", "torn", "differing", "redone", "exits", "seconds")


@dataclass
class Tally:
    """Counts of one experiment; its failures are told on stderr as they come."""

    name: str
    tried: int = 0
    torn: int = 0
    differing: int = 0
    redone: int = 0
    ended: dict[int, int] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    _now: str = ""
    _bad: bool = False
    failed: int = 0

    @contextmanager
    def trying(self, what: str, counts: bool = True) -> Iterator[None]:
        """One trial; what is said inside makes it a failed one."""
        self._now, self._bad = what, False
        self.tried += counts
        yield
        self.failed += self._bad
        self.seconds = time.perf_counter() - self.began

    def say(self, what: str) -> None:
        """Note a failure of the trial under way."""
        self._bad = True
        print(f"{self.name}, {self._now}: {what}", file=sys.stderr, flush=True)

    def row(self) -> tuple[str, ...]:
        """The counts, as `HEADINGS` names them."""
        exits = ", ".join(f"{code}: {number}" for code, number in sorted(self.ended.items()))
        counts = (self.tried, self.failed, self.torn, self.differing, self.redone)
        return (self.name, *map(str, counts), exits, f"{self.seconds:.0f}")


def table(tallies: list[Tally]) -> str:
    """A Markdown table of all counts."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(tally.row() for tally in tallies)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
