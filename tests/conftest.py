"""What all tests share: no time limits, and a store that is not the user's."""

import os
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.texts import recorded, text_of, texts

# A slow machine must not fail a test; examples are the same on every machine.
settings.register_profile("siting", deadline=None, derandomize=True)
settings.load_profile("siting")

os.environ.setdefault("SITING_STORE", tempfile.mkdtemp(prefix="siting-tests-"))

# Whoever starts the tests in the background of a shell has SIGINT ignored, and so would they.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of data that is not part of the project, where the machine has it."""
    folder = os.environ.get("SITING_REFERENCE_DATA", "")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    return Path(folder)


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
