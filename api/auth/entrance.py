"""What it takes to tell who comes in: issuers of tokens, passwords with their line, and what wrong ones cost."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Self

from api.auth import key_set
from api.auth.config import SignInSettings
from api.line import Line
from claims.bearer import Issuer, OwnIssuer
from claims.bearer_keys import OwnKeys, PublishedKeys
from claims.desk.sign_in import LockOut
from claims.keys import Keys
from claims.passwords import Passwords
from claims.repository.people import OWN_ISSUER

_AUDIENCE: Final = "quickclaim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One for each process. A wrong password is answered ``refusal_s`` after it came, whatever was wrong with it."""

    own: OwnIssuer
    issuers: tuple[Issuer, ...]
    passwords: Passwords = field(repr=False)
    line: Line
    lock_out: LockOut
    refusal_s: float = 1.0

    @classmethod
    def of(cls, config: SignInSettings, keys: Keys) -> Self:
        """As the settings say; the keys of an identity provider are fetched when they are first needed."""
        own = OwnIssuer(
            name=OWN_ISSUER,
            audience=_AUDIENCE,
            ring=keys.bearer,
            lifetime=timedelta(minutes=config.token_minutes),
        )
        return cls(
            own=own,
            issuers=(_own(own), *_provider(config)),
            passwords=Passwords(memory_kib=config.password_mib * 1024),
            line=Line(at_once=config.passwords_at_once, waiting=config.passwords_waiting),
            lock_out=LockOut(),
        )


def open_entrance(keys: Keys) -> Entrance:
    """With the settings of the environment. Raises ``SettingsError``."""
    return Entrance.of(SignInSettings.read(), keys)


def _own(own: OwnIssuer) -> Issuer:
    return Issuer(
        name=own.name,
        audience=own.audience,
        keys=OwnKeys(own.ring),
        algorithms=frozenset({"EdDSA"}),
        versioned=True,
        longest=own.lifetime,
    )


def _provider(config: SignInSettings) -> tuple[Issuer, ...]:
    if config.oidc_issuer is None or config.oidc_audience is None or config.oidc_keys is None:
        return ()
    issuer = Issuer(
        name=config.oidc_issuer,
        audience=config.oidc_audience,
        keys=PublishedKeys(key_set.source(config.oidc_keys)),
        role_claim=config.oidc_role_claim,
        roles=config.oidc_roles,
    )
    return (issuer,)
