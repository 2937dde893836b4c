"""Where a page of rows ended that stand in the order of a moment and, at the same moment, of their ids."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, and_, or_, select


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: its moment and its id."""

    at: datetime
    id: UUID

    def behind(self, at: ColumnElement[datetime], row: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Rows after it, the earliest first."""
        return or_(at > self.at, and_(at == self.at, row > self.id))

    def before(self, at: ColumnElement[datetime], row: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Rows after it where the latest comes first."""
        return or_(at < self.at, and_(at == self.at, row < self.id))


def later(table: Table, by: Column[Any], row: UUID) -> ColumnElement[bool]:
    """Rows after a row in the order of one column, whose values stay; none where there is no such row."""
    return by > select(by).where(table.c.id == row).scalar_subquery()
