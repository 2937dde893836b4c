"""The tables of a database, brought to what this version of QuickClaim expects; Alembic run from code."""

from dataclasses import dataclass
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from claims.db import is_embedded, reading, writing
from model.errors import StorageError

_ONE_AT_A_TIME = 0x5143_0001
"""Any number that nothing else in the database takes for an advisory lock."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Revisions of the tables before and after; ``before`` is None for an empty database."""

    before: str | None
    after: str


def upgrade(engine: Engine) -> Upgrade:
    """All of it or nothing, once, however many processes begin at the same time.

    Raises ``StorageError`` ``storage.newer`` for tables of a later version, and as ``claims.db.writing`` does.
    """
    with writing(engine) as connection:
        if not is_embedded(connection):
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        before = _known(connection)
        if before != head():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return Upgrade(before, head())


def require_current(engine: Engine) -> None:
    """Raises ``StorageError`` ``storage.not_upgraded`` or ``storage.newer``."""
    with reading(engine) as connection:
        if _known(connection) != head():
            raise StorageError("not_upgraded", f"the tables are not those of {head()}")


def head() -> str:
    """The revision that this version of QuickClaim expects."""
    return _ours()[0]


def _known(connection: Connection) -> str | None:
    """The revision of the tables. Raises ``StorageError`` ``storage.newer`` for one that is not among ours."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in _ours():
        raise StorageError("newer", "the tables are those of a later version")
    return found


@cache
def _ours() -> tuple[str, ...]:
    """All revisions, the latest first; they are files of this version, and are read once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "claims:migrations")
    return config
