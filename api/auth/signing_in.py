"""The way of a password: its place in the line, its check between two transactions, and the token that follows.

Whatever is wrong, the login or the password, is answered after the same time with the same code; so are a locked
account and, after as many attempts, a login that does not exist. Until then nobody is known, and the system acts.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import ceil
from typing import TypeVar
from uuid import UUID

import anyio

from api.auth.entrance import Entrance
from api.auth.recognise import of_person
from claims.bearer import issue
from claims.desk import sign_in
from claims.desk.desk import SYSTEM
from claims.desk.house import House
from claims.passwords import Verified
from claims.repository.people import Person
from claims.states import Role
from model.errors import RightsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in: the token is shown once and stored nowhere."""

    token: str = field(repr=False)
    expires_at: datetime
    person: UUID
    role: Role


def session_of(person: Person, entrance: Entrance, at: datetime, signed_in_at: datetime | None = None) -> Session:
    """A fresh token of somebody who has shown who they are, now or at ``signed_in_at``. It ends with the rights that
    ``person`` has now. Raises ``RightsError`` ``token_expired`` where that is too long ago."""
    began, own = signed_in_at or at, entrance.own
    token = issue(person.id, person.role, person.rights_version, at=at, by=own, signed_in_at=began)
    return Session(token=token, expires_at=own.expires_at(at, began), person=person.id, role=person.role)


async def sign_in_with(
    login: str, password: str, house: House, entrance: Entrance, at: datetime, *, new: str | None = None
) -> Session:
    """``new`` is another password from now on. Raises ``RightsError``: ``credentials``, ``locked``; ``password_due``
    without a new one for a password that an administrator chose; for the new one ``password_same``,
    ``password_too_short``, ``password_too_long``; ``ServiceError`` ``busy``."""
    person = await _in_line(entrance, partial(_signed_in, login, password, new, house, entrance, at))
    return session_of(person, entrance, at)


async def change_password(person: UUID, old: str, new: str, house: House, entrance: Entrance, at: datetime) -> Session:
    """A sign-in that goes on with the new password; every other one of this person has ended.

    Raises ``RightsError``: ``password_wrong``, ``locked``, ``password_too_short``, ``password_too_long``,
    ``signed_in_elsewhere``; ``ServiceError`` ``busy``.
    """
    changed = await _in_line(entrance, partial(_changed, person, old, new, house, entrance, at))
    return session_of(changed, entrance, at)


async def hashed(password: str, entrance: Entrance) -> str:
    """What is stored of a password. Raises as ``Passwords.hash`` does, and ``ServiceError`` ``busy``."""
    with entrance.line.place():
        return await entrance.line.run(partial(entrance.passwords.hash, password))


async def _in_line(entrance: Entrance, work: Callable[[], T]) -> T:
    """Every refusal comes at the same time, so that it does not tell how far a wrong password came."""
    answered = time.monotonic() + entrance.refusal_s
    try:
        with entrance.line.place():
            return await entrance.line.run(work)
    except RightsError:
        await anyio.sleep(max(0.0, answered - time.monotonic()))
        raise


def _signed_in(login: str, password: str, new: str | None, house: House, entrance: Entrance, at: datetime) -> Person:
    with house.looking(SYSTEM, at) as desk:
        known = sign_in.who_is(desk, login)
        waits = sign_in.stranger_locked_until(desk, login)
    if known is None:
        return _stranger(login, password, waits, house, entrance, at)
    verified = _verified(known, password, house, entrance, at)
    if not verified.right:
        raise RightsError("credentials")
    kept = _own_choice(known, password, new, entrance)
    with house.desk(of_person(known), at) as desk:
        if kept is not None:
            return sign_in.admit(desk, sign_in.change_password(desk, known, kept))
        return sign_in.admit(desk, known, verified.renewed)


def _own_choice(known: Person, password: str, new: str | None, entrance: Entrance) -> str | None:
    """The hash of the new password, None without one."""
    if new is None:
        if known.password_due:
            raise RightsError("password_due")
        return None
    if new == password:
        raise RightsError("password_same")
    return entrance.passwords.hash(new)


def _stranger(
    login: str, password: str, waits: datetime | None, house: House, entrance: Entrance, at: datetime
) -> Person:
    """A login that does not exist, as if it did."""
    _require_unlocked(waits, at)
    entrance.passwords.verify(password, None)
    with house.desk(SYSTEM, at) as desk:
        sign_in.refuse_stranger(desk, login, entrance.lock_out)
    raise RightsError("credentials")


def _changed(person: UUID, old: str, new: str, house: House, entrance: Entrance, at: datetime) -> Person:
    with house.looking(SYSTEM, at) as desk:
        known = sign_in.myself(desk, person)
    if not _verified(known, old, house, entrance, at).right:
        raise RightsError("password_wrong")
    kept = entrance.passwords.hash(new)
    with house.desk(of_person(known), at) as desk:
        return sign_in.change_password(desk, known, kept)


def _verified(known: Person, password: str, house: House, entrance: Entrance, at: datetime) -> Verified:
    """Raises ``RightsError`` ``locked``; a wrong password is counted."""
    _require_unlocked(known.locked_until, at)
    verified = entrance.passwords.verify(password, known.password)
    if not verified.right:
        with house.desk(SYSTEM, at) as desk:
            sign_in.refuse(desk, known.id, entrance.lock_out)
    return verified


def _require_unlocked(until: datetime | None, at: datetime) -> None:
    if until is not None and at < until:
        wait_s = ceil((until - at).total_seconds())
        raise RightsError("locked", wait_s=wait_s, minutes=ceil(wait_s / 60))
