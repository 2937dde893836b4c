"""Public keys that staff tokens are verified with: our own, or those that an identity provider publishes."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from claims.keys import Ring
from model.errors import ServiceError

FRESH_FOR: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(minutes=1)
"""How long fetched keys are taken as current, and how soon after a fetch the next one may be made."""
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
_MOST_KEYS: Final = 50


class KeySource(Protocol):
    """Where the key of an id is found; ``at`` is the moment of asking, aware."""

    def key(self, kid: str, at: datetime) -> jwt.PyJWK | None:
        """None for an id that does not exist."""


class OwnKeys:
    """The public halves of our own ring (Ed25519)."""

    def __init__(self, ring: Ring) -> None:
        self._keys = {name: _public(seed, name) for name, seed in ring.keys.items()}

    def key(self, kid: str, at: datetime) -> jwt.PyJWK | None:  # noqa: ARG002 - our own keys are always current
        """The key of one of our ids."""
        return self._keys.get(kid)


class PublishedKeys:
    """A JSON Web Key Set, fetched when first needed, when it is an hour old, and when a token names an unknown key.

    ``fetch`` brings the parsed document from the address that the installation is set to and raises ``OSError`` where
    it cannot; keys known from before then stay in use. Tokens with made-up key ids cause one fetch a minute at most.
    """

    def __init__(self, fetch: Callable[[], Mapping[str, Any]]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._keys: Mapping[str, jwt.PyJWK] | None = None
        self._tried_at: datetime | None = None

    def key(self, kid: str, at: datetime) -> jwt.PyJWK | None:
        """Raises ``ServiceError`` ``service.issuer_unreachable`` while no keys are known at all."""
        with self._lock:
            age = None if self._tried_at is None else at - self._tried_at
            unknown = self._keys is None or kid not in self._keys
            if age is None or age >= FRESH_FOR or (unknown and age >= PATIENCE):
                self._refresh(at)
            if self._keys is None:
                raise ServiceError("issuer_unreachable")
            return self._keys.get(kid)

    def _refresh(self, at: datetime) -> None:
        self._tried_at = at
        try:
            self._keys = read_key_set(self._fetch())
        except (OSError, ValueError):
            return


def read_key_set(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """Public signing keys by id. Others in the document are passed over: symmetric ones, for encryption, without an id.

    Raises ``ValueError`` for anything that is no key set.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
        raise ValueError("no key set")
    return {entry["kid"]: key for entry in entries if (key := _signing_key(entry)) is not None}


def _signing_key(entry: object) -> jwt.PyJWK | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("kty") not in _KINDS or entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    try:
        return jwt.PyJWK(entry)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


def _public(seed: bytes, kid: str) -> jwt.PyJWK:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return jwt.PyJWK({**OKPAlgorithm.to_jwk(public, as_dict=True), "kid": kid, "alg": "EdDSA"})
