"""One thread inside, and what there was before outside."""

import threading

from threadpoolctl import threadpool_info

from siting.kernels.threads import single_threaded


def limits() -> set[int]:
    return {each["num_threads"] for each in threadpool_info()}


def test_limits_come_back_once_the_last_tile_is_done() -> None:
    before = limits()
    second_inside, first_left = threading.Event(), threading.Event()
    seen: list[set[int]] = []

    def second() -> None:
        with single_threaded():
            second_inside.set()
            first_left.wait(10)
            seen.append(limits())

    worker = threading.Thread(target=second)
    with single_threaded():
        worker.start()
        second_inside.wait(10)
    first_left.set()
    worker.join()
    assert seen == [{1}]
    assert limits() == before


def test_a_block_within_a_block_changes_nothing() -> None:
    before = limits()
    with single_threaded():
        with single_threaded():
            pass
        assert limits() <= {1}
    assert limits() == before
