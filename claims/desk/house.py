"""What outlives a transaction: tables, rules, stores and keys of one installation, and the way into a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.calendar import Calendar
from claims.deadline_rules import DeadlineRules
from claims.desk.desk import Desk
from claims.fraud import FraudRules
from claims.identifiers import Identifiers, shipped
from claims.jobs.backlog import Backlog
from claims.jobs.endings import Endings
from claims.jobs.queue import JobQueue, LocalQueue
from claims.keys import Keys
from claims.lifecycle import Lifecycle
from claims.materials import MaterialRules
from claims.observe import Eyes
from claims.photo_store import PhotoStore
from claims.repository import audit
from claims.repository.book import Books
from claims.review_rules import ReviewRules
from claims.rights import Rights
from claims.rulebook import Rulebook
from claims.terms import Terms
from model.errors import RightsError

ASSESS: Final = "assess"
"""The kind of the job by which the machine looks at a case."""
_MARKETS: Final = 16
"""Calendars that stay in memory; they are files of the installation and do not change while it runs."""

NOTED_REFUSALS: Final = frozenset(
    f"rights.{code}"
    for code in ("forbidden", "beyond_authority", "same_person", "same_line", "not_held", "not_of_level")
)
"""Refusals that leave an audit entry, where staff or an app asked; a customer's token could fill the log with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One installation. ``sample`` is the key by which cases are drawn for a check, ``queue`` where work is put;
    ``backlog`` says when more of it is refused, ``endings`` when some of it was done, where it is done in this process.
    """

    books: Books
    photos: PhotoStore
    eyes: Eyes
    lifecycle: Lifecycle
    rights: Rights
    materials: MaterialRules
    deadlines: DeadlineRules
    review: ReviewRules
    fraud: FraudRules
    identifiers: Identifiers
    sample: bytes = field(repr=False)
    queue: JobQueue = field(default_factory=LocalQueue, repr=False)
    backlog: Backlog = field(default_factory=lambda: Backlog(ASSESS), repr=False)
    endings: Endings | None = field(default=None, repr=False)

    @classmethod
    def of(cls, books: Books, photos: PhotoStore, eyes: Eyes, keys: Keys) -> Self:
        """With the shipped rules. Raises ``RulesError`` for a file that cannot be taken."""
        return cls(
            books=books,
            photos=photos,
            eyes=eyes,
            lifecycle=Lifecycle.load(),
            rights=Rights.load(),
            materials=MaterialRules.load(),
            deadlines=DeadlineRules.load(),
            review=ReviewRules.load(),
            fraud=FraudRules.load(),
            identifiers=shipped(),
            sample=keys.sample,
        )

    @property
    def rulebook(self) -> Rulebook:
        """Prices, repair rules and the policy in force."""
        return self.eyes.rulebook

    def zone(self, region: str) -> ZoneInfo:
        """The market's time; UTC for one that has left the policy, whose cases are shown and kept all the same."""
        market = self.rulebook.policy.markets.get(region)
        return ZoneInfo("UTC" if market is None else market.timezone)

    def terms(self, region: str) -> Terms:
        """What clocks of a market are computed from. Raises ``UsageError`` for a market without a calendar."""
        return Terms.of(self.rulebook.policy, self.deadlines, region, _calendar(region))

    @contextmanager
    def desk(self, actor: Actor, at: datetime) -> Iterator[Desk]:
        """One writing transaction of an actor: all of what is done in it, or nothing; audit entries come last.

        A refusal that matters to an auditor is written down in a transaction of its own, for the first one is undone.
        """
        desk: Desk | None = None
        try:
            with self.books.writing() as book:
                desk = Desk(house=self, book=book, actor=actor, at=at)
                yield desk
                desk.write_entries()
        except RightsError as refused:
            if desk is not None and refused.code in NOTED_REFUSALS and actor.kind is not ActorKind.CUSTOMER:
                self._note_refusal(refused, actor, desk.last_asked, at)
            raise

    @contextmanager
    def looking(self, actor: Actor, at: datetime) -> Iterator[Desk]:
        """One reading transaction, which sees one moment and changes nothing. What staff may not read is noted."""
        desk: Desk | None = None
        try:
            with self.books.reading() as book:
                desk = Desk(house=self, book=book, actor=actor, at=at)
                yield desk
        except RightsError as refused:
            if desk is not None and refused.code in NOTED_REFUSALS and actor.kind is ActorKind.STAFF:
                self._note_refusal(refused, actor, desk.last_asked, at)
            raise

    def _note_refusal(self, refused: RightsError, actor: Actor, on: Thing | None, at: datetime) -> None:
        facts = {"right": refused.facts.get("action"), "amount": refused.facts.get("amount")}
        with self.books.writing() as book:
            told = {name: value for name, value in facts.items() if value is not None}
            audit.append(book, at=at, actor=actor, action=refused, on=on or Thing(ThingKind.SERVICE), facts=told)


@lru_cache(_MARKETS)
def _calendar(region: str) -> Calendar:
    return Calendar.load(region)
