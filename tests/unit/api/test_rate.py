"""Buckets of tokens: what they let through, how they fill, and that their number is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rate import WINDOW_S, Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_gives_what_it_holds_and_then_says_when(clock: Clock) -> None:
    buckets = Buckets(6, clock=clock)
    given_out = [buckets.take("a") for _ in range(7)]
    assert [standing.allowed for standing in given_out] == [True] * 6 + [False]
    assert [standing.remaining for standing in given_out] == [5, 4, 3, 2, 1, 0, 0]
    refused = given_out[-1]
    assert (refused.quota, refused.wait_s, refused.full_s) == (6, 10, 60)
    assert buckets.take("b").allowed


def test_who_waits_as_told_is_let_in_and_who_does_not_is_not(clock: Clock) -> None:
    buckets = Buckets(7, clock=clock)
    while buckets.take("a").allowed:
        pass
    wait_s = buckets.take("a").wait_s
    clock.now += wait_s - 1
    assert not buckets.take("a").allowed
    clock.now += 1
    assert buckets.take("a").allowed


def test_a_refusal_costs_nothing(clock: Clock) -> None:
    buckets = Buckets(6, clock=clock)
    for _ in range(100):
        buckets.take("a")
    clock.now += 10
    assert buckets.take("a").allowed


def test_what_is_given_back_can_be_taken_again_and_no_more(clock: Clock) -> None:
    buckets = Buckets(2, clock=clock)
    buckets.take("a")
    for _ in range(5):
        buckets.give_back("a")
    assert [buckets.take("a").allowed for _ in range(3)] == [True, True, False]


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=60), st.integers(1, 50))
def test_nobody_gets_more_than_a_bucket_and_what_flowed_in(pauses: list[float], quota: int) -> None:
    clock = Clock()
    buckets = Buckets(quota, clock=clock)
    let_in = 0
    for pause in pauses:
        clock.now += pause
        let_in += buckets.take("a").allowed
    assert let_in <= quota + sum(pauses) * quota / WINDOW_S + 1e-3


def test_buckets_that_are_full_again_are_forgotten(clock: Clock) -> None:
    buckets = Buckets(6, clock=clock)
    for name in range(100):
        buckets.take(str(name))
    clock.now += WINDOW_S
    buckets.take("last")
    assert len(buckets) == 1


def test_their_number_is_bounded_and_the_busy_ones_stay(clock: Clock) -> None:
    buckets = Buckets(3, clock=clock, most=10)
    while buckets.take("busy").allowed:
        pass
    for name in range(1000):
        buckets.take(str(name))
        assert not buckets.take("busy").allowed
    assert len(buckets) == 10


@pytest.mark.parametrize(("quota", "most"), [(0, 1), (1, 0)])
def test_a_bucket_holds_something(quota: int, most: int) -> None:
    with pytest.raises(ValueError, match="holds"):
        Buckets(quota, most=most)
