"""What a run asks of the system: ``python -m tests.security [PIPELINE] [OPTION...]``.

Runs ``siting run`` once under the audit hook and, where it is there, strace, and prints what is
out of bounds. Without arguments it is the default pipeline on cells of 100 km.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import roots


def main() -> int:
    arguments = sys.argv[1:] or ["geothermal", "--resolution", "100 km"]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        out, store, home = (folder / each for each in ("out", "store", "home"))
        trace = roots.has_strace()
        done = roots.run(["run", *arguments, "--out", str(out)], home, store, trace=trace)
        print(done.stderr.decode("utf-8", "replace").splitlines()[-1:], "exit", done.status)
        places = tuple(os.path.realpath(each) for each in (out, store, f"{home}-tmp"))
        own = Path(arguments[0]).resolve().parent if Path(arguments[0]).exists() else out
        rows = figures(done, (*places, str(own)), places)
        rows["left in the home folder"] = [str(each) for each in home.rglob("*")]
        rows["left in the temporary folder"] = left_in(home)
        for label, found in rows.items():
            print(
                f"{len(found):5}  {label}", *(f"\n         {each}" for each in found[:20]), sep=""
            )
        print("       (strace and audit hook)" if trace else "       (audit hook alone)")
        return int(bool(done.status) or any(rows.values()))


def left_in(home: Path) -> list[str]:
    """What stands in the temporary folder of a child after its end, its log aside."""
    return [each.name for each in Path(f"{home}-tmp").iterdir() if each.name != roots.LOG]


def figures(
    done: roots.Watched, roots_read: tuple[str, ...], written: tuple[str, ...]
) -> dict[str, list[str]]:
    """Everything that a run did out of bounds, by what it is."""
    files = done.of("open")
    reads = [roots.as_self(each[2:]) for each in files if each.startswith("r ")]
    writes = [each[2:] for each in files if each.startswith("w ")]
    changed = [d for e, d in done.events if e.startswith(("os.", "shutil.")) and d.startswith("/")
               and e not in {"os.listdir", "os.scandir", "os.chdir"}]  # fmt: skip
    sockets = [f"{e}{d}" for e, d in done.events if e.startswith("socket.")
               and e != "socket.gethostname" and d != roots.PAIR]  # fmt: skip
    programs = [d for d in done.of("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
                                   "os.spawn", "os.fork", "pty.spawn")
                if not d.startswith(tuple(f"('{name}'" for name in roots.PROGRAMS))]  # fmt: skip
    pickles = [d for d in done.of("pickle.find_class")
               if not any(f"/site-packages/{name}/" in d for name in roots.PICKLES)]  # fmt: skip
    libraries = [d for d in done.of("ctypes.dlopen") if d != "(None,)"
                 and not roots.within(d[2:-3], roots.INSTALLATION)]  # fmt: skip
    found = {
        "files read outside": roots.read_outside(reads, roots_read),
        "written outside": roots.written_outside([*writes, *changed], written),
        "sockets": sockets,
        "programs started": programs,
        "pickles of others": pickles,
        "libraries loaded by name": libraries,
        "text of data compiled": done.of("exec", "compile"),
        "extensions, addresses": [d for e, d in done.events if e.startswith(
            ("sqlite3.", "webbrowser.", "urllib.", "ftplib.", "http."))],
    }  # fmt: skip
    if done.calls:
        reads, writes = roots.opened(done.calls, done.folder)
        started = [each for each in roots.started(done.calls) if each not in roots.PROGRAMS]
        found |= {
            "files read outside, by system calls": roots.read_outside(reads, roots_read),
            "written outside, by system calls": roots.written_outside(writes, written),
            "sockets, by system calls": roots.network(done.calls),
            "programs started, by system calls": started,
        }
    return found


if __name__ == "__main__":
    sys.exit(main())
