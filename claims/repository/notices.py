"""The first notice of loss: who, where and what is sealed; numbers of the policy and the car can be found."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select

from claims.notice import Channel, Contact, LossPlace, Notice, OtherParty
from claims.repository.book import Book
from claims.repository.rows import rows_of
from claims.tables import notices

_NUMBERS: Final = ("policy_number", "plate", "vin")
_TEXTS: Final = (*_NUMBERS, "engine_number", "course")
_DOCUMENTS: Final = ("place", "other_parties", "contact")
_COLUMNS: Final = ("region", "happened_at", "cause")
_WITH: Final = {
    name: select(notices.c.claim).where(notices.c[f"{name}_index"] == bindparam("index")).order_by(notices.c.claim)
    for name in _NUMBERS
}


@dataclass(frozen=True, slots=True)
class Reported:
    """A notice as it was taken."""

    claim: UUID
    at: datetime
    notice: Notice = field(repr=False)


def add(book: Book, claim: UUID, notice: Notice, *, at: datetime) -> None:
    """The notice of a new case."""
    documents = notice.model_dump(mode="json", include=set(_DOCUMENTS))
    personal = {name: getattr(notice, name) for name in _TEXTS}
    personal |= {name: json.dumps(document) for name, document in documents.items()}
    row = {
        "claim": claim,
        "reported_at": at,
        "answers": notice.model_dump(mode="json", exclude={*_TEXTS, *_DOCUMENTS, *_COLUMNS}),
        **{name: getattr(notice, name) for name in _COLUMNS},
        **{f"{name}_sealed": book.sealed(text, "notices", claim, name) for name, text in personal.items()},
        **{f"{name}_index": book.blind(name, getattr(notice, name)) for name in _NUMBERS},
    }
    book.connection.execute(insert(notices), row)


def get(book: Book, claim: UUID) -> Reported | None:
    """The notice of a case, None where it was erased."""
    row = rows_of(book.connection, notices, claim=claim).one_or_none()
    return None if row is None else Reported(claim, row.reported_at, _notice(book, row))


def with_number(book: Book, name: str, normal: str) -> tuple[UUID, ...]:
    """Cases of the same ``plate``, ``vin`` or ``policy_number`` in its normal form, the oldest first."""
    if name not in _NUMBERS:
        raise ValueError(f"nothing is found by {name}")
    return tuple(book.connection.execute(_WITH[name], {"index": book.blind(name, normal)}).scalars())


def erase(book: Book, claim: UUID) -> None:
    """All that the notice said."""
    book.connection.execute(delete(notices).where(notices.c.claim == claim))


def _notice(book: Book, row: Row[Any]) -> Notice:
    """Not checked again: rules for numbers may have changed since, what was said has not."""

    def told(name: str) -> str | None:
        return book.opened(row._mapping[f"{name}_sealed"], "notices", row.claim, name)

    documents = {name: json.loads(told(name) or "null") for name in _DOCUMENTS}
    contact = documents["contact"]
    whole: dict[str, Any] = {
        **row.answers,
        **{name: told(name) for name in _TEXTS},
        **{name: row._mapping[name] for name in _COLUMNS},
        "place": LossPlace.model_construct(**documents["place"]),
        "other_parties": tuple(OtherParty.model_construct(**party) for party in documents["other_parties"]),
        "contact": Contact.model_construct(**{**contact, "channel": Channel(contact["channel"])}),
    }
    return Notice.model_construct(**whole)
