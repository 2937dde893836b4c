"""Changes to people and apps, made at a desk or at the command line of the installation.

Whoever runs commands there holds the keys and the database, so there is no right to check; the log is told all the
same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from claims.actions import Action
from claims.actors import Actor
from claims.audit import Thing
from claims.audit_facts import Word
from claims.desk.desk import SYSTEM
from claims.repository import audit
from claims.repository.book import Book, Books
from claims.rights_objects import Object


class Place(Protocol):
    """What administration needs of a transaction: a ``Desk`` has it, and so has the ``Console``."""

    @property
    def book(self) -> Book:
        """The rows."""

    @property
    def actor(self) -> Actor:
        """Who does it."""

    @property
    def at(self) -> datetime:
        """When it is done."""

    def check(self, action: Action, on: Object | None = None, thing: Thing | None = None) -> None:
        """Raises ``RightsError`` for an actor who may not."""

    def audit(self, action: Word, on: Thing, **facts: object) -> None:
        """An entry of the log, written last."""


@dataclass(frozen=True, slots=True)
class Console:
    """The command line: the system acts."""

    book: Book = field(repr=False)
    at: datetime
    actor: Actor = SYSTEM
    _entries: list[tuple[Word, Thing, dict[str, object]]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(cls, books: Books, at: datetime) -> "Iterator[Console]":
        """One writing transaction."""
        with books.writing() as book:
            console = cls(book, at)
            yield console
            for action, on, facts in console._entries:
                audit.append(book, at=at, actor=console.actor, action=action, on=on, facts=facts)

    def check(self, action: Action, on: Object | None = None, thing: Thing | None = None) -> None:
        """Nobody is refused."""

    def audit(self, action: Word, on: Thing, **facts: object) -> None:
        """Kept until the end of the transaction."""
        self._entries.append((action, on, facts))
