"""Notifications to an insurer's app: what they say, how they are signed, when they are tried again, where they may go.

The signature header is ``QuickClaim-Signature: t=<unix seconds>,v1=<hex>``: HMAC-SHA256 with the receiver's secret over
``<t>.`` and the body as sent. The receiver computes it again over the bytes received, compares in constant time and
refuses a ``t`` more than five minutes away from its clock. Every attempt is signed anew and keeps its ``id``: the
receiver remembers ids for as long as attempts go on, so that a notification counts once. While a secret is changed the
header carries one ``v1`` for each.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from claims import public_address
from claims.states import Node, PublicState
from claims.utc import utc
from model.errors import WebhookError
from model.notes import Note

SIGNATURE_HEADER = "QuickClaim-Signature"
REPLAY_WINDOW = timedelta(minutes=5)
LEAST_SECRET_BYTES = 32
MAX_URL = 2048
PORTS = frozenset({443, 8443})
_MAX_HEADER = 1024
_PRINTABLE = range(0x21, 0x7F)

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → every address that the name has now. Raises ``OSError`` where there is none."""


class Notification(BaseModel):
    """That a case reached a node: no name, no plate, no amount. Who may know more asks for the claim."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    claim: str = Field(pattern=r"^[A-Z0-9-]{4,32}$", description="the claim's number")
    node: Node
    state: PublicState
    at: Annotated[datetime, AfterValidator(utc)]

    def body(self) -> bytes:
        """The bytes to sign and to send: JSON, keys sorted, the same every time."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()

    def said(self) -> Note:
        """The same for people."""
        return Note(f"notification.{self.node}", {"claim": self.claim})


def signature(body: bytes, secrets: Sequence[bytes], at: datetime) -> str:
    """The value of ``QuickClaim-Signature``. Raises ``ValueError`` without a secret, or for a short one."""
    if not secrets or any(len(secret) < LEAST_SECRET_BYTES for secret in secrets):
        raise ValueError(f"a secret has at least {LEAST_SECRET_BYTES} bytes")
    stamp = str(int(utc(at).timestamp()))
    return ",".join([f"t={stamp}", *(f"v1={_mac(secret, stamp, body)}" for secret in secrets)])


def verify(header: str, body: bytes, secret: bytes, at: datetime, window: timedelta = REPLAY_WINDOW) -> bool:
    """Whether the header was made of these bytes with this secret, at most ``window`` before or after ``at``."""
    if len(secret) < LEAST_SECRET_BYTES:
        raise ValueError(f"a secret has at least {LEAST_SECRET_BYTES} bytes")
    fields = [part.partition("=") for part in header.split(",")] if len(header) <= _MAX_HEADER else []
    stamps = [value for name, _, value in fields if name == "t"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit() and len(stamps[0]) <= 12):
        return False
    expected = _mac(secret, stamps[0], body).encode()
    given = [value.encode(errors="replace") for name, _, value in fields if name == "v1"]
    matches = [hmac.compare_digest(expected, one) for one in given]
    return any(matches) and abs(utc(at).timestamp() - int(stamps[0])) <= window.total_seconds()


def _mac(secret: bytes, stamp: str, body: bytes) -> str:
    return hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Exponential back-off: ``first``, then twice as long each time up to ``longest``; dead after ``attempts``.

    Each wait is drawn from its upper half, so that receivers which came back are not met by all senders at once.
    The defaults go on for 19 to 39 hours.
    """

    attempts: int = 16
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=6)

    def __post_init__(self) -> None:
        if self.attempts < 1 or not timedelta() < self.first <= self.longest:
            raise ValueError("at least one attempt, and waits that grow")

    def next_attempt(self, failed: int, at: datetime, draw: random.Random) -> datetime | None:
        """When to try again after ``failed`` attempts, 1 or more, the last of them at ``at``. None: dead letter."""
        if failed < 1:
            raise ValueError("counts the attempts that failed")
        if failed >= self.attempts:
            return None
        longest = self.longest.total_seconds()
        wait = min(self.first.total_seconds() * 2.0 ** min(failed - 1, 64), longest)
        return utc(at) + timedelta(seconds=draw.uniform(wait / 2, wait))


def delivered(status: int) -> bool:
    """Only 2xx. A redirect is a failure: it would lead to an address that nobody checked."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a notification may go. The sender connects to one of ``addresses`` and to nothing else.

    To resolve the name again would undo the check (DNS rebinding). ``host`` is the name for TLS (SNI and certificate),
    ``authority`` for the Host header, ``path`` for the request line.
    """

    secure: bool
    host: str
    port: int
    path: str = field(repr=False)
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """Host with its port where that is not the usual one."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def allowed_target(
    url: str, resolve: Resolve, *, ports: frozenset[int] = PORTS, plain_loopback: bool = False
) -> Target:
    """The checked target of a URL, to be asked for anew before every attempt.

    Only https on ``ports``, without credentials, to a name all of whose addresses are public. ``plain_loopback``, for
    development, also lets http through to an address of this machine on any port. Raises ``WebhookError``; neither its
    text nor its facts repeat the URL, whose path may hold a key.
    """
    parts, port = _parsed(url)
    plain = parts.scheme == "http" and plain_loopback
    if parts.scheme != "https" and not plain:
        raise WebhookError("not_https", "only https")
    if not plain and port not in ports:
        raise WebhookError("port", f"port {port}", port=port, known=tuple(str(one) for one in sorted(ports)))
    host = parts.hostname or ""
    found = _checked(_addresses(host, port, resolve), public_address.loopback if plain else public_address.public)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Target(secure=not plain, host=host, port=port, path=path, addresses=found)


def _parsed(url: str) -> tuple[SplitResult, int]:
    """``urlsplit`` drops tabs and line breaks without a word and takes a backslash for a letter, so both go first."""
    if not 0 < len(url) <= MAX_URL or any(ord(sign) not in _PRINTABLE for sign in url) or "\\" in url:
        raise WebhookError("not_a_url", "not a URL of printable ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookError("not_a_url", "cannot be taken apart") from None
    if parts.username is not None or parts.password is not None:
        raise WebhookError("credentials", "a user or password in the URL")
    if not parts.hostname or parts.fragment or "%" in parts.netloc or port == 0:
        raise WebhookError("not_a_url", "no host, or more than a URL to call")
    return parts, port or (80 if parts.scheme == "http" else 443)


def _addresses(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    if public_address.address(host) is not None:
        return (host,)
    try:
        return resolve(host, port)
    except (OSError, UnicodeError):
        return ()


def _checked(found: Iterable[str], allow: Callable[[str], public_address.Address | None]) -> tuple[str, ...]:
    """One address that is not allowed is enough to refuse: which one is tried would be a matter of luck."""
    taken = [allow(text) for text in found]
    allowed = tuple(dict.fromkeys(str(one) for one in taken if one is not None))
    if not taken:
        raise WebhookError("unresolved", "the host has no address")
    if len([one for one in taken if one is not None]) < len(taken):
        raise WebhookError("not_public", "an address of the host is not public")
    return allowed
