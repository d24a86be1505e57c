"""A child process that runs the command line and writes down all it asks of the system.

``python watched.py LOG ARGUMENT...`` runs ``siting ARGUMENT...`` under an audit hook (PEP 578),
which no code can take out again, and leaves one JSON list of ``[event, detail]`` in LOG.
"""

import json
import os
import sys
import traceback

# Events with the position of what is told of them; None for those told by their name alone.
PATHS = {
    "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (1,), "os.remove": (0,),
    "os.rmdir": (0,), "os.mkdir": (0,), "os.chmod": (0,), "os.chown": (0,), "os.truncate": (0,),
    "os.utime": (0,), "os.mkfifo": (0,), "os.setxattr": (0,), "shutil.rmtree": (0,),
    "shutil.copyfile": (1,), "shutil.move": (0, 1), "sqlite3.connect": (0,),
}  # fmt: skip
LISTINGS = ("os.listdir", "os.scandir", "os.chdir")
PROCESSES = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.fork", "os.forkpty", "pty.spawn",
)  # fmt: skip
# What runs code that is not a module of the installation, or could be made to.
CODE = (
    "pickle.find_class", "sqlite3.enable_load_extension", "sqlite3.load_extension",
    "ctypes.dlopen", "cpython.run_command", "cpython.run_file", "cpython.run_stdin",
    "webbrowser.open", "urllib.Request", "ftplib.connect", "http.client.connect",
)  # fmt: skip
CANARY = "kanarienvogel"  # stands in every text of the hostile world; never in code


def text(value: object) -> str:
    """A path or name as text; a number of an open file as nothing."""
    if isinstance(value, int):
        return ""
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else repr(value)


def holds_canary(code: object) -> bool:
    """Whether code, or code inside it, has the canary among its constants or names."""
    if isinstance(code, str):
        return CANARY in code
    if isinstance(code, bytes):
        return CANARY.encode() in code
    if isinstance(code, tuple | frozenset):
        return any(map(holds_canary, code))
    if hasattr(code, "co_consts"):
        return holds_canary(code.co_consts) or holds_canary(code.co_names)
    return False


class Watch:
    """The hook: what was asked, as pairs of an event and its detail."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], None] = {}
        self.on = True
        self.own = os.path.realpath(__file__)

    def __call__(self, event: str, args: tuple) -> None:
        if self.on and (found := self.told(event, args)) is not None:
            for detail in found:
                self.events[event, detail] = None

    def told(self, event: str, args: tuple) -> list[str] | None:
        if event == "open":
            return self.opened(args)
        if event == "sqlite3.connect" and "?mode=ro" in text(args[0]):
            return None  # an address by which SQLite reads alone; system calls show the file
        if event in PATHS:
            return [os.path.abspath(text(args[i])) for i in PATHS[event] if text(args[i])]  # noqa: PTH100
        if event in LISTINGS:
            return [os.path.abspath(text(args[0] or "."))]  # noqa: PTH100
        if event in PROCESSES:
            return [f"{args!r} from {self.caller()}"]
        if event.startswith("socket."):
            return [repr(args[1:] if event == "socket.__new__" else args)]
        if event == "pickle.find_class":  # not which class, of which there are many, but for whom
            return [self.reader()]
        if event in CODE:
            return [repr(args)]
        if event == "import":
            return [args[0]]
        if event == "exec" and holds_canary(args[0]):
            return [f"{args[0]!r} from {self.caller()}"]
        if event == "compile" and holds_canary(args[0]):
            return [f"{args[1]!r} from {self.caller()}"]
        return None

    def opened(self, args: tuple) -> list[str]:
        path, mode, flags = args
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        writes = writes or (isinstance(mode, str) and set(mode) & set("wax+"))
        name = text(path)
        return [f"{'w' if writes else 'r'} {os.path.abspath(name)}"] if name else []  # noqa: PTH100

    def reader(self) -> str:
        """The file that has a pickle read, outside the modules that read it."""
        names = [each.filename for each in traceback.extract_stack()]
        others = [name for name in names if not name.endswith(("pickle.py", "watched.py"))]
        return others[-1] if others else ""

    def caller(self) -> str:
        """The innermost frames, for whoever looks for who did it."""
        frames = [each for each in traceback.extract_stack() if each.filename != self.own]
        return " < ".join(f"{each.filename}:{each.lineno}" for each in reversed(frames[-12:]))


def main() -> None:
    log, *arguments = sys.argv[1:]
    watch = Watch()
    sys.addaudithook(watch)
    sys.argv = ["siting", *arguments]
    status = 0
    try:
        from siting.cli import main as siting

        siting()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        watch.on = False
        with open(log, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123
            json.dump(list(watch.events), file)
    sys.exit(status)


if __name__ == "__main__":
    main()
