"""What an audit entry may tell: facts by name, each of one kind. Personal data has no kind, so it cannot be told."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from claims.lifecycle import Move
from claims.utc import as_text
from model.errors import QuickClaimError, SecrecyError
from model.notes import Note

Told = str | int | bool | None | tuple[str, ...]
"""A fact as it is stored: no floats, whose text differs between machines."""

_HASH = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}|[A-Za-z0-9.-]{1,48}@[0-9a-f]{8}")
_MOST_COUNTED = 1_000_000
_LARGEST_AMOUNT = Decimal(1_000_000_000)
_CURRENCY = re.compile(r"[A-Z]{3}")


Word = StrEnum | Note | Move | QuickClaimError
"""What has a code of ours: a member of a vocabulary, a note, a move of the life of a case, an error."""


def word(value: object) -> str:
    """The code of a ``Word``: never a text that was typed. Raises ``TypeError`` for anything else."""
    if isinstance(value, Note | QuickClaimError):
        return value.code
    if isinstance(value, Move):
        return value.name
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError("no word of ours")


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple | list | set | frozenset):
        return tuple(sorted(word(item) for item in value))
    raise TypeError


def _id(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def _count(value: object) -> int:
    """Below a million: no telephone number is a count."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_COUNTED:
        return value
    raise TypeError


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise TypeError


def _amount(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite() and abs(value) <= _LARGEST_AMOUNT:
        return f"{value:f}"
    raise TypeError


def _moment(value: object) -> str:
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return as_text(value)
    raise TypeError


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise TypeError

    return read


_hash, _version, _currency = _matching(_HASH), _matching(_VERSION), _matching(_CURRENCY)

FACTS: Mapping[str, Callable[[object], Told]] = MappingProxyType(
    {
        **dict.fromkeys(("before", "after", "came_from", "move", "node", "right", "scope", "kind", "case_class"), word),
        **dict.fromkeys(("authority", "route", "owner", "operation", "part", "side", "severity", "result"), word),
        **dict.fromkeys(("as_role", "before_role", "code"), word),
        **dict.fromkeys(("reasons", "fields", "needs"), _words),
        **dict.fromkeys(("claim", "photo", "assessment", "line", "job", "person", "app", "proposal", "token"), _id),
        **dict.fromkeys(("proposer", "holder", "deadline", "escalation", "message", "webhook", "key"), _id),
        **dict.fromkeys(("payment", "offer"), _id),
        **dict.fromkeys(("photos", "lines", "level", "attempts", "row_version", "items", "score", "hours"), _count),
        **dict.fromkeys(("automatic", "reasoned", "within_authority", "seen_unmasked", "revoked"), _flag),
        **dict.fromkeys(("amount", "machine_amount", "limit", "low", "high", "deductible"), _amount),
        **dict.fromkeys(("due_at", "lease_until", "happened_until"), _moment),
        **dict.fromkeys(("photo_sha256", "inputs_sha256", "content_sha256", "document_sha256"), _hash),
        **dict.fromkeys(("prices", "rates", "policy", "rules", "rights", "lifecycle"), _version),
        "currency": _currency,
    }
)
"""Every fact that exists, and what it may be."""


def told(facts: Mapping[str, object]) -> dict[str, Told]:
    """Facts as they are stored. Raises ``SecrecyError`` ``secrecy.fact_refused``: names the fact, never its value."""
    return {name: _told(name, value) for name, value in facts.items()}


def _told(name: str, value: object) -> Told:
    read = FACTS.get(name)
    if read is None:
        raise SecrecyError("fact_refused", "an audit entry has no such fact")
    try:
        return None if value is None else read(value)
    except TypeError:
        raise SecrecyError("fact_refused", f"{name} is not of its kind", fact=name) from None
