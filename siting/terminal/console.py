"""What people see in the terminal: progress on stderr, tables on stdout, errors in one form."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from siting.errors import SitingError
from siting.pipeline.watcher import Watcher
from siting.wording import counted

if TYPE_CHECKING:
    from siting.estimate import Estimate
    from siting.findings import Finding
    from siting.run import Outcome

REFUSED = "QUALITY_REFUSED"
SCREEN_WIDTH = 100  # of tables that are not on a terminal
# Texts of files may hold what moves the cursor or renames the window: it is shown, not sent.
_CONTROLS = {
    number: f"\\x{number:02x}"
    for number in (*range(32), *range(127, 160))
    if chr(number) not in "\n\t"
} | {
    # What turns the direction of writing hides the end of a name; the joiners of Persian and
    # Hindi (200c, 200d) stay.
    number: f"\\u{number:04x}"
    for number in (0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


class Screen(Console):
    """A console that leaves it to the command to end where nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Tell whoever prints; rich would end the process with exit code 1."""
        raise BrokenPipeError


def escape(text: str) -> str:
    r"""Text as it is shown: neither markup nor control characters work.

    Examples
    --------
    >>> escape("[bold]\x1b[31mred")
    '\\[bold]\\x1b[31mred'
    """
    return escape_markup(text.translate(_CONTROLS))


class Progress(Watcher):
    """Progress of a run on stderr: a bar with the time left, or a line a step off a terminal."""

    def __init__(self) -> None:
        self.console = Screen(stderr=True)
        self.bars: Bars | None = None
        self.started = 0.0
        self.expected = 1.0
        self.listening = False
        self.compiling = False

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            columns = (
                TextColumn("{task.description}", table_column=None),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeRemainingColumn(),
            )
            self.bars = Bars(*columns, console=self.console, transient=True)
            self.bars.start()
            self.task = self.bars.add_task("checking", total=1.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bars is not None:
            self.bars.stop()

    def begin(self, expected: float) -> None:
        """State the expected seconds of all work to do, by which the bar moves."""
        self.expected = max(expected, 1e-6)
        if self.bars is not None:
            self.bars.update(self.task, total=self.expected, completed=0.0)

    def step(self, name: str) -> None:
        """Name what is being worked on."""
        from siting.kernels.compiled import tell_compiling

        self.listening = self.listening or tell_compiling(self.compile)
        self.started = time.perf_counter()
        if self.bars is not None:
            self.bars.update(self.task, description=name)

    def compile(self) -> None:
        """Say, once, that machine code is being made, which a first run waits for."""
        if self.compiling:
            return
        self.compiling = True
        with suppress(OSError):
            text = "siting: compiling kernels, once; later runs find them compiled"
            if self.bars is None:
                print(text, file=sys.stderr)
            else:
                self.bars.console.print(text, highlight=False)

    def part(self, seconds: float) -> None:
        """Move on by a share of the expected seconds."""
        if self.bars is not None:
            self.bars.advance(self.task, seconds)

    def done(self, name: str) -> None:
        """Note a finished step; off a terminal this is a line."""
        if self.bars is None:
            seconds = time.perf_counter() - self.started
            with suppress(OSError):  # a run does not end because nobody reads along
                print(f"siting: {name}  {seconds:.1f} s", file=sys.stderr)


def print_error(error: SitingError) -> None:
    """An error, or all mistakes of a pipeline file, on stderr."""
    console = Screen(stderr=True, soft_wrap=True, highlight=False)
    for each in getattr(error, "errors", [error]):
        console.print(f"[bold red]{escape(each.code)}[/]: {escape(each.message)}")
        for label in ("where", "found", "wanted", "fix"):
            if text := getattr(each, label):
                console.print(f"  [dim]{label + ':':<7}[/] {escape(text)}")
    codes = dict.fromkeys(each.code for each in getattr(error, "errors", [error]))
    console.print(f"[dim]more: siting help {escape(' | '.join(list(codes)[:3]))}[/]")


def open_screen() -> Console:
    """A console for what a command found: as wide as the terminal, else of one width."""
    width = None if sys.stdout.isatty() else SCREEN_WIDTH
    return Screen(width=width, highlight=False)


def new_table(title: str, *headings: str) -> Table:
    """A table without lines, whose cells fold."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for each in headings:
        table.add_column(each, overflow="fold")
    return table


