"""Every variation, one by one: ``python -m tests.determinism [PIPELINE] [OPTION...]``.

Without arguments it is the small world with learned models. ``--quick`` runs the few variations
that CI runs.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .variations import FULL, QUICK, Bench


def main() -> int:
    arguments = [each for each in sys.argv[1:] if each != "--quick"]
    chosen = QUICK if "--quick" in sys.argv[1:] else FULL
    wrong = 0
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments or None)
        print(f"{len(bench.first)} files: {', '.join(bench.first)}", flush=True)
        for variation in chosen:
            began = time.perf_counter()
            found = bench.differing(variation)
            wrong += bool(found)
            seconds = time.perf_counter() - began
            result = "same bytes" if not found else f"DIFFERENT: {', '.join(found)}"
            print(f"{variation.name:32} {seconds:5.1f} s  {result}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} variations gave the same bytes")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
