"""The database: opened from a small config, one transaction for each piece of work, faults as codes.

SQLite, the embedded default, runs in WAL with ``synchronous=FULL`` and foreign keys on; every writing transaction is
``BEGIN IMMEDIATE``, so that writers wait in line instead of failing halfway. They have a connection of their own: a
change of ``query_only`` would have SQLite compile every statement anew. On PostgreSQL a writing transaction is READ
COMMITTED and locks the rows that it changes. A reading one sees one moment, on both.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from claims.db_faults import coded
from model.errors import StorageError

FILE = "quickclaim.sqlite3"
_LINE = "quickclaim_line"
_STATEMENTS = 512
"""That a connection of SQLite keeps compiled; all of ours are fewer."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where rows are kept. ``url`` may hold a password: it is never shown.

    ``connections`` at the most at a time; ``wait_s`` is how long work waits for one of them, or for a lock.
    """

    url: str = field(repr=False)
    connections: int = 20
    wait_s: float = 10.0

    @classmethod
    def in_folder(cls, home: Path) -> Self:
        """The embedded database of one installation."""
        return cls(url=URL.create("sqlite", database=str(home / FILE)).render_as_string(hide_password=False))


def open_engine(database: Database) -> Engine:
    """Connections are made when work begins; only the file of an embedded database is made here, for its owner alone.

    Raises ``StorageError``: ``url_invalid``, ``driver_missing``, ``unwritable``.
    """
    url = _url(database)
    try:
        return _sqlite(url, database) if url.get_backend_name() == "sqlite" else _postgres(url, database)
    except ModuleNotFoundError as error:
        raise StorageError("driver_missing", str(error.name), extra="postgres") from error


def is_embedded(engine: Engine | Connection) -> bool:
    """Whether it is SQLite: one process, writers in line."""
    return engine.dialect.name == "sqlite"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at the end of the block and is undone by anything raised in it.

    Raises ``StorageError``: ``busy`` (try again), ``unavailable``, ``full``, ``unwritable``, ``damaged``,
    ``not_upgraded``.
    """
    with _writers(engine) as writers, _coded(), writers.connect() as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment and refuses to write. Raises as ``writing`` does."""
    with _coded(), engine.connect() as opened:
        if not is_embedded(engine):
            opened.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with opened.begin():
            yield opened


@dataclass(frozen=True, slots=True)
class _Line:
    """Where the writers of one process wait for SQLite; its own waiting is by chance, and some wait for seconds."""

    writers: Engine
    wait_s: float
    turn: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def _writers(engine: Engine) -> Iterator[Engine]:
    """Whose connections write, once it is our turn."""
    line: _Line | None = engine.get_execution_options().get(_LINE)
    if line is None:
        yield engine
        return
    if not line.turn.acquire(timeout=line.wait_s):
        raise StorageError("busy", "other writers of this process took too long")
    try:
        yield line.writers
    finally:
        line.turn.release()


@contextmanager
def _coded() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        found = coded(error)
        if found is None:
            raise
        raise found from error


def _url(database: Database) -> URL:
    """Nothing of a URL that cannot be read is repeated: it may hold a password."""
    try:
        url = make_url(database.url)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StorageError("url_invalid", "not a database URL") from None
    if backend in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not url.database or url.database == ":memory:" or url.query:
        raise StorageError("url_invalid", "sqlite:///file or postgresql://…")
    return url.set(drivername="sqlite+pysqlite")


def _sqlite(url: URL, database: Database) -> Engine:
    """The engine of those who read; it knows that of the writers, who are one at a time."""
    _own_file(Path(url.database or ""))
    writers = _opened(url, replace(database, connections=1), begin="BEGIN IMMEDIATE")
    readers = _opened(url, database, "query_only=ON", begin="BEGIN")
    event.listen(readers, "engine_disposed", lambda _: writers.dispose())
    readers.update_execution_options(**{_LINE: _Line(writers, database.wait_s)})
    return readers


def _opened(url: URL, database: Database, *pragmas: str, begin: str) -> Engine:
    """The driver would begin late and without a lock; ``isolation_level=None`` leaves it to ``begin``."""
    own = {"isolation_level": None, "check_same_thread": False, "cached_statements": _STATEMENTS}
    engine = create_engine(url, connect_args={"timeout": database.wait_s, **own}, **_pool(database))
    event.listen(engine, "connect", partial(_tune, pragmas=(*_PRAGMAS, *pragmas)))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _own_file(path: Path) -> None:
    """SQLite would make a file that others may read; the files beside it take over its mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError("unwritable", f"{path.name}: {error.strerror}", file=path.name) from error


def _tune(connection: Any, _: object, pragmas: Iterable[str]) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _postgres(url: URL, database: Database) -> Engine:
    wait_ms = int(database.wait_s * 1000)
    settings = {
        "lock_timeout": wait_ms,
        "statement_timeout": 6 * wait_ms,
        "idle_in_transaction_session_timeout": 6 * wait_ms,
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return create_engine(
        url,
        connect_args={
            "options": options,
            "application_name": "quickclaim",
            "connect_timeout": max(2, int(database.wait_s)),
        },
        pool_pre_ping=True,
        **_pool(database),
    )


def _pool(database: Database) -> dict[str, Any]:
    """``hide_parameters``: what was to be stored never stands in an error. The connection that was used last has its
    pages and statements at hand: it comes first."""
    return {
        "pool_size": database.connections,
        "max_overflow": 0,
        "pool_timeout": database.wait_s,
        "pool_use_lifo": True,
        "hide_parameters": True,
    }
