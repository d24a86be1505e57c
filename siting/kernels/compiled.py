"""Where compiled kernels are kept: apart for each state of the source."""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from siting.errors import StorageError
from siting.store.files import user_folder

_VARIABLE = "NUMBA_CACHE_DIR"
_PREFIX = "compiled-"
_KERNELS = Path(__file__).parent


def stamp(folder: Path) -> str:
    """Digest of the names, sizes and times of all modules below a folder.

    Examples
    --------
    >>> len(stamp(Path(__file__).parent))
    16
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        status = path.stat()
        row = (str(path.relative_to(folder)), status.st_size, status.st_mtime_ns)
        digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


def keep_compiled_apart() -> None:
    """Have numba keep what it compiles in a folder of this very state of the kernels.

    Numba looks at the file of a compiled function alone: where a function that it calls changes in
    another file, the old machine code would go on being used without a word. A folder that the
    user names in ``NUMBA_CACHE_DIR`` is left as it is.
    """
    if os.environ.get(_VARIABLE):
        return
    place = str(place_for(_KERNELS))
    os.environ[_VARIABLE] = place
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = place


def place_for(kernels: Path) -> Path:
    """Folder for what is compiled from the modules of a folder, in the state that they are in.

    It lies beside them; in the user's cache where they may not be written beside, as in an
    installation of the system's; and goes with the process where there is no home either. Left to
    itself numba would then take a folder that all states share.
    """
    name = _PREFIX + stamp(kernels)
    if _writable(beside := kernels / "__pycache__" / name):
        return beside
    with suppress(StorageError):  # no home
        if _writable(place := user_folder("SITING_STORE", "store") / "kernels" / name):
            return place
    passing = tempfile.mkdtemp(prefix="siting-kernels-")
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    return Path(passing)


def _writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made for that."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    return False


def kept() -> tuple[Path, int, int]:
    """Where compiled kernels are kept in this process, how many, and their bytes."""
    folder = Path(os.environ[_VARIABLE])
    files = [path for path in folder.rglob("*") if path.is_file()]
    count = sum(path.suffix == ".nbc" for path in files)
    return folder, count, sum(path.stat().st_size for path in files)


def tell_compiling(tell: Callable[[], None]) -> bool:
    """Have something called whenever a kernel is compiled rather than loaded, in any thread.

    Returns
    -------
    bool
        False where numba is not loaded yet: then nothing can have been compiled.
    """
    if "numba" not in sys.modules:
        return False
    from numba.core import event

    class _Listener(event.Listener):
        def on_start(self, event: Any) -> None:
            tell()

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", _Listener())  # type: ignore[no-untyped-call]
    return True
