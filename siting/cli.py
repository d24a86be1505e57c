"""The command line: thin commands that import what they need when they are called."""

import json
import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from siting import __version__
from siting.errors import PipelineError, PipelineInvalidError, SitingError
from siting.terminal.supervision import limited, require_libraries, supervised
from siting.wording import counted

if TYPE_CHECKING:
    from siting.pipeline.plan import Plan

EXIT_TERMINATED = 143
UNUSED_DAYS = 30.0  # after which values go that gc is not told about


class _Commands(TyperGroup):
    """Commands that end with an error of siting's and its exit code, whatever goes wrong."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and have all printed."""
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except BaseException as error:
            own = type(error).__module__.partition(".")[0] in {"typer", "click"}
            if own or isinstance(error, SystemExit):  # wrong options, --help, our own exit codes
                raise
            from siting.terminal.ending import exit_code_of

            sys.exit(exit_code_of(error))


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Score candidate sites on geological and resource grids, honestly.",
)

Pipeline = Annotated[
    str, typer.Argument(help="Pipeline file, or the name of one that siting brings along.")
]
Resolution = Annotated[
    str | None, typer.Option(help="Cell size in place of the file's, such as '25 km'.")
]
Run = Annotated[
    str, typer.Argument(help="Folder of a run, a folder with runs (its latest), or an id in --out.")
]
Out = Annotated[Path, typer.Option(help="Folder of `runs/` and `latest`.")]
OUT = Path("siting-out")
AllowRemote = Annotated[
    bool, typer.Option("--allow-remote", help="Let sources lie on the network: https, s3, gs, az.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


@app.command()
def run(
    pipeline: Pipeline,
    out: Out = OUT,
    as_json: AsJson = False,
    fresh: Annotated[bool, typer.Option(help="Compute everything anew.")] = False,
    resolution: Resolution = None,
    verify: Annotated[bool, typer.Option(help="Hash every input and stored value again.")] = False,
    strict: Annotated[bool, typer.Option(help="Treat warnings as errors.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Work on tiles in so many processes instead of threads.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Work on tiles by this dask scheduler: tcp://HOST:PORT.")
    ] = None,
    max_memory: Annotated[
        str | None, typer.Option(help="Resident memory that the run may take, such as '2 GB'.")
    ] = None,
    allow_remote: AllowRemote = False,
) -> None:
    """Run a pipeline: score, candidates, map, tables and report."""
    if max_memory is not None and _limit(max_memory):
        raise typer.Exit(supervised(app))
    from siting.run.judgement import refused
    from siting.run.unchanged import asked_for, remember, unchanged
    from siting.sources.folders import find_pipeline
    from siting.terminal.console import Progress, print_summary, print_warnings

    _allow(allow_remote)
    asked = asked_for(find_pipeline(pipeline), resolution)
    outcome = None if fresh or verify else unchanged(asked, out, strict=strict)
    if outcome is None:
        plan = _checked(pipeline, resolution)
        from siting.run import run_plan

        with Progress() as progress:
            outcome = run_plan(
                plan, out, fresh=fresh, verify=verify, strict=strict, progress=progress,
                workers=workers, scheduler=scheduler,
            )  # fmt: skip
        remember(asked, plan, outcome, out)
    if as_json:
        print_warnings(outcome.findings)
    else:
        print_summary(outcome)
    _tell(outcome.as_dict() if as_json else None, refused(outcome.quality))


@app.command()
def check(pipeline: Pipeline, as_json: AsJson = False, allow_remote: AllowRemote = False) -> None:
    """List every mistake of a pipeline file, before any data is opened."""
    from siting.check import check_file
    from siting.sources.folders import find_pipeline

    _allow(allow_remote)
    path = find_pipeline(pipeline)
    plan = check_file(path)
    rows, columns = plan.grid.shape.yx
    if as_json:
        names = [name for step in plan.steps for name in step.names()]
        print(json.dumps({"pipeline": str(path), "valid": True, "names": names}, indent=1))
    else:
        values = counted(len(plan.steps), "value")
        print(f"{path}: no mistakes. {values} on {rows:,} x {columns:,} cells.")


@app.command()
def estimate(
    pipeline: Pipeline,
    as_json: AsJson = False,
    resolution: Resolution = None,
    allow_remote: AllowRemote = False,
) -> None:
    """Cells, bytes and expected time of a run, without running it."""
    _allow(allow_remote)
    plan = _checked(pipeline, resolution)
    from siting.estimate import estimate_plan
    from siting.terminal.console import print_estimate

    found = estimate_plan(plan)
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print_estimate(found)


@app.command()
def explain(
    pipeline: Pipeline,
    out: Out = OUT,
    as_json: AsJson = False,
    resolution: Resolution = None,
) -> None:
    """What a run would compute now, and why; nothing is computed."""
    plan = _checked(pipeline, resolution)
    from siting.history.explanation import explain as explain_plan
    from siting.terminal.history import print_explanation

    found = explain_plan(plan, out)
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print_explanation(found)


@app.command()
def diff(
    before: Run,
    after: Run,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """How two runs differ, and which input, parameter, code or version made the difference."""
    from siting.history.comparison import compare
    from siting.history.published import find
    from siting.terminal.history import print_comparison

    found = compare(find(before, out), find(after, out))
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print_comparison(found)


@app.command()
def compare(
    model: Annotated[Path, typer.Argument(help="Series of a model: CSV, NetCDF.")],
    buoy: Annotated[Path, typer.Argument(help="Measured series: NDBC's texts, CSV, NetCDF.")],
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("comparison.html"),
    model_columns: Annotated[
        str | None, typer.Option(help="Such as significant_wave_height=hs,wave_energy_period=te.")
    ] = None,
    buoy_columns: Annotated[str | None, typer.Option(help="The same of the buoy's file.")] = None,
    model_units: Annotated[
        str | None, typer.Option(help="Where the file names none: significant_wave_height=m.")
    ] = None,
    buoy_units: Annotated[str | None, typer.Option(help="The same of the buoy's file.")] = None,
    model_zone: Annotated[
        str | None, typer.Option(help="Clock of times that name none: UTC, or -08:00.")
    ] = None,
    buoy_zone: Annotated[str | None, typer.Option(help="The same of the buoy's file.")] = None,
    place: Annotated[
        str | None, typer.Option(help="LONGITUDE,LATITUDE that both files have to lie near.")
    ] = None,
    distance: Annotated[str, typer.Option(help="How near, with --place.")] = "20 km",
    within: Annotated[
        str | None, typer.Option(help="How far the times of a pair may be apart: 30 min.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A model's waves beside a buoy's: bias, scatter, correlation, on a page."""
    from siting.terminal import comparison

    sides = [
        comparison.Told(
            comparison.pairs_of(columns, f"--{side}-columns"),
            comparison.pairs_of(units, f"--{side}-units"),
            zone,
        )
        for side, columns, units, zone in (
            ("model", model_columns, model_units, model_zone),
            ("buoy", buoy_columns, buoy_units, buoy_zone),
        )
    ]
    where = comparison.place_of(place, distance)
    found, findings = comparison.compare_files(
        (model, sides[0]), (buoy, sides[1]), where, within, out
    )
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        comparison.print_agreement(found, findings, out)


@app.command()
def verify(
    run: Annotated[
        str | None, typer.Argument(help="A run, as for diff; the latest where none is given.")
    ] = None,
    out: Out = OUT,
    store: Annotated[bool, typer.Option("--store", help="Check the whole store instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hash every file of a published run, and every stored value that it names."""
    from siting.history.published import find
    from siting.history.verification import verify_run, verify_store
    from siting.store import Store
    from siting.terminal.history import print_verification

    if store and run is not None:
        raise PipelineError(
            "OPTION_INVALID", "--store checks the whole store, not a run", found=run,
            fix="leave one of the two out",
        )  # fmt: skip
    checked = Store(verify=True)
    found = verify_store(checked) if store else verify_run(find(run or str(out), out), checked)
    if not as_json:
        print_verification(found)
    _tell(found.as_dict() if as_json else None, found.error())


@app.command()
def gc(
    keep_bytes: Annotated[
        str | None, typer.Option(help="Bring the store down to this size, such as 5GB.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0, help="Remove values not used for so many days.")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, help="Keep only so many of the last runs, and `latest`.")
    ] = None,
    out: Out = OUT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Free disk space: stored values unused for 30 days, unless the options say otherwise."""
    from siting.history.clearing import clear, parse_size
    from siting.store import Store
    from siting.terminal.history import print_cleared

    size = None if keep_bytes is None else parse_size(keep_bytes)
    if size is None and days is None and runs is None:
        days = UNUSED_DAYS
    store = None if size is None and days is None else Store()
    found = clear(store, size, days, out, runs, dry_run)
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        print_cleared(found)


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


@app.command("help")
def help_(
    code: Annotated[str, typer.Argument(help="Code of an error or a finding: CRS_MISSING.")],
) -> None:
    """What an error or a finding means, and how to fix it."""
    from siting.pages import page

    print(page(code), end="")


@app.command()
def version() -> None:
    """Version of siting."""
    print(__version__)


def _limit(max_memory: str) -> bool:
    """Set a limit on memory; whether this process has not been told of one before."""
    from siting.kernels import memory_budget

    if memory_budget.limit() is not None:
        return False
    memory_budget.keep_within(memory_budget.size_of(max_memory, "--max-memory"))
    return True


def _allow(remote: bool) -> None:
    """Let sources lie on the network, or not."""
    from siting.sources.addresses import allow

    allow(remote)


def _checked(pipeline: str, resolution: str | None = None) -> "Plan":
    """The plan of a pipeline file; mistakes that only ``--resolution`` makes are said to be its."""
    from siting.check import check_file
    from siting.sources.folders import find_pipeline

    path = find_pipeline(pipeline)
    try:
        return check_file(path, resolution)
    except PipelineInvalidError as error:
        if resolution is None:
            raise
        check_file(path)  # raises the file's own mistakes
        option = f"--resolution {resolution}"
        mistakes = [PipelineError(**{**each.as_dict(), "where": option}) for each in error.errors]
        raise PipelineInvalidError(mistakes) from None


def _tell(document: dict[str, Any] | None, error: SitingError | None) -> None:
    """What a command found, as JSON where that was asked for; it ends with the error, if any."""
    if error is not None:
        from siting.terminal.ending import report

        report(error, document)
        raise typer.Exit(error.exit_code)
    if document is not None:
        print(json.dumps(document, indent=1))


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM as an exception, so that locks and staging folders are left in order."""
    with suppress(OSError):
        print("terminated; finished values are kept", file=sys.stderr)
    raise SystemExit(EXIT_TERMINATED)


def main() -> None:
    """Entry point of ``siting``: exit codes as docs/errors.md lists them."""
    signal.signal(signal.SIGTERM, _terminate)
    # joblib, which scikit-learn loads, would try out semaphores and start lscpu.
    os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")
    # Else dask looks for a cluster wherever its libraries are installed, and loads all of them.
    os.environ.setdefault("DASK_SCHEDULER", "threads")
    # Its threads take room that a limit of memory may not have; siting fits on one thread anyway.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of few letters still shows all else
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:  # closed by whoever called; else the next file opened would be it
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if limited():
        sys.exit(_watched())
    app()


def _watched() -> int:
    """Exit code of the command where memory is limited: no library may end it unheard."""
    try:
        if not {"--help", "version"} & set(sys.argv[1:]) and sys.argv[1:]:
            require_libraries()
        return supervised(app)
    except SitingError as error:
        try:
            from siting.terminal.ending import report

            report(error)
        except (OSError, MemoryError, ImportError):  # no room for coloured words either
            print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    main()
