"""Names of rows: UUIDv7 (RFC 9562), which sort by when they were made, and the number of a claim that people read."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U, which are misread or make words."""
_GROUPS, _LETTERS = 2, 5


def new_id(at: datetime) -> UUID:
    """A fresh id of the moment ``at`` (aware), to the millisecond; the other 74 bits are random."""
    if at.utcoffset() is None:
        raise ValueError("a moment has a zone")
    return _uuid7(int(at.timestamp() * 1000), secrets.randbits(74))


def first_id(at: datetime) -> UUID:
    """No id of ``at``, or of later, is less: rows since a moment are a range of their ids."""
    return _uuid7(int(at.timestamp() * 1000), 0)


def _uuid7(milliseconds: int, drawn: int) -> UUID:
    high, low = drawn >> 62, drawn & (1 << 62) - 1
    return UUID(int=(milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def new_number() -> str:
    """A claim's number, ``QC-7K3M9-X2T4P``: 50 random bits that say neither when nor how many."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(("QC", *groups))
