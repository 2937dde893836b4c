"""Whoever copies the files of the database reads no personal data in them, and cannot move it between rows."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from photo_rows import add_photo
from sqlalchemy import select, text

from claims import db
from claims.actors import Actor
from claims.follow_up import Feedback
from claims.ids import new_id
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import (
    apps,
    claims,
    complaints,
    erasure,
    follow_ups,
    idempotency,
    materials,
    notices,
    offers,
    outbox,
    payments,
    people,
    photos,
    third_party,
    timeline,
)
from claims.repository.apps import App, ClaimToken
from claims.repository.book import Book, Books, Secrets
from claims.repository.claims import Claim
from claims.repository.idempotency import Answer
from claims.repository.offers import Offer
from claims.repository.outbox import Webhook
from claims.repository.payments import Payment
from claims.repository.people import Person
from claims.repository.photos import Photo
from claims.repository.timeline import Step
from claims.states import CaseState, Role
from claims.tables import metadata
from claims.tokens import new_token
from model.errors import SecrecyError
from model.notes import note

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TOKEN = new_token()
WORDS = ["慢慢来不着急", "login.of.li.na", "李娜娜", "k3y-in-the-path", "s3cr3t-of-the-receiver-32-bytes!", TOKEN.text]
OWN_WORDS = {
    "moved": "王先生说车是邻居开的",
    "terms": "第二十一条，王小明无证驾驶",
    "signature": "wang.xiao.ming.signed",
    "proof": "ICBC-6222-0210-0112-3456",
    "complaint": "打了三次13812345678都没人接",
    "answer": "已向王先生道歉并说明",
    "third_party": "鉴定报告在修理厂老板陈卫东处",
}
FILES = {name: f"{number:02d}" * 32 for number, name in enumerate(("photo", "bank_card", "signature", "proof"), 11)}


@pytest.fixture
def full(books: Books, add_claim: Callable[..., Claim], notice: Notice, adjuster: Actor) -> Claim:
    """A case with something personal in every place that takes it."""
    claim = add_claim()
    app = App(id=new_id(AT), name="app", made_at=AT)
    with books.writing() as book:
        notices.add(book, claim.id, notice, at=AT)
        said = Feedback(convenience=5, communication=5, fairness=5, comment=WORDS[0])
        follow_ups.add_feedback(book, claim.id, said, at=AT)
        people.add(book, Person(id=new_id(AT), subject=WORDS[1], name=WORDS[2], role=Role.ADMIN, made_at=AT))
        apps.add(book, app)
        url = f"https://x.example/{WORDS[3]}"
        outbox.add_webhook(book, Webhook(id=new_id(AT), app=app.id, url=url, secrets=(WORDS[4].encode(),), made_at=AT))
        apps.add_token(book, ClaimToken(id=new_id(AT), claim=claim.id, digest=TOKEN.digest, made_at=AT))
        idempotency.ask(book, adjuster, "key", "a" * 64, at=AT)
        body = json.dumps({"plate": notice.plate, "token": TOKEN.text})
        idempotency.answer(book, adjuster, "key", Answer(status=201, body=body))
        add_photo(book, a_photo(claim.id))
        tell(book, claim.id, adjuster)
    return claim


def tell(book: Book, claim: UUID, by: Actor) -> None:
    """What people write in the course of a case, in every place that takes it."""
    step = Step(
        id=new_id(AT),
        claim=claim,
        at=AT,
        move="contest",
        before=CaseState.ASSESSED,
        after=CaseState.CONTESTED,
        role=by.role,
        by=by.name,
        reason=note("move.contest"),
        reason_text=OWN_WORDS["moved"],
    )
    timeline.add(book, step)
    materials.add(book, claim, Material.BANK_CARD, FILES["bank_card"], by=by, at=AT)
    offer = an_offer(claim)
    payment = Payment(
        id=new_id(AT),
        claim=claim,
        offer=offer.id,
        amount=offer.amount,
        currency="CNY",
        started_at=AT,
        started_by=by.name,
    )
    agreed = {"signature": OWN_WORDS["signature"], "signature_sha256": FILES["signature"]}
    offers.accept(book, offers.make(book, offer), at=AT, **agreed)
    started = payments.start(book, payment)
    payments.paid(book, started, proof=OWN_WORDS["proof"], proof_sha256=FILES["proof"], at=AT)
    complaint = complaints.add(book, claim, OWN_WORDS["complaint"], by=by, at=AT)
    complaints.solved(book, complaint.id, note("complaint.explained"), at=AT, answer=OWN_WORDS["answer"])
    third_party.ask(book, claim, OWN_WORDS["third_party"], by=by, at=AT)


def an_offer(claim: UUID) -> Offer:
    return Offer(
        id=new_id(AT),
        claim=claim,
        assessment=None,
        amount=Decimal("424.00"),
        total=Decimal("624.00"),
        currency="CNY",
        made_at=AT,
        made_by="staff:1",
        role=Role.SENIOR,
        machine=False,
        terms=OWN_WORDS["terms"],
    )


def a_photo(claim: UUID) -> Photo:
    return Photo(
        id=new_id(AT),
        claim=claim,
        sha256=FILES["photo"],
        added_at=AT,
        added_by="customer:1",
        size=1,
        media_type="image/jpeg",
        phash=1,
        usable=True,
    )


def personal(notice: Notice) -> Iterator[str]:
    yield from (notice.policy_number, notice.plate or "", notice.vin or "", notice.engine_number or "")
    yield from (notice.place.text or "", notice.course or "", notice.contact.name, notice.contact.phone)
    yield from (notice.other_parties[0].plate or "", str(notice.place.latitude), str(notice.place.longitude))
    yield from (*WORDS, *OWN_WORDS.values())


def spellings(word: str) -> Iterator[bytes]:
    """As it is, and as it would stand in JSON, in hexadecimal or in Base64."""
    plain = word.encode()
    yield from (plain, json.dumps(word)[1:-1].encode(), plain.hex().encode(), base64.b64encode(plain)[:-4])


def stored(book: Book) -> bytes:
    """Every value of every row."""
    found = []
    for table in metadata.sorted_tables:
        rows = book.connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
        found += [str(value) for row in rows for value in row]
    return "\n".join(found).encode()


def test_no_row_tells_anything_personal(books: Books, full: Claim, notice: Notice) -> None:
    with books.reading() as book:
        everything = stored(book)
    assert full.number.encode() in everything
    assert not [word for word in personal(notice) for spelling in spellings(word) if spelling in everything]


def test_no_file_tells_anything_personal(
    books: Books, full: Claim, notice: Notice, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What was overwritten, the write-ahead log and indexes included."""
    with books.engine.connect() as connection:
        if db.is_embedded(books.engine):
            folder = tmp_path
        else:
            folder = request.getfixturevalue("postgres").folder / "data"
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    content = b"\n".join(path.read_bytes() for path in files)
    assert full.number.encode() in content
    assert not [word for word in personal(notice) for spelling in spellings(word) if spelling in content]


