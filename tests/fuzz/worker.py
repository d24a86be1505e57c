"""Attempts in a process of its own, which may die, hang or swell without harm to the count."""

import multiprocessing as mp
import os
import resource
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

CHUNK = 200  # attempts between two reports of a worker
PATIENCE = 20  # a worker that waits, without work, is given this many times the limit


@dataclass(frozen=True)
class Fault:
    """An attempt that broke a promise, with the files to repeat it."""

    index: int
    kind: str
    detail: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class Attempt:
    """How one attempt ended: words to count it by, and what was wrong, if anything."""

    outcomes: tuple[str, ...]
    kind: str = ""
    detail: str = ""


class Fuzzer(Protocol):
    """Attempts by number: the same number gives the same bytes on every machine."""

    slow: float  # [s] of processor time that no attempt may take
    memory: int  # [byte] that no attempt may add to the process
    address_space: int  # [byte] of the whole worker

    def prepare(self, folder: Path) -> None:
        """Make what all attempts need, in a folder of the worker's own."""

    def files(self, index: int) -> dict[str, bytes]:
        """The files of an attempt."""

    def attempt(self, files: dict[str, bytes]) -> Attempt:
        """What comes of them."""


@dataclass
class Tally:
    """Figures of many attempts."""

    tried: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, -1)
    growth: int = 0
    peak: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count the attempts of another tally too."""
        self.tried += other.tried
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.growth = max(self.growth, other.growth)
        self.peak = max(self.peak, other.peak)
        self.outcomes += other.outcomes
        self.faults += other.faults


def memory() -> int:
    """Most memory that this process ever held [byte]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def try_one(fuzzer: Fuzzer, index: int, heard: list[Any], tally: Tally) -> None:
    """Make one attempt and count it."""
    files = fuzzer.files(index)
    before, started = memory(), time.process_time()
    heard.clear()
    try:
        attempt = fuzzer.attempt(files)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        attempt = Attempt(("exception",), "exception", f"{type(error).__name__}: {error}"[:500])
    seconds, growth = time.process_time() - started, memory() - before
    tally.tried += 1
    tally.seconds += seconds
    tally.slowest = max(tally.slowest, (seconds, index))
    tally.growth, tally.peak = max(tally.growth, growth), max(tally.peak, memory())
    tally.outcomes.update(attempt.outcomes)
    for kind, detail in _breaches(fuzzer, attempt, heard, seconds, growth):
        tally.faults.append(Fault(index, kind, detail, files))


def _breaches(
    fuzzer: Fuzzer, attempt: Attempt, heard: list[Any], seconds: float, growth: int
) -> Iterator[tuple[str, str]]:
    if attempt.kind:
        yield attempt.kind, attempt.detail
    if seconds > fuzzer.slow:
        yield "slow", f"{seconds:.2f} s of processor time"
    if growth > fuzzer.memory:
        yield "memory", f"{growth / 2**20:.0f} MiB more"
    if heard:
        yield "warning", "; ".join(str(each)[:300] for each in heard[:3])


@contextmanager
def listening() -> Iterator[list[Any]]:
    """A list that fills with the warnings of libraries."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard


@contextmanager
def _standard_error(heard: list[Any]) -> Iterator[Any]:
    """A function that moves what C libraries wrote to stderr into the list of warnings."""
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)

        def collect() -> None:
            if os.fstat(file.fileno()).st_size:
                file.seek(0)
                heard.append(f"stderr: {file.read(2000).decode('utf-8', 'replace')}")
                file.seek(0)
                file.truncate()

        yield collect


def _work(fuzzer: Fuzzer, numbers: range, skip: set[int], pipe: Any, mark: Any) -> None:
    """Body of the worker; its own mistakes are told, since nobody sees its stderr."""
    os.nice(19)
    try:
        _attempts(fuzzer, numbers, skip, pipe, mark)
    except BaseException:
        pipe.send(traceback.format_exc())
        raise


def _attempts(fuzzer: Fuzzer, numbers: range, skip: set[int], pipe: Any, mark: Any) -> None:
    """Attempts in order, a tally for each chunk of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        listening() as heard,
        _standard_error(heard) as collect,
    ):
        fuzzer.prepare(Path(folder))
        resource.setrlimit(resource.RLIMIT_AS, (fuzzer.address_space, fuzzer.address_space))
        for start in range(numbers.start, numbers.stop, CHUNK):
            tally = Tally()
            for index in range(start, min(start + CHUNK, numbers.stop)):
                if index in skip:
                    continue
                mark[:] = [index, time.monotonic(), time.process_time()]
                try_one(fuzzer, index, heard, tally)
                collect()
                if heard and heard[-1].__class__ is str:
                    tally.faults.append(Fault(index, "stderr", heard[-1], fuzzer.files(index)))
            pipe.send((tally, min(start + CHUNK, numbers.stop)))


def run(fuzzer: Fuzzer, numbers: range, total: Tally, told: Any = None) -> None:
    """Count all the attempts; a worker that dies or hangs is replaced.

    The chunk in which it died is done again without the attempt that killed it.
    """
    skip, position = set[int](), numbers.start
    while position < numbers.stop:
        position, fault = _one_worker(fuzzer, range(position, numbers.stop), skip, total, told)
        if fault is not None:
            if fault.index in skip:  # it did not die of an attempt: there is no use in going on
                raise RuntimeError(fault.detail)
            skip.add(fault.index)
            total.add(Tally(tried=1, outcomes=Counter([fault.kind]), faults=[fault]))


def _one_worker(
    fuzzer: Fuzzer, numbers: range, skip: set[int], total: Tally, told: Any
) -> tuple[int, Fault | None]:
    """How far one worker came, and what it died of."""
    context = mp.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    mark = context.Array("d", [-1.0, time.monotonic(), 0.0], lock=False)
    worker = context.Process(target=_work, args=(fuzzer, numbers, skip, sender, mark))
    worker.start()
    sender.close()
    position = numbers.start
    try:
        while position < numbers.stop:
            if receiver.poll(1.0):
                message = receiver.recv()
                if isinstance(message, str):
                    raise RuntimeError(f"attempt {mark[0]:.0f}: {message}")
                tally, position = message
                total.add(tally)
                if told:
                    told(total)
            elif _hangs(worker.pid or 0, mark, fuzzer.slow):
                return position, _death(fuzzer, int(mark[0]), "hang", "killed after its time")
    except EOFError:
        worker.join()
        return position, _death(fuzzer, int(mark[0]), "died", f"exit code {worker.exitcode}")
    finally:
        worker.kill()
        worker.join()
        receiver.close()
    return position, None


def _death(fuzzer: Fuzzer, index: int, kind: str, detail: str) -> Fault:
    if index < 0:
        raise RuntimeError(f"the worker could not begin: {detail}")
    return Fault(index, kind, detail, fuzzer.files(index))


def _hangs(process: int, mark: Any, limit: float) -> bool:
    """Whether an attempt used up its time, by the processor's clock or, far later, the wall's."""
    index, started, used = mark[:]
    waited = time.monotonic() - started
    if index < 0 or waited < 5 * limit:
        return False
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return False
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds - used > 5 * limit or waited > PATIENCE * max(limit, 5)
