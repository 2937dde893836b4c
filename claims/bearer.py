"""Staff tokens (JWT, RFC 7519 and 8725): short-lived ones of our own after a login, or those of an identity provider.

Nothing here reads a clock or the network: ``at`` comes in, and keys come from a ``KeySource``. Every token that is not
right gets the same answer, ``rights.token_invalid``, except one that was right and has run out or was taken back.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.actors import STAFF
from claims.bearer_keys import KeySource
from claims.keys import Ring
from claims.states import Role
from model.errors import RightsError

ALGORITHMS: Final = frozenset({"EdDSA", "ES256", "ES384", "PS256", "RS256"})
"""Signatures by a private key that stays with the issuer. Never ``none``, never a shared secret."""
_MAX_CHARACTERS = 8192
_DECODER: Final = jwt.PyJWT(
    {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "require": ["iss", "aud", "sub", "iat", "exp"],
        "enforce_minimum_key_length": True,
    }
)
"""PyJWT would read the wall clock; ``_check_times`` does it with ``at``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose tokens are taken, and how a role is read from them.

    ``role_claim`` is a path with dots (``realm_access.roles``) to a text or a list of texts; ``roles`` says which role
    of ours each means. ``versioned`` issuers (our own) name the version of the person's rights. Raises ``ValueError``
    for an algorithm that is not safe, and for a role that is not one of the staff.
    """

    name: str
    audience: str
    keys: KeySource = field(repr=False)
    algorithms: frozenset[str] = ALGORITHMS
    role_claim: str = "role"
    roles: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in STAFF})
    versioned: bool = False
    leeway: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", MappingProxyType(dict(self.roles)))
        if not self.algorithms or not self.algorithms <= ALGORITHMS:
            raise ValueError("an algorithm that is not safe")
        if not set(self.roles.values()) <= STAFF:
            raise ValueError("a token only makes people of the staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who holds a token that is right. ``subject`` is the person's id at the issuer; only our own have a version."""

    issuer: str
    subject: str = field(repr=False)
    role: Role
    issued_at: datetime
    expires_at: datetime
    jti: str | None
    version: int | None
    signed_in_at: datetime | None = None
    """When the password was last typed, however often the token was renewed since; only our own tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIssuer:
    """How our own login makes tokens: the ring signs, for ``lifetime``, up to ``longest_session`` after it."""

    name: str
    audience: str
    ring: Ring
    lifetime: timedelta = timedelta(minutes=15)
    longest_session: timedelta = timedelta(hours=12)

    def expires_at(self, at: datetime, signed_in_at: datetime) -> datetime:
        """When a token of ``at`` runs out, in whole seconds. Raises ``RightsError`` ``token_expired``: sign in anew."""
        end = signed_in_at + self.longest_session
        if at >= end:
            raise RightsError("token_expired")
        return datetime.fromtimestamp(int(min(at + self.lifetime, end).timestamp()), UTC)


def issue(
    person: UUID, role: Role, version: int, *, at: datetime, by: OwnIssuer, signed_in_at: datetime | None = None
) -> str:
    """A token for a person who has shown who they are, at ``at`` or earlier.

    Raises ``ValueError`` for a role not of the staff, ``RightsError`` ``token_expired`` when it is too long ago.

    ``version`` counts up whenever the person logs out or gets another role: ``require_current`` then refuses the token.
    """
    if role not in STAFF:
        raise ValueError(f"{role} does not log in")
    now, began = int(at.timestamp()), signed_in_at or at
    claims = {
        "iss": by.name,
        "aud": by.audience,
        "sub": str(person),
        "role": role.value,
        "ver": version,
        "iat": now,
        "nbf": now,
        "exp": int(by.expires_at(at, began).timestamp()),
        "auth_time": int(began.timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    signer = Ed25519PrivateKey.from_private_bytes(by.ring.keys[by.ring.active])
    return jwt.encode(claims, signer, algorithm="EdDSA", headers={"kid": by.ring.active})


def verify(token: str, issuers: Sequence[Issuer], *, at: datetime) -> Bearer:
    """Who holds the token.

    Raises ``RightsError``: ``token_invalid``, ``token_expired``, ``no_role``, ``role_unclear`` (two of ours at once).
    """
    issuer = _issuer(token, issuers)
    claims = _signed(token, issuer, at)
    issued_at, expires_at = _check_times(claims, issuer, at)
    version, jti = claims.get("ver"), claims.get("jti")
    if issuer.versioned and (not isinstance(version, int) or isinstance(version, bool)):
        raise _invalid()
    return Bearer(
        issuer=issuer.name,
        subject=_subject(claims),
        role=_role(claims, issuer),
        issued_at=issued_at,
        expires_at=expires_at,
        jti=jti if isinstance(jti, str) else None,
        version=version if issuer.versioned else None,
        signed_in_at=_signed_in_at(claims, issued_at) if issuer.versioned else None,
    )


def require_current(bearer: Bearer, *, version: int, role: Role) -> None:
    """Raises ``RightsError`` ``token_revoked`` unless the person's stored version and role are those of the token."""
    if bearer.version is not None and (bearer.version != version or bearer.role is not role):
        raise RightsError("token_revoked")


