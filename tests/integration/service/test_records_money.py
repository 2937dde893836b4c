"""Money: one open offer, one payment under way, nothing paid twice; the database keeps it, not good manners."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from claims.ids import new_id
from claims.repository import offers, payments, photos
from claims.repository.book import Book, Books
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.repository.payments import Payment
from claims.states import Role
from claims.tables.words import OfferEnd, ReturnReason
from model.errors import StorageError
from model.notes import note

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
SHA = "ab" * 32


def an_offer(claim: UUID, **changed: Any) -> Offer:
    whole = {
        "id": new_id(AT),
        "claim": claim,
        "assessment": None,
        "review_version": 2,
        "amount": Decimal("424.00"),
        "total": Decimal("624.00"),
        "currency": "CNY",
        "made_at": AT,
        "made_by": "staff:1",
        "role": Role.SENIOR,
        "machine": False,
        "reasons": (note("review.moved", before=Decimal("1.50")),),
        "terms": "第二十一条：张三驾驶证",
        "valid_until": LATER,
    }
    return Offer(**{**whole, **changed})


def a_payment(offer: Offer, **changed: Any) -> Payment:
    whole = {
        "id": new_id(AT),
        "claim": offer.claim,
        "offer": offer.id,
        "amount": offer.amount,
        "currency": offer.currency,
        "started_at": AT,
        "started_by": "system:1",
    }
    return Payment(**{**whole, **changed})


Refused = Callable[[Callable[[Book], object]], None]


@pytest.fixture
def moved(books: Books) -> Refused:
    """``moved(lambda book: …)``: somebody else was there first, and nothing is stored."""

    def check(act: Callable[[Book], object]) -> None:
        with pytest.raises(StorageError) as refusal, books.writing() as book:
            act(book)
        assert refusal.value.code == "storage.moved"

    return check


# --- offers ---------------------------------------------------------------------------------------------------------


def test_an_offer_comes_back(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    offer = an_offer(claim)
    with books.writing() as book:
        assert offers.make(book, offer) == offer
        accepted = offers.accept(book, offer, at=LATER, signature="王小明", signature_sha256=SHA)
    with books.reading() as book:
        assert accepted == replace(offer, accepted_at=LATER, signature="王小明", signature_sha256=SHA)
        assert offers.get(book, offer.id) == accepted == offers.open_of(book, claim)
        assert offers.get(book, new_id(AT)) is None
        assert photos.is_known(book, SHA)
        assert "王" not in repr(accepted)
        assert "张三" not in repr(accepted)


def test_a_new_offer_supersedes_the_open_one(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    with books.writing() as book:
        elsewhere = offers.make(book, an_offer(other))
        made = [offers.make(book, an_offer(claim, made_at=AT + timedelta(hours=step))) for step in range(3)]
        assert [offer.position for offer in made] == [0, 1, 2]
        first, second, third = offers.of_claim(book, claim)
        assert (first.ended_at, first.ended_why) == (AT + timedelta(hours=1), OfferEnd.SUPERSEDED)
        assert (second.ended_at, second.ended_why) == (AT + timedelta(hours=2), OfferEnd.SUPERSEDED)
        assert third == offers.open_of(book, claim) == made[2]
        assert offers.open_of(book, other) == elsewhere


def test_an_offer_is_in_force_until_it_is_answered(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    with books.writing() as book:
        offer = offers.make(book, an_offer(claim))
        assert [offer.in_force(at) for at in (AT, LATER)] == [True, False]
        assert replace(offer, valid_until=None).in_force(LATER)
        assert [one.id for one in offers.run_out(book, at=LATER)] == [offer.id]
        assert offers.run_out(book, at=LATER - timedelta(microseconds=1)) == ()
        accepted = offers.accept(book, offer, at=AT)
        assert not accepted.in_force(AT)
        assert offers.run_out(book, at=LATER) == ()
        recalled = offers.end(book, accepted, OfferEnd.RECALLED, at=LATER)
        assert not recalled.in_force(AT)
        assert offers.of_claim(book, claim) == (recalled,)
        assert (recalled.accepted_at, recalled.ended_at, recalled.ended_why) == (AT, LATER, OfferEnd.RECALLED)
        assert offers.open_of(book, claim) is None


def test_an_offer_is_answered_once(books: Books, add_claim: Callable[..., Claim], moved: Refused) -> None:
    claim = add_claim().id
    with books.writing() as book:
        offer = offers.make(book, an_offer(claim))
    with books.writing() as book:
        accepted = offers.accept(book, offer, at=AT)
    moved(lambda book: offers.accept(book, offer, at=LATER))
    moved(lambda book: offers.end(book, offer, OfferEnd.EXPIRED, at=LATER))
    with books.writing() as book:
        offers.end(book, accepted, OfferEnd.CONTESTED, at=LATER)
    moved(lambda book: offers.end(book, accepted, OfferEnd.RECALLED, at=LATER))
    with books.writing() as book:
        ended = offers.end(book, offers.make(book, an_offer(claim)), OfferEnd.WITHDRAWN, at=LATER)
    moved(lambda book: offers.accept(book, ended, at=LATER))


def test_of_many_offers_at_once_one_is_open(books: Books, add_claim: Callable[..., Claim]) -> None:
    """Without a lock on the case: whoever comes second is told, or supersedes."""
    claim = add_claim().id

    def make(_: int) -> str:
        try:
            with books.writing() as book:
                offers.make(book, an_offer(claim))
        except StorageError as refusal:
            return refusal.code
        return "made"

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(make, range(12)))
    assert set(done) <= {"made", "storage.moved"}
    with books.reading() as book:
        stored = offers.of_claim(book, claim)
    assert len(stored) == done.count("made")
    assert [offer.ended_at is None for offer in stored] == [False] * (len(stored) - 1) + [True]


# --- payments -------------------------------------------------------------------------------------------------------


@pytest.fixture
def agreed(books: Books, add_claim: Callable[..., Claim]) -> Offer:
    offer = an_offer(add_claim().id)
    with books.writing() as book:
        return offers.accept(book, offers.make(book, offer), at=AT)


def test_a_payment_comes_back(books: Books, agreed: Offer, moved: Refused) -> None:
    with books.writing() as book:
        first = payments.start(book, a_payment(agreed))
        assert payments.open_of(book, agreed.claim) == first
    moved(lambda book: payments.start(book, a_payment(agreed)))
    with books.writing() as book:
        back = payments.returned(book, first, ReturnReason.WRONG_ACCOUNT, at=LATER)
        assert payments.open_of(book, agreed.claim) is None
        second = payments.start(book, a_payment(agreed))
    moved(lambda book: payments.paid(book, first, proof="late", at=LATER))
    with books.writing() as book:
        done = payments.paid(book, second, proof="工行 6222 0000 1111", at=LATER, proof_sha256=SHA)
    moved(lambda book: payments.paid(book, second, proof="twice", at=LATER))
    moved(lambda book: payments.returned(book, second, ReturnReason.OTHER, at=LATER))
    with books.reading() as book:
        assert payments.of_claim(book, agreed.claim) == (back, done)
        assert [payment.position for payment in (back, done)] == [0, 1]
        assert (back.return_reason, back.returned_at, done.paid_at) == (ReturnReason.WRONG_ACCOUNT, LATER, LATER)
        assert photos.is_known(book, SHA)
        assert "6222" not in repr(done)


def test_an_offer_is_paid_once(books: Books, agreed: Offer, moved: Refused) -> None:
    with books.writing() as book:
        payments.paid(book, payments.start(book, a_payment(agreed)), proof="1", at=LATER)
    moved(lambda book: payments.start(book, a_payment(agreed)))
    with books.writing() as book:
        next_offer = offers.make(book, an_offer(agreed.claim, amount=Decimal("80.00")))
        assert payments.start(book, a_payment(next_offer)).position == 1


def test_of_many_payments_at_once_one_starts(books: Books, agreed: Offer) -> None:
    def start(_: int) -> str:
        try:
            with books.writing() as book:
                payments.start(book, a_payment(agreed))
        except StorageError as refusal:
            return refusal.code
        return "started"

    with ThreadPoolExecutor(6) as threads:
        done = sorted(threads.map(start, range(12)))
    assert done == ["started", *["storage.moved"] * 11]
    with books.reading() as book:
        assert len(payments.of_claim(book, agreed.claim)) == 1
