"""Who acts: built by the rim from a token, a key or a job that was checked there, and handed to every use case."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from claims.states import Role


class ActorKind(StrEnum):
    """How somebody came in."""

    CUSTOMER = "customer"
    APP = "app"
    STAFF = "staff"
    SYSTEM = "system"


STAFF = frozenset({Role.FRONT_LINE, Role.JUNIOR, Role.SENIOR, Role.EXPERT, Role.AUDITOR, Role.ADMIN})
"""Roles of people who work for the insurer."""

_ROLES = {
    ActorKind.CUSTOMER: frozenset({Role.CUSTOMER}),
    ActorKind.APP: frozenset({Role.APP}),
    ActorKind.STAFF: STAFF,
    ActorKind.SYSTEM: frozenset({Role.SYSTEM}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts. Only ``api/`` makes one of anybody but the system, after checking what was shown to it.

    ``id`` is the row of the person, the app (not of its key), the job or the claim token. ``claim`` is the one claim
    that a customer's token opens; a customer who has not reported yet has none. Not ``proven``: the token came through
    the hands of staff, and nobody has shown yet that it is the customer who bears it. Raises ``ValueError`` for a role
    that does not go with the kind, and for a claim, or a doubt, that is tied to anybody but a customer.
    """

    kind: ActorKind
    id: UUID
    role: Role
    claim: UUID | None = None
    proven: bool = True

    def __post_init__(self) -> None:
        if self.role not in _ROLES[self.kind]:
            raise ValueError(f"{self.kind} cannot act as {self.role}")
        if self.claim is not None and self.kind is not ActorKind.CUSTOMER:
            raise ValueError(f"{self.kind} is not tied to one claim")
        if not self.proven and self.kind is not ActorKind.CUSTOMER:
            raise ValueError(f"{self.kind} has nothing to prove")

    @property
    def name(self) -> str:
        """How rows and the audit chain name this actor: ``staff:0190…``."""
        return f"{self.kind}:{self.id}"
