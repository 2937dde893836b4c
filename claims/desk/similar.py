"""What the same work on the same part came to in earlier cases, for whoever has to name an amount now."""

from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.reviewing import reviewed
from claims.repository.similar import SettledLine, settled_lines_of
from model.vocabulary import Part
from parts_pricing.operations import Operation

SHOWN: Final = 10
_OFFERS: Final = 300
_BACK: Final = timedelta(days=365)


def similar(desk: Desk, claim_id: UUID, part: Part, operation: Operation) -> tuple[SettledLine, ...]:
    """The ten latest, within a year and in the case's currency; nothing personal. Raises ``RightsError``."""
    claim = desk.seen(claim_id, Action.READ_CLAIM)
    desk.check(Action.QUEUE_READ)
    found = settled_lines_of(
        desk.book,
        part,
        operation,
        but=claim.id,
        currency=reviewed(desk, claim).review.currency,
        since=desk.at - _BACK,
        most=_OFFERS,
    )
    return tuple(islice(found, SHOWN))
