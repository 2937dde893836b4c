"""What reading and writing a row has in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from claims.note_json import note_json, note_of
from claims.repository.book import Book
from model.errors import StorageError
from model.notes import Note

T = TypeVar("T")


def record(kind: type[T], row: Row[Any], **changed: object) -> T:
    """A frozen record of the row's columns of the same names; ``changed`` are those that differ."""
    columns = row._mapping
    own = {field.name: columns[field.name] for field in fields(kind) if field.name in columns}  # type: ignore[arg-type]
    return kind(**{**own, **changed})


def columns_of(given: object, **changed: object) -> dict[str, Any]:
    """The columns of a record; ``changed`` are those that differ."""
    return {**{field.name: getattr(given, field.name) for field in fields(given)}, **changed}  # type: ignore[arg-type]


def sealed_columns(book: Book, table: Table, given: Any, *personal: str, **changed: object) -> dict[str, Any]:
    """The same, with the fields that are ``personal`` sealed for the row."""
    columns = columns_of(given, **changed)
    for name in personal:
        columns[f"{name}_sealed"] = book.sealed(columns.pop(name), table.name, given.id, name)
    return columns


def opened_record(book: Book, table: Table, kind: type[T], row: Row[Any], *personal: str, **changed: object) -> T:
    """The record of ``sealed_columns``."""
    told = {name: book.opened(row._mapping[f"{name}_sealed"], table.name, row.id, name) for name in personal}
    return record(kind, row, **told, **changed)


def insert_once(connection: Connection, table: Table, values: Mapping[str, object], on: Sequence[str] = ()) -> bool:
    """Whether the row is new. One that has the same ``on``, a unique key, stays as it is; a row of a transaction that
    has not ended is waited for. Without ``on``: any of the table's unique keys."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table).values(**values).on_conflict_do_nothing(index_elements=list(on) or None)
    return connection.execute(insert.returning(literal_column("1"))).first() is not None


def next_position(connection: Connection, table: Table, claim: UUID) -> int:
    """The place after the last row of a case, from 0 on. The caller has locked the case."""
    highest = connection.execute(select(func.max(table.c.position)).where(table.c.claim == claim)).scalar_one()
    return 0 if highest is None else int(highest) + 1


def change_one(connection: Connection, table: Table, *same: ColumnElement[bool], **values: object) -> None:
    """One row, which is ``same`` still. Raises ``StorageError`` ``storage.moved`` when somebody else changed it."""
    if connection.execute(update(table).where(*same).values(**values)).rowcount != 1:
        raise StorageError("moved", f"a row of {table.name} was changed by somebody else")


def notes_json(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Notes for a ``Document`` column. Raises ``TypeError`` for a fact that could not be read back."""
    return [note_json(note) for note in notes]


def notes_of(document: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    """The notes of ``notes_json``."""
    return tuple(note_of(item) for item in document)
