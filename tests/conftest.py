"""What all tests share: no time limits, and a store that is not the user's."""

import os
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine must not fail a test; examples are the same on every machine.
settings.register_profile("siting", deadline=None, derandomize=True)
settings.load_profile("siting")

os.environ.setdefault("SITING_STORE", tempfile.mkdtemp(prefix="siting-tests-"))

# Whoever starts the tests in the background of a shell has SIGINT ignored, and so would they.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def reference_data() -> Path:
    """Folder of data that is not part of the project, where the machine has it."""
    folder = os.environ.get("SITING_REFERENCE_DATA", "")
    if not folder:
        pytest.skip("SITING_REFERENCE_DATA does not name a folder of reference data")
    return Path(folder)
