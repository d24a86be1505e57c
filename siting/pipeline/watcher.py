"""What a run tells while it works."""


class Watcher:
    """A watcher that says nothing, for notebooks and tests; the command line has a bar."""

    def begin(self, expected: float) -> None:
        """Take the expected seconds of all work to do."""

    def step(self, name: str) -> None:
        """Take the name of what is being worked on."""

    def part(self, seconds: float) -> None:
        """Take a share of the expected seconds as done."""

    def done(self, name: str) -> None:
        """Take the end of a step."""
