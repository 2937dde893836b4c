"""Signing in with a password: who a login is, what a right and what a wrong password leave behind.

Passwords are compared by the rim, between two transactions: nobody holds the database while a hash is computed.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from claims.audit import Thing, ThingKind
from claims.desk.desk import Desk
from claims.repository import people, strangers
from claims.repository.held import held_person
from claims.repository.people import OWN_ISSUER, Person
from model.errors import RightsError


class SignInEvent(StrEnum):
    """What the audit log is told."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word of the log


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOut:
    """How long an account waits after wrong passwords in a row: ``free`` of them cost nothing, the next ``first``, then
    twice as long each time up to ``longest``. Bounded, because strangers too can type wrong passwords."""

    free: int = 4
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)

    def until(self, failures: int, at: datetime) -> datetime | None:
        """When the next password is looked at, after ``failures`` in a row, the last of them at ``at``; None: now."""
        if failures <= self.free:
            return None
        doublings = min(failures - self.free - 1, 32)
        return at + min(self.first * (1 << doublings), self.longest)


def normal_login(login: str) -> str:
    """One spelling for each login, however it was typed."""
    folded = unicodedata.normalize("NFKC", login).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def who_is(desk: Desk, login: str) -> Person | None:
    """The person of a login, if they may come in with a password."""
    return _with_password(people.by_subject(desk.book, normal_login(login)))


def stranger_locked_until(desk: Desk, login: str) -> datetime | None:
    """Until when the password of a login that nobody has is not looked at."""
    return strangers.locked_until(desk.book, normal_login(login))


def refuse_stranger(desk: Desk, login: str, policy: LockOut) -> None:
    """After a wrong password of a login that nobody has: it waits as a person's would."""
    name = normal_login(login)
    failures = strangers.failed(desk.book, name, at=desk.at)
    strangers.lock(desk.book, name, policy.until(failures, desk.at))


def myself(desk: Desk, person: UUID) -> Person:
    """Somebody whose password is kept here. Raises ``RightsError`` ``signed_in_elsewhere``, ``token_revoked``."""
    found = people.get(desk.book, person)
    if found is None or not found.active:
        raise RightsError("token_revoked")
    if _with_password(found) is None:
        raise RightsError("signed_in_elsewhere")
    return found


def admit(desk: Desk, known: Person, renewed: str | None = None) -> Person:
    """After the right password; ``renewed`` is its hash at a higher cost. The person as they are now.

    Raises ``RightsError`` ``credentials`` when the password or the rights were changed since ``known`` was read.
    """
    found = held_person(desk.book, known.id)
    if found is None or not found.active or found.password != known.password:
        raise RightsError("credentials")
    if renewed is not None:
        people.set_password(desk.book, known.id, renewed, revoke=False)
    people.logged_in(desk.book, known.id, at=desk.at)
    desk.audit(SignInEvent.SIGNED_IN, _thing(known.id))
    return found


def refuse(desk: Desk, person: UUID, policy: LockOut) -> None:
    """After a wrong password. The log is told when it locks the account, not of every attempt."""
    found = held_person(desk.book, person)
    if found is None:
        return
    until = policy.until(found.failures + 1, desk.at)
    people.refused(desk.book, person, locked_until=until)
    if until is not None:
        desk.audit(RightsError("locked"), _thing(person), attempts=found.failures + 1)


def leave(desk: Desk, person: UUID) -> None:
    """Tokens of a person that were made before are refused from now on."""
    people.logged_out(desk.book, person)
    desk.audit(SignInEvent.SIGNED_OUT, _thing(person))


def change_password(desk: Desk, known: Person, hashed: str) -> Person:
    """Another password of one's own; whoever else is signed in as this person no longer is. The person afterwards.

    Raises ``RightsError`` ``credentials`` when it was changed by somebody else since ``known`` was read.
    """
    found = held_person(desk.book, known.id)
    if found is None or not found.active or found.password != known.password:
        raise RightsError("credentials")
    people.set_password(desk.book, known.id, hashed)
    desk.audit(SignInEvent.PASSWORD_CHANGED, _thing(known.id))
    return myself(desk, known.id)


def _with_password(person: Person | None) -> Person | None:
    known = person is not None and person.active and person.issuer == OWN_ISSUER and person.password is not None
    return person if known else None


def _thing(person: UUID) -> Thing:
    return Thing(ThingKind.PERSON, person)
