"""``quickclaim apps``: insurers' apps and their keys. A key goes to standard output once and is stored nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import coded_errors
from api.settings import Settings, spoken_language
from model.errors import UsageError
from model.notes import note
from model.texts import Texts

if TYPE_CHECKING:
    from claims.desk.console import Console

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
    _say("apps.added", name=name)


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


@contextmanager
def _console() -> "Iterator[Console]":
    from api.clock import utc_now
    from api.stores import open_stores
    from claims.desk.console import Console

    with coded_errors(), open_stores(Settings.read()) as stores, Console.open(stores.books, utc_now()) as console:
        yield console


def _say(code: str, **facts: object) -> None:
    typer.echo(Texts.load(spoken_language()).say(note(code, **facts)), err=True)
