"""The secrets of one installation, in one JSON document: a setting in production, a file of its own on a laptop.

``seal`` and ``bearer`` are rings: the active key makes new values, the others still read old ones. ``index`` and
``audit`` cannot be turned over without rewriting every row that used them. Losing the document loses what was sealed.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import SecrecyError

KEY_BYTES = 32
_MAX_CHARACTERS = 64 * 1024


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that follow from the key, so that a wrong or damaged key never passes for another."""
    return sha256(b"quickclaim/key-id/1\0" + key).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys of 32 bytes by their id. Raises ``SecrecyError`` for a key of another length or under another's id."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))
        if self.active not in self.keys:
            raise SecrecyError("keys_invalid", "the active key is not in the ring")
        if any(len(key) != KEY_BYTES or key_id(key) != name for name, key in self.keys.items()):
            raise SecrecyError("keys_invalid", "a key does not fit its id")

    @classmethod
    def new(cls) -> Self:
        """One fresh key."""
        key = secrets.token_bytes(KEY_BYTES)
        return cls(key_id(key), {key_id(key): key})

    def turned(self) -> Self:
        """With a fresh active key before the old ones."""
        fresh = type(self).new()
        return replace(self, active=fresh.active, keys={**fresh.keys, **self.keys})


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Everything secret: sealing, the blind index, the audit chain, the draw of the audit sample, staff tokens."""

    seal: Ring
    bearer: Ring
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    sample: bytes = field(repr=False)

    def __post_init__(self) -> None:
        single = (self.index, self.audit, self.sample)
        every = [*single, *self.seal.keys.values(), *self.bearer.keys.values()]
        if any(len(key) != KEY_BYTES for key in single) or len(set(every)) != len(every):
            raise SecrecyError("keys_invalid", "every key has 32 bytes and one purpose")

    @classmethod
    def new(cls) -> Self:
        """Fresh keys for everything."""
        index, audit, sample = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
        return cls(seal=Ring.new(), bearer=Ring.new(), index=index, audit=audit, sample=sample)

    @classmethod
    def read(cls, text: str) -> Self:
        """The document that ``text`` wrote. Raises ``SecrecyError`` ``secrecy.keys_invalid``, which quotes nothing."""
        try:
            if len(text) > _MAX_CHARACTERS:
                raise ValueError("too long")
            written = _Document.model_validate_json(text)
            single = {name: _bytes(getattr(written, name)) for name in ("index", "audit", "sample")}
            return cls(seal=written.seal.ring(), bearer=written.bearer.ring(), **single)
        except (ValidationError, ValueError):
            raise SecrecyError("keys_invalid", "not a document of keys") from None

    def text(self) -> str:
        """The document, to be kept as secret as what it opens."""
        single = {name: _letters(getattr(self, name)) for name in ("index", "audit", "sample")}
        return json.dumps({"version": 1, "seal": _written(self.seal), "bearer": _written(self.bearer), **single})

    def turned(self) -> Self:
        """With fresh active keys for sealing and for staff tokens."""
        return replace(self, seal=self.seal.turned(), bearer=self.bearer.turned())


class _Secret(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _Ring(_Secret):
    active: str
    keys: dict[str, str]

    def ring(self) -> Ring:
        return Ring(self.active, {name: _bytes(key) for name, key in self.keys.items()})


class _Document(_Secret):
    version: int
    seal: _Ring
    bearer: _Ring
    index: str
    audit: str
    sample: str

    def model_post_init(self, _: object) -> None:
        if self.version != 1:
            raise ValueError("unknown version")


def _written(ring: Ring) -> dict[str, object]:
    return {"active": ring.active, "keys": {name: _letters(key) for name, key in ring.keys.items()}}


def _letters(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _bytes(letters: str) -> bytes:
    return base64.b64decode(letters.encode("ascii"), validate=True)