def _signed_in_at(claims: Mapping[str, Any], issued_at: datetime) -> datetime:
    """A token of before this was told was not renewed."""
    told = claims.get("auth_time")
    return datetime.fromtimestamp(told, UTC) if isinstance(told, int) and not isinstance(told, bool) else issued_at


def _issuer(token: str, issuers: Sequence[Issuer]) -> Issuer:
    """The one that the token names; that it speaks the truth is checked with that issuer's keys."""
    if len(token) > _MAX_CHARACTERS:
        raise _invalid()
    try:
        named = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise _invalid() from None
    found = next((issuer for issuer in issuers if issuer.name == named), None)
    if found is None:
        raise _invalid()
    return found


def _signed(token: str, issuer: Issuer, at: datetime) -> Mapping[str, Any]:
    """PyJWT takes an algorithm only when it is both the issuer's and the key's, and no critical header it cannot do."""
    header = _header(token)
    kid = header.get("kid")
    key = issuer.keys.key(kid, at) if isinstance(kid, str) else None
    if key is None:
        raise _invalid()
    try:
        claims: Mapping[str, Any] = _DECODER.decode(
            token,
            key,
            algorithms=sorted(issuer.algorithms),
            audience=issuer.audience,
            issuer=issuer.name,
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise _invalid() from None
    return claims


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise _invalid() from None


def _check_times(claims: Mapping[str, Any], issuer: Issuer, at: datetime) -> tuple[datetime, datetime]:
    issued, expires = _moment(claims["iat"]), _moment(claims["exp"])
    begins = _moment(claims["nbf"]) if "nbf" in claims else issued
    ahead = at + issuer.leeway
    if issued > ahead or begins > ahead or expires <= issued or expires - issued > issuer.longest:
        raise _invalid()
    if expires <= at - issuer.leeway:
        raise RightsError("token_expired")
    return issued, expires


def _moment(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _invalid()
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise _invalid() from None


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _invalid()
    return subject


def _role(claims: Mapping[str, Any], issuer: Issuer) -> Role:
    """Groups that mean nothing to us are passed over; two roles at once would undo the separation of duties."""
    told: Any = claims
    for step in issuer.role_claim.split("."):
        told = told.get(step) if isinstance(told, Mapping) else None
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    found = {issuer.roles[group] for group in groups if isinstance(group, str) and group in issuer.roles}
    if not found:
        raise RightsError("no_role")
    if len(found) > 1:
        raise RightsError("role_unclear")
    return found.pop()


def _invalid() -> RightsError:
    return RightsError("token_invalid")
