"""The insurer's staff: added, given another role, let in or not. Nobody changes their own rights."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import STAFF
from claims.audit import Thing, ThingKind
from claims.desk.console import Place
from claims.desk.lineage import behind
from claims.desk.sign_in import normal_login
from claims.ids import new_id
from claims.repository import people
from claims.repository.held import held_person
from claims.repository.people import OWN_ISSUER, Person
from claims.rights_objects import OnPerson
from claims.states import Role
from model.errors import RightsError

_NOBODY: Final = UUID(int=0)
"""Stands for people at large, who are nobody's own person."""


class StaffChange(StrEnum):
    """What was changed."""

    PERSON_ADDED = "person_added"
    RIGHTS_CHANGED = "rights_changed"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word of the log


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to be let in: with a login and the hash of a password, or as known to an identity provider.

    Raises ``ValueError`` for a role that is not of the staff, and for a password that somebody else's issuer keeps.
    """

    subject: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    issuer: str = OWN_ISSUER
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.role not in STAFF:
            raise ValueError(f"{self.role} does not log in")
        if (self.issuer == OWN_ISSUER) != (self.password is not None):
            raise ValueError("a password is kept for our own people, and for nobody else")


def require_manager(desk: Place, person: UUID | None = None) -> None:
    """Before anything that costs time. Raises ``RightsError`` ``forbidden``, ``same_person`` for oneself."""
    desk.check(Action.MANAGE_PEOPLE, OnPerson(id=person or _NOBODY), None if person is None else _thing(person))


def everyone(desk: Place, *, after: UUID | None = None, limit: int | None = None) -> tuple[Person, ...]:
    """All people, the longest known first, or ``limit`` of them; ``after`` goes on after a page."""
    require_manager(desk)
    return people.everyone(desk.book, after=after, limit=limit)


def one(desk: Place, person: UUID) -> Person:
    """Somebody to be looked at, oneself too. Raises ``RightsError`` ``not_found``."""
    desk.check(Action.MANAGE_PEOPLE, OnPerson(id=_NOBODY), _thing(person))
    return _found(people.get(desk.book, person))


def held(desk: Place, person: UUID) -> Person:
    """Somebody else, whom nobody changes until the transaction ends. Raises ``RightsError`` ``same_person``,
    ``not_found``."""
    require_manager(desk, person)
    return _found(held_person(desk.book, person))


def with_login(desk: Place, login: str) -> Person | None:
    """Who signs in here with a login."""
    require_manager(desk)
    return people.by_subject(desk.book, normal_login(login))


def add(desk: Place, new: NewPerson) -> Person:
    """Raises ``RightsError`` ``login_taken``: an issuer has each subject once."""
    require_manager(desk)
    own, line = new.issuer == OWN_ISSUER, behind(desk)
    person = Person(
        id=new_id(desk.at),
        issuer=new.issuer,
        subject=normal_login(new.subject) if own else new.subject,
        name=new.name,
        role=new.role,
        password=new.password,
        made_at=desk.at,
        rights_from=line,
        sign_in_from=line,
        password_due=own and bool(line),
    )
    if not people.add(desk.book, person):
        raise RightsError("login_taken")
    desk.audit(Action.MANAGE_PEOPLE, _thing(person.id), kind=StaffChange.PERSON_ADDED, as_role=person.role)
    return person


def set_rights(desk: Place, person: UUID, *, role: Role | None = None, active: bool | None = None) -> Person:
    """Another role, or in or out; None leaves it as it is. Tokens made before are refused.

    The role that somebody has, given by another than whoever gave it, is theirs to answer for from now on.

    Raises ``RightsError`` ``same_person``, ``not_found``; ``ValueError`` for a role that is not of the staff.
    """
    found = held(desk, person)
    after, lets_in = role or found.role, found.active if active is None else active
    if after not in STAFF:
        raise ValueError(f"{after} does not log in")
    line = behind(desk)
    vouched = role is not None and line != found.rights_from
    if (after, lets_in) == (found.role, found.active) and not vouched:
        return found
    elsewhere = found.issuer != OWN_ISSUER
    people.set_rights(desk.book, person, role=after, active=lets_in, came_from=line, way_in=elsewhere)
    facts = {"before_role": found.role, "as_role": after if lets_in else None}
    desk.audit(Action.MANAGE_PEOPLE, _thing(person), kind=StaffChange.RIGHTS_CHANGED, **facts)
    return held(desk, person)


def reset_password(desk: Place, person: UUID, hashed: str) -> None:
    """A password that somebody else chose, which is changed at the next sign-in where an administrator did.

    Tokens made before are refused, and a locked account is open again.

    Raises ``RightsError`` ``same_person``, ``not_found``, ``signed_in_elsewhere``.
    """
    if held(desk, person).issuer != OWN_ISSUER:
        raise RightsError("signed_in_elsewhere")
    people.set_password(desk.book, person, hashed, came_from=behind(desk))
    desk.audit(Action.MANAGE_PEOPLE, _thing(person), kind=StaffChange.PASSWORD_RESET)


def _found(person: Person | None) -> Person:
    if person is None:
        raise RightsError("not_found")
    return person


def _thing(person: UUID) -> Thing:
    return Thing(ThingKind.PERSON, person)
