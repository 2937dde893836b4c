"""One transaction as use cases see it: the rows, and what personal data is sealed and found with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Connection, Engine

from claims import db
from claims.anchor_file import AnchorFile
from claims.keys import Keys
from claims.secrecy import BlindIndex, Place, Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What rows need of the installation's keys. ``audit`` None: a chain without a key."""

    sealer: Sealer
    index: BlindIndex
    audit: bytes | None = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        """The part of all keys that the repository uses."""
        return cls(sealer=Sealer(keys.seal), index=BlindIndex(keys.index), audit=keys.audit)


@dataclass(frozen=True, slots=True)
class Book:
    """An open transaction. It is not kept after the block that gave it."""

    connection: Connection = field(repr=False)
    secrets: Secrets

    def sealed(self, text: str | None, table: str, row: object, name: str) -> str | None:
        """Personal data for a column; None stays None."""
        return None if text is None else self.secrets.sealer.seal(text, Place(table, str(row), name))

    def opened(self, sealed: str | None, table: str, row: object, name: str) -> str | None:
        """The text of ``sealed``. Raises ``SecrecyError`` for one that was altered, or moved from another row."""
        return None if sealed is None else self.secrets.sealer.open(sealed, Place(table, str(row), name))

    def blind(self, field_name: str, normal: str | None) -> str | None:
        """What equal values of one field have in common."""
        return None if normal is None else self.secrets.index.of(field_name, normal)


@dataclass(frozen=True, slots=True)
class Books:
    """Opens transactions; the rim keeps one for the life of the process.

    ``anchors``: where links of the audit log are kept outside of the database, None where nowhere.
    """

    engine: Engine = field(repr=False)
    secrets: Secrets
    anchors: AnchorFile | None = None

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """Committed at the end of the block, undone by anything raised in it. Raises as ``claims.db.writing`` does."""
        with db.writing(self.engine) as connection:
            yield Book(connection, self.secrets)

    @contextmanager
    def reading(self) -> Iterator[Book]:
        """Sees one moment; refuses to write."""
        with db.reading(self.engine) as connection:
            yield Book(connection, self.secrets)
