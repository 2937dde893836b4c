"""Price and rate tables that an insurer imported, version by version; the shipped ones until there are any.

Layout below the home folder, one folder per kind of table::

    prices/parts/<name>@<hash>.csv     the bytes as imported; never changed, never deleted
    prices/parts/active                the version in force
    prices/rates/...
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from model.errors import PriceTableError, UsageError
from model.naming import shown_name, stored_name
from model.notes import Note
from parts_pricing.catalogue import Catalogue
from parts_pricing.gaps import gaps, rate_gaps
from parts_pricing.labour import Rates
from parts_pricing.table import MAX_BYTES, nearest, read_table

SHIPPED_NAME: Final = "demo-2026-11"
_VERSION: Final = re.compile(r"[\w.-]+@[0-9a-f]{8}")


class TableKind(StrEnum):
    """The two tables that pricing reads."""

    PARTS = "parts"
    RATES = "rates"


_SHIPPED = {TableKind.PARTS: "parts.csv", TableKind.RATES: "labour_rates.csv"}
_TELLING_COLUMN = {"oem_price": TableKind.PARTS, "body_rate": TableKind.RATES}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that may be imported as it is. ``rows`` counts its lines without the header."""

    kind: TableKind
    version: str
    rows: int
    content: bytes
    table: Catalogue | Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTable:
    """The bytes of a table, the file that errors say, and the name that its version begins with."""

    content: bytes
    file: str
    name: str


def load_catalogue(home: Path | None) -> tuple[Catalogue, Rates]:
    """The price and rate tables in force below ``home``; the shipped one of a kind that was never imported.

    Raises ``PriceTableError`` when a stored file is not the one that was imported, or nobody can say which is in force.
    """
    parts, rates = stored(home, TableKind.PARTS), stored(home, TableKind.RATES)
    return (
        Catalogue.read(parts.content, file=parts.file, name=parts.name),
        Rates.read(rates.content, file=rates.file, name=rates.name),
    )


def stored(home: Path | None, kind: TableKind) -> StoredTable:
    """The file in force, as bytes. Raises as ``load_catalogue``."""
    version = _active(home, kind)
    if home is None or version is None:
        return StoredTable(content=_shipped(kind), file=_SHIPPED[kind], name=SHIPPED_NAME)
    return _read_stored(home, kind, version)


def check_file(path: Path, name: str | None = None) -> CheckedFile:
    """Validate a price or rate file without taking it. Raises ``PriceTableError`` naming every bad cell."""
    file = shown_name(path.name)
    try:
        if not path.is_file():
            raise PriceTableError("unreadable", file, file=file)
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise PriceTableError("unreadable", file, file=file) from error
    if len(content) > MAX_BYTES:
        raise PriceTableError("too_large", file, file=file, limit=MAX_BYTES)
    kind = _kind(content, file)
    declared = stored_name(name or path.stem, most=60, otherwise="table")
    table = _table(kind, content, file=file, name=declared)
    return CheckedFile(kind=kind, version=table.version, rows=len(table.rows), content=content, table=table)


def gaps_of(checked: CheckedFile, home: Path | None) -> tuple[Note, ...]:
    """What a checked file leaves out beside the table in force, or beside the shipped one where that cannot be read."""
    try:
        before = _in_force_table(home, checked.kind)
    except PriceTableError:
        before = _in_force_table(None, checked.kind)
    if isinstance(checked.table, Catalogue) and isinstance(before, Catalogue):
        return gaps(checked.table, before)
    if isinstance(checked.table, Rates) and isinstance(before, Rates):
        return rate_gaps(checked.table, before)
    return ()


def import_file(path: Path, home: Path, name: str | None = None) -> CheckedFile:
    """Validate a file, store it as a new version and put it in force. Earlier versions stay."""
    checked = check_file(path, name)
    keep(checked, home)
    return checked


