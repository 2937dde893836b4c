"""Whose a token or a key is: a customer's for one claim, an app's, or a staff member's, ours or a provider's.

Everything that is wrong gets the same answer, ``rights.token_invalid``, and needs the same reads: a token of a claim is
found by its hash, the digest of a key is compared in constant time, even with none where no key has that prefix.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from claims.actors import Actor, ActorKind
from claims.bearer import Bearer, require_current
from claims.repository import apps, people
from claims.repository.apps import AppKey, ClaimToken
from claims.repository.book import Books
from claims.repository.people import OWN_ISSUER, Person
from claims.states import Role
from claims.tokens import api_key_prefix, digest, is_token, matches
from model.errors import RightsError

_NO_KEY: Final = "0" * 64
_NOTED_EVERY: Final = timedelta(minutes=15)
"""How old the note of a key's last use may be: it is for people who clear up, not for counting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who came in; for one of the staff also the person, as they were when the token was checked, and their sign-in."""

    actor: Actor
    person: Person | None = field(default=None, repr=False)
    signed_in_at: datetime | None = None


def is_signed(text: str) -> bool:
    """Whether only a signature can tell whose a text is: the token of one of the staff, or nothing of ours.

    ``verify`` checks it, and once an hour fetches keys for that: in a thread, and apart from the database.
    """
    return not is_token(text) and api_key_prefix(text) is None


def recognise(shown: Bearer | str, books: Books, *, at: datetime) -> Caller:
    """Whose ``shown`` is, a verified token of the staff or else a text, as the database is now.

    Raises ``RightsError``: ``token_invalid``, ``token_expired``, ``token_revoked``, ``no_role``, ``role_unclear``.
    """
    if isinstance(shown, Bearer):
        return _staff(shown, books)
    prefix = api_key_prefix(shown)
    return _customer(shown, books, at) if prefix is None else _app(shown, prefix, books, at)


def of_person(person: Person) -> Actor:
    """How one of the staff acts."""
    return Actor(kind=ActorKind.STAFF, id=person.id, role=person.role)


def _customer(text: str, books: Books, at: datetime) -> Caller:
    with books.reading() as book:
        token = apps.token_with_digest(book, digest(text))
    if token is None:
        raise RightsError("token_invalid")
    _require_valid(token, at)
    actor = Actor(kind=ActorKind.CUSTOMER, id=token.id, role=Role.CUSTOMER, claim=token.claim, proven=token.proven)
    return Caller(actor=actor)


def _app(text: str, prefix: str, books: Books, at: datetime) -> Caller:
    with books.reading() as book:
        key = apps.key_with_prefix(book, prefix)
        app = None if key is None else apps.get(book, key.app)
    right = matches(text, _NO_KEY if key is None else key.digest)
    if key is None or app is None or not right or not app.active:
        raise RightsError("token_invalid")
    _require_valid(key, at)
    if key.used_at is None or at - key.used_at >= _NOTED_EVERY:
        with books.writing() as book:
            apps.used(book, key.id, at=at)
    return Caller(actor=Actor(kind=ActorKind.APP, id=app.id, role=Role.APP))


def _require_valid(found: ClaimToken | AppKey, at: datetime) -> None:
    if found.revoked_at is not None:
        raise RightsError("token_invalid")
    if not found.valid_at(at):
        raise RightsError("token_expired")


def _staff(bearer: Bearer, books: Books) -> Caller:
    """Whoever comes from an identity provider is known here too, with the role that the provider names."""
    own = bearer.issuer == OWN_ISSUER
    with books.reading() as book:
        found = (
            people.get(book, UUID(bearer.subject))
            if own
            else people.by_subject(book, bearer.subject, issuer=bearer.issuer)
        )
    if found is None:
        raise RightsError("token_invalid" if own else "no_role")
    if not found.active:
        raise RightsError("token_revoked")
    require_current(bearer, version=found.rights_version, role=found.role)
    if bearer.role is not found.role:
        raise RightsError("role_unclear")
    return Caller(actor=of_person(found), person=found, signed_in_at=bearer.signed_in_at)
