"""Jobs, notifications and repeated requests: each done once, by one, whoever dies in between."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from claims import db
from claims.actors import Actor
from claims.ids import new_id
from claims.outbox import Notification
from claims.repository import apps, idempotency, jobs, outbox
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.idempotency import Answer, Standing
from claims.repository.jobs import Job
from claims.repository.outbox import Webhook
from claims.states import Node, PublicState
from claims.tables.words import JobState
from model.errors import StorageError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
LEASE = timedelta(minutes=5)
OVER = AT + LEASE


def a_job(key: str = "assess/1", **changed: Any) -> Job:
    whole = {"id": new_id(AT), "key": key, "kind": "assess", "facts": {"inputs": "ab"}, "made_at": AT, "not_before": AT}
    return Job(**{**whole, **changed})


# --- jobs -----------------------------------------------------------------------------------------------------------


def test_the_same_work_is_put_once(books: Books, add_claim: Callable[..., Claim]) -> None:
    job = a_job(claim=add_claim().id)
    with books.writing() as book:
        assert jobs.put(book, job) == (job, True)
        assert jobs.put(book, a_job()) == (job, False)
        assert jobs.get(book, job.id) == job


def test_a_job_is_done_once(books: Books) -> None:
    with books.writing() as book:
        jobs.put(book, a_job())
    with books.writing() as book:
        taken = jobs.take(book, "one", at=AT, lease=LEASE)
        assert taken is not None
        assert (taken.state, taken.worker, taken.attempts, taken.lease_until) == (JobState.RUNNING, "one", 1, OVER)
        assert jobs.take(book, "two", at=AT, lease=LEASE) is None
        assert jobs.begin(book, taken.id, "two", at=AT, lease=LEASE) is None
        jobs.done(book, taken, at=AT)
        assert jobs.take(book, "two", at=OVER, lease=LEASE) is None
        again, fresh = jobs.put(book, a_job())
        assert (again.state, fresh) == (JobState.DONE, False)


def test_workers_never_take_the_same_job(books: Books) -> None:
    with books.writing() as book:
        for number in range(40):
            jobs.put(book, a_job(f"assess/{number}"))
    done: Counter[str] = Counter()

    def work(name: int) -> list[str]:
        keys = []
        while True:
            with books.writing() as book:
                taken = jobs.take(book, str(name), at=AT, lease=LEASE)
            if taken is None:
                return keys
            with books.writing() as book:
                jobs.done(book, taken, at=AT)
            keys.append(taken.key)

    with ThreadPoolExecutor(8) as threads:
        for keys in threads.map(work, range(8)):
            done.update(keys)
    assert done == {f"assess/{number}": 1 for number in range(40)}


def test_the_work_of_a_dead_worker_comes_again_and_its_late_result_is_refused(books: Books) -> None:
    with books.writing() as book:
        jobs.put(book, a_job())
        first = jobs.take(book, "worker", at=AT, lease=LEASE)
        assert first is not None
    with books.writing() as book:
        assert jobs.take(book, "worker", at=OVER - timedelta(seconds=1), lease=LEASE) is None
        second = jobs.take(book, "worker", at=OVER, lease=LEASE)
        assert second is not None
        assert second.attempts == 2
    for late in (jobs.done, lambda book, job, at: jobs.extend(book, job, at=at, lease=LEASE)):
        with pytest.raises(StorageError) as refusal, books.writing() as book:
            late(book, first, at=OVER)
        assert refusal.value.code == "storage.lease_lost"
    with books.writing() as book:
        jobs.extend(book, second, at=OVER, lease=LEASE)
        assert jobs.take(book, "other", at=OVER + LEASE - timedelta(seconds=1), lease=LEASE) is None
        jobs.done(book, second, at=OVER)


def test_a_failed_job_waits_or_is_given_up(books: Books) -> None:
    with books.writing() as book:
        jobs.put(book, a_job())
        first = jobs.take(book, "one", at=AT, lease=LEASE)
        assert first is not None
        jobs.failed(book, first, "photo.unreadable", at=AT, again=OVER)
        assert jobs.take(book, "one", at=AT, lease=LEASE) is None
        second = jobs.take(book, "one", at=OVER, lease=LEASE, kinds=["assess"])
        assert second is not None
        assert jobs.take(book, "one", at=OVER, lease=LEASE, kinds=["sweep"]) is None
        jobs.failed(book, second, "photo.unreadable", at=OVER, again=None)
        given_up = jobs.get(book, second.id)
        assert given_up is not None
        assert (given_up.state, given_up.error, given_up.attempts) == (JobState.FAILED, "photo.unreadable", 2)


def test_what_was_running_when_the_process_died_waits_again(books: Books) -> None:
    with books.writing() as book:
        for number in range(3):
            jobs.put(book, a_job(str(number)))
        for _ in range(2):
            jobs.take(book, "dead", at=AT, lease=LEASE)
    with books.writing() as book:
        assert jobs.release_all(book) == 2
        assert sum(1 for _ in range(4) if jobs.take(book, "new", at=AT, lease=LEASE)) == 3


def test_only_what_ended_is_swept(books: Books) -> None:
    with books.writing() as book:
        for number in range(3):
            jobs.put(book, a_job(str(number)))
        done = jobs.take(book, "one", at=AT, lease=LEASE)
        assert done is not None
        assert jobs.take(book, "one", at=AT, lease=LEASE) is not None
        jobs.done(book, done, at=AT)
        assert jobs.sweep(book, before=AT) == 0
        assert jobs.sweep(book, before=OVER) == 1
        assert jobs.get(book, done.id) is None


# --- notifications --------------------------------------------------------------------------------------------------


@pytest.fixture
def receiver(books: Books) -> Webhook:
    app = App(id=new_id(AT), name="app", made_at=AT)
    webhook = Webhook(id=new_id(AT), app=app.id, url="https://x.example/k3y", secrets=(b"s" * 32,), made_at=AT)
    with books.writing() as book:
        apps.add(book, app)
        outbox.add_webhook(book, webhook)
    return webhook


def told(claim: Claim) -> Notification:
    return Notification(id=new_id(AT), claim=claim.number, node=Node.ASSESSED, state=PublicState.ASSESSED, at=AT)


def test_webhooks_come_back(books: Books, receiver: Webhook) -> None:
    with books.writing() as book:
        assert outbox.webhooks_of(book, receiver.app) == (receiver,)
        two = Webhook(
            id=receiver.id, app=receiver.app, url="https://y.example/", secrets=(b"a" * 32, b"s" * 32), made_at=AT
        )
        outbox.save_webhook(book, two)
        assert outbox.webhook(book, receiver.id) == two
        assert outbox.webhook(book, new_id(AT)) is None
    assert "k3y" not in repr(receiver)


def test_a_notification_is_sent_once(books: Books, receiver: Webhook, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    message = told(claim)
    with books.writing() as book:
        assert outbox.put(book, claim.id, message, receiver.id, at=AT)
        assert not outbox.put(book, claim.id, message, receiver.id, at=AT)
        [first] = outbox.take(book, at=AT, lease=LEASE)
        assert (first.attempts, first.message, first.body.encode()) == (1, message.id, message.body())
        assert outbox.take(book, at=AT, lease=LEASE) == ()
    with books.writing() as book:  # the first sender died
        [second] = outbox.take(book, at=OVER, lease=LEASE)
        outbox.failed(book, second, "webhook.unresolved", at=OVER, again=OVER + LEASE)
        outbox.sent(book, first, at=OVER)  # too late: it is not that sender's any more
        assert outbox.take(book, at=OVER, lease=LEASE) == ()
        [third] = outbox.take(book, at=OVER + LEASE, lease=LEASE)
        assert (third.attempts, third.error) == (3, "webhook.unresolved")
        outbox.sent(book, third, at=OVER + LEASE)
        assert outbox.take(book, at=OVER + 9 * LEASE, lease=LEASE) == ()


def test_dead_letters_can_be_revived(books: Books, receiver: Webhook, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with books.writing() as book:
        outbox.put(book, claim.id, told(claim), receiver.id, at=AT)
        [first] = outbox.take(book, at=AT, lease=LEASE)
        outbox.failed(book, first, "webhook.not_public", at=AT, again=None)
        assert outbox.take(book, at=OVER, lease=LEASE) == ()
        [dead] = outbox.dead_letters(book)
        assert (dead.id, dead.dead_at, dead.error) == (first.id, AT, "webhook.not_public")
        assert outbox.revive(book, dead.id, at=OVER)
        assert not outbox.revive(book, dead.id, at=OVER)
        assert outbox.dead_letters(book) == ()
        [again] = outbox.take(book, at=OVER, lease=LEASE)
        assert again.attempts == 1


def test_senders_never_take_the_same(books: Books, receiver: Webhook, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with books.writing() as book:
        for _ in range(40):
            outbox.put(book, claim.id, told(claim), receiver.id, at=AT)

    def send(_: int) -> list[UUID]:
        found = []
        while True:
            with books.writing() as book:
                batch = outbox.take(book, at=AT, lease=LEASE, limit=3)
            if not batch:
                return found
            found += [delivery.id for delivery in batch]

    with ThreadPoolExecutor(6) as threads:
        taken = Counter(one for batch in threads.map(send, range(6)) for one in batch)
    assert len(taken) == 40
    assert set(taken.values()) == {1}


# --- repeated requests ----------------------------------------------------------------------------------------------

SAME, OTHER = "a" * 64, "b" * 64


def test_the_same_request_gets_the_same_answer(books: Books, adjuster: Actor) -> None:
    given = Answer(status=201, headers={"Location": "/v1/claims/1"}, body='{"token":"沪A12345"}')
    with books.writing() as book:
        assert idempotency.ask(book, adjuster, "key", SAME, at=AT).standing is Standing.FRESH
        idempotency.answer(book, adjuster, "key", given)
    someone_else = Actor(kind=adjuster.kind, id=UUID(int=99), role=adjuster.role)
    with books.writing() as book:
        assert idempotency.ask(book, adjuster, "key", SAME, at=AT) == idempotency.Asked(Standing.ANSWERED, given)
        assert idempotency.ask(book, adjuster, "key", OTHER, at=AT).standing is Standing.OTHER_CONTENT
        assert idempotency.ask(book, someone_else, "key", OTHER, at=AT).standing is Standing.FRESH
        assert idempotency.ask(book, adjuster, "k" * 5000 + "\0", SAME, at=AT).standing is Standing.FRESH
        assert idempotency.ask(book, adjuster, "k" * 5000 + "\0", SAME, at=AT).standing is Standing.RUNNING
        assert idempotency.sweep(book, before=AT) == 0
        assert idempotency.sweep(book, before=OVER) == 3
        assert idempotency.ask(book, adjuster, "key", OTHER, at=OVER).standing is Standing.FRESH
    with pytest.raises(RuntimeError), books.writing() as book:
        idempotency.answer(book, adjuster, "never asked", given)


def test_what_is_undone_was_never_asked(books: Books, adjuster: Actor) -> None:
    def interrupted() -> None:
        with books.writing() as book:
            idempotency.ask(book, adjuster, "key", SAME, at=AT)
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        interrupted()
    with books.writing() as book:
        assert idempotency.ask(book, adjuster, "key", SAME, at=AT).standing is Standing.FRESH


def test_a_request_that_is_still_running_is_not_waited_for(open_books: Callable[..., Books], adjuster: Actor) -> None:
    """SQLite has one writer: the second waits for the first, and is busy when that takes too long."""
    impatient = open_books(wait_s=0.3)

    def second() -> Standing:
        with impatient.writing() as book:
            return idempotency.ask(book, adjuster, "key", SAME, at=AT).standing

    with open_books().writing() as first:
        idempotency.ask(first, adjuster, "key", SAME, at=AT)
        if db.is_embedded(impatient.engine):
            with pytest.raises(StorageError, match="busy"):
                second()
        else:
            assert second() is Standing.RUNNING


def test_of_many_at_once_one_is_fresh(books: Books, adjuster: Actor) -> None:
    together = Barrier(8)

    def ask(_: int) -> Standing:
        together.wait()
        with books.writing() as book:
            asked = idempotency.ask(book, adjuster, "key", SAME, at=AT)
            if asked.standing is Standing.FRESH:
                idempotency.answer(book, adjuster, "key", Answer(status=201, body="{}"))
        return asked.standing

    with ThreadPoolExecutor(8) as threads:
        standings = Counter(threads.map(ask, range(8)))
    assert standings[Standing.FRESH] == 1
    assert set(standings) <= {Standing.FRESH, Standing.ANSWERED, Standing.RUNNING}
