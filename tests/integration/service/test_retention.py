"""What was kept long enough goes by itself, on both databases, and nothing else does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from desks import AT, open_house, scene
from other_rules import changed
from reviews import Case, reported
from sqlalchemy import select

from claims.audit import Entry
from claims.desk import leaving, showing, wishes
from claims.desk.desk import SYSTEM
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.desk.retention import erase_over, over
from claims.jobs.of_house import retention
from claims.jobs.ticks import once
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import apps, audit, claims, notices, photos
from claims.repository.book import Books
from claims.rule_sources import RuleFile
from claims.tables import claim_tokens

SCRATCH = scene("01-scratched-door-two-views")
DAY = timedelta(days=1)
ENDS = datetime(2031, 11, 21, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai, five years after the case was closed on 22 November 2026."""


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def closed(house: House, notice: Notice) -> Case:
    """Withdrawn with its photos, on the day it was reported."""
    case = reported(house, notice)
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    case.do(case.customer, AT, wishes.withdraw, "自己修")
    return case


def due(house: House, at: datetime) -> list[tuple[UUID, date]]:
    with house.looking(SYSTEM, at) as desk:
        return [(one.claim.id, one.until) for one in over(desk)]


def log(house: House) -> list[Entry]:
    with house.books.reading() as book:
        assert not audit.verify(book)
        return [entry for entry in audit.entries(book) if entry.action == "delete_own"]


def test_a_case_goes_on_the_day_its_time_is_over_and_not_before(house: House, closed: Case, notice: Notice) -> None:
    still_open = reported(house, notice)
    assert (due(house, ENDS - timedelta(seconds=1)), erase_over(house, ENDS - timedelta(seconds=1))) == ([], 0)
    assert due(house, ENDS) == [(closed.id, date(2031, 11, 22))]
    assert closed.now.erased_at is None  # looking has changed nothing
    assert erase_over(house, ENDS) == 1
    assert erase_over(house, ENDS) == 0
    claim = closed.now
    assert (claim.erased_at, claim.state, claim.closed_at) == (ENDS, "withdrawn", AT)
    with house.books.reading() as book:
        assert notices.get(book, claim.id) is None
        assert photos.of_claim(book, claim.id) == ()
        assert [step.reason_text for step in closed.steps if step.move == "withdraw"] == [None]
        tokens = book.connection.execute(select(claim_tokens.c.revoked_at).where(claim_tokens.c.claim == claim.id))
        assert list(tokens.scalars()) == [ENDS]
        assert apps.valid_tokens(book, still_open.id) == 1
        assert notices.get(book, still_open.id) is not None
    [entry] = log(house)
    assert (entry.actor.partition(":")[0], entry.object, entry.facts["kind"]) == (
        "system",
        f"claim:{closed.id}",
        "retention_over",
    )


def test_files_of_what_was_erased_are_swept(house: House, closed: Case) -> None:
    digests = [digest for digest in SCRATCH.script if house.photos.exists(digest)]
    assert len(digests) == len(SCRATCH.photos)

    def known(digest: str) -> bool:
        with house.books.reading() as book:
            return photos.is_known(book, digest)

    erase_over(house, ENDS)
    house.photos.sweep(known, at=ENDS + 2 * DAY)
    assert not any(house.photos.exists(digest) for digest in digests)


def test_who_asked_for_it_need_not_ask_again(house: House, closed: Case) -> None:
    asked = closed.do(closed.customer, AT + DAY, leaving.ask_deletion)
    assert (asked.erased, asked.kept_until) == (False, date(2031, 11, 22))
    once(retention(house), ENDS)
    assert closed.now.erased_at == ENDS
    assert [entry.facts["kind"] for entry in log(house)] == ["deletion_asked", "retention_over"]


def test_a_case_that_was_opened_again_is_kept(house: House, closed: Case) -> None:
    with house.books.writing() as book:
        claim = claims.get(book, closed.id)
        assert claim is not None
        claims.save(book, replace(claim, closed_at=None))
    assert erase_over(house, ENDS) == 0


def test_one_that_somebody_works_on_comes_the_next_time(house: House, closed: Case, books: Books) -> None:
    if books.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody else can be at work on a case")
    with books.writing() as book:
        assert claims.locked(book, closed.id) is not None
        assert erase_over(house, ENDS) == 0
    assert erase_over(house, ENDS) == 1


def test_a_market_that_left_the_policy_keeps_nothing_for_ever(house: House, closed: Case) -> None:
    """A day later than by its own time, which nobody knows any more."""
    without = replace(house, eyes=replace(house.eyes, rulebook=changed(house.rulebook, RuleFile.POLICY, _without_cn)))
    with without.looking(closed.customer, AT) as desk:
        assert showing.show(desk, closed.id).claim.id == closed.id
    with without.desk(closed.customer, AT + DAY) as desk:
        assert leaving.ask_deletion(desk, closed.id).kept_until == date(2031, 11, 23)
    midnight = datetime(2031, 11, 23, tzinfo=UTC)
    assert (due(without, midnight - timedelta(seconds=1)), erase_over(without, midnight - timedelta(seconds=1))) == (
        [],
        0,
    )
    assert due(without, midnight) == [(closed.id, date(2031, 11, 23))]
    assert erase_over(without, midnight) == 1
    assert closed.now.erased_at == midnight


def _without_cn(policy: str) -> str:
    written = yaml.safe_load(policy)
    del written["markets"]["CN"]
    return yaml.safe_dump(written, allow_unicode=True)


def test_each_market_has_its_own_time(house: House, notice: Notice) -> None:
    case = reported(house, notice)
    case.do(case.customer, AT, wishes.withdraw)
    with house.books.writing() as book:
        claims.save(book, replace(case.now, region="US"))
    assert due(house, ENDS + 30 * DAY) == []
    assert [until for _, until in due(house, ENDS + 2 * 366 * DAY)] == [date(2033, 11, 22)]
