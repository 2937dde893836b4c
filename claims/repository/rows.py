"""What reading and writing a row has in common."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Row,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from claims.note_json import note_json, note_of
from claims.repository.book import Book
from model.errors import StorageError
from model.notes import Note

T = TypeVar("T")

_SAME: Final = "same_"


def record(kind: type[T], row: Row[Any], **changed: object) -> T:
    """A frozen record of the row's columns of the same names; ``changed`` are those that differ."""
    columns = row._asdict()
    own = {name: columns[name] for name in _names(kind) if name in columns}  # type: ignore[arg-type]
    return kind(**{**own, **changed})


def columns_of(given: object, **changed: object) -> dict[str, Any]:
    """The columns of a record; ``changed`` are those that differ."""
    return {**{name: getattr(given, name) for name in _names(type(given))}, **changed}  # type: ignore[arg-type]


@cache
def _names(kind: type[object]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]


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


def rows_of(connection: Connection, table: Table, *order: str, **same: object) -> CursorResult[Any]:
    """Rows whose columns are the ``same``, of which none is None, in the ``order`` of columns."""
    return connection.execute(_rows_of(table, tuple(same), order), same)


@cache
def _rows_of(table: Table, names: tuple[str, ...], order: tuple[str, ...]) -> Executable:
    """Made once: to spell it anew costs more than to carry it out. So are the other statements that are cached."""
    same = (table.c[name] == bindparam(name) for name in names)
    return select(table).where(*same).order_by(*(table.c[name] for name in order))


def change_rows(connection: Connection, table: Table, values: Mapping[str, object], **same: object) -> int:
    """How many rows, whose columns are the ``same``, have these values now. None of the ``same`` is None."""
    own = {f"{_SAME}{name}": value for name, value in same.items()}
    return connection.execute(_change_rows(table, tuple(same)), {**values, **own}).rowcount


@cache
def _change_rows(table: Table, names: tuple[str, ...]) -> Executable:
    return update(table).where(*(table.c[name] == bindparam(f"{_SAME}{name}") for name in names))


def insert_once(connection: Connection, table: Table, values: Mapping[str, object], on: Sequence[str] = ()) -> bool:
    """Whether the row is new. One that has the same ``on``, a unique key, stays as it is; a row of a transaction that
    has not ended is waited for. Without ``on``: any of the table's unique keys."""
    statement = _insert_once(connection.dialect.name, table, tuple(values), tuple(on))
    return connection.execute(statement, dict(values)).first() is not None


@cache
def _insert_once(dialect: str, table: Table, names: tuple[str, ...], on: tuple[str, ...]) -> Executable:
    return _unless_there(dialect, table, _given(names), on).returning(literal_column("1"))


def _given(names: Iterable[str]) -> dict[str, ColumnElement[Any]]:
    return {name: bindparam(name) for name in names}


def _unless_there(
    dialect: str, table: Table, row: Mapping[str, ColumnElement[Any]], on: tuple[str, ...]
) -> sqlite.Insert | postgresql.Insert:
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.values(row).on_conflict_do_nothing(index_elements=list(on) or None)


def next_position(connection: Connection, table: Table, claim: UUID) -> int:
    """The place after the last row of a case, from 0 on. The caller has locked the case."""
    highest = connection.execute(select(func.max(table.c.position)).where(table.c.claim == claim)).scalar_one()
    return 0 if highest is None else int(highest) + 1


def insert_next(
    connection: Connection, table: Table, values: Mapping[str, object], on: Sequence[str] = ()
) -> int | None:
    """As ``insert_once``, for the place after the last row of its case (``next_position``), which it returns."""
    statement = _insert_next(connection.dialect.name, table, tuple(values), tuple(on))
    place: int | None = connection.execute(statement, dict(values)).scalar_one_or_none()
    return place


@cache
def _insert_next(dialect: str, table: Table, names: tuple[str, ...], on: tuple[str, ...]) -> Executable:
    own = table.alias()
    highest = select(func.coalesce(func.max(own.c.position) + 1, 0)).where(own.c.claim == bindparam("claim"))
    row = {**_given(names), "position": highest.scalar_subquery()}
    return _unless_there(dialect, table, row, on).returning(table.c.position)


def change_one(connection: Connection, table: Table, *same: ColumnElement[bool], **values: object) -> None:
    """One row, which is ``same`` still. Raises ``StorageError`` ``storage.moved`` when somebody else changed it."""
    if connection.execute(update(table).where(*same).values(**values)).rowcount != 1:
        raise StorageError("moved", f"a row of {table.name} was changed by somebody else")


def version_of(*values: object) -> str:
    """16 hexadecimal digits of the SHA-256 of ``values``, which JSON can hold: others while one of these differs, and
    the same again once all are as they were."""
    return sha256(json.dumps(values).encode()).hexdigest()[:16]


def ids_json(ids: Iterable[UUID]) -> list[str]:
    """Ids for a ``Document`` column, in order."""
    return sorted(map(str, ids))


def ids_of(document: Iterable[str] | None) -> frozenset[UUID]:
    """The ids of ``ids_json``; none where nothing was kept."""
    return frozenset(map(UUID, document or ()))


def notes_json(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Notes for a ``Document`` column. Raises ``TypeError`` for a fact that could not be read back."""
    return [note_json(note) for note in notes]


def notes_of(document: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    """The notes of ``notes_json``."""
    return tuple(note_of(item) for item in document)
