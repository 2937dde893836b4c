"""How much time is left, in words and as a tone; and which pages a role is led to."""

from datetime import UTC, datetime, timedelta

import pytest

from api.pages.desk_frame import left, links_of
from claims.rights import Rights
from claims.states import Role
from model.texts import Texts

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENGLISH = Texts.load("en")


@pytest.mark.parametrize(
    ("span", "text", "tone"),
    [
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h left", "good"),
        (timedelta(hours=2), "2 h 0 min left", "good"),
        (timedelta(hours=1, minutes=59), "1 h 59 min left", "warn"),
        (timedelta(seconds=90), "1 min left", "warn"),
        (timedelta(0), "0 min left", "warn"),
        (-timedelta(minutes=5), "5 min overdue", "bad"),
        (-timedelta(days=2, hours=1), "2 d 1 h overdue", "bad"),
    ],
)
def test_what_is_left_is_told_in_words(span: timedelta, text: str, tone: str) -> None:
    found = left(AT + span, AT, ENGLISH)
    assert found is not None
    assert (found.text, found.tone) == (text, tone)


def test_nothing_is_left_where_nothing_is_due() -> None:
    assert left(None, AT, ENGLISH) is None


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.JUNIOR, ["queue", "calls", "figures"]),
        (Role.SENIOR, ["queue", "complaints", "calls", "figures"]),
        (Role.FRONT_LINE, ["complaints", "calls", "figures"]),
        (Role.AUDITOR, ["figures"]),
        (Role.ADMIN, ["figures"]),
    ],
)
def test_roles_are_led_to_their_pages(role: Role, names: list[str]) -> None:
    assert [link.name for link in links_of(Rights.load(), role)] == names
