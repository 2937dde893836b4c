"""Kinds of columns: what they are in Python, and how both databases keep them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Text, Uuid, text
from sqlalchemy.types import TypeDecorator

from model.errors import StorageError

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

E = TypeVar("E", bound=StrEnum)
_WORD, _ACTOR, _DIGEST, _VERSION = 40, 64, 64, 120


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC to the microsecond. Raises ``ValueError`` for a time without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a moment has a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """A finite decimal, kept as text: 624.00 comes back as 624.00."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError("an amount is a finite decimal")
        return f"{value:f}"

    def process_result_value(self, value: str | None, _: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Word(TypeDecorator[E]):
    """A member of a vocabulary, kept by its value. Raises ``StorageError`` ``storage.unknown_word`` for another."""

    impl = String(_WORD)
    cache_ok = True

    def __init__(self, vocabulary: type[E]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: E | None, _: Dialect) -> str | None:
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: str | None, _: Dialect) -> E | None:
        if value is None:
            return None
        try:
            return self.vocabulary(value)
        except ValueError:
            raise StorageError("unknown_word", self.vocabulary.__name__, kind=self.vocabulary.__name__) from None


class Document(TypeDecorator[Any]):
    """JSON as text with sorted keys, so that both databases give back what was put in."""

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)

    def process_result_value(self, value: str | None, _: Dialect) -> Any:
        return None if value is None else json.loads(value)


def own_id() -> Column[UUID]:
    """The row's id, a UUIDv7."""
    return Column("id", Uuid(), primary_key=True)


def refers(name: str, to: str, *, nullable: bool = False, index: bool = True) -> Column[UUID]:
    """The id of a row of another table. Rows that others refer to are not deleted."""
    return Column(name, Uuid(), ForeignKey(f"{to}.id"), nullable=nullable, index=index)


def moment(name: str, *, nullable: bool = False, index: bool = False) -> Column[datetime]:
    """An aware moment."""
    return Column(name, Moment(), nullable=nullable, index=index)


def word(name: str, vocabulary: type[E], *, nullable: bool = False) -> Column[E]:
    """A member of a vocabulary."""
    return Column(name, Word(vocabulary), nullable=nullable)


def amount(name: str, *, nullable: bool = True) -> Column[Decimal]:
    """Money, or hours."""
    return Column(name, Amount(), nullable=nullable)


def _text(length: int) -> Callable[..., Column[str]]:
    def column(name: str, *, nullable: bool = False, index: bool = False, unique: bool = False) -> Column[str]:
        return Column(name, String(length), nullable=nullable, index=index, unique=unique)

    return column


short, actor, digest, version = _text(_WORD), _text(_ACTOR), _text(_DIGEST), _text(_VERSION)
"""Texts of 40, 64, 64 and 120 characters: a code, who acted (``Actor.name``), a SHA-256, the version of a file."""


def document(name: str, *, nullable: bool = False) -> Column[Any]:
    """JSON."""
    return Column(name, Document(), nullable=nullable)


def sealed(name: str, *, nullable: bool = True) -> Column[str]:
    """Personal data: what ``claims.secrecy.Sealer`` made of it, never a plain text. The column says so in its name."""
    return Column(f"{name}_sealed", Text(), nullable=nullable)


def blind(name: str, *, nullable: bool = True) -> Column[str]:
    """What ``claims.secrecy.BlindIndex`` made of personal data, to find equal values by."""
    return Column(f"{name}_index", String(_DIGEST), nullable=nullable, index=True)


def position() -> Column[int]:
    """The place of a row among those of its case, from 0 on: ids of one millisecond are in no order."""
    return Column("position", Integer, nullable=False)


def one_where(name: str, *columns: str, holds: str) -> Index:
    """At most one row with the same ``columns`` among those for which ``holds``, SQL that both databases read."""
    return Index(name, *columns, unique=True, sqlite_where=text(holds), postgresql_where=text(holds))
