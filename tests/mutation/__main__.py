"""Mutation score of files of siting, on a random sample of their mutants.

``python -m tests.mutation --package siting/store siting/publish.py --sample 200 --seed 1``

works on a copy of the last commit, so that nothing here changes, and prints the mutants that no
test noticed and a table. ``--tests`` are files and folders for pytest; what they run is learned
once for each ``--folder``, which is kept if it is named. Needs the package coverage.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.mutation.operators import Mutant, mutants

TESTS = [
    "tests/io",
    "tests/store",
    "tests/test_publish.py",
    "tests/test_check.py",
    "tests/test_check_texts.py",
    "tests/test_texts.py",
    "tests/pipeline",
    "tests/sources",
    "tests/corpus/test_corpus.py",
    "tests/test_error_pages.py",
    "siting/io",
    "siting/store",
    "siting/publish.py",
    "siting/check.py",
    "siting/pipeline",
]
# Seconds each, for nearly every mutant of what they run.
SLOW = (
    "tests/store/test_crash.py",
    "tests/store/test_faults.py::test_the_process_is_killed_or_its_steps_are_counted",
    "tests/io/test_over_time.py::test_sizes_of_reads_and_tiles_change_no_bit",
    "tests/io/test_model.py::test_bytes_are_the_same_in_another_process",
    "tests/io/test_write.py::test_same_bytes_two_seconds_apart",
)
CONFIDENCE = 1.96  # standard errors: 95 %


def copy(folder: Path) -> None:
    """The last commit, and these files as they are here."""
    archive = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", folder], input=archive, check=True)
    here = folder / "tests/mutation"
    here.mkdir(exist_ok=True)
    for path in Path(__file__).parent.glob("*.py"):
        (here / path.name).write_bytes(path.read_bytes())


def cover(folder: Path, tests: list[str]) -> list[Path]:
    """What each test runs, in files beside the copy: one for each argument, made once."""
    known = []
    for each in tests:
        target = folder / "covering" / f"{each.replace('/', '-')}.json"
        if not target.exists() and (folder / each).exists():
            target.parent.mkdir(exist_ok=True)
            _cover(folder, each, target)
        known += [target] * target.exists()
    return known


def _cover(folder: Path, tests: str, target: Path) -> None:
    slow = [f"--deselect={each}" for each in SLOW]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *slow, tests]
    with target.with_suffix(".log").open("wb") as log:
        subprocess.run(
            [*command, "-p", "tests.mutation.covering"],
            check=False,  # tests that fail without a mutant are left out
            cwd=folder,
            env={**os.environ, "SITING_COVERING": str(target)},
            stdout=log,
            stderr=log,
        )


def files(folder: Path, packages: list[str]) -> list[str]:
    found = [
        path
        for each in packages
        for path in ([folder / each] if each.endswith(".py") else (folder / each).rglob("*.py"))
    ]
    return sorted(str(path.relative_to(folder)) for path in found)


def sample(folder: Path, packages: list[str], size: int, seed: int) -> list[Mutant]:
    """So many mutants, each as likely as any other; all of them for a size of 0."""
    every = [
        mutant
        for file in files(folder, packages)
        for mutant in mutants(file, (folder / file).read_bytes())
    ]
    print(f"{len(every)} mutants in {', '.join(packages)}", flush=True)
    return random.Random(seed).sample(every, min(size or len(every), len(every)))


def trials(
    folder: Path, covering: list[Path], chosen: list[Mutant], budget: float, minutes: float
) -> list[dict]:
    """Outcome of each mutant, as far as the time lasts; printed where no test noticed."""
    end = time.monotonic() + 60 * minutes
    task = folder / "task.json"
    content = {
        "covering": [str(each) for each in covering],
        "budget": budget,
        "mutants": [vars(each) for each in chosen],
    }
    task.write_text(json.dumps(content), "utf-8")
    found = []
    command = [sys.executable, "-m", "tests.mutation.trial", str(task)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            found.append(json.loads(line))
            if found[-1]["outcome"] in ("survived", "no tests"):
                print(described(found[-1]), flush=True)
            if time.monotonic() > end:
                process.terminate()
                break
    return found


def described(trial: dict) -> str:
    old, new = (" ".join(trial[name].split())[:300] for name in ("old", "new"))
    place = f"{trial['file']}:{trial['line']}"
    kind = f"{trial['operator']}{', text' * trial['text']}, {trial['tests']} tests"
    return f"{trial['outcome']}: {place} ({kind})\n  - {old}\n  + {new}"


def interval(killed: int, total: int) -> tuple[float, float]:
    """Wilson's interval of a share."""
    share, square = killed / total, CONFIDENCE**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    half *= CONFIDENCE / (1 + square / total)
    return centre - half, centre + half


def row(name: str, found: list[dict]) -> str:
    count = Counter(each["outcome"] for each in found)
    killed = count["killed"] + count["timeout"]
    low, high = interval(killed, len(found))
    cells = "".join(f"{count[each]:>10}" for each in ("killed", "timeout", "survived", "no tests"))
    return f"{name:28}{len(found):>8}{cells}{killed / len(found):>8.1%}  {low:.1%}-{high:.1%}"


def table(found: list[dict]) -> str:
    """Counts and scores with their 95 % intervals: altogether, by operator, by file."""
    names = ("mutants", "killed", "timeout", "survived", "no tests", "score")
    widths = (8, 10, 10, 10, 10, 8)
    head = "".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True))
    groups = {"all": found, "all but texts": [each for each in found if not each["text"]]}
    for key in ("operator", "file"):
        for name in sorted({each[key] for each in found}):
            groups[name] = [each for each in found if each[key] == name]
    rows = [row(name, each) for name, each in groups.items() if each]
    return "\n".join([f"{'':28}{head}  95 %", *rows])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--package", nargs="+", required=True, help="folders and files of siting")
    parser.add_argument("--sample", type=int, default=200, help="mutants to try; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--budget", type=float, default=10.0, help="seconds of tests per mutant")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop with fewer mutants")
    parser.add_argument("--folder", type=Path, help="where the copy is, or will be, and stays")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if not (folder / "siting").exists():
            folder.mkdir(parents=True, exist_ok=True)
            copy(folder)
        covering = cover(folder, asked.tests)
        chosen = sample(folder, asked.package, asked.sample, asked.seed)
        found = trials(folder, covering, chosen, asked.budget, asked.minutes)
        (folder / f"trials-{asked.seed}.json").write_text(json.dumps(found, indent=1), "utf-8")
        print(table(found))


if __name__ == "__main__":
    main()
