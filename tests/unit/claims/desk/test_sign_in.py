"""How long wrong passwords cost, and how a login is spelled."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.desk.sign_in import LockOut, normal_login

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
POLICY = LockOut()


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, None), (1, None), (4, None), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (11, 900), (10**9, 900)],
)
def test_each_wrong_password_costs_more(failures: int, seconds: int | None) -> None:
    until = POLICY.until(failures, AT)
    assert until == (None if seconds is None else AT + timedelta(seconds=seconds))


@given(st.integers(1, 10**12))
def test_no_wait_is_shorter_than_the_one_before_or_longer_than_the_longest(failures: int) -> None:
    before, after = (POLICY.until(count, AT) or AT for count in (failures, failures + 1))
    assert AT <= before <= after <= AT + POLICY.longest


@given(st.text())
def test_a_normal_login_stays_as_it_is(login: str) -> None:
    assert normal_login(normal_login(login)) == normal_login(login)


@pytest.mark.parametrize(
    ("typed", "login"),
    [(" Li.Na ", "li.na"), ("ｌｉ．ｎａ", "li.na"), ("MÜLLER", "müller"), ("李娜", "李娜")],
)
def test_one_spelling(typed: str, login: str) -> None:
    assert normal_login(typed) == login
