"""Logins that do not exist: counted, and forgotten before they fill the memory."""

from datetime import UTC, datetime, timedelta

from api.auth.strangers import Strangers
from claims.desk.sign_in import LockOut

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_they_are_locked_as_people_are() -> None:
    strangers, policy = Strangers(LockOut()), LockOut()
    for failures in range(1, 9):
        strangers.refused("a", AT)
        assert strangers.locked_until("a") == policy.until(failures, AT)
    assert strangers.locked_until("b") is None


def test_the_oldest_are_forgotten_first() -> None:
    strangers = Strangers(LockOut(free=0), most=3)
    for index in ("a", "b", "c", "a", "d"):
        strangers.refused(index, AT)
    assert strangers.locked_until("b") is None
    assert strangers.locked_until("a") == AT + timedelta(seconds=60)
    assert strangers.locked_until("c") == strangers.locked_until("d") == AT + timedelta(seconds=30)
