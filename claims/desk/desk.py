"""One transaction of one actor: the rows, the rules, who acts and when, and the audit entries that it will leave."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.audit_facts import Word
from claims.repository import audit, claims
from claims.repository.audit import Said
from claims.repository.book import Book
from claims.repository.claims import Claim
from claims.review_queue import holder
from claims.rights import Scope
from claims.rights_objects import Object, OnClaim, Settlement
from claims.states import Role
from model.errors import RightsError

if TYPE_CHECKING:
    from claims.desk.house import House


SYSTEM: Final = Actor(kind=ActorKind.SYSTEM, id=UUID(int=0), role=Role.SYSTEM)
"""The service itself, where no job acts."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """What a use case works with. It is not kept after the block that gave it (``House.desk``)."""

    house: "House"
    book: Book = field(repr=False)
    actor: Actor
    at: datetime
    last_asked: Thing | None = None
    _entries: list[Said] = field(default_factory=list)

    def check(self, action: Action, on: Object | None = None, thing: Thing | None = None) -> None:
        """Returns when the actor may do it. Raises ``RightsError`` as ``Rights.check`` does."""
        self.last_asked = thing
        self.house.rights.check(self.actor, action, on)

    def claim(self, claim: UUID, action: Action, *, settlement: Settlement | None = None) -> Claim:
        """The case, locked until the transaction ends, once the actor may do ``action`` with it.

        Raises ``RightsError``: ``forbidden`` before anybody looks, ``not_found`` for what is not there or not theirs.
        """
        self.ever(claim, action)
        return self._checked(claims.locked(self.book, claim), action, settlement)

    def seen(self, claim: UUID, action: Action = Action.READ_CLAIM_MASKED) -> Claim:
        """The case as it is, not locked, once the actor may do ``action``, which changes nothing."""
        self.ever(claim, action)
        return self._checked(claims.get(self.book, claim), action, None)

    def ever(self, claim: UUID, action: Action) -> None:
        """Raises ``RightsError`` ``forbidden`` for what the actor's role never does, before anybody looks at the case.

        For use cases that have to look at it before they know on what the right depends.
        """
        self.last_asked = thing_of(claim)
        if self.house.rights.scope(self.actor.role, action) is Scope.NEVER:
            self.house.rights.check(self.actor, action)

    def may(self, action: Action, claim: Claim, settlement: Settlement | None = None) -> bool:
        """Whether the actor may, for what is shown to whom."""
        return self.house.rights.may(self.actor, action, on_claim(claim, self.at, settlement))

    def as_system(self) -> "Desk":
        """The same transaction, for what follows by rule from what the actor did."""
        return replace(self, actor=SYSTEM)

    def audit(self, action: Word, on: Thing, **facts: object) -> None:
        """An entry to be written when the use case is done: under the lock of the log's head nobody waits for us."""
        self._entries.append(Said(actor=self.actor, action=action, on=on, facts=facts))

    def write_entries(self) -> None:
        """Append what was collected. The log's head is the last lock of every transaction."""
        audit.append_all(self.book, self._entries, at=self.at)
        self._entries.clear()

    def _checked(self, found: Claim | None, action: Action, settlement: Settlement | None) -> Claim:
        if found is None:
            raise RightsError("not_found", action, action=action, role=self.actor.role)
        self.house.rights.check(self.actor, action, on_claim(found, self.at, settlement))
        return found


def on_claim(claim: Claim, at: datetime, settlement: Settlement | None = None) -> OnClaim:
    """What rights are checked against."""
    return OnClaim(id=claim.id, app=claim.app, holder=holder(claim.lease, at), settlement=settlement)


def thing_of(claim: UUID) -> Thing:
    """How the audit log names a case."""
    return Thing(ThingKind.CLAIM, claim)
