"""From whom an account comes: who gave it its role or its way in, and from whom their account comes in turn.

Whoever chose somebody's password can act as them, and so can whoever chose theirs. So two accounts are two people only
where nobody stands behind both. What is done at the command line is the operator's, and stands behind nobody.
"""

from uuid import UUID

from claims.actors import ActorKind
from claims.desk.console import Place
from claims.repository import people


def line_of(desk: Place, person: UUID) -> frozenset[UUID]:
    """Everybody who may act with the account of ``person``, themselves among them."""
    found = people.get(desk.book, person)
    return frozenset({person}) if found is None else found.line


def behind(desk: Place) -> frozenset[UUID]:
    """Who stands behind what is done here; nobody at the command line."""
    return line_of(desk, desk.actor.id) if desk.actor.kind is ActorKind.STAFF else frozenset()
