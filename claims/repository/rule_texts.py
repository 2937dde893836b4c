"""Every rules and policy file ever used, by its hash, so that an old estimate can be made again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select

from claims.repository.book import Book
from claims.repository.rows import insert_once
from claims.rule_sources import RuleFile, Source, cited
from claims.tables import rule_texts
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A file as it was used: ``version`` is the one that estimates cite."""

    file: str
    version: str
    content: str = field(repr=False)
    first_used_at: datetime

    @property
    def sha256(self) -> str:
        """Of the content in UTF-8."""
        return sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cited:
    """One file of each kind that versions cite, as far as it is kept; ``gone`` names the others with their versions."""

    sources: tuple[Source, ...]
    gone: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Versions that cite nothing are none that can be used."""
        return bool(self.sources) and not self.gone


def keep(book: Book, text: RuleText) -> bool:
    """Whether it is new; one that is there stays as it is."""
    row = {
        "sha256": text.sha256,
        "file": text.file,
        "version": text.version,
        "content": text.content,
        "first_used_at": text.first_used_at,
    }
    return insert_once(book.connection, rule_texts, row, on=["sha256"])


def known(book: Book, digests: Iterable[str]) -> frozenset[str]:
    """Those of the hashes whose files are there."""
    query = select(rule_texts.c.sha256).where(rule_texts.c.sha256.in_(tuple(digests)))
    return frozenset(book.connection.execute(query).scalars())


def get(book: Book, digest: str) -> RuleText | None:
    """A file by its hash. Raises ``StorageError`` ``storage.damaged`` where the content is not that of the hash."""
    row = book.connection.execute(select(rule_texts).where(rule_texts.c.sha256 == digest)).one_or_none()
    return None if row is None else _text(row)


def of_version(book: Book, file: str, version: str) -> RuleText | None:
    """The file that a version cites, the first used where several have the same."""
    same = (rule_texts.c.file == file, rule_texts.c.version == version)
    row = book.connection.execute(select(rule_texts).where(*same).order_by(rule_texts.c.first_used_at)).first()
    return None if row is None else _text(row)


def cited_by(book: Book, versions: Mapping[str, str]) -> Cited:
    """The files that an estimate with these ``versions`` was made by. Raises as ``get``."""
    files = cited(versions)
    kept = {file: of_version(book, file, version) for file, version in files.items()}
    there = (text for text in kept.values() if text is not None)
    return Cited(
        sources=tuple(Source(file=RuleFile(one.file), version=one.version, content=one.content) for one in there),
        gone=tuple(f"{file} {files[file]}" for file, text in kept.items() if text is None),
    )


def _text(row: Row[Any]) -> RuleText:
    found = RuleText(file=row.file, version=row.version, content=row.content, first_used_at=row.first_used_at)
    if found.sha256 != row.sha256:
        raise StorageError("damaged", "a rules file is not the one of its hash")
    return found
