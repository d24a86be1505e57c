"""What can go wrong with workers, as errors that say what to do."""

import re

from siting.errors import PipelineError, SitingError, StorageError

REACHED_WITHIN = 10  # s, for a scheduler to answer
WORKERS_WITHIN = 60  # s, for a first worker, or for another after the last one
_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d{1,5}")


def require_options(scheduler: str | None, workers: int | None) -> None:
    """Nothing where the options make sense.

    Raises
    ------
    PipelineError
        OPTION_INVALID.
    """
    if scheduler is not None and workers is not None:
        raise _invalid(
            "--scheduler and --workers were both given",
            f"{scheduler}, {workers}",
            "one of the two: --workers starts processes on this machine",
        )
    if workers is not None and workers < 1:
        raise _invalid("--workers is no number of processes", str(workers), "1 or more")
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise _invalid(
            "--scheduler is no address of a scheduler", scheduler, "such as tcp://10.0.0.7:8786"
        )


def _invalid(message: str, found: str, wanted: str) -> PipelineError:
    return PipelineError(
        "OPTION_INVALID", message, found=found, wanted=wanted, fix="correct the options"
    )


def unreachable(address: str, found: str) -> StorageError:
    """Error for a scheduler that does not answer."""
    return StorageError(
        "SCHEDULER_UNREACHABLE",
        f"no scheduler answers within {REACHED_WITHIN} s",
        where=address,
        found=" ".join(found.split())[:300],
        fix="start it (`dask scheduler`), look at the address and the firewall; tls:// needs "
        "the certificates in dask's configuration",
    )


def scheduler_gone(where: str) -> StorageError:
    """Error for a scheduler that answered before."""
    return StorageError(
        "SCHEDULER_UNREACHABLE",
        "the scheduler was lost in the middle of the run",
        where=where,
        fix="start it and its workers, and run again: finished tiles are kept",
    )


def not_started(where: str, found: str) -> StorageError:
    """Error for processes of our own that do not come up."""
    return StorageError(
        "WORKERS_LOST",
        "the worker processes could not be started",
        where=where,
        found=found,
        fix="ask for fewer, or leave --workers out: the run then uses threads",
    )


def no_workers(where: str) -> StorageError:
    """Error for a scheduler without workers."""
    return StorageError(
        "WORKERS_LOST",
        f"the scheduler has had no worker for {WORKERS_WITHIN} s",
        where=where,
        fix="start workers and run again, or run without them: finished tiles are kept",
    )


def killed(where: str) -> StorageError:
    """Error for a tile that no worker outlived."""
    return StorageError(
        "WORKERS_LOST",
        "worker after worker was lost over the same tile",
        where=where,
        found="each may have run out of memory",
        fix="give the workers more memory, or ask for fewer on this machine; finished tiles are "
        "kept",
    )


def unlike(worker: str, differing: list[str]) -> SitingError:
    """Error for a worker that could give other bytes than this process."""
    return StorageError(
        "WORKERS_DIFFER",
        "a worker has other versions than the run: its tiles could be others",
        where=worker,
        found="; ".join(differing),
        fix="start scheduler and workers from the environment that the run is started from, such "
        "as one container image",
    )


def not_shared(worker: str, host: str, folder: str) -> StorageError:
    """Error for a worker that does not see the store."""
    return StorageError(
        "STORE_NOT_SHARED",
        "a worker does not see the folder of stored values",
        where=worker,
        found=f"{host} does not read {folder} as it is here",
        wanted="the same folder under the same path on every worker",
        fix="mount one shared folder everywhere and set SITING_STORE to a place on it",
    )


def not_sendable(found: str) -> SitingError:
    """Error for work that pickle does not take."""
    return SitingError(
        "WORK_NOT_SENDABLE",
        "a step holds something that cannot be sent to workers",
        found=found,
        fix="run without --workers and --scheduler; a function of your own may keep no open "
        "file, lock or connection for its tiles",
    )
