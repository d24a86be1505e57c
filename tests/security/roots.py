"""Runs of the command line in a process that is watched, and what in them was out of bounds."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# Where the running program itself lies: Python, its packages, siting with its data.
INSTALLATION = tuple(
    sorted({
        *(os.path.realpath(each) for each in (sys.prefix, sys.base_prefix)), sys.prefix,
        *(str(REPOSITORY / each) for each in ("siting", "data", "pipelines", "docs/errors")),
        str(Path(__file__).parent),
    })
)  # fmt: skip

# Files of the system that a run may read, each with its reason.
SYSTEM = {
    "/dev/null": "nothing",
    "/dev/urandom": "the random seed of Python's own hashes",
    "/etc/ld.so.cache": "the linker finds the libraries of extensions",
    "/lib": "libraries of the system that extensions are linked to",
    "/usr/lib": "libraries of the system that extensions are linked to, locales",
    "/etc/ssl/openssl.cnf": "OpenSSL's settings, which `import hashlib` reads",
    "/usr/lib/ssl/openssl.cnf": "OpenSSL's settings, which `import hashlib` reads",
    "/etc/localtime": "the C library's clock",
    "/usr/share/zoneinfo": "the table of time zones",
    "/usr/share/locale": "names of locales",
    "/etc/locale.alias": "names of locales",
    "/proc/self": "the process' own memory, libraries and limits",
    "/proc/cpuinfo": "what the processor can do, for BLAS",
    "/proc/meminfo": "how much memory there is",
    "/proc/stat": "psutil, which dask loads where it is installed, counts processors",
    "/proc/sys/kernel/osrelease": "lscpu names the kernel",
    "/proc/sys/vm/overcommit_memory": "the allocator of Arrow",
    "/sys/fs/cgroup": "how many processors and how much memory a container may use",
    "/sys/devices/system": "processors and caches, for BLAS",
    "/sys/kernel/mm": "the size of pages of memory",
    "/etc/passwd": "the user's home, where HOME is not set",
    "/etc/nsswitch.conf": "the user's home, where HOME is not set",
}
# Folders that are looked into, but not what lies in them.
LOOKED_INTO = {
    "/proc": "lscpu opens /proc/cpuinfo from there",
    str(REPOSITORY): "Python looks for modules in the folders of sys.path",
}
# Other programs that a run may start, each with its reason.
PROGRAMS = {"lscpu": "joblib, inside scikit-learn, counts processor cores"}
# What is made and at once removed outside, with its reason.
MADE = {"/dev/shm/sem.": "joblib tries whether the system has semaphores when it is loaded"}
# Who may have a pickle read: bytes that the same function made before.
PICKLES = {
    "dask": "dask names a graph by its pickle, and looks whether the pickle can be read",
    "numba": "compiled kernels, which numba kept where siting told it to",
}
# A socket without address between two threads of the process: zarr's event loop wakes itself.
PAIR = "(1, 1, 0)"
LOG = "watched.json"


@dataclass
class Watched:
    """A finished child: what it said, asked of Python, and asked of the kernel."""

    status: int
    stdout: bytes
    stderr: bytes
    events: list[tuple[str, str]]
    folder: Path
    calls: list[str] = field(default_factory=list)

    def of(self, *names: str) -> list[str]:
        """Details of the events of these names."""
        return [detail for event, detail in self.events if event in names]


def environment(home: Path, store: Path) -> dict[str, str]:
    """A plain environment: a home and a temporary folder of its own, no settings of the user's."""
    home.mkdir(parents=True, exist_ok=True)
    temporary = home.with_name(home.name + "-tmp")
    temporary.mkdir(exist_ok=True)
    return {
        "HOME": str(home), "TMPDIR": str(temporary), "SITING_STORE": str(store),
        "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def run(arguments: list[str], home: Path, store: Path, *, trace: bool, **more: str) -> Watched:
    """Run ``siting ARGUMENT...`` under the audit hook, and under strace where that is asked for."""
    surroundings = {**environment(home, store), **more}
    # The log stands in the temporary folder, where the child may write; nothing else is left there.
    log, calls = Path(surroundings["TMPDIR"], LOG), home.with_name(f"{home.name}.strace")
    child = [sys.executable, str(Path(__file__).with_name("watched.py")), str(log), *arguments]
    if trace:
        what = "trace=%file,%network,execve"
        child = [
            "strace",
            "-f",
            "-y",
            "--seccomp-bpf",
            "-s",
            "300",
            "-o",
            str(calls),
            "-e",
            what,
            *child,
        ]
    done = subprocess.run(child, cwd=home, env=surroundings, capture_output=True, check=False)
    events = [tuple(each) for each in json.loads(log.read_text("utf-8"))] if log.exists() else []
    lines = calls.read_text("utf-8", "replace").splitlines() if trace else []
    return Watched(done.returncode, done.stdout, done.stderr, events, home, lines)


def has_strace() -> bool:
    """Whether strace is there and may look: containers forbid it at times."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "true"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def within(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a path is one of the folders or lies in one, links followed or not."""
    both = {os.path.abspath(path), os.path.realpath(path)}  # noqa: PTH100
    return any(each == f or each.startswith(f.rstrip("/") + "/") for each in both for f in folders)


def read_outside(paths: list[str], roots: tuple[str, ...]) -> list[str]:
    """Files that were read and lie neither in the roots nor among the named ones."""
    allowed = (*roots, *INSTALLATION, *SYSTEM)
    named = {*LOOKED_INTO, *sys.path}
    return sorted({path for path in paths if not within(path, allowed) and path not in named})


def written_outside(paths: list[str], folders: tuple[str, ...]) -> list[str]:
    """What was written, made, moved or removed elsewhere than in the folders for it."""
    made = tuple(MADE)
    return sorted({p for p in paths if not within(p, (*folders, "/dev/null"))
                   and not p.startswith(made)})  # fmt: skip


# What strace tells of a call: its process, its name, and its arguments with what came of it.
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)")
_RESUMED = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>(.*)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"= \d+<(/[^>]*)>")
_OWN_PROCESS = re.compile(r"^/proc/\d+")


