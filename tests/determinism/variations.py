"""The same run under other surroundings, and the digests of all that it publishes."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .. import small_world

REPOSITORY = Path(__file__).parents[2]
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "GDAL_NUM_THREADS", "DASK_NUM_WORKERS",
    "LOKY_MAX_CPU_COUNT", "ARROW_IO_THREADS", "BLOSC_NTHREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip
MODELS = """\
  logistic: {learned.classifier: {features: [hot, near_fault], labels: wells,
    background: 200, bootstraps: 2, model: {sklearn.linear_model.LogisticRegression: {}}}}
  forest: {learned.classifier: {features: [hot, near_fault], labels: wells, background: 200,
    bootstraps: 2, model: {sklearn.ensemble.RandomForestClassifier: {n_estimators: 20}}}}
"""
PIPELINE = small_world.PIPELINE.replace("candidates: {", MODELS + "candidates: {", 1).replace(
    "score.tif]", "score.tif, forest.tif, logistic.tif, heat.tif]"
)


# Matplotlib reads this file from the working directory; reports have a style of their own.
SETTINGS = "backend: module://none\ntext.usetex: True\nfont.size: 20\nsvg.hashsalt: other\n"


@dataclass(frozen=True)
class Variation:
    """Surroundings of a run."""

    name: str
    threads: int = 1
    processors: int = 1
    settings: dict[str, str] = field(default_factory=dict)
    mask: str = "022"
    folder: str = "world"  # of the pipeline and its data
    elsewhere: bool = False  # whether the working directory is another, and paths are relative
    warm: bool = False  # whether the store has all values

    def environment(self, home: Path, store: Path) -> dict[str, str]:
        """The environment of the child, with nothing of the caller's own in it."""
        threads = dict.fromkeys(THREADS, str(self.threads))
        return {
            "HOME": str(home), "PATH": os.defpath, "PYTHONPATH": str(REPOSITORY),
            "SITING_STORE": str(store), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0",
            **threads, **self.settings,
        }  # fmt: skip


REFERENCE = Variation("as it is")
_FAR = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}
# Few children in which everything differs at once; the full set tells which difference it was.
QUICK = (
    Variation("4 threads, and all else other", 4, 4, _FAR, "077", "a b/über", True),
    Variation("2 threads, a comma for a point", 2, 2, {"LC_ALL": "de_DE.UTF-8"}, "002"),
    Variation("from the store", warm=True, settings={"TZ": "America/St_Johns"}),
)
FULL = (
    REFERENCE,
    *(Variation(f"{n} threads", n) for n in (2, 4)),
    *(Variation(f"{n} processors", 1, n) for n in (2, 4)),
    *(Variation(f"{n} threads on {n} processors", n, n) for n in (2, 4)),
    *(Variation(f"TZ={zone}", settings={"TZ": zone})
      for zone in ("Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns")),
    *(Variation(f"LC_ALL={name}", settings={"LC_ALL": name})
      for name in ("C", "POSIX", "de_DE.UTF-8")),
    *(Variation(f"PYTHONHASHSEED={seed}", settings={"PYTHONHASHSEED": seed})
      for seed in ("1", "4242", "random")),
    *(Variation(f"umask {mask}", mask=mask) for mask in ("002", "077")),
    Variation("another folder", folder="a b/über"),
    Variation("another working directory", elsewhere=True),
    Variation("from the store", warm=True),
    Variation("another backend", settings={"MPLBACKEND": "agg", "MPLCONFIGDIR": "/dev/null/none"}),
    Variation("PROJ_NETWORK=ON", settings={"PROJ_NETWORK": "ON"}),
    Variation("Python in development mode", settings={"PYTHONDEVMODE": "1"}),
    Variation("optimised Python", settings={"PYTHONOPTIMIZE": "1"}),
    *QUICK,
)  # fmt: skip


@cache
def comma_locale() -> str | None:
    """Folder with a locale that writes a comma for the decimal point; None where there is none."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    if "de_DE.utf8" in known.split():
        return ""
    if shutil.which("localedef") is None:
        return None
    folder = Path(os.environ.get("TMPDIR", "/tmp"), f"siting-locales-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")]
    made = subprocess.run(command, capture_output=True, check=False)
    return str(folder) if made.returncode == 0 else None


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a published run."""
    files = sorted((folder / "latest").iterdir())
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names of files that are not the same in both runs."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


class Bench:
    """Runs of one pipeline in folders of their own.

    Parameters
    ----------
    folder : Path
        Where the runs stand.
    arguments : list of str
        Pipeline and options; of the small world where there are none.
    """

    def __init__(self, folder: Path, arguments: list[str] | None = None) -> None:
        self.folder = folder
        self.arguments = arguments
        self.count = 0
        self.first: dict[str, str] = {}
        if arguments is None:
            small_world.make(folder / "world", PIPELINE)
        self.first = self.run(REFERENCE)

    def run(self, variation: Variation) -> dict[str, str]:
        """Digests of the files that a run publishes under a variation."""
        self.count += 1
        home = self.folder / f"home{self.count}"
        home.mkdir()
        store = self.folder / ("store1" if variation.warm else f"store{self.count}")
        settings = variation.environment(home, store)
        if settings.get("LC_ALL", "").startswith("de_DE"):
            settings |= {"LOCPATH": comma_locale() or ""} if comma_locale() else {}
        out = self.folder / f"out{self.count}"
        child = [sys.executable, str(Path(__file__).with_name("child.py"))]
        child += [str(variation.processors), variation.mask, "run", *self.pipeline(variation)]
        cwd = self.folder if variation.elsewhere else home
        if variation != REFERENCE:
            (cwd / "matplotlibrc").write_text(SETTINGS, "utf-8")
        child += ["--out", os.path.relpath(out, cwd) if variation.elsewhere else str(out)]
        done = subprocess.run(child, cwd=cwd, env=settings, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace")[-3000:])
        return digests(out)

    def pipeline(self, variation: Variation) -> list[str]:
        """The pipeline's path, with its data where the variation has them."""
        if self.arguments is not None:
            return self.arguments
        place = self.folder / variation.folder
        if not place.exists():
            shutil.copytree(self.folder / "world", place)
        path = place / "small.yaml"
        return [os.path.relpath(path, self.folder) if variation.elsewhere else str(path)]

    def differing(self, variation: Variation) -> list[str]:
        """Files that a variation publishes with other bytes than the first run."""
        return differing(self.first, self.run(variation))
