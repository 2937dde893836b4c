"""Passwords of the insurer's staff: Argon2id, and the same work for a login that does not exist."""

import secrets
import unicodedata
from dataclasses import dataclass, field

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from model.errors import RightsError, SecrecyError

SHORTEST = 12
LONGEST = 256
"""Characters. Length is the only rule for a new password (NIST SP 800-63B); the bound keeps hashing short."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password is right; ``renewed`` is a hash to store instead, where the cost was raised since."""

    right: bool
    renewed: str | None = field(default=None, repr=False)


class Passwords:
    """Hashes and verifies. The costs are those of RFC 9106, second choice, unless others are given.

    ``memory_kib`` and ``passes`` are the cost of one attempt; every hash says with which it was made.
    """

    def __init__(self, *, memory_kib: int = 64 * 1024, passes: int = 3) -> None:
        self._hashes = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=4),))
        self._of_nobody = self._hashes.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """For storing. Raises ``RightsError``: ``rights.password_too_short`` or ``rights.password_too_long``."""
        if len(password) < SHORTEST:
            raise RightsError("password_too_short", limit=SHORTEST)
        if len(password) > LONGEST:
            raise RightsError("password_too_long", limit=LONGEST)
        return self._hashes.hash(_normal(password))

    def verify(self, password: str, stored: str | None) -> Verified:
        """``stored`` is None for a login that does not exist: the answer is no, after as much work.

        Raises ``SecrecyError`` ``secrecy.password_unreadable`` for a stored hash that is none: a fault of ours.
        """
        known = stored is not None and len(password) <= LONGEST
        try:
            right, renewed = self._hashes.verify_and_update(
                _normal(password[:LONGEST]), stored if known and stored else self._of_nobody
            )
        except PwdlibError:
            raise SecrecyError("password_unreadable") from None
        return Verified(right, renewed)


def _normal(password: str) -> bytes:
    """Typed on another keyboard, the same letters may be other code points."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
