"""A child process that runs the command line as a machine with so many processors would.

``python child.py PROCESSORS UMASK ARGUMENT...`` runs ``siting ARGUMENT...``.
"""

import os
import sys


def main() -> None:
    processors, mask, *arguments = sys.argv[1:]
    count = int(processors)
    os.umask(int(mask, 8))
    os.cpu_count = lambda: count  # what Python, dask, joblib and siting count by
    os.sched_getaffinity = lambda pid: set(range(count))
    os.process_cpu_count = lambda: count  # Python 3.13
    sys.argv = ["siting", *arguments]
    from siting.cli import main as siting

    siting()


if __name__ == "__main__":
    main()
