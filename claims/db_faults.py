"""What a database complains of, as codes of ours. What is a fault of this program stays what it is."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from model.errors import StorageError

_SQLITE: Final[Mapping[int, str]] = {
    3: "unwritable",
    5: "busy",
    6: "busy",
    8: "unwritable",
    10: "unavailable",
    11: "damaged",
    13: "full",
    14: "unwritable",
    26: "damaged",
}
"""Primary result codes (sqlite.org/rescode.html)."""

_POSTGRES: Final[Mapping[str, str]] = {
    "40001": "busy",
    "40P01": "busy",
    "55P03": "busy",
    "57014": "busy",
    "53300": "busy",
    "53100": "full",
    "42P01": "not_upgraded",
    "42703": "not_upgraded",
    "25006": "unwritable",
    "XX001": "damaged",
    "XX002": "damaged",
}
"""SQLSTATEs (PostgreSQL manual, appendix A)."""

_POSTGRES_CLASSES: Final[Mapping[str, str]] = {
    "08": "unavailable",
    "28": "unavailable",
    "3D": "unavailable",
    "53": "unavailable",
    "57": "unavailable",
    "58": "unavailable",
}


def coded(error: SQLAlchemyError) -> StorageError | None:
    """The error in our words, without what was to be stored; None for a mistake of this program."""
    if isinstance(error, NoConnectionFree):
        return StorageError("busy", "no connection is free")
    if not isinstance(error, DBAPIError):
        return None
    number = getattr(error.orig, "sqlite_errorcode", None)
    if number is not None:
        return _sqlite(number, str(error.orig))
    return _postgres(error, getattr(error.orig, "sqlstate", None))


def _sqlite(number: int, complaint: str) -> StorageError | None:
    if number == 1 and complaint.startswith(("no such table", "no such column")):
        return StorageError("not_upgraded", "a table is missing")
    code = _SQLITE.get(number & 0xFF)
    return StorageError(code, f"SQLite result {number}") if code else None


def _postgres(error: DBAPIError, state: str | None) -> StorageError | None:
    if state is None:
        lost = isinstance(error, OperationalError | InterfaceError)
        return StorageError("unavailable", "no connection to PostgreSQL") if lost else None
    code = _POSTGRES.get(state) or _POSTGRES_CLASSES.get(state[:2])
    return StorageError(code, f"SQLSTATE {state}") if code else None
