"""Insurers' apps, their keys, and the tokens that open one claim. Only hashes of secrets are here."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update

from claims.repository.book import Book
from claims.repository.places import later
from claims.repository.rows import change_rows, columns_of, insert_once, record, rows_of, version_of
from claims.tables import app_keys, apps, claim_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app. ``states_cover``: what it says about cover and money counts (ADR 0009, 10)."""

    id: UUID
    name: str
    states_cover: bool = False
    active: bool = True
    made_at: datetime

    @property
    def version(self) -> str:
        """The ETag: another one while what may be changed differs."""
        return version_of(self.name, self.states_cover, self.active)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKey:
    """A key of an app: found by its prefix, right by its digest (``claims.tokens``). ``used_at`` is some minutes old at
    the most, None where nobody came in with it."""

    id: UUID
    app: UUID
    prefix: str
    digest: str = field(repr=False)
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def valid_at(self, at: datetime) -> bool:
        """Neither revoked nor run out."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimToken:
    """What opens one claim for its customer.

    ``handed_by``: the one of the staff (``Actor.name``) who made it, and so has seen it; ``proven_at``: when its bearer
    showed that they are the customer. ``tries`` to show it failed, the last at ``tried_at``.
    """

    id: UUID
    claim: UUID
    digest: str = field(repr=False)
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    handed_by: str | None = None
    proven_at: datetime | None = None
    tries: int = 0
    tried_at: datetime | None = None

    @property
    def proven(self) -> bool:
        """Whether it is the customer who shows it, for all we know."""
        return self.handed_by is None or self.proven_at is not None

    def valid_at(self, at: datetime) -> bool:
        """Neither revoked nor run out."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def add(book: Book, app: App) -> bool:
    """Whether the app is new: names are unique."""
    return insert_once(book.connection, apps, columns_of(app), on=["name"])


def get(book: Book, app: UUID) -> App | None:
    """One by its id."""
    row = rows_of(book.connection, apps, id=app).one_or_none()
    return None if row is None else record(App, row)


def everyone(book: Book, *, after: UUID | None = None, limit: int | None = None) -> tuple[App, ...]:
    """All apps by name, or ``limit`` of them; ``after`` goes on after a page."""
    query = select(apps).order_by(apps.c.name).limit(limit)
    if after is not None:
        query = query.where(later(apps, apps.c.name, after))
    return tuple(record(App, row) for row in book.connection.execute(query))


def set_active(book: Book, app: UUID, *, active: bool) -> None:
    """Let it in, or not any more."""
    book.connection.execute(update(apps).where(apps.c.id == app).values(active=active))


def add_key(book: Book, key: AppKey) -> None:
    """One more key; old ones stay until they are revoked."""
    book.connection.execute(insert(app_keys).values(**columns_of(key)))


def key_with_prefix(book: Book, prefix: str) -> AppKey | None:
    """The key that a presented one would have to be."""
    row = rows_of(book.connection, app_keys, prefix=prefix).one_or_none()
    return None if row is None else record(AppKey, row)


def revoke_key(book: Book, key: UUID, *, at: datetime) -> None:
    """From now on it opens nothing."""
    mine = (app_keys.c.id == key, app_keys.c.revoked_at.is_(None))
    book.connection.execute(update(app_keys).where(*mine).values(revoked_at=at))


def add_token(book: Book, token: ClaimToken) -> None:
    """One more token of a claim."""
    book.connection.execute(insert(claim_tokens), columns_of(token))


def token_with_digest(book: Book, digest: str) -> ClaimToken | None:
    """The token that a presented one is."""
    row = rows_of(book.connection, claim_tokens, digest=digest).one_or_none()
    return None if row is None else record(ClaimToken, row)


def token(book: Book, token_id: UUID) -> ClaimToken | None:
    """One by its id."""
    row = rows_of(book.connection, claim_tokens, id=token_id).one_or_none()
    return None if row is None else record(ClaimToken, row)


def proven(book: Book, token_id: UUID, *, at: datetime) -> None:
    """Its bearer is the customer."""
    change_rows(book.connection, claim_tokens, {"proven_at": at}, id=token_id)


def tried(book: Book, token_id: UUID, *, tries: int, at: datetime) -> None:
    """Its bearer could not show it, by now so many times."""
    change_rows(book.connection, claim_tokens, {"tries": tries, "tried_at": at}, id=token_id)


def tries_since(book: Book, claim: UUID, since: datetime) -> tuple[int, datetime | None]:
    """How often somebody failed with a token of the claim that was tried after a moment, and when the last time."""
    late = (claim_tokens.c.claim == claim, claim_tokens.c.tried_at > since)
    row = book.connection.execute(
        select(func.coalesce(func.sum(claim_tokens.c.tries), 0), func.max(claim_tokens.c.tried_at)).where(*late)
    ).one()
    return int(row[0]), row[1]


def valid_tokens(book: Book, claim: UUID) -> int:
    """How many tokens open a claim."""
    query = select(func.count()).where(claim_tokens.c.claim == claim, claim_tokens.c.revoked_at.is_(None))
    return book.connection.execute(query).scalar_one()


def used(book: Book, key: UUID, *, at: datetime) -> None:
    """The app has come in with it."""
    book.connection.execute(update(app_keys).where(app_keys.c.id == key).values(used_at=at))


def revoke_tokens(book: Book, claim: UUID, *, at: datetime) -> None:
    """None of a claim's tokens opens it any more."""
    mine = (claim_tokens.c.claim == claim, claim_tokens.c.revoked_at.is_(None))
    book.connection.execute(update(claim_tokens).where(*mine).values(revoked_at=at))
