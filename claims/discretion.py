"""What customers, and the apps that show it to them, are told of checks on a case: that a person looks, and no more.

Staff read the codes and facts behind it. A fact that leads to a check is no verdict, and knowing which one it was
would teach how to avoid it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from claims.states import CaseState
from model.notes import Note, note

_INSIDE: Final = frozenset({"reason.FRAUD_DUP", "reason.FRAUD_EDIT", "reason.HIGH_RISK"})
_OTHERWISE: Final[Mapping[str, str]] = {
    "moved.suspect": "moved.specialist_begins",
    "moved.clear": "moved.specialist_done",
}
_MOVES: Final[Mapping[str, str]] = {"suspect": "specialist_begins", "clear": "specialist_done"}


def discreet(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes for a customer, each once."""
    return tuple(dict.fromkeys(map(discreet_note, notes)))


def discreet_note(told: Note) -> Note:
    """One note for a customer."""
    if told.code in _INSIDE:
        return note("reason.PERSON_CHECKS")
    return Note(_OTHERWISE.get(told.code, told.code), told.facts)


def discreet_move(name: str) -> str:
    """How a customer's timeline calls a move."""
    return _MOVES.get(name, name)


def discreet_words(move: str, words: str | None) -> str | None:
    """What somebody wrote with a move; notes of specialists for each other stay inside."""
    return None if move in _MOVES else words


def discreet_state(state: CaseState) -> CaseState:
    """Where the case was: with a specialist is with an adjuster."""
    return CaseState.IN_REVIEW if state is CaseState.FRAUD_REVIEW else state
