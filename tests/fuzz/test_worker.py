"""Workers that die or hang lose one attempt, and it is told which."""

import os
import signal
import warnings
from pathlib import Path

from .report import save
from .worker import Attempt, Fault, Tally, run


class Fragile:
    """Attempts of which some go wrong in every way there is."""

    slow = 0.2
    memory = 1 << 30
    address_space = 8 << 30

    def prepare(self, folder: Path) -> None:
        assert folder.is_dir()

    def files(self, index: int) -> dict[str, bytes]:
        return {"number": str(index).encode()}

    def attempt(self, files: dict[str, bytes]) -> Attempt:
        number = int(files["number"])
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        while number == 5:
            pass
        if number == 7:
            raise ValueError("planted")
        if number == 8:
            warnings.warn("planted", stacklevel=1)
        if number == 9:
            os.write(2, b"planted\n")
        return Attempt(("fine",), *(("planted", "told by the attempt") if number == 10 else ()))


def test_a_worker_that_dies_or_hangs_is_replaced() -> None:
    tally = Tally()
    run(Fragile(), range(12), tally)
    assert tally.tried == 12
    assert tally.outcomes["fine"] == 9
    kinds = {each.index: each.kind for each in tally.faults if each.kind != "slow"}
    assert kinds == {
        3: "died", 5: "hang", 7: "exception", 8: "warning", 9: "stderr", 10: "planted",
    }  # fmt: skip


def test_faults_are_saved_a_few_of_each_sort(tmp_path: Path) -> None:
    faults = [Fault(n, "died", f"exit code {n}", {"a/b": b"x"}) for n in range(30)]
    (line,) = save(faults, tmp_path)
    assert "30 x died: exit code #" in line
    assert len(list(tmp_path.iterdir())) == 20
    assert (tmp_path / "died-3/a/b").read_bytes() == b"x"
