"""The command line: thin commands that import what they need when they are called."""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from siting import __version__
from siting.errors import SitingError

EXIT_BUG, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 130, 143

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Score candidate sites on geological and resource grids, honestly.",
)

Pipeline = Annotated[
    str, typer.Argument(help="Pipeline file, or the name of one that siting brings along.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


@app.command()
def run(
    pipeline: Pipeline,
    out: Annotated[Path, typer.Option(help="Folder for `runs/` and `latest`.")] = Path(
        "siting-out"
    ),
    as_json: AsJson = False,
    fresh: Annotated[bool, typer.Option(help="Compute everything anew.")] = False,
    resolution: Annotated[
        str | None, typer.Option(help="Cell size in place of the file's, such as '25 km'.")
    ] = None,
    verify: Annotated[bool, typer.Option(help="Hash every input and stored value again.")] = False,
    strict: Annotated[bool, typer.Option(help="Treat warnings as errors.")] = False,
) -> None:
    """Run a pipeline: score, candidates, map, tables and report."""
    from siting.check import check_file, find_pipeline
    from siting.run import run_plan
    from siting.terminal.console import Progress, print_summary

    plan = check_file(find_pipeline(pipeline), resolution)
    with Progress() as progress:
        outcome = run_plan(plan, out, fresh=fresh, verify=verify, strict=strict, progress=progress)
    if as_json:
        print(json.dumps(outcome.as_dict(), indent=1))
    else:
        print_summary(outcome)


@app.command()
def check(pipeline: Pipeline, as_json: AsJson = False) -> None:
    """List every mistake of a pipeline file, before any data is opened."""
    from siting.check import check_file, find_pipeline

    path = find_pipeline(pipeline)
    plan = check_file(path)
    rows, columns = plan.grid.shape.yx
    if as_json:
        names = [name for step in plan.steps for name in step.names()]
        print(json.dumps({"pipeline": str(path), "valid": True, "names": names}, indent=1))
    else:
        print(f"{path}: no mistakes. {len(plan.steps)} values on {rows:,} x {columns:,} cells.")


@app.command()
def estimate(
    pipeline: Pipeline,
    as_json: AsJson = False,
    resolution: Annotated[
        str | None, typer.Option(help="Cell size in place of the file's, such as '25 km'.")
    ] = None,
) -> None:
    """Cells, bytes and expected time of a run, without running it."""
    from siting.check import check_file, find_pipeline
    from siting.estimate import estimate_plan
    from siting.terminal.console import print_estimate

    found = estimate_plan(check_file(find_pipeline(pipeline), resolution))
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print_estimate(found)


@app.command()
def schema() -> None:
    """JSON schema of pipeline files, for completion and checks in an editor."""
    from siting.terminal.editor import editor_schema

    print(json.dumps(editor_schema(), indent=1))


@app.command()
def layers(as_json: AsJson = False) -> None:
    """Every function that a pipeline file can name, with units and first doc line."""
    from siting.terminal.console import print_functions
    from siting.terminal.listing import listed_functions

    found = listed_functions()
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        print_functions(found)


@app.command()
def sources(as_json: AsJson = False) -> None:
    """Every embedded source, with units, status, vintage and licence."""
    from siting.terminal.console import print_sources
    from siting.terminal.listing import listed_sources

    found = listed_sources()
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        print_sources(found)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Whether this installation can do its work: libraries, data, folders, memory."""
    from siting.terminal.console import print_doctor
    from siting.terminal.doctor import examine

    found = examine()
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        print_doctor(found)
    if not all(each["ok"] for each in found):
        raise typer.Exit(4)


@app.command()
def version() -> None:
    """Version of siting."""
    print(__version__)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM as an exception, so that locks and staging folders are left in order."""
    raise SystemExit(EXIT_TERMINATED)


def _report(error: SitingError) -> None:
    """An error on stderr; as JSON on stdout too where that was asked for."""
    from siting.terminal.console import print_error

    print_error(error)
    if "--json" in sys.argv[1:]:
        nested: list[Any] = getattr(error, "errors", [error])
        print(json.dumps({"errors": [each.as_dict() for each in nested]}, indent=1))


def main() -> None:
    """Entry point of ``siting``: exit codes as docs/errors.md lists them."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app()
    except SitingError as error:
        _report(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted; finished values are kept", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
