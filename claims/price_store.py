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
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from model.errors import PriceTableError
from parts_pricing.catalogue import Catalogue
from parts_pricing.labour import Rates
from parts_pricing.profile import Profile, load_profiles
from parts_pricing.repair_rules import RepairRules
from parts_pricing.table import read_table

SHIPPED_NAME: Final = "demo-2026-11"


class TableKind(StrEnum):
    """The two tables that pricing reads."""

    PARTS = "parts"
    RATES = "rates"


_SHIPPED = {TableKind.PARTS: "parts.csv", TableKind.RATES: "labour_rates.csv"}
_TELLING_COLUMN = {"oem_price": TableKind.PARTS, "body_rate": TableKind.RATES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Everything that pricing reads, loaded once: tables, rules and profiles."""

    catalogue: Catalogue
    rates: Rates
    rules: RepairRules
    profiles: Mapping[str, Profile]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that may be imported as it is. ``rows`` counts its lines without the header."""

    kind: TableKind
    version: str
    rows: int
    content: bytes


def load_pricing(home: Path | None) -> Pricing:
    """Tables in force, with the shipped rules and profiles. Raises ``PriceTableError`` and ``RulesError``."""
    catalogue, rates = load_catalogue(home)
    return Pricing(catalogue=catalogue, rates=rates, rules=RepairRules.load(), profiles=load_profiles())


def load_catalogue(home: Path | None) -> tuple[Catalogue, Rates]:
    """The price and rate tables in force below ``home``; the shipped one of a kind that was never imported.

    Raises ``PriceTableError`` when a stored file is not the one that was imported.
    """
    parts, rates = _stored(home, TableKind.PARTS), _stored(home, TableKind.RATES)
    return (
        Catalogue.read(parts.content, file=parts.file, name=parts.name),
        Rates.read(rates.content, file=rates.file, name=rates.name),
    )


def check_file(path: Path, name: str | None = None) -> CheckedFile:
    """Validate a price or rate file without taking it. Raises ``PriceTableError`` naming every bad cell."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PriceTableError("unreadable", f"{path.name}: {error.strerror}", file=path.name) from error
    kind = _kind(content, path.name)
    declared = safe_name(name or path.stem)
    reader = Catalogue.read if kind is TableKind.PARTS else Rates.read
    table = reader(content, file=path.name, name=declared)
    return CheckedFile(kind=kind, version=table.version, rows=len(table.rows), content=content)


def import_file(path: Path, home: Path, name: str | None = None) -> CheckedFile:
    """Validate a file, store it as a new version and put it in force. Earlier versions stay.

    Either all of it happens or nothing: the file is complete on disk before the version is in force.
    """
    checked = check_file(path, name)
    folder = _folder(home, checked.kind)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{checked.version}.csv", checked.content)
    _write(folder / "active", checked.version.encode())
    return checked


def versions(home: Path | None, kind: TableKind) -> list[str]:
    """Imported versions of a kind, sorted by name."""
    if home is None:
        return []
    return sorted(path.stem for path in _folder(home, kind).glob("*@*.csv"))


def safe_name(name: str) -> str:
    """A declared name that may stand in a file name and in a version."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or "table"


def _kind(content: bytes, file: str) -> TableKind:
    header = read_table(content, file=file, name="").header
    for column, kind in _TELLING_COLUMN.items():
        if column in header:
            return kind
    raise PriceTableError("unknown_table", file, file=file, columns=tuple(_TELLING_COLUMN))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    content: bytes
    file: str
    name: str


def _stored(home: Path | None, kind: TableKind) -> _Stored:
    version = _active(home, kind)
    if home is None or version is None:
        shipped = files("data").joinpath("prices", _SHIPPED[kind])
        return _Stored(content=shipped.read_bytes(), file=shipped.name, name=SHIPPED_NAME)
    file = f"{version}.csv"
    name, _, digest = version.rpartition("@")
    try:
        content = (_folder(home, kind) / file).read_bytes()
    except OSError as error:
        raise PriceTableError("stored_missing", file, file=file) from error
    if sha256(content).hexdigest()[:8] != digest:
        raise PriceTableError("stored_changed", file, file=file)
    return _Stored(content=content, file=file, name=name)


def _active(home: Path | None, kind: TableKind) -> str | None:
    if home is None:
        return None
    try:
        return (_folder(home, kind) / "active").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def _folder(home: Path, kind: TableKind) -> Path:
    return home / "prices" / kind.value


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
