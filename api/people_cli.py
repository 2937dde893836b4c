"""``quickclaim people``: the insurer's staff, so that a fresh installation has somebody who lets others in.

Passwords come from a prompt or from standard input, never from an argument: those are seen by everybody on a machine.
"""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import coded_errors
from api.settings import Settings, spoken_language
from claims.actors import STAFF
from claims.states import Role
from model.errors import UsageError
from model.naming import shown_name
from model.notes import note
from model.texts import Texts

if TYPE_CHECKING:
    from claims.repository.people import Person

people_app = typer.Typer(no_args_is_help=True, help="People of the insurer who may come in.")

StaffRole = StrEnum("StaffRole", [(role.name, role.value) for role in Role if role in STAFF])  # type: ignore[misc]
_MOST_CHARACTERS = 4096

Login = Annotated[str, typer.Argument(help="What the person signs in with.", show_default=False)]


@people_app.command()
def add(
    login: Login,
    role: Annotated[StaffRole, typer.Option(help="What the person does.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="What the person is called; by default the login.")] = None,
) -> None:
    """Let somebody in. The first administrator of an installation is made like this."""
    from api.auth.entrance import open_entrance
    from api.clock import utc_now
    from api.stores import open_stores
    from claims.desk import staff
    from claims.desk.console import Console

    with coded_errors(), open_stores(Settings.read()) as stores:
        password = open_entrance(stores.keys).passwords.hash(_password())
        new = staff.NewPerson(subject=login, name=name or login, role=Role(role.value), password=password)
        with Console.open(stores.books, utc_now()) as console:
            added = staff.add(console, new)
        typer.echo(_texts().say(note("people.added", login=added.subject, role=added.role)))


@people_app.command("list")
def list_() -> None:
    """Everybody, the longest known first."""
    from api.clock import utc_now
    from api.stores import open_stores
    from claims.desk import staff
    from claims.desk.console import Console

    texts = _texts()
    with coded_errors(), open_stores(Settings.read()) as stores, Console.open(stores.books, utc_now()) as console:
        found = staff.everyone(console)
    for person in found:
        typer.echo(_told(person, texts))
    if not found:
        typer.echo(texts.say(note("people.none")), err=True)


@people_app.command()
def passwd(login: Login) -> None:
    """A new password for somebody, and an end to a lock. Whoever is signed in as this person no longer is."""
    from api.auth.entrance import open_entrance
    from api.clock import utc_now
    from api.stores import open_stores
    from claims.desk import staff
    from claims.desk.console import Console

    with coded_errors(), open_stores(Settings.read()) as stores:
        password = open_entrance(stores.keys).passwords.hash(_password())
        with Console.open(stores.books, utc_now()) as console:
            known = staff.with_login(console, login)
            if known is None:
                raise UsageError("unknown_login")
            staff.reset_password(console, known.id, password)
        typer.echo(_texts().say(note("people.password_set", login=known.subject)))


def _password() -> str:
    """Typed twice where a person sits, else the first line of standard input."""
    if sys.stdin.isatty():
        told = _texts().say(note("people.password"))
        first = typer.prompt(told, hide_input=True, err=True)
        if first != typer.prompt(told, hide_input=True, err=True):
            raise UsageError("two_passwords")
        return str(first)
    line = sys.stdin.readline(_MOST_CHARACTERS).rstrip("\r\n")
    if not line:
        raise UsageError("no_password")
    return line


def _told(person: "Person", texts: Texts) -> str:
    rest = [] if person.active else [texts.say(note("people.inactive"))]
    if person.signed_in_at is not None:
        rest.append(texts.say(note("people.signed_in", day=f"{person.signed_in_at:%Y-%m-%d}")))
    return "  ".join([str(person.id), person.role.value, shown_name(person.subject), shown_name(person.name), *rest])


def _texts() -> Texts:
    return Texts.load(spoken_language())
