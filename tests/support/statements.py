"""What a database is asked, whichever connection carries it: SQLite has one of its own for those who write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement to the database of ``engine`` while the block runs, of all threads of this process."""
    asked: list[str] = []

    def note(connection: Connection, _: Any, text: str, *__: Any) -> None:
        if connection.engine.url == engine.url:
            asked.append(text)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
