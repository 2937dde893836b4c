"""The cases most worth a look, as plain values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Why(StrEnum):
    """Why a case is worth a look. ``Reason.value`` says how much of it."""

    OFFER_OFF = "offer_off"
    """An instant offer that was off. Value: |estimate − final| in the currency's usual final amount (its median)."""
    OUTSIDE = "outside"
    """The final amount lies outside [low, high]. Value: by how much, in the currency's usual final amount."""
    NOTHING_SEEN = "nothing_seen"
    """The estimate has no line, the final bill is above the floor. Value: the bill in the usual final amount."""
    MISSED_LINES = "missed_lines"
    """Final lines that the estimate did not have. Value: how many."""
    EXTRA_LINES = "extra_lines"
    """Estimate lines that were not on the final bill. Value: how many."""
    MOVED = "moved"
    """The total moved by more than the floor and the tolerance. Value: by how much, in the usual total."""
    ROUTE_CHANGED = "route_changed"
    """The earlier estimate went another way. Value: 1, or 2 where it is now an instant offer."""
    UNSURE_AND_DEAR = "unsure_and_dear"
    """The least certain tenth, among the dearest tenth of its currency. Value: 1 − confidence."""
    PHOTO_ELSEWHERE = "photo_elsewhere"
    """A photo of the case is in another case too. Value: how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """``points`` is what the reason adds to the score."""

    why: Why
    points: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthALook:
    """One case. ``score`` is the sum of its reasons' points; reasons stand in falling order of points.

    ``photos``: SHA-256 in hex, in the order of the case. Amounts as in ``cases`` of the run.
    """

    row: int
    case_id: str
    score: float
    reasons: tuple[Reason, ...]
    month: str | None
    route: str
    currency: str
    total: Decimal
    low: Decimal
    high: Decimal
    final_amount: Decimal | None
    previous_total: Decimal | None
    previous_route: str | None
    confidence: float | None
    photos: tuple[str, ...]
