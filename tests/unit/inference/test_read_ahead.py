"""Reading ahead keeps the order, stays bounded, and hides no error."""

import threading
from collections.abc import Iterator

import pytest

from inference.read_ahead import read_ahead


def test_order_is_kept_when_later_items_are_ready_first() -> None:
    later_done = threading.Event()

    def make(item: int) -> int:
        if item == 0:
            assert later_done.wait(10)
        if item == 1:
            later_done.set()
        return item * item

    assert list(read_ahead(make, range(5), workers=2)) == [0, 1, 4, 9, 16]


def test_only_a_few_items_are_taken_early() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    made = read_ahead(lambda item: item, items(), workers=2, ahead=2)
    assert next(made) == 0
    assert len(taken) == 4
    assert list(made) == list(range(1, 100))


def test_an_error_is_raised_where_its_result_is_due() -> None:
    def make(item: int) -> int:
        if item == 2:
            raise ValueError("third")
        return item

    made = read_ahead(make, range(5))
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(ValueError, match="third"):
        next(made)


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_started_after_a_failure(workers: int) -> None:
    started: list[int] = []

    def make(item: int) -> int:
        started.append(item)
        if item == 3:
            raise ValueError("fourth")
        return item

    with pytest.raises(ValueError, match="fourth"):
        list(read_ahead(make, range(50), workers=workers, ahead=10))
    assert max(started) <= 3 + (workers - 1)
