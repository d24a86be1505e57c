"""What all tests share: no time limits, and a store that is not the user's."""

import os
import signal
import tempfile
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from siting.outputs import writers
from siting.store import digest
from tests.texts import recorded, text_of, texts

# Files that take longest, the longest first.
LONGEST = (
    "tests/test_benchmarks.py",
    "tests/corpus/test_corpus.py",
    "tests/test_layers_common.py",
    "tests/resilience/test_runs.py",
    "tests/cluster/test_run.py",
    "tests/test_ground_pipelines.py",
    "tests/test_screening_pipelines.py",
    "tests/test_packaging.py",
    "tests/test_memory.py",
    "tests/data/test_build.py",
    "tests/data/test_ocean.py",
    "tests/data/test_ocean_waves.py",
    "tests/scoring/test_scorers.py",
    "tests/scoring/test_learners.py",
    "tests/run/test_unchanged.py",
    "tests/test_cli.py",
    "tests/security/test_hostile_pages.py",
    "tests/security/test_roots.py",
    "tests/determinism/test_determinism.py",
    "tests/store/test_crash.py",
    "tests/io/test_model.py",
    "tests/test_error_pages.py",
    "tests/corpus/test_reference.py",
)

# A slow machine must not fail a test; examples are the same on every machine.
settings.register_profile("siting", deadline=None, derandomize=True)
settings.load_profile("siting")

os.environ.setdefault("SITING_STORE", tempfile.mkdtemp(prefix="siting-tests-"))

# Whoever starts the tests in the background of a shell has SIGINT ignored, and so would they.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist keep the order of files, which it would sort by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that all workers end together."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of data that is not part of the project, where the machine has it."""
    folder = os.environ.get("SITING_REFERENCE_DATA", "")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    return Path(folder)


@pytest.fixture(scope="session", autouse=True)
def asked_once() -> Iterator[None]:
    """What each run in this process looks up anew, and no test changes: siting's own files.

    Where its modules lie, and the digest of all of them: a sixth of a small run's time.
    """
    source = digest._source
    of_siting = cache(source)

    def source_of(module: str) -> Path | None:
        return (of_siting if module.startswith("siting.") else source)(module)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "_source", source_of)
        patch.setattr(writers, "digest", cache(writers.digest))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """Some tests must make siting say a whole text: see texts.yaml."""
    wanted = texts().get(item.nodeid)
    if wanted is None:
        return (yield)
    with recorded() as said:
        result = yield
    found = {text_of(each, item.funcargs.get("tmp_path")) for each in said}
    for text in wanted:
        assert text in found
    return result
