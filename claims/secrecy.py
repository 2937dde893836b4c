"""Personal data at rest: sealed so that only this installation reads it, and only in the row it was sealed for.

AES-256-GCM with a fresh random nonce of 96 bits for every value (NIST SP 800-38D: at most 2**32 values under one key,
so turn the ring over long before). The key's id stands in the sealed value; it, the form and the row's field are
authenticated beside the content. For equality search there is a blind index: HMAC-SHA256 under a key of its own.
"""

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from claims.keys import Ring
from model.errors import SecrecyError

FORM: Final = "qs1"
_NONCE = 12
_TAG = 16
_HEAD = len(FORM) + 8
"""Sealed bytes begin with the form and the eight digits of the key's id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs. Moved to another table, row or field it cannot be opened."""

    table: str
    row: str
    field: str


class Sealer:
    """Seals and opens. Its ``repr`` names the active key's id, never a key."""

    def __init__(self, ring: Ring) -> None:
        self._active = ring.active
        self._ciphers = {name: AESGCM(key) for name, key in ring.keys.items()}

    def __repr__(self) -> str:
        return f"Sealer({self._active})"

    def seal(self, text: str, place: Place) -> str:
        """``qs1.<key id>.<base64url of nonce, ciphertext and tag>``; the length tells the length of the text.

        Raises ``SecrecyError`` ``not_text`` for half a surrogate pair, which no database would take either.
        """
        try:
            content = text.encode("utf-8")
        except UnicodeEncodeError:
            raise SecrecyError("not_text", place.field, field=place.field) from None
        body = base64.urlsafe_b64encode(self._closed(content, place)).decode("ascii")
        return f"{FORM}.{self._active}.{body}"

    def open(self, sealed: str, place: Place) -> str:
        """The text. Raises ``SecrecyError``: ``not_sealed``, ``unknown_key``, ``altered`` (or moved)."""
        name, body = _parts(sealed)
        return self._opened(name, body, place).decode("utf-8")

    def seal_bytes(self, content: bytes, place: Place) -> bytes:
        """The same for files: form, key id, nonce, ciphertext, tag; 39 bytes longer than the content."""
        nonce = secrets.token_bytes(_NONCE)
        head = FORM.encode("ascii") + self._active.encode("ascii") + nonce
        sealed = bytearray(len(head) + len(content) + _TAG)
        sealed[: len(head)] = head
        with memoryview(sealed) as whole:  # written in place: a photo has megabytes
            self._ciphers[self._active].encrypt_into(nonce, content, _bound(self._active, place), whole[len(head) :])
        return bytes(sealed)

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        """The content. Raises as ``open`` does."""
        if not sealed.startswith(FORM.encode("ascii")) or len(sealed) < _HEAD + _NONCE + _TAG:
            raise SecrecyError("not_sealed", place.field, field=place.field)
        name = sealed[len(FORM) : _HEAD].decode("ascii", "replace")
        return self._opened(name, sealed[_HEAD:], place)

    def is_current(self, sealed: str) -> bool:
        """False for a value under an older key, which a rotation seals anew. Raises ``not_sealed``."""
        return _parts(sealed)[0] == self._active

    def _closed(self, content: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._ciphers[self._active].encrypt(nonce, content, _bound(self._active, place))

    def _opened(self, name: str, body: bytes, place: Place) -> bytes:
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SecrecyError("unknown_key", place.field, field=place.field)
        try:
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], _bound(name, place))
        except (InvalidTag, ValueError):
            raise SecrecyError("altered", place.field, field=place.field) from None


class BlindIndex:
    """Finds equal values without knowing them: equal values of one field have the same 64 hexadecimal digits."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "BlindIndex()"

    def of(self, field: str, normal: str) -> str:
        """``normal`` is the normal form of ``claims.identifiers``: one way to write each number."""
        told = json.dumps(["quickclaim/index/1", field, normal]).encode("ascii")
        return hmac.digest(self._key, told, "sha256").hex()


def _parts(sealed: str) -> tuple[str, bytes]:
    """Base64 has several spellings of the same bytes; only the one that ``seal`` writes is taken."""
    form, _, rest = sealed.partition(".")
    name, _, letters = rest.partition(".")
    try:
        body = base64.b64decode(letters.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SecrecyError("not_sealed") from None
    canonical = base64.urlsafe_b64encode(body).decode("ascii") == letters
    if form != FORM or not canonical or len(body) < _NONCE + _TAG:
        raise SecrecyError("not_sealed")
    return name, body


def _bound(name: str, place: Place) -> bytes:
    """Associated data as a JSON list: no two places have the same."""
    return json.dumps([f"quickclaim/seal/{FORM}", name, place.table, place.row, place.field]).encode("ascii")
