"""Where compiled kernels are kept: apart for each state of the source."""

import hashlib
import os
import sys
from pathlib import Path

_VARIABLE = "NUMBA_CACHE_DIR"


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
    folder = Path(__file__).parent
    place = str(folder / "__pycache__" / f"compiled-{stamp(folder)}")
    os.environ[_VARIABLE] = place
    if "numba" in sys.modules:  # it has read its settings already
        sys.modules["numba"].config.CACHE_DIR = place
