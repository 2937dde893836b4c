"""Whoever copies the files of the database reads no personal data in them, and cannot move it between rows."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from claims import db
from claims.actors import Actor
from claims.follow_up import Feedback
from claims.ids import new_id
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import apps, claims, erasure, follow_ups, idempotency, notices, outbox, people, photos
from claims.repository.apps import App, ClaimToken
from claims.repository.book import Book, Books, Secrets
from claims.repository.claims import Claim
from claims.repository.idempotency import Answer
from claims.repository.outbox import Webhook
from claims.repository.people import Person
from claims.repository.photos import Photo
from claims.states import Role
from claims.tables import metadata
from claims.tokens import new_token
from model.errors import SecrecyError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TOKEN = new_token()
WORDS = ["慢慢来不着急", "login.of.li.na", "李娜娜", "k3y-in-the-path", "s3cr3t-of-the-receiver-32-bytes!", TOKEN.text]


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
        photos.add(book, a_photo(claim.id))
    return claim


def a_photo(claim: UUID) -> Photo:
    return Photo(
        id=new_id(AT),
        claim=claim,
        sha256="ab" * 32,
        added_at=AT,
        added_by="customer:1",
        size=1,
        media_type="image/jpeg",
        phash=1,
        usable=True,
    )


def personal(notice: Notice) -> Iterator[str]:
    yield from (notice.policy_number, notice.plate or "", notice.vin or "", notice.engine_number or "")
    yield from (notice.place.text, notice.course, notice.contact.name, notice.contact.phone)
    yield from (notice.other_parties[0].plate or "", str(notice.place.latitude), str(notice.place.longitude))
    yield from WORDS


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
        assert not photos.is_known(book, "ab" * 32)
        said = follow_ups.feedback_of(book, full.id)
        assert said is not None
        assert (said.fairness, said.comment) == (5, None)
        token = apps.token_with_digest(book, TOKEN.digest)
        assert token is not None
        assert not token.valid_at(AT)
