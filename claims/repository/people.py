"""The insurer's staff: whom a login or an identity provider's subject is, and with which role."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, update

from claims.repository.book import Book
from claims.repository.rows import columns_of, ids_json, ids_of, insert_once, record, version_of
from claims.states import Role
from claims.tables import people
from model.errors import StorageError

OWN_ISSUER = "quickclaim"
"""People who log in here; others come from an identity provider, named by its issuer."""

_NOT_COLUMNS: Final = frozenset({"subject", "name", "password_given"})
"""Stored sealed, or as a part of another column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may come in. ``subject`` is the login, or the person's id at the issuer.

    ``password`` is a hash, None for people of an identity provider. ``rights_version`` counts up with every change of
    rights and every logout: older tokens are refused then. ``failures`` are wrong passwords since the last right one.
    ``signed_in_at``: when the password was last the right one.

    ``rights_from`` and ``sign_in_from``: who gave the role, and the way in, with everybody from whom their own account
    came then; empty for what was done at the command line. ``password_due``: an administrator chose the password, and
    the person has to choose another before they come in. ``password_given``: a digest of the hash that somebody else
    set last, whatever the person has chosen since; None where only the first was theirs, or none.
    """

    id: UUID
    issuer: str = OWN_ISSUER
    subject: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    password: str | None = field(default=None, repr=False)
    rights_version: int = 1
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = None
    made_at: datetime
    signed_in_at: datetime | None = None
    rights_from: frozenset[UUID] = frozenset()
    sign_in_from: frozenset[UUID] = frozenset()
    password_due: bool = False
    password_given: str | None = None

    @property
    def line(self) -> frozenset[UUID]:
        """Who may act with this account, for all we know: its person, and everybody from whom it comes."""
        return self.rights_from | self.sign_in_from | {self.id}

    @property
    def version(self) -> str:
        """The ETag: another one while the rights differ, and after each password that somebody else gave. Nothing that
        the person does themselves counts, or they could keep others from changing them."""
        return version_of(self.role, self.active, ids_json(self.rights_from), self.password_given)


def add(book: Book, person: Person) -> bool:
    """Whether the person is new: an issuer has each subject once."""
    values = columns_of(
        person,
        subject_index=book.blind("subject", person.subject),
        subject_sealed=book.sealed(person.subject, "people", person.id, "subject"),
        name_sealed=book.sealed(person.name, "people", person.id, "name"),
        rights_from=ids_json(person.rights_from),
        sign_in_from=_way_in(person.sign_in_from, person.password_given),
    )
    stored = {name: value for name, value in values.items() if name not in _NOT_COLUMNS}
    return insert_once(book.connection, people, stored, on=["issuer", "subject_index"])


def get(book: Book, person: UUID) -> Person | None:
    """One by its id."""
    row = book.connection.execute(select(people).where(people.c.id == person)).one_or_none()
    return None if row is None else _person(book, row)


def by_subject(book: Book, subject: str, *, issuer: str = OWN_ISSUER) -> Person | None:
    """Whom a login, or a token's subject, is."""
    same = (people.c.issuer == issuer, people.c.subject_index == book.blind("subject", subject))
    row = book.connection.execute(select(people).where(*same)).one_or_none()
    return None if row is None else _person(book, row)


def everyone(book: Book, *, after: UUID | None = None, limit: int | None = None) -> tuple[Person, ...]:
    """All people, the longest known first, or ``limit`` of them; ``after`` goes on after a page."""
    query = select(people).order_by(people.c.id).limit(limit)
    if after is not None:
        query = query.where(people.c.id > after)
    return tuple(_person(book, row) for row in book.connection.execute(query))


def set_rights(
    book: Book, person: UUID, *, role: Role, active: bool, came_from: Iterable[UUID], way_in: bool = False
) -> None:
    """Another role, or none any more, by the word of ``came_from``; tokens made before are refused.

    ``way_in``: they answer for the way in too, which somebody else's issuer keeps.
    """
    line = ids_json(came_from)
    told = {"rights_from": line, **({"sign_in_from": line} if way_in else {})}
    _change(book, person, role=role, active=active, rights_version=people.c.rights_version + 1, **told)


def set_password(
    book: Book, person: UUID, password: str, *, came_from: Iterable[UUID] | None = None, revoke: bool = True
) -> None:
    """Another hash; without ``revoke`` the same password hashed at a higher cost. ``came_from``: who chose it, None for
    the person themselves, whose account comes from whom it came."""
    version = people.c.rights_version + (1 if revoke else 0)
    told: dict[str, object] = {"password_due": bool(came_from)} if revoke else {}
    told |= {} if came_from is None else {"sign_in_from": _way_in(came_from, version_of(password))}
    _change(book, person, password=password, rights_version=version, failures=0, locked_until=None, **told)


def logged_out(book: Book, person: UUID) -> None:
    """Tokens made before are refused."""
    _change(book, person, rights_version=people.c.rights_version + 1)


def logged_in(book: Book, person: UUID, *, at: datetime) -> None:
    """The right password: what was wrong before is forgotten."""
    _change(book, person, failures=0, locked_until=None, signed_in_at=at)


def refused(book: Book, person: UUID, *, locked_until: datetime | None) -> int:
    """Wrong passwords in a row, this one included."""
    row = _change(book, person, failures=people.c.failures + 1, locked_until=locked_until)
    return int(row.failures)


def _change(book: Book, person: UUID, **values: object) -> Row[Any]:
    changed = update(people).where(people.c.id == person).values(**values).returning(*people.c)
    row = book.connection.execute(changed).one_or_none()
    if row is None:
        raise StorageError("moved", "there is no such person")
    return row


def _person(book: Book, row: Row[Any]) -> Person:
    told = {name: book.opened(row._mapping[f"{name}_sealed"], "people", row.id, name) for name in ("subject", "name")}
    came_from, given = _way_in_of(row.sign_in_from)
    lines = {"rights_from": ids_of(row.rights_from), "sign_in_from": came_from}
    return record(Person, row, **told, **lines, password_given=given)


def _way_in(came_from: Iterable[UUID], given: str | None) -> Any:
    """Who answers for the way in, and with them the password that somebody else gave, if one did."""
    ids = ids_json(came_from)
    return ids if given is None else {"people": ids, "password": given}


def _way_in_of(document: Any) -> tuple[frozenset[UUID], str | None]:
    """What ``_way_in`` was made of."""
    if isinstance(document, Mapping):
        return ids_of(document["people"]), document["password"]
    return ids_of(document), None
