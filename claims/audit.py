"""The audit chain: every entry carries the hash of the one before, so that none can be changed, lost or moved unseen.

The hash is HMAC-SHA256 with the audit key, or SHA-256 without one, over ``DOMAIN`` and the canonical JSON of everything
else in the entry: keys sorted, no spaces, UTF-8, no floats. With a key, somebody who has only the database cannot
compute a chain anew, nor move its end: the last link bears a seal of its own (``seal_of``). An older state of the whole
database, and what somebody who has the key wrote anew, show only by links that were kept elsewhere, the anchors.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from claims.actors import Actor
from claims.audit_facts import Told, Word, told, word
from claims.utc import as_text

DOMAIN: Final = b"quickclaim/audit/1\0"
SEAL_DOMAIN: Final = b"quickclaim/audit-head/1\0"


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: the number of entries, and the hash of the last. Kept in a place of its own it is an anchor."""

    seq: int
    hash: str


GENESIS: Final = Head(0, sha256(DOMAIN + b"genesis").hexdigest())
"""What the first entry follows."""


def seal_of(head: Head, key: bytes | None) -> str:
    """What the last link is stored with: HMAC-SHA256 over number and hash, under a key for this alone that follows from
    the audit key; SHA-256 without one."""
    content = SEAL_DOMAIN + f"{head.seq}:{head.hash}".encode()
    return (sha256(content).digest() if key is None else hmac.digest(_sealing(key), content, "sha256")).hex()


@lru_cache(8)
def _sealing(key: bytes) -> bytes:
    return hmac.digest(key, SEAL_DOMAIN + b"key", "sha256")


class ThingKind(StrEnum):
    """What something was done to."""

    CLAIM = "claim"
    PROPOSAL = "proposal"
    PERSON = "person"
    APP = "app"
    AUDIT = "audit"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Thing:
    """One of them, by its id; None where there is only one."""

    kind: ThingKind
    id: UUID | None = None

    @property
    def name(self) -> str:
        """``claim:0190…``."""
        return f"{self.kind}:{self.id or ''}".rstrip(":")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row as it is stored. Texts are what was read back: ``verify`` says whether they are what was written."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    facts: Mapping[str, Told]
    previous: str
    hash: str = field(default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    @property
    def head(self) -> Head:
        """The chain as it is after this entry."""
        return Head(self.seq, self.hash)


def append(
    after: Head,
    *,
    at: datetime,
    actor: Actor,
    action: Word,
    on: Thing,
    facts: Mapping[str, object],
    key: bytes | None = None,
) -> Entry:
    """The entry that follows ``after``; its ``head`` is what the next one follows.

    ``action`` is a right, a move or an error that was answered. Raises ``SecrecyError`` ``secrecy.fact_refused`` for a
    fact that is not of its kind, ``ValueError`` for ``at`` without a zone.
    """
    as_text(at)
    entry = Entry(
        seq=after.seq + 1,
        at=at,
        actor=actor.name,
        role=actor.role.value,
        action=word(action),
        object=on.name,
        facts=told(facts),
        previous=after.hash,
    )
    return replace(entry, hash=hash_of(entry, key))


def hash_of(entry: Entry, key: bytes | None) -> str:
    """What ``hash`` has to be. Raises ``TypeError`` or ``ValueError`` for content that ``append`` never makes."""
    content = DOMAIN + canonical(entry)
    return (sha256(content).digest() if key is None else hmac.digest(key, content, "sha256")).hex()


def canonical(entry: Entry) -> bytes:
    """Everything but the hash as canonical JSON in UTF-8."""
    content = {
        "seq": _whole(entry.seq),
        "at": as_text(entry.at),
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "object": entry.object,
        "facts": facts_text(entry.facts),
        "previous": entry.previous,
    }
    return _json(content).encode("utf-8")


def facts_text(facts: Mapping[str, Told]) -> str:
    """Facts as one canonical text, which is what a row stores: databases reorder JSON of their own."""
    for value in facts.values():
        _plain(value)
    return _json(dict(facts))


def facts_of(text: str) -> dict[str, Told]:
    """Facts as they were before ``facts_text``."""
    loaded: dict[str, Told] = json.loads(text)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()}


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> None:
    if isinstance(value, tuple | list):
        for item in value:
            if not isinstance(item, str):
                raise TypeError("a fact lists texts only")
    elif not isinstance(value, str | int | None):
        raise TypeError("a fact is a text, a whole number, a flag or nothing")


def _whole(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError("entries are numbered")
    return number
