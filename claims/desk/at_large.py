"""What is asked of all cases together, before anybody looks at one of them."""

from claims.actions import Action
from claims.desk.desk import Desk
from claims.rights import Scope
from model.errors import RightsError


def require_at_large(desk: Desk, action: Action) -> None:
    """Returns for a role that may do ``action`` with every case. Raises ``RightsError`` ``forbidden``."""
    if desk.house.rights.scope(desk.actor.role, action) is not Scope.ANY:
        raise RightsError("forbidden", action, action=action, role=desk.actor.role)