def keep(checked: CheckedFile, home: Path) -> None:
    """Store a checked file as a new version and put it in force. Raises ``prices.store_unwritable``.

    Either all of it happens or nothing: the file is complete on disk before the version is in force.
    """
    folder = _folder(home, checked.kind)
    with _writing(home):
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{checked.version}.csv", checked.content)
        _write(folder / "active", checked.version.encode())


def use(version: str, home: Path) -> TableKind:
    """Put an earlier version in force again, or the shipped one; its kind.

    Raises ``UsageError`` ``usage.unknown_version`` that lists the versions there are, and ``PriceTableError`` for a
    stored file that is no longer the one that was imported: the version in force then stays in force.
    """
    for kind in TableKind:
        if version == shipped_version(kind):
            with _writing(home), contextlib.suppress(FileNotFoundError):
                (_folder(home, kind) / "active").unlink()
            return kind
        if version in versions(home, kind):
            earlier = _read_stored(home, kind, version)
            _table(kind, earlier.content, file=earlier.file, name=earlier.name)
            with _writing(home):
                _write(_folder(home, kind) / "active", version.encode())
            return kind
    known = tuple(name for kind in TableKind for name in (shipped_version(kind), *versions(home, kind)))
    raise UsageError("unknown_version", shown_name(version), value=shown_name(version), known=known)


def versions(home: Path | None, kind: TableKind) -> list[str]:
    """Imported versions of a kind, sorted by name."""
    if home is None:
        return []
    return sorted(path.stem for path in _folder(home, kind).glob("*.csv") if _VERSION.fullmatch(path.stem))


def in_force(home: Path | None, kind: TableKind) -> str:
    """The version that estimates are priced with. Raises ``prices.active_unreadable`` when nobody can say."""
    return _active(home, kind) or shipped_version(kind)


def shipped_version(kind: TableKind) -> str:
    """The version of the table that came with the installation."""
    return f"{SHIPPED_NAME}@{_digest(_shipped(kind))}"


def _kind(content: bytes, file: str) -> TableKind:
    header = read_table(content, file=file, name="").header
    for column, kind in _TELLING_COLUMN.items():
        if any(nearest(name, [column]) for name in header):
            return kind
    raise PriceTableError("unknown_table", file, file=file, columns=tuple(_TELLING_COLUMN))


def _table(kind: TableKind, content: bytes, *, file: str, name: str) -> Catalogue | Rates:
    reader = Catalogue.read if kind is TableKind.PARTS else Rates.read
    return reader(content, file=file, name=name)


def _in_force_table(home: Path | None, kind: TableKind) -> Catalogue | Rates:
    found = stored(home, kind)
    return _table(kind, found.content, file=found.file, name=found.name)


def _read_stored(home: Path, kind: TableKind, version: str) -> StoredTable:
    file = f"{version}.csv"
    name, _, digest = version.rpartition("@")
    try:
        content = (_folder(home, kind) / file).read_bytes()
    except OSError as error:
        raise PriceTableError("stored_missing", file, file=file) from error
    if _digest(content) != digest:
        raise PriceTableError("stored_changed", file, file=file)
    return StoredTable(content=content, file=file, name=name)


def _shipped(kind: TableKind) -> bytes:
    return files("data").joinpath("prices", _SHIPPED[kind]).read_bytes()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:8]


def _active(home: Path | None, kind: TableKind) -> str | None:
    """The version named as in force, None when none was imported. What else stands there is never taken for a name."""
    if home is None:
        return None
    file = _folder(home, kind) / "active"
    try:
        version = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PriceTableError("active_unreadable", str(file), kind=kind) from error
    if not _VERSION.fullmatch(version):
        raise PriceTableError("active_unreadable", str(file), kind=kind)
    return version


def _folder(home: Path, kind: TableKind) -> Path:
    return home / "prices" / kind.value


@contextlib.contextmanager
def _writing(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = shown_name(str(home))
        raise PriceTableError("store_unwritable", f"{place}: {error.strerror}", home=place) from error


def _write(path: Path, content: bytes) -> None:
    """Replace ``path`` in one step, so that a reader sees the old file or the new one, never half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
