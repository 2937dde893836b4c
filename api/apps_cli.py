"""``quickclaim apps``: insurers' apps and their keys. A key goes to standard output once and is stored nowhere."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import coded_errors
from api.settings import Settings, spoken_language
from model.errors import UsageError
from model.naming import shown_name
from model.notes import note
from model.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.desk.console import Console
    from claims.repository.apps import App, AppKey

apps_app = typer.Typer(no_args_is_help=True, help="Apps of insurers, and their keys.")
_LONGEST = 80

Name = Annotated[str, typer.Argument(help="What the app is called.", show_default=False)]


@apps_app.command()
def add(
    name: Name,
    states_cover: Annotated[
        bool, typer.Option("--states-cover", help="What the app says about cover and money counts.")
    ] = False,
) -> None:
    """Make an app known. It needs a key to come in."""
    from claims.desk import app_access

    with _console() as console:
        if not name.isprintable() or not 0 < len(name.strip()) <= _LONGEST:
            raise UsageError("bad_name", limit=_LONGEST)
        app_access.add(console, name.strip(), states_cover=states_cover)
    _say("apps.added", name=name.strip(), command=shlex.join(["quickclaim", "apps", "key", name.strip()]))


@apps_app.command("list")
def list_() -> None:
    """Every app by name, with the prefixes of its keys and when each was last used."""
    from claims.desk import app_access

    texts = Texts.load(spoken_language())
    with _console() as console:
        found = [(app, app_access.keys_of(console, app.id)) for app in app_access.everyone(console)]
    for app, keys in found:
        _tell(app, keys, texts)
    if not found:
        _say("apps.none")


@apps_app.command()
def key(
    name: Name,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="For how long; for ever if not said.")] = None,
) -> None:
    """A fresh key for an app, beside those it has."""
    from claims.desk import app_access

    with _console() as console:
        app = next((one for one in app_access.everyone(console) if one.name == name), None)
        if app is None:
            raise UsageError("unknown_app")
        fresh = app_access.add_key(console, app.id, valid_for=None if days is None else timedelta(days=days))
    typer.echo(fresh.text)
    _say("apps.key_shown")


@apps_app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(help="The twelve letters of the key after qc_.", show_default=False)],
) -> None:
    """From now on a key opens nothing."""
    from claims.desk import app_access

    letters = prefix.removeprefix("qc_")
    with _console() as console:
        found = app_access.key_with_prefix(console, letters)
        if found is None:
            raise UsageError("unknown_key")
        app_access.revoke_key(console, found.app, found.id)
    _say("apps.revoked", prefix=letters)


def _tell(app: "App", keys: "Sequence[AppKey]", texts: Texts) -> None:
    rest = [] if app.active else [texts.say(note("apps.inactive"))]
    rest += [texts.say(note("apps.states_cover"))] if app.states_cover else []
    typer.echo("  ".join([shown_name(app.name), *rest]))
    for one in keys:
        facts = {"prefix": one.prefix, "made": _day(one.made_at)}
        used = note("apps.never_used") if one.used_at is None else note("apps.used", day=_day(one.used_at))
        ends = [texts.say(note("apps.expires", day=_day(one.expires_at)))] if one.expires_at else []
        ends = [texts.say(note("apps.revoked_on", day=_day(one.revoked_at)))] if one.revoked_at else ends
        typer.echo("  " + "  ".join([texts.say(note("apps.key", **facts)), texts.say(used), *ends]))


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


@contextmanager
def _console() -> "Iterator[Console]":
    from api.clock import utc_now
    from api.stores import open_stores
    from claims.desk.console import Console

    with coded_errors(), open_stores(Settings.read()) as stores, Console.open(stores.books, utc_now()) as console:
        yield console


def _say(code: str, **facts: object) -> None:
    typer.echo(Texts.load(spoken_language()).say(note(code, **facts)), err=True)
