"""Historical cases straight from the service's database, and the rules by which their estimates were made.

Nothing is written, and nothing personal is read. A page of cases is one short transaction: a run takes hours, and no
database should keep a moment for so long.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from claims.policy import TriagePolicy
from claims.repository import history, rule_texts
from claims.repository.book import Book, Books
from claims.repository.history import Estimated, Past, Settled, SettledLine
from claims.rescore.case import FinalBill, FinalLine, HistoricalCase, Previous, Quarantined, Row
from claims.rescore.manifest_columns import wrong
from claims.rescore.work import rules_key
from claims.rule_sources import Source
from claims.states import CaseState
from model.errors import UsageError
from model.findings import PartRef
from model.notes import Note, note
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

_PAGE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Which cases: reported from ``since`` on and before ``until``, in any of ``states``, last assessed by ``model``:
    a detector's name, or its name with its version. Unsaid things leave nothing out."""

    since: datetime | None = None
    until: datetime | None = None
    states: frozenset[CaseState] = frozenset()
    model: str | None = None


def read_cases(books: Books, wanted: Cases, policy: TriagePolicy) -> Iterator[Row]:
    """Cases in the order in which they were reported, named by their numbers; photos by their SHA-256.

    A case that was assessed is told as it was then: its facts, its photos, its day; one that was not, as it is, on the
    day of its market on which it was reported. A final bill is what a person decided: an offer that only the machine
    made says nothing of how right the machine is. Cases without photos, of an unknown market, or erased are
    quarantined. Raises ``StorageError``.
    """
    number = 0
    for past in _pages(books, wanted):
        if wanted.model is None or (past.estimated and wanted.model in _names(past.estimated)):
            yield _row(number, past, policy)
            number += 1


def rules_of(books: Books) -> dict[str, tuple[Source, ...]]:
    """What ``Rulebook.from_sources`` takes for every rulebook that stored estimates cite and that is kept whole, by
    ``rules_key``.

    Raises ``StorageError`` ``storage.damaged`` for a file that is not the one of its hash.
    """
    with books.reading() as book:
        found = {rules_key(versions): kept_sources(book, versions) for versions in history.versions(book)}
    return {key: sources for key, sources in found.items() if sources is not None}


def kept_sources(book: Book, versions: Mapping[str, str]) -> tuple[Source, ...] | None:
    """One of each ``RuleFile``, as an estimate with these versions was made by; None where one is not kept."""
    found = rule_texts.cited_by(book, versions)
    return found.sources if found.whole else None


def _pages(books: Books, wanted: Cases) -> Iterator[Past]:
    asked = history.Wanted(since=wanted.since, until=wanted.until, states=wanted.states)
    after = None
    while True:
        with books.reading() as book:
            found = history.page(book, asked, after=after, limit=_PAGE)
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1].id


def _names(estimated: Estimated) -> tuple[str, str]:
    reference = estimated.versions.get("model", "")
    return reference, reference.partition("@")[0]


def _row(number: int, past: Past, policy: TriagePolicy) -> Row:
    photos = past.estimated.photos if past.estimated else past.photos
    if past.erased or not photos:
        return _left(number, past, note("rescore.erased" if past.erased else "rescore.no_photos"))
    try:
        zone = ZoneInfo(policy.market(past.region).timezone)
    except UsageError:
        return _left(number, past, wrong("region", note("field.unknown_region")))
    reported = past.opened_at.astimezone(zone)
    facts = past.estimated.facts if past.estimated else past.facts
    return HistoricalCase(
        row=number,
        id=past.number,
        photos=photos,
        facts=facts,
        on=past.estimated.on if past.estimated else reported.date(),
        month=f"{_there(facts.lost_at, zone) or reported:%Y-%m}",
        final=None if past.settled is None else _bill(past.settled),
        previous=None if past.estimated is None else _previous(past.estimated),
    )


def _left(number: int, past: Past, reason: Note) -> Quarantined:
    return Quarantined(row=number, id=past.number, reason=reason)


def _there(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """By the clocks of the market, by which a moment without an offset is told already."""
    return moment.astimezone(zone) if moment is not None and moment.utcoffset() is not None else moment


def _previous(made: Estimated) -> Previous:
    return Previous(total=made.total, low=made.low, high=made.high, route=made.route, versions=made.versions)


def _bill(settled: Settled) -> FinalBill:
    """Lines of a part that nobody named are in the amount alone."""
    lines = settled.lines
    named = None if lines is None else tuple(_line(line, line.part) for line in lines if line.part is not None)
    return FinalBill(amount=settled.total, lines=named)


def _line(line: SettledLine, part: str) -> FinalLine:
    ref = PartRef(part=Part(part), side=Side(line.side))
    return FinalLine(ref=ref, operation=Operation(line.operation), amount=line.amount)
