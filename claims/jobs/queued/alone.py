"""Of all processes of an installation, the one that does a piece of periodic work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from claims.repository.book import Books


@dataclass(frozen=True, slots=True)
class Alone:
    """A lock of PostgreSQL for each name, held by a connection: the server lets go of it when the process dies."""

    books: Books

    @contextmanager
    def __call__(self, name: str) -> Iterator[bool]:
        """Whether it is this process."""
        number = int.from_bytes(sha256(f"quickclaim/tick/{name}".encode()).digest()[:8], signed=True)
        with self.books.engine.connect() as opened:
            connection = opened.execution_options(isolation_level="AUTOCOMMIT")
            mine = bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (number,)).scalar_one())
            try:
                yield mine
            finally:
                if mine:
                    connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (number,))
