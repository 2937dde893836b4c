"""What kinds of jobs there are, and which use case does each; clocks that are looked at again and again."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from claims.assess import Assessment
from claims.desk import assessing, looking_again
from claims.desk.house import ASSESS, House
from claims.desk.in_force import up_to_date
from claims.desk.looking_again import LOOK_AGAIN
from claims.desk.overdue import act_on_overdue
from claims.jobs.ticks import Tick
from claims.jobs.work import Kind, Kinds, Now, Work

Assessed = Callable[[Assessment, float], None]
"""Told of each assessment once it is kept, and how many seconds it took."""


def kinds(house: House, now: Now, assessed: Assessed = lambda *_: None) -> Kinds:
    """For one installation."""

    def assess(work: Work) -> None:
        began = time.perf_counter()
        assessment = assessing.carry_out(up_to_date(house), work.job, now)
        assessed(assessment, time.perf_counter() - began)

    def refer(work: Work, error: str) -> None:
        with house.desk(assessing.system_of(work.job), now()) as desk:
            assessing.given_up(desk, work.job)
            work.give_up(desk.book, error)

    def look_again(work: Work) -> None:
        looking_again.carry_out(up_to_date(house), work.job, now)

    return {ASSESS: Kind(assess, refer), LOOK_AGAIN: Kind(look_again)}


def overdue_clocks(house: House) -> Tick:
    """Clocks that were missed are acted on half a minute later at the most."""
    return Tick(name="overdue_clocks", every=timedelta(seconds=30), do=partial(act_on_overdue, house))
