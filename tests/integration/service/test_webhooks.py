"""Notifications from the outbox of both databases to real receivers over TLS."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from https_receiver import Authority, Receiver, misbehaving, receiving

from claims.ids import new_id
from claims.outbox import SIGNATURE_HEADER, Notification, Retries, Target, verify
from claims.outbox_sender import Sender
from claims.repository import apps, outbox
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.outbox import Delivery, Webhook
from claims.states import Node, PublicState
from model.errors import WebhookError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SECRET, NEXT = b"s" * 32, b"n" * 32


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    with receiving(authority.serving()) as opened:
        yield opened


@pytest.fixture
def listed() -> dict[str, Callable[[], Target]]:
    """URL → where it leads, as the check of the day would find."""
    return {}


@pytest.fixture
def sender(
    books: Books, clock: Clock, authority: Authority, listed: dict[str, Callable[[], Target]]
) -> Callable[..., Sender]:
    def make(**changed: Any) -> Sender:
        retries = Retries(attempts=4, first=timedelta(seconds=30), longest=timedelta(hours=1))
        given = {
            "check": lambda url: listed[url](),
            "trust": authority.trust(),
            "now": clock,
            "retries": retries,
            "draw": random.Random(1),  # noqa: S311 - jitter
            "attempt_s": 5.0,
        }
        return Sender(books=books, **{**given, **changed})

    return make


@pytest.fixture
def add_webhook(books: Books, listed: dict[str, Callable[[], Target]]) -> Callable[..., Webhook]:
    """A receiver in the books: ``add_webhook(receiver)``."""

    def make(receiver: Receiver, **changed: Any) -> Webhook:
        app = App(id=new_id(AT), name=f"app {len(listed)}", made_at=AT)
        url = f"https://hooks.example/k3y/{len(listed)}"
        webhook = Webhook(id=new_id(AT), app=app.id, url=url, secrets=(SECRET,), made_at=AT)
        listed[url] = lambda: receiver.target(path=url.removeprefix("https://hooks.example"))
        with books.writing() as book:
            assert apps.add(book, app)
            outbox.add_webhook(book, replace(webhook, **changed))
        return webhook

    return make


@pytest.fixture
def tell(books: Books, add_claim: Callable[..., Claim]) -> Callable[..., list[Notification]]:
    """So many notifications for a receiver, a millisecond after each other."""

    def make(webhook: Webhook, count: int = 1) -> list[Notification]:
        claim, told = add_claim(), []
        for number in range(count):
            at = AT - timedelta(milliseconds=count - number)
            state = PublicState.ASSESSED
            told.append(Notification(id=new_id(at), claim=claim.number, node=Node.ASSESSED, state=state, at=at))
            with books.writing() as book:
                assert outbox.put(book, claim.id, told[-1], webhook.id, at=at)
        return told

    return make


def ids(receiver: Receiver) -> list[str]:
    return [str(Notification.model_validate_json(request.body).id) for request in receiver.got]


def dead(books: Books) -> tuple[Delivery, ...]:
    with books.reading() as book:
        return outbox.dead_letters(book)


def test_a_notification_arrives_signed(
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    clock: Clock,
) -> None:
    [told] = tell(add_webhook(receiver))
    clock.at += timedelta(minutes=3)
    assert sender().send_batch() == 1
    [got] = receiver.got
    assert (got.path, got.body, got.headers["content-type"]) == ("/k3y/0", told.body(), "application/json")
    header = got.headers[SIGNATURE_HEADER.lower()]
    assert verify(header, got.body, SECRET, clock.at, timedelta())
    assert not verify(header, got.body, NEXT, clock.at)
    clock.at += timedelta(days=9)
    assert sender().send_batch() == 0


def test_faults_are_tried_again_signed_anew_until_it_is_a_dead_letter(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    clock: Clock,
) -> None:
    """Four attempts, with waits of 30, 60 and 120 seconds at the most and half of that at the least."""
    [told] = tell(add_webhook(receiver))
    receiver.answers = lambda _: (503, {})
    assert sender().send_batch() == 1
    for longest in (30, 60, 120):
        assert dead(books) == ()
        clock.at += timedelta(seconds=longest / 2 - 1)
        assert sender().send_batch() == 0
        clock.at += timedelta(seconds=longest / 2 + 1)
        assert sender().send_batch() == 1
        assert verify(receiver.got[-1].headers[SIGNATURE_HEADER.lower()], told.body(), SECRET, clock.at, timedelta())
    [letter] = dead(books)
    assert (letter.attempts, letter.error, letter.dead_at) == (4, "webhook.refused", clock.at)
    assert ids(receiver) == [str(told.id)] * 4
    receiver.answers = lambda _: (200, {})
    with books.writing() as book:
        assert outbox.revive(book, letter.id, at=clock.at)
    assert sender().send_batch() == 1
    assert dead(books) == ()


@pytest.mark.parametrize(
    ("answer", "code"),
    [((404, {}), "refused"), ((500, {}), "refused"), ((302, {"Location": "https://127.0.0.1/"}), "redirected")],
)
def test_only_success_counts(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    answer: tuple[int, dict[str, str]],
    code: str,
) -> None:
    tell(add_webhook(receiver))
    receiver.answers = lambda _: answer
    sender(retries=Retries(attempts=1)).send_batch()
    assert [letter.error for letter in dead(books)] == [f"webhook.{code}"]
    assert len(receiver.got) == 1


def test_while_a_secret_is_changed_both_open_it(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
) -> None:
    webhook = add_webhook(receiver)
    for secrets, opens, not_any_more in (((NEXT, SECRET), (NEXT, SECRET), ()), ((NEXT,), (NEXT,), (SECRET,))):
        with books.writing() as book:
            outbox.save_webhook(book, replace(webhook, secrets=secrets))
        tell(webhook)
        sender().send_batch()
        got = receiver.got[-1]
        header = got.headers[SIGNATURE_HEADER.lower()]
        assert all(verify(header, got.body, secret, AT) for secret in opens)
        assert not any(verify(header, got.body, secret, AT) for secret in not_any_more)


def test_an_address_is_checked_before_every_attempt(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    listed: dict[str, Callable[[], Target]],
    clock: Clock,
) -> None:
    """The name led to a private address when it was called the second time (DNS rebinding)."""
    tell(add_webhook(receiver))
    [(url, good)] = listed.items()
    receiver.answers = lambda _: (503, {})

    def inside() -> Target:
        raise WebhookError("not_public")

    for check in (good, inside, good):
        listed[url] = check
        sender().send_batch()
        clock.at += timedelta(hours=1)
    assert len(receiver.got) == 2
    listed[url] = inside
    sender().send_batch()
    assert [letter.error for letter in dead(books)] == ["webhook.not_public"]


def test_the_shipped_check_lets_nothing_of_this_computer_through(
    books: Books, clock: Clock, authority: Authority, receiver: Receiver, add_webhook: Callable[..., Webhook], tell: Any
) -> None:
    """But plain http, where that was allowed for development."""
    with receiving(None) as plain:
        tell(add_webhook(receiver, url=f"https://127.0.0.1:{receiver.port}/"))
        tell(add_webhook(plain, url=f"http://127.0.0.1:{plain.port}/hook"))
        strict = replace(Sender.open(books, clock), retries=Retries(attempts=2))
        assert strict.send_batch() == 2
        assert plain.got == []
        clock.at += timedelta(hours=1)
        loose = replace(Sender.open(books, clock, plain_loopback=True), retries=Retries(attempts=2))
        assert loose.send_batch() == 2
        assert [request.path for request in plain.got] == ["/hook"]
    assert receiver.got == []
    assert [letter.error for letter in dead(books)] == ["webhook.port"]


def test_one_line_for_each_receiver_and_one_that_is_down_holds_up_nobody(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
) -> None:
    calls: Counter[str] = Counter()

    def silent(line: Any) -> None:
        calls["silent"] += 1
        while line.recv(65536):
            continue

    with misbehaving(silent) as other:
        tell(add_webhook(other), 8)
        told = tell(add_webhook(receiver), 8)
        assert sender(attempt_s=0.5, retries=Retries(attempts=1)).send_batch() == 16
        assert calls["silent"] == 1
    assert ids(receiver) == [str(one.id) for one in told]
    assert Counter(letter.error for letter in dead(books)) == {"webhook.too_slow": 8}


def test_a_receiver_at_rest_is_not_called(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    clock: Clock,
) -> None:
    webhook = add_webhook(receiver)
    tell(webhook)
    for active in (False, True):
        with books.writing() as book:
            outbox.save_webhook(book, replace(webhook, active=active))
        assert sender().send_batch() == 1
        assert len(receiver.got) == active
        clock.at += timedelta(minutes=1)


def test_a_webhook_without_a_good_secret_is_no_fault_for_others(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
) -> None:
    tell(add_webhook(receiver, secrets=(b"short",)))
    told = tell(add_webhook(receiver))
    assert sender(retries=Retries(attempts=1)).send_batch() == 2
    assert ids(receiver) == [str(told[0].id)]
    assert [letter.error for letter in dead(books)] == ["service.failed"]


def test_a_sender_that_died_leaves_its_deliveries_to_others(
    books: Books,
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    clock: Clock,
) -> None:
    """It may have sent them: the receiver knows their ids."""
    [told] = tell(add_webhook(receiver))
    one = sender()
    with books.writing() as book:
        assert len(outbox.take(book, at=clock.at, lease=one.lease)) == 1
    assert one.send_batch() == 0
    clock.at += one.lease
    assert one.send_batch() == 1
    assert ids(receiver) == [str(told.id)]


def test_many_senders_send_nothing_twice(
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
) -> None:
    told = tell(add_webhook(receiver), 30)
    one = sender(batch=3)

    def all_that_is_due(_: int) -> int:
        return sum(iter(one.send_batch, 0))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(all_that_is_due, range(4))) == 30
    assert Counter(ids(receiver)) == {str(one.id): 1 for one in told}


def test_neither_address_nor_content_is_logged(
    sender: Callable[..., Sender],
    receiver: Receiver,
    add_webhook: Callable[..., Webhook],
    tell: Callable[..., list[Notification]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = Receiver(port=9)
    told = [*tell(add_webhook(receiver)), *tell(add_webhook(gone))]
    receiver.answers = lambda _: (500, {})
    with caplog.at_level(logging.DEBUG):
        sender().send_batch()
    assert "webhook.refused" in caplog.text
    assert "webhook.unreachable" in caplog.text
    hidden = ["hooks.example", "k3y", "127.0.0.1", str(receiver.port), *(one.claim for one in told)]
    assert not [text for text in hidden if text in caplog.text]
