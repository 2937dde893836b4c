"""``quickclaim audit verify`` and ``quickclaim replay``: is the log whole, and is an estimate what it was?

Exit status: 0 all is as it was; 1 something is not; 2 wrong usage.
"""

import re
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from api.exits import UNSOUND, coded_errors
from api.settings import Settings, spoken_language
from model.errors import UsageError
from model.naming import shown_name
from model.notes import note
from model.texts import Texts

if TYPE_CHECKING:
    from claims.audit import Head
    from claims.desk.house import House
    from claims.repository.assessments import Made
    from claims.repository.book import Books

audit_app = typer.Typer(no_args_is_help=True, help="The log of everything that was done.")

_SHOWN: Final = 10
_ANCHOR: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@audit_app.callback()
def _group() -> None:
    """A group, even while it has one command."""


@audit_app.command()
def verify(
    anchor: Annotated[
        list[str] | None, typer.Option(metavar="SEQ:HASH", help="A line 'audit anchor …' of the service's log.")
    ] = None,
) -> None:
    """Read the whole log and name the first ten faults: entries that were altered, lost, added or moved.

    It is compared with the anchors in the database and in the file audit-anchors.jsonl (QUICKCLAIM_AUDIT_ANCHORS).
    """
    from api.stores import open_stores
    from claims.desk.auditing import checked

    texts = _texts()
    with coded_errors(), open_stores(Settings.read()) as stores, stores.books.reading() as book:
        found = checked(stores.books, book, [*map(_head, anchor or ())])
    if not found.faults:
        typer.echo(texts.say(note("audit.whole", entries=found.entries, anchors=found.links)))
        return
    typer.echo(texts.say(note("audit.broken", count=len(found.faults))))
    for fault in found.faults[:_SHOWN]:
        typer.echo(texts.say(fault.note))
    raise typer.Exit(UNSOUND)


def replay(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Its number, or its id.", show_default=False)],
) -> None:
    """Make every estimate of a case again from its photos, and say what today's versions would change."""
    from api.engine import open_service
    from api.stores import open_stores
    from claims.desk.house import House

    texts = _texts()
    with coded_errors():
        settings = Settings.read()
        with open_stores(settings) as stores:
            number, every = _estimates(stores.books, case)
            if not every:
                typer.echo(texts.say(note("replay.nothing", number=number)))
                return
            house = House.of(stores.books, stores.photos, open_service(settings), stores.keys)
            same = [_again(house, number, made, texts) for made in every]
    if not all(same):
        raise typer.Exit(UNSOUND)


def _estimates(books: "Books", case: str) -> "tuple[str, tuple[Made, ...]]":
    """The number of a case that is named by its number or its id, and all estimates of it."""
    from claims.repository import assessments, claims

    named = _id(case)
    with books.reading() as book:
        claim = claims.get(book, named) if named else claims.by_number(book, case)
        if claim is None:
            raise UsageError("unknown_claim", value=shown_name(case))
        return claim.number, assessments.of_claim(book, claim.id)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _again(house: "House", number: str, made: "Made", texts: Texts) -> bool:
    from api.clock import utc_now
    from claims.desk.desk import SYSTEM
    from claims.desk.replaying import replayed, what_moved

    found = replayed(house, SYSTEM, made.claim, made.id, utc_now())
    facts = {"number": number, "made_at": f"{made.made_at:%Y-%m-%d %H:%M:%S} UTC", "count": len(found.differences)}
    typer.echo(texts.say(note("replay.same" if found.same else "replay.differs", **facts)))
    for place in found.differences[:_SHOWN]:
        typer.echo("  " + texts.say(note("replay.place", where=place.where, stored=place.stored, now=place.now)))
    moved = what_moved(house, SYSTEM, made.claim, made.id, utc_now())
    for told in [one.note for one in moved] or [note("replay.unmoved")]:
        typer.echo("  " + texts.say(told))
    return found.same


def _head(text: str) -> "Head":
    from claims.audit import Head

    match = _ANCHOR.fullmatch(text)
    if match is None:
        raise UsageError("bad_anchor", value=shown_name(text))
    return Head(int(match[1]), match[2])


def _texts() -> Texts:
    return Texts.load(spoken_language())
