"""What customers, and the apps that show it to them, are told of checks on a case: that a person looks, and no more.

Staff read the codes and facts behind it. A fact that leads to a check is no verdict, and knowing which one it was
would teach how to avoid it; some would tell of other cases. So reasons and words reach a customer only where they are
named here: one that is new stays inside until somebody has looked at it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from claims.states import CaseState, Role
from model.notes import Note, note

_REASON: Final = "reason."
PUBLIC: Final = frozenset(
    {
        *("ALL_CLEAR", "PERSON_CHECKS", "AUDIT_SAMPLE", "OPT_OUT", "POLICY", "PLATE", "RED_FLAG", "DISPUTED"),
        *("SINGLE_PARTY_NO", "INJURY", "THIRD_PARTY", "LOSS_TIME", "CAPTURE_TIME", "FACTS_MISSING"),
        *("WATER", "CAUSE", "UNDRIVABLE", "EV", "UNKNOWN_VEHICLE", "TOTAL_LOSS", "HEAVY_DAMAGE", "HEAVY_REPAIR"),
        *("AMOUNT_1000", "AMOUNT_5000", "PRICE_OUTLIER", "RANGE_WIDE", "NOTHING_PAYABLE", "DEAR_PART"),
        *("STRUCTURAL", "ADAS", "BORDERLINE_RR", "REVIEW_RULE", "STALE_PRICE", "UNPRICED", "BETTERMENT", "PANELS"),
        *("WHEEL_ONLY", "LOW_CONF", "KIND_UNKNOWN", "PART_AMBIGUOUS", "PART_NOT_SEEN", "SIDE_UNKNOWN"),
        *("VIEW_CONFLICT", "UNREADABLE_PHOTO", "NO_USABLE_PHOTO", "QUALITY", "NO_DAMAGE_FOUND", "PART_UNKNOWN"),
        "ONE_VIEW",
    }
)
"""Reasons that speak of the case itself, and of what its customer sent or said."""
INSIDE: Final = frozenset({"FRAUD_DUP", "FRAUD_EDIT", "HIGH_RISK", "PRIOR_DAMAGE"})
"""Reasons that speak of other cases, or of how a case is checked."""
_CHECKS: Final = frozenset({"escalation.payment_differs"})
"""What else is only for who checks a case."""
_OTHERWISE: Final[Mapping[str, str]] = {
    "moved.suspect": "moved.specialist_begins",
    "moved.clear": "moved.specialist_done",
}
_MOVES: Final[Mapping[str, str]] = {"suspect": "specialist_begins", "clear": "specialist_done"}

FOR_THE_CUSTOMER: Final = frozenset({"ask_photos", "ask_materials", "settle", "decline"})
"""Moves whose words are written for the customer."""
_WISHES: Final = frozenset({"contest", "refuse_automation", "renew_offer", "reopen", "withdraw"})
_IN_THEIR_NAME: Final = frozenset({Role.CUSTOMER, Role.APP, Role.FRONT_LINE})
"""Who says what the customer wishes."""


def discreet(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes for a customer, each once."""
    return tuple(dict.fromkeys(map(discreet_note, notes)))


def discreet_note(told: Note) -> Note:
    """One note for a customer."""
    hidden = told.code.startswith(_REASON) and told.code.removeprefix(_REASON) not in PUBLIC
    if hidden or told.code in _CHECKS:
        return note("reason.PERSON_CHECKS")
    return Note(_OTHERWISE.get(told.code, told.code), told.facts)


def discreet_move(name: str) -> str:
    """How a customer's timeline calls a move."""
    return _MOVES.get(name, name)


def discreet_words(move: str, role: Role, words: str | None) -> str | None:
    """What somebody wrote with a move: the customer's own wishes, and what staff write for the customer. The rest stays
    inside: it may name third persons, or say how a case is checked."""
    theirs = move in FOR_THE_CUSTOMER or (move in _WISHES and role in _IN_THEIR_NAME)
    return words if theirs else None


def discreet_state(state: CaseState) -> CaseState:
    """Where the case was: with a specialist is with an adjuster."""
    return CaseState.IN_REVIEW if state is CaseState.FRAUD_REVIEW else state
