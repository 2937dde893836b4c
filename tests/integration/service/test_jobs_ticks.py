"""What every installation does again and again, on both databases: it sends, sweeps, and forgets what is old enough."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from photo_rows import add_photo

from claims.actions import Action
from claims.actors import Actor
from claims.audit import Head, Thing, ThingKind
from claims.ids import new_id
from claims.jobs.ticks import Keep, Tick, once, usual
from claims.outbox_sender import Sender
from claims.photo_store import LocalPhotoStore
from claims.repository import anchors, audit, idempotency, jobs
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.idempotency import Standing
from claims.repository.jobs import Job
from claims.repository.photos import Photo

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(books: Books, tmp_path: Path) -> LocalPhotoStore:
    return LocalPhotoStore(tmp_path / "photos", books.secrets.sealer)


@pytest.fixture
def ticks(books: Books, store: LocalPhotoStore) -> dict[str, Tick]:
    every = usual(books, store, Sender.open(books, lambda: AT), Keep(answers=3 * DAY, jobs=30 * DAY))
    return {tick.name: tick for tick in every}


def test_each_has_a_name_of_its_own_and_only_sending_is_for_all_at_once(ticks: dict[str, Tick]) -> None:
    assert set(ticks) == {"notifications", "old_answers", "old_jobs", "audit_anchor", "photo_files"}
    assert [name for name, tick in ticks.items() if not tick.alone] == ["notifications"]


def test_old_answers_are_forgotten(books: Books, ticks: dict[str, Tick], adjuster: Actor) -> None:
    def ask() -> Standing:
        with books.writing() as book:
            return idempotency.ask(book, adjuster, "key", "a" * 64, at=AT).standing

    assert ask() is Standing.FRESH
    for later, standing in ((3 * DAY, Standing.RUNNING), (3 * DAY + timedelta(seconds=1), Standing.FRESH)):
        for _ in range(2):
            once(ticks["old_answers"], AT + later)
        assert ask() is standing


def test_jobs_that_ended_long_ago_are_forgotten(books: Books, ticks: dict[str, Tick]) -> None:
    ids = [new_id(AT) for _ in range(2)]
    with books.writing() as book:
        for number, one in enumerate(ids):
            whole: dict[str, Any] = {"key": str(number), "kind": "test", "facts": {}, "made_at": AT, "not_before": AT}
            jobs.put(book, Job(id=one, **whole))
        taken = jobs.begin(book, ids[0], "one", at=AT, lease=DAY)
        assert taken is not None
        jobs.done(book, taken, at=AT)

    def there() -> list[UUID]:
        with books.reading() as book:
            return [one for one in ids if jobs.get(book, one) is not None]

    once(ticks["old_jobs"], AT + 30 * DAY)
    assert there() == ids
    once(ticks["old_jobs"], AT + 31 * DAY)
    assert there() == ids[1:]


def test_the_audit_log_is_anchored_at_its_first_entry_and_once_an_hour(
    books: Books, ticks: dict[str, Tick], adjuster: Actor
) -> None:
    def noted(at: datetime) -> Head:
        with books.writing() as book:
            audit.append(book, at=at, actor=adjuster, action=Action.READ_AUDIT, on=Thing(ThingKind.SERVICE), facts={})
            return audit.head(book)

    def told() -> list[Head]:
        with books.reading() as book:
            return [one.head for one in anchors.everyone(book)]

    once(ticks["audit_anchor"], AT)
    assert told() == []  # nothing has been noted yet
    first = noted(AT)
    for _ in range(2):
        once(ticks["audit_anchor"], AT)
    later = noted(AT)
    once(ticks["audit_anchor"], AT + HOUR - timedelta(seconds=1))
    assert told() == [first]
    once(ticks["audit_anchor"], AT + HOUR)
    assert told() == [first, later]


def test_photo_files_without_a_row_go_after_a_day(
    books: Books, store: LocalPhotoStore, ticks: dict[str, Tick], add_claim: Callable[..., Claim]
) -> None:
    kept, lost = (store.put(content, at=AT) for content in (b"kept", b"lost"))
    photo = Photo(
        id=new_id(AT),
        claim=add_claim().id,
        sha256=sha256(b"kept").hexdigest(),
        added_at=AT,
        added_by="system",
        size=4,
        media_type="image/jpeg",
        usable=False,
    )
    with books.writing() as book:
        add_photo(book, photo)
    once(ticks["photo_files"], AT + DAY)
    assert store.exists(lost)
    once(ticks["photo_files"], AT + DAY + timedelta(seconds=1))
    assert (store.exists(kept), store.exists(lost)) == (True, False)