def print_findings(findings: "Sequence[Finding]", screen: Console) -> None:
    """Findings as they stand; a warning with its place and the way out."""
    for finding in findings:
        colour = "bold red" if finding.severity == "warning" else "yellow"
        head = f"[{colour}]{finding.severity} {finding.code}[/]"
        screen.print(f"{head}: {escape(finding.message)}")
        for label in ("where", "found", "wanted", "fix") if finding.severity == "warning" else ():
            if text := getattr(finding, label):
                screen.print(f"  [dim]{label + ':':<7}[/] {escape(text)}")


def print_warnings(findings: "Sequence[Finding]") -> None:
    """The warnings of a run on stderr, for whoever reads its results as JSON."""
    screen = Screen(stderr=True, soft_wrap=True, highlight=False)
    with suppress(OSError):
        print_findings([each for each in findings if each.severity == "warning"], screen)


def print_summary(outcome: "Outcome") -> None:
    """The closing summary of a run: gates, verdict, findings, best sites, files."""
    screen = open_screen()
    screen.print(f"\n[bold]{escape(outcome.title)}[/]")
    gates = [each for each in outcome.findings if each.code == REFUSED]
    print_findings(gates, screen)
    if outcome.verdict:
        screen.print(escape(outcome.verdict))
    print_findings([each for each in outcome.findings if each not in gates], screen)
    if outcome.top:
        table = new_table("\nBest candidates", *outcome.top[0])
        for row in outcome.top:
            table.add_row(*(escape(str(each)) for each in row.values()))
        screen.print(table)
    files = new_table("\nFiles", "file", "size")
    for name, size in outcome.files.items():
        files.add_row(escape(str(outcome.folder / name)), bytes_text(size))
    screen.print(files)
    state = (
        "nothing had changed"
        if outcome.reused_all
        else f"{counted(outcome.computed, 'value')} computed"
    )
    screen.print(
        f"\n{state}, {outcome.reused} reused; {outcome.seconds:.1f} s, "
        f"peak memory {bytes_text(outcome.peak_memory)}"
    )


def print_estimate(found: "Estimate") -> None:
    """Cells, bytes and seconds of a run that has not begun."""
    table = new_table("", "", "")
    table.add_row("cells", f"{found.cells:,} ({found.rows:,} x {found.columns:,})")
    table.add_row("cell area", found.cell_area)
    table.add_row("values", f"{found.values} ({counted(found.layers, 'layer')})")
    table.add_row("store", bytes_text(found.store_bytes))
    table.add_row("results", bytes_text(found.output_bytes))
    table.add_row("peak memory", bytes_text(found.memory_bytes))
    table.add_row(
        "time", f"about {found.seconds:.0f} s on {counted(found.processors, 'processor')}"
    )
    open_screen().print(table)


def print_functions(rows: list[dict[str, Any]]) -> None:
    """Functions by section, each with its arguments, result and first doc line."""
    screen = open_screen()
    section = ""
    for row in rows:
        if row["section"] != section:
            section = row["section"]
            screen.print(f"\n[bold]{section}[/]")
        returns = ", ".join(f"{key} {each}".strip() for key, each in row["returns"].items())
        screen.print(f"  [cyan]{row['name']}[/] -> {escape(returns)}")
        screen.print(f"      {escape(row['description'])}")
        for name, text in row["arguments"].items():
            screen.print(f"      [dim]{name}: {escape(text)}[/]")


def print_sources(rows: list[dict[str, Any]]) -> None:
    """Known sources in a table."""
    table = new_table("", "source", "title", "kind", "units", "status", "vintage", "where")
    for row in rows:
        cells = (
            row[key] for key in ("name", "title", "kind", "units", "status", "vintage", "where")
        )
        table.add_row(*(escape(str(each)) for each in cells))
    open_screen().print(table)


def print_doctor(rows: list[dict[str, Any]]) -> None:
    """Checks of the installation, what is wrong with how to fix it."""
    table = new_table("", "check", "", "found", "fix")
    for row in rows:
        mark = "[green]ok[/]" if row["ok"] else "[red]wrong[/]"
        table.add_row(row["name"], mark, escape(row["found"]), escape(row["fix"]))
    open_screen().print(table)


def bytes_text(count: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"
