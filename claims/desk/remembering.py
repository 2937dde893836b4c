"""The rules that an estimate was made by are kept with it, so that it can be made again when others are in force."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from claims.desk.desk import Desk
from claims.repository import rule_texts
from claims.repository.book import Book
from claims.repository.rule_texts import RuleText
from claims.rule_sources import Source
from claims.rulebook import Rulebook
from model.errors import ClaimError, StorageError

_CITED: Final = ("prices", "rules", "policy")
_AT_HAND: Final = 8
"""Rulebooks of earlier versions that stay in memory."""


def keep_sources(desk: Desk) -> None:
    """Every file of the rulebook in force, once: where they are all there, one look at an index finds that out."""
    sources = {source.sha256: source for source in desk.house.rulebook.sources}
    for digest in sorted(sources.keys() - rule_texts.known(desk.book, sources)):
        source = sources[digest]
        text = RuleText(file=source.file, version=source.version, content=source.content, first_used_at=desk.at)
        rule_texts.keep(desk.book, text)


def rulebook_of(desk: Desk, versions: Mapping[str, str]) -> Rulebook:
    """The one that an assessment with these ``versions`` was made by.

    Raises ``ClaimError`` ``claim.rules_gone`` that names what is not kept; ``StorageError`` ``storage.damaged`` for a
    file that is not the one of its version; ``PriceTableError`` or ``RulesError`` for one that this version of the
    service can no longer read.
    """
    wanted = {name: versions.get(name, "") for name in _CITED}
    if desk.house.rulebook.versions == wanted:
        return desk.house.rulebook
    found = _built(_sources(desk.book, wanted))
    if found.versions != wanted:
        raise StorageError("damaged", "a rules file is not the one of its version")
    return found


def _sources(book: Book, versions: Mapping[str, str]) -> tuple[Source, ...]:
    found = rule_texts.cited_by(book, versions)
    if not found.whole:
        raise ClaimError("rules_gone", ", ".join(found.gone), versions=found.gone or tuple(versions.values()))
    return found.sources


@lru_cache(_AT_HAND)
def _built(sources: tuple[Source, ...]) -> Rulebook:
    return Rulebook.from_sources(sources)
