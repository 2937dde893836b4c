"""Processes side by side work on different cores, and on all of them where there are too few."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import pytest

from claims.rescore.engines.cores import Cores, confined, settle, shares

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not tell cores apart")
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(autouse=True)
def all_cores() -> Iterator[Cores]:
    """Those of this process, which has them again afterwards."""
    cores = frozenset(os.sched_getaffinity(0))
    yield cores
    os.sched_setaffinity(0, cores)


def test_every_core_has_one_owner(all_cores: Cores) -> None:
    for processes in range(1, len(all_cores) + 1):
        given = shares(processes)
        assert len(given) == processes
        assert sorted(core for share in given for core in share) == sorted(all_cores)
        assert max(map(len, given)) - min(map(len, given)) <= 1


def test_where_there_are_fewer_cores_than_processes_all_have_all(all_cores: Cores) -> None:
    assert shares(len(all_cores) + 1) == [all_cores] * (len(all_cores) + 1)


def test_a_process_keeps_to_the_cores_it_was_started_on(all_cores: Cores) -> None:
    one = frozenset({max(all_cores)})
    with confined(one):
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_tell, args=(theirs,))
        process.start()
    assert os.sched_getaffinity(0) == all_cores
    assert ours.recv() == one
    process.join()


def test_nobody_settles_where_another_has_and_the_dead_make_room(all_cores: Cores) -> None:
    if len(all_cores) < 2:
        pytest.skip("one core is never shared out")
    with confined(frozenset(sorted(all_cores)[:2])), _settled(1) as (first, process), _settled(1) as (second, _):
        assert len(first) == len(second) == 1
        assert first.isdisjoint(second)
        with _settled(1) as (late, _):
            assert late == first | second
        process.kill()
        process.join()
        with _settled(1) as (heir, _):
            assert heir == first


def _tell(pipe: "Connection[Any, Any]") -> None:
    pipe.send(frozenset(os.sched_getaffinity(0)))


def _settle(pipe: "Connection[Any, Any]", count: int, crew: str) -> None:
    kept = settle(count, crew)
    _tell(pipe)
    pipe.recv()  # until the test has seen enough
    if kept:
        kept.close()


@contextmanager
def _settled(count: int) -> Iterator[tuple[Cores, Any]]:
    """The cores of a process that has settled, and the process."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_settle, args=(theirs, count, f"test-{os.getpid()}"), daemon=True)
    process.start()
    try:
        yield ours.recv(), process
    finally:
        process.kill()
        process.join()
