"""What colleagues are called, for staff who see each other's work on a case."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from claims.actors import ActorKind
from claims.desk.desk import Desk
from claims.repository import people
from model.errors import RightsError


def names_of(desk: Desk, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Those of the staff that are known. Raises ``RightsError`` ``forbidden`` for anybody but staff."""
    if desk.actor.kind is not ActorKind.STAFF:
        raise RightsError("forbidden", "colleagues")
    found = (people.get(desk.book, one) for one in dict.fromkeys(ids))
    return {person.id: person.name for person in found if person is not None}
