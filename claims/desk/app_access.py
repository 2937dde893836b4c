"""Insurers' apps and their keys. A key is shown once; it is listed by its prefix."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from claims.actions import Action
from claims.audit import Thing, ThingKind
from claims.desk.console import Place
from claims.ids import new_id
from claims.repository import app_keys, apps
from claims.repository.apps import App, AppKey
from claims.repository.held import held_app
from claims.tokens import new_api_key
from model.errors import RightsError


class AppChange(StrEnum):
    """What was changed."""

    APP_ADDED = "app_added"
    APP_LET_IN = "app_let_in"
    APP_SHUT_OUT = "app_shut_out"
    KEY_ADDED = "key_added"
    KEY_REVOKED = "key_revoked"


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key just made. ``text`` is shown once and stored nowhere."""

    key: AppKey
    text: str = field(repr=False)


def everyone(desk: Place, *, after: UUID | None = None, limit: int | None = None) -> tuple[App, ...]:
    """All apps by name, or ``limit`` of them; ``after`` goes on after a page."""
    desk.check(Action.MANAGE_APPS)
    return apps.everyone(desk.book, after=after, limit=limit)


def add(desk: Place, name: str, *, states_cover: bool = False) -> App:
    """Raises ``RightsError`` ``name_taken``."""
    desk.check(Action.MANAGE_APPS)
    app = App(id=new_id(desk.at), name=name, states_cover=states_cover, made_at=desk.at)
    if not apps.add(desk.book, app):
        raise RightsError("name_taken")
    tell(desk, app.id, AppChange.APP_ADDED)
    return app


def set_active(desk: Place, app: UUID, *, active: bool) -> App:
    """Let it in, or not any more. Raises ``RightsError`` ``not_found``."""
    found = held(desk, app)
    if found.active == active:
        return found
    apps.set_active(desk.book, app, active=active)
    tell(desk, app, AppChange.APP_LET_IN if active else AppChange.APP_SHUT_OUT)
    return managed(desk, app)


def keys_of(desk: Place, app: UUID, *, after: UUID | None = None, limit: int | None = None) -> tuple[AppKey, ...]:
    """All keys, in force or not, or ``limit`` of them; ``after`` goes on. Raises ``RightsError`` ``not_found``."""
    return app_keys.of_app(desk.book, managed(desk, app).id, after=after, limit=limit)


def key_with_prefix(desk: Place, prefix: str) -> AppKey | None:
    """The key that is listed under a prefix."""
    desk.check(Action.MANAGE_APPS)
    return apps.key_with_prefix(desk.book, prefix)


def add_key(desk: Place, app: UUID, *, valid_for: timedelta | None = None) -> FreshKey:
    """One more key, beside those there are. Raises ``RightsError`` ``not_found``."""
    managed(desk, app)
    issued = new_api_key()
    expires_at = None if valid_for is None else desk.at + valid_for
    key = AppKey(
        id=new_id(desk.at),
        app=app,
        prefix=issued.prefix,
        digest=issued.digest,
        made_at=desk.at,
        expires_at=expires_at,
    )
    apps.add_key(desk.book, key)
    tell(desk, app, AppChange.KEY_ADDED, token=key.id)
    return FreshKey(key, issued.text)


def revoke_key(desk: Place, app: UUID, key: UUID) -> None:
    """From now on it opens nothing; once more changes nothing. Raises ``RightsError`` ``not_found``."""
    found = next((one for one in keys_of(desk, app) if one.id == key), None)
    if found is None:
        raise RightsError("not_found")
    if found.revoked_at is None:
        apps.revoke_key(desk.book, key, at=desk.at)
        tell(desk, app, AppChange.KEY_REVOKED, token=key)


def managed(desk: Place, app: UUID) -> App:
    """An app that is shown, or given something. Raises ``RightsError`` ``forbidden``, ``not_found``."""
    desk.check(Action.MANAGE_APPS, thing=_thing(app))
    return _found(apps.get(desk.book, app))


def held(desk: Place, app: UUID) -> App:
    """An app that nobody else changes until the transaction ends. Raises as ``managed``."""
    desk.check(Action.MANAGE_APPS, thing=_thing(app))
    return _found(held_app(desk.book, app))


def tell(desk: Place, app: UUID, kind: StrEnum, **facts: object) -> None:
    """The log's entry of a change to an app."""
    desk.audit(Action.MANAGE_APPS, _thing(app), kind=kind, **facts)


def _found(app: App | None) -> App:
    if app is None:
        raise RightsError("not_found")
    return app


def _thing(app: UUID) -> Thing:
    return Thing(ThingKind.APP, app)