def test_a_sealed_value_opens_in_its_own_row_only(
    books: Books, full: Claim, add_claim: Callable[..., Claim], notice: Notice
) -> None:
    other = add_claim()
    with books.writing() as book:
        notices.add(book, other.id, notice.model_copy(update={"plate": "沪A99999"}), at=AT)
        moved = text("UPDATE notices SET plate_sealed = (SELECT plate_sealed FROM notices WHERE claim <> :to)")
        to = other.id.hex if db.is_embedded(books.engine) else other.id
        book.connection.execute(text(f"{moved.text} WHERE claim = :to"), {"to": to})
    with books.reading() as book:
        found = notices.get(book, full.id)
        assert found is not None
        assert found.notice.plate == notice.plate
        with pytest.raises(SecrecyError) as refusal:
            notices.get(book, other.id)
    assert refusal.value.code == "secrecy.altered"


def test_without_the_key_nothing_opens(books: Books, full: Claim, notice: Notice) -> None:
    stranger = Books(books.engine, Secrets.of(Keys.new()))
    with stranger.reading() as book:
        assert notices.with_number(book, "plate", str(notice.plate)) == ()
        with pytest.raises(SecrecyError) as refusal:
            notices.get(book, full.id)
    assert refusal.value.code == "secrecy.unknown_key"


def test_a_turned_key_still_opens_what_was_sealed(books: Books, full: Claim, keys: Keys, notice: Notice) -> None:
    turned = Books(books.engine, Secrets.of(keys.turned()))
    with turned.reading() as book:
        found = notices.get(book, full.id)
        assert found is not None
        assert found.notice == notice
        assert notices.with_number(book, "plate", str(notice.plate)) == (full.id,)


def test_erasing_leaves_the_case_without_anybody(books: Books, full: Claim) -> None:
    with books.writing() as book:
        erased = erasure.erase(book, full, at=AT)
    with books.reading() as book:
        assert claims.get(book, full.id) == erased
        assert erased.erased_at == AT
        assert notices.get(book, full.id) is None
        assert photos.of_claim(book, full.id) == ()
        assert [name for name, digest in FILES.items() if photos.is_known(book, digest)] == []
        said = follow_ups.feedback_of(book, full.id)
        assert said is not None
        assert (said.fairness, said.comment) == (5, None)
        token = apps.token_with_digest(book, TOKEN.digest)
        assert token is not None
        assert not token.valid_at(AT)


def test_erasing_leaves_what_was_done_and_paid(books: Books, full: Claim) -> None:
    claim = full.id
    with books.writing() as book:
        [step], [offer], [payment] = (find.of_claim(book, claim) for find in (timeline, offers, payments))
        [complaint], [asked] = (find.of_claim(book, claim) for find in (complaints, third_party))
        assert [name for name, digest in FILES.items() if not photos.is_known(book, digest)] == []
        erasure.erase(book, full, at=AT)
    with books.reading() as book:
        assert timeline.of_claim(book, claim) == (replace(step, reason_text=None),)
        assert offers.of_claim(book, claim) == (replace(offer, terms=None, signature=None, signature_sha256=None),)
        assert payments.of_claim(book, claim) == (replace(payment, proof=None, proof_sha256=None),)
        assert complaints.of_claim(book, claim) == (replace(complaint, version=3, text=None, answer=None),)
        assert third_party.of_claim(book, claim) == (replace(asked, reason=None),)
        assert materials.of_claim(book, claim) == ()


def test_erasing_empties_every_sealed_column_of_the_case_and_of_no_other(
    books: Books, full: Claim, add_claim: Callable[..., Claim], adjuster: Actor
) -> None:
    """By the tables themselves, so that a column that is added later is not forgotten."""
    other = add_claim()
    with books.writing() as book:
        tell(book, other.id, adjuster)
        before = sealed_values(book, other)
        assert sealed_values(book, full)
        erasure.erase(book, full, at=AT)
        assert sealed_values(book, full) == []
        assert sealed_values(book, other) == before
        assert len(before) == len(OWN_WORDS)


def sealed_values(book: Book, claim: Claim) -> list[str]:
    """Of all rows that name the case themselves."""
    found = []
    for table in metadata.sorted_tables:
        sealed = [column for column in table.c if column.name.endswith("_sealed")]
        if "claim" in table.c and sealed:
            rows = book.connection.execute(select(*sealed).where(table.c.claim == claim.id))
            found += [value for row in rows for value in row if value is not None]
    return found
