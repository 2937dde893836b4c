"""The carrier's own tables, made and brought up to date beside ours. Their version is a comment on one of them."""

from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, and_, column, exists, func, inspect, or_, select, table, text
from sqlalchemy import String as Text

from claims.db import reading, writing
from claims.repository.book import Book
from claims.tables import jobs
from claims.tables.words import JobState
from model.errors import StorageError

_ONE_AT_A_TIME: Final = 0x5143_0002
_CARRIERS: Final = "procrastinate_jobs"
_MARK: Final = "quickclaim/"
_MOST: Final = 200


def upgrade(engine: Engine) -> None:
    """Each step whole or not at all, once, however many processes begin; one that was interrupted is gone on with.

    Raises ``StorageError`` ``storage.newer`` for tables that this version does not know.
    """
    while _taken_a_step(engine):
        continue


def require_current(engine: Engine) -> None:
    """Raises ``StorageError`` ``storage.not_upgraded`` or ``storage.newer``."""
    with reading(engine) as connection:
        if _version(connection) != head():
            raise StorageError("not_upgraded", f"the carrier's tables are not those of {head()}")


def head() -> str:
    """The last step that the installed carrier knows."""
    return _steps()[-1].stem


def unheard(book: Book, *, since: datetime) -> tuple[UUID, ...]:
    """Jobs that could have begun before ``since`` and that nothing carries to a worker, the oldest first."""
    waits = and_(jobs.c.state == JobState.WAITING, jobs.c.not_before <= since)
    free = or_(waits, and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until <= since))
    carriers = table(_CARRIERS, column("status"), column("args"))
    about = func.jsonb_extract_path_text(carriers.c.args, "job") == jobs.c.id.cast(Text)
    carried = exists().where(carriers.c.status == text("'todo'"), about)
    query = select(jobs.c.id).where(free, ~carried).order_by(jobs.c.not_before, jobs.c.id).limit(_MOST)
    return tuple(book.connection.execute(query).scalars())


def _taken_a_step(engine: Engine) -> bool:
    """In a transaction of its own: PostgreSQL lets nobody use a new word of a type before it is committed."""
    with writing(engine) as connection:
        for statement in ("SET LOCAL lock_timeout = 0", "SET LOCAL statement_timeout = 0"):
            connection.execute(text(statement))
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        version = _version(connection)
        if version == head():
            return False
        script, reached = _next(version)
        connection.exec_driver_sql(script, execution_options={"no_parameters": True})
        connection.execute(text(f"COMMENT ON TABLE {_CARRIERS} IS '{_MARK}{reached}'"))
    return True


def _next(version: str | None) -> tuple[str, str]:
    """What is to be run, and the version after it."""
    if version is None:
        return SchemaManager.get_schema(), head()
    step = next(step for step in _steps() if step.stem > version)
    return step.read_text("utf-8"), step.stem


def _steps() -> list[Path]:
    """Named so that they sort in the order in which they are taken."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _version(connection: Connection) -> str | None:
    """None where there are no tables yet."""
    if not inspect(connection).has_table(_CARRIERS):
        return None
    mark = inspect(connection).get_table_comment(_CARRIERS)["text"]
    version = (mark or "").removeprefix(_MARK)
    if version not in {step.stem for step in _steps()}:
        raise StorageError("newer", "the carrier's tables are not known to this version")
    return version