def as_self(path: str) -> str:
    """A path below /proc of the watched process by the name that it has for any."""
    return _OWN_PROCESS.sub("/proc/self", path)


_OPENS = {"open", "openat", "openat2", "creat"}
_CHANGES = {
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link",
    "linkat", "chmod", "fchmodat", "chown", "fchownat", "truncate", "mknod", "mknodat",
    "utimensat", "utime", "setxattr",
}  # fmt: skip
_WRITES = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)")


def opened(calls: list[str], folder: Path) -> tuple[list[str], list[str]]:
    """Paths that system calls read, and those that they wrote; failed calls aside."""
    reads, writes = [], []
    for name, rest in _finished(calls):
        paths = [os.path.join(start or folder, each) for start, each in _PATH.findall(rest)]  # noqa: PTH118
        if name in _OPENS:
            result = _RESULT.search(rest)
            changes = _WRITES.search(rest) or name == "creat"
            path = result[1] if result else paths[0]
            (writes if changes else reads).append(as_self(path))
        elif name in {"symlink", "symlinkat"}:
            writes += paths[-1:]
        elif name in _CHANGES:
            writes += paths
    return reads, writes


def network(calls: list[str]) -> list[str]:
    """System calls that have to do with a network: all but a pair of sockets in one process."""
    names = {"socket", "connect", "bind", "listen", "accept", "accept4", "sendmmsg"}
    return [f"{name}({rest}" for name, rest in _finished(calls) if name in names]


def started(calls: list[str]) -> list[str]:
    """Programs that were started, by name; the first is the child itself."""
    found = [rest for name, rest in _finished(calls) if name == "execve"]
    return [Path(_PATH.findall(each)[0][1]).name for each in found][1:]


def _finished(calls: list[str]) -> list[tuple[str, str]]:
    """Names of calls that were carried out, with all that is told of them."""
    begun: dict[str, tuple[str, str]] = {}
    found = []
    for line in calls:
        if call := _CALL.match(line):
            process, name, rest = call.groups()
        elif (rest_of := _RESUMED.match(line)) and rest_of[1] in begun:
            process, (name, rest) = rest_of[1], begun.pop(rest_of[1])
            rest += rest_of[2]
        else:
            continue
        if rest.endswith("<unfinished ...>"):
            begun[process] = (name, rest.removesuffix("<unfinished ...>"))
        elif "= -1 E" not in rest:
            found.append((name, rest))
    # A call that its process did not live to see the end of may have done its work.
    return [*found, *begun.values()]
