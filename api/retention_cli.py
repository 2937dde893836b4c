"""``quickclaim retention``: cases that were kept long enough are listed, or erased as the service does every hour."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import coded_errors
from api.settings import Settings, spoken_language
from model.notes import note
from model.texts import Texts

if TYPE_CHECKING:
    from claims.desk.retention import Over


def retention(
    list_: Annotated[bool, typer.Option("--list", help="Only say which cases are due; nothing is changed.")] = False,
) -> None:
    """Erase everything personal of cases that were kept as long as their market has it."""
    from api.clock import utc_now
    from api.engine import open_service
    from api.stores import open_stores
    from claims.desk.desk import SYSTEM
    from claims.desk.house import House
    from claims.desk.retention import erase_over, over

    texts = Texts.load(spoken_language())
    with coded_errors():
        settings = Settings.read()
        with open_stores(settings) as stores:
            house = House.of(stores.books, stores.photos, open_service(settings), stores.keys)
            if list_:
                with house.looking(SYSTEM, utc_now()) as desk:
                    due = [_line(one, texts) for one in over(desk, limit=_EVERY)]
                typer.echo("\n".join(due) or texts.say(note("retention.none")))
                typer.echo(texts.say(note("retention.listed", count=len(due))), err=True)
                return
            count = 0
            while erased := erase_over(house, utc_now()):
                count += erased
        typer.echo(texts.say(note("retention.erased", count=count)))


_EVERY = 1_000_000


def _line(one: "Over", texts: Texts) -> str:
    claim = one.claim
    asked = claim.deletion_asked_at
    told = "" if asked is None else texts.say(note("retention.asked", day=f"{asked:%Y-%m-%d}"))
    facts = {"number": claim.number, "closed": f"{claim.closed_at:%Y-%m-%d}", "until": one.until, "asked": told}
    return texts.say(note("retention.due", **facts))
