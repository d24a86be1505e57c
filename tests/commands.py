"""The command line called in the test's own process: exit code, stdout, stderr."""

import signal
import sys
from typing import NamedTuple

import pytest

from siting import cli


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def siting(capsys: pytest.CaptureFixture, *arguments: object) -> Done:
    """Call ``siting`` with arguments, as a shell would."""
    capsys.readouterr()
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["siting", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    signal.signal(signal.SIGTERM, before)
    return Done(int(ended.value.code or 0), *capsys.readouterr())
