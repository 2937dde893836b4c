"""The rules in force: those that the process was started with, and in their place what two people have agreed on since.

What was approved counts from its commit on, in every process that asks, and also after the next start: a table that
somebody imports on the machine afterwards does not push it aside.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from claims.desk.house import House
from claims.policy import TriagePolicy
from claims.price_store import TableKind, check_file
from claims.repository.approved import approved
from claims.repository.book import Book
from claims.rule_sources import RuleFile, Source
from claims.rulebook import Rulebook
from claims.tables.words import ProposalKind
from model.errors import RulesError

_AT_HAND: Final = 8
_OPEN: Final = frozenset({RuleFile.PARTS, RuleFile.RATES, RuleFile.POLICY})
_VERSION: Final = re.compile(r"[\w.-]{1,40}@[0-9a-f]{8}", re.ASCII)
_FILE_OF: Final = {TableKind.PARTS: RuleFile.PARTS, TableKind.RATES: RuleFile.RATES}


def up_to_date(house: House) -> House:
    """The same house, or one with the rules that were approved last. Raises as ``source_of`` and ``Rulebook``."""
    with house.books.reading() as book:
        wanted = _last_of_each(book)
    here = {source.sha256 for source in house.rulebook.sources}
    if all(source.sha256 in here for source in wanted):
        return house
    rulebook = _built(merged(house.rulebook, wanted))
    return replace(house, eyes=replace(house.eyes, rulebook=rulebook))


def merged(rulebook: Rulebook, instead: Iterable[Source]) -> tuple[Source, ...]:
    """The sources of a rulebook with some of them exchanged."""
    return tuple({source.file: source for source in (*rulebook.sources, *instead)}.values())


@lru_cache(_AT_HAND)
def source_of(kind: ProposalKind, name: str, content: str) -> Source:
    """What is proposed, as a file of the rulebook; ``name`` is that of a table, a policy names its own version.

    Raises ``PriceTableError`` that names every bad cell, ``RulesError`` that names every wrong field.
    """
    if kind is ProposalKind.POLICY:
        return _checked(Source(file=RuleFile.POLICY, version=TriagePolicy.from_yaml(content).version, content=content))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        path.write_bytes(content.encode())
        table = check_file(path, name)
    return _checked(Source.of_table(_FILE_OF[table.kind], table.version, table.content))


def _checked(source: Source) -> Source:
    if not _VERSION.fullmatch(source.version):
        raise RulesError("invalid", "version: letters, digits, - . and _, 40 at most", file=source.file)
    return source


def _last_of_each(book: Book) -> tuple[Source, ...]:
    found: dict[RuleFile, Source] = {}
    for proposal in approved(book):
        source = source_of(proposal.kind, proposal.name.rpartition("@")[0], proposal.content)
        found.setdefault(source.file, source)
        if found.keys() == _OPEN:
            break
    return tuple(found.values())


@lru_cache(_AT_HAND)
def _built(sources: tuple[Source, ...]) -> Rulebook:
    return Rulebook.from_sources(sources)
