"""Periodic work that is about cases: clocks that were missed, offers that end, cases that were kept long enough."""

from datetime import datetime, timedelta
from functools import partial

from claims.desk.expiring import act_on_offers
from claims.desk.house import House
from claims.desk.retention import erase_over
from claims.jobs.kinds import overdue_clocks
from claims.jobs.ticks import Tick


def of_house(house: House) -> tuple[Tick, ...]:
    """For one installation."""
    return (overdue_clocks(house), offers(house), retention(house))


def offers(house: House) -> Tick:
    """Offers end, and their customers are told before, a minute late at the most."""
    return Tick(name="offers", every=timedelta(minutes=1), do=partial(act_on_offers, house))


def retention(house: House) -> Tick:
    """Cases whose time is over are erased an hour later at the most; where there are many, one after another."""
    return Tick(name="retention", every=timedelta(hours=1), do=partial(_some_erased, house))


def _some_erased(house: House, at: datetime) -> bool:
    return erase_over(house, at) > 0
