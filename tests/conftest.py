"""What all tests share: no time limits, and a store that is not the user's."""

import os
import tempfile

from hypothesis import settings

# A slow machine must not fail a test; examples are the same on every machine.
settings.register_profile("siting", deadline=None, derandomize=True)
settings.load_profile("siting")

os.environ.setdefault("SITING_STORE", tempfile.mkdtemp(prefix="siting-tests-"))
