"""Tokens that open one claim, and keys of apps: 256 random bits, shown once, kept as a hash.

A plain SHA-256 is enough for secrets that nobody can guess; passwords need more (``claims.passwords``).
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_API_KEY = re.compile(r"qc_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_UNGUESSABLE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret. ``text`` is shown once; ``digest`` (64 hexadecimal digits) is stored.

    ``prefix`` names an API key in lists and finds its row; a claim's token has none and is found by its digest.
    """

    text: str = field(repr=False)
    digest: str
    prefix: str = ""


def new_token() -> Issued:
    """A token for one claim, 43 characters that are safe in a URL."""
    text = secrets.token_urlsafe(_UNGUESSABLE_BYTES)
    return Issued(text, digest(text))


def new_api_key() -> Issued:
    """A key for an app: ``qc_<prefix>_<secret>``."""
    prefix = secrets.token_hex(6)
    text = f"qc_{prefix}_{secrets.token_urlsafe(_UNGUESSABLE_BYTES)}"
    return Issued(text, digest(text), prefix)


def digest(text: str) -> str:
    """What is stored of a secret."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def matches(text: str, stored: str) -> bool:
    """Whether a presented secret is the stored one, in a time that does not tell how near it came."""
    return hmac.compare_digest(digest(text), stored)


def is_token(text: str) -> bool:
    """Whether it has the form of a claim's token, so that nothing else is looked up."""
    return _SECRET.fullmatch(text) is not None


def api_key_prefix(text: str) -> str | None:
    """The prefix of something in the form of an API key; None otherwise."""
    found = _API_KEY.fullmatch(text)
    return found[1] if found else None
