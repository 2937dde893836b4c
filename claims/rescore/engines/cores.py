"""Which cores a process works on: as many as it was given, and not those of the processes beside it.

A worker reads ahead and scores beside its network, so it would otherwise use more cores than it was given, and its
libraries would open a thread for every core that it sees. Where the system cannot tell processes their cores (macOS,
Windows), every process uses all of them.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Final

Cores = frozenset[int]

_CAN_CONFINE: Final = hasattr(os, "sched_setaffinity")


def shares(processes: int) -> list[Cores]:
    """This process's cores, for so many: each has its own, as many as the others or one more; all have all of them
    where there are fewer cores than processes."""
    cores = sorted(os.sched_getaffinity(0)) if _CAN_CONFINE else []
    if len(cores) < processes:
        return [frozenset(cores)] * processes
    bounds = [place * len(cores) // processes for place in range(processes + 1)]
    return [frozenset(cores[low:high]) for low, high in pairwise(bounds)]


@contextmanager
def confined(cores: Cores) -> Iterator[None]:
    """Processes that this thread starts meanwhile work on these cores only; on all of its own where there are none."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def settle(count: int, crew: str = "rescore") -> ExitStack | None:
    """From now on this thread, and those that it starts, work on ``count`` cores that no other process of this machine
    and ``crew`` has settled on. They are kept until the result is closed or the process ends, however it ends.

    None, and nothing is changed, where there are not so many left.
    """
    with ExitStack() as claims:
        cores = _claimed(count, crew, claims) if _CAN_CONFINE else frozenset[int]()
        if count < 1 or len(cores) < count:
            return None
        os.sched_setaffinity(0, cores)
        return claims.pop_all()


def _claimed(count: int, crew: str, claims: ExitStack) -> Cores:
    """A name in Linux' abstract namespace of sockets is one process's at a time, and goes with it."""
    cores: set[int] = set()
    for core in sorted(os.sched_getaffinity(0)):
        if len(cores) < count:
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0quickclaim/{crew}/{core}")
            except OSError:
                claim.close()
            else:
                claims.enter_context(claim)
                cores.add(core)
    return frozenset(cores)
