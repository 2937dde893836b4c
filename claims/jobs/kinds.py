"""What kinds of jobs there are, and which use case does each; clocks that are looked at again and again."""

from datetime import timedelta
from functools import partial

from claims.desk import assessing
from claims.desk.house import House
from claims.desk.overdue import act_on_overdue
from claims.jobs.ticks import Tick
from claims.jobs.work import Kind, Kinds, Now, Work


def kinds(house: House, now: Now) -> Kinds:
    """For one installation."""

    def assess(work: Work) -> None:
        assessing.carry_out(house, work.job, now)

    def refer(work: Work, error: str) -> None:
        with house.desk(assessing.system_of(work.job), now()) as desk:
            assessing.given_up(desk, work.job)
            work.give_up(desk.book, error)

    return {assessing.ASSESS: Kind(assess, refer)}


def overdue_clocks(house: House) -> Tick:
    """Clocks that were missed are acted on half a minute later at the most."""
    return Tick(name="overdue_clocks", every=timedelta(seconds=30), do=partial(act_on_overdue, house))
