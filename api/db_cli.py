"""``quickclaim db upgrade``: the tables of the database, brought to what this version expects."""

import typer

from api.exits import coded_errors
from api.settings import Settings
from model.notes import note
from model.texts import Texts

db_app = typer.Typer(no_args_is_help=True, help="The database that cases are kept in.")


@db_app.callback()
def _group() -> None:
    """A group, even while it has one command."""


@db_app.command()
def upgrade() -> None:
    """Bring the tables to what this version expects; all of it or nothing. Safe to run again."""
    from api.stores import anchors_of, keys_at_hand
    from claims.db import Database, is_embedded, open_engine
    from claims.desk.auditing import seal
    from claims.repository.book import Books, Secrets
    from claims.schema import upgrade as upgrade_tables

    with coded_errors():
        settings = Settings.read()
        database = Database(url=settings.database) if settings.database else Database.in_folder(settings.home)
        engine = open_engine(database)
        try:
            done = upgrade_tables(engine)
            if not is_embedded(engine):
                from claims.jobs.queued.tables import upgrade as upgrade_carrier

                upgrade_carrier(engine)
            if (keys := keys_at_hand(settings)) is not None:
                seal(Books(engine, Secrets.of(keys), anchors_of(settings)))
        finally:
            engine.dispose()
        told = "storage.current" if done.before == done.after else "storage.upgraded"
        typer.echo(Texts.load(settings.spoken()).say(note(told, revision=done.after)))
