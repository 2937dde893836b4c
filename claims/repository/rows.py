"""What reading and writing a row has in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from claims.note_json import note_json, note_of
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


def insert_once(connection: Connection, table: Table, values: Mapping[str, object], on: Sequence[str]) -> bool:
    """Whether the row is new. One that has the same ``on``, a unique key, stays as it is; a row of a transaction that
    has not ended is waited for."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table).values(**values).on_conflict_do_nothing(index_elements=list(on))
    return connection.execute(insert.returning(literal_column("1"))).first() is not None


def notes_json(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Notes for a ``Document`` column. Raises ``TypeError`` for a fact that could not be read back."""
    return [note_json(note) for note in notes]


def notes_of(document: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    """The notes of ``notes_json``."""
    return tuple(note_of(item) for item in document)
