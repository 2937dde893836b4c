"""What moved the money between two estimates of the same photos: the model, the prices, the rules or the policy.

One after the other is exchanged, always in that order, and the case concluded again: what each step changes is its
share, and the shares sum to the whole difference. Another order could give other shares; one makes them comparable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claims.assess import Assessment, conclude
from claims.facts import CaseFacts
from claims.observe import Observation
from claims.rulebook import Rulebook
from claims.triage import Route
from model.errors import PriceTableError, UsageError
from model.notes import Note


class Source(StrEnum):
    """What may differ between two estimates, in the order of exchange."""

    MODEL = "model"
    PRICES = "prices"
    RULES = "rules"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What an estimate rests on: what its model saw on the photos, and its tables.

    Photos are judged (quality) when they are looked at, so new limits of quality show with the observations: as model.
    """

    observations: Sequence[Observation]
    model_version: str
    rulebook: Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one exchange changed: the total, the route, or both.

    Several ``sources`` stand together where one without the other makes no estimate, such as a policy that names a
    class which only the new table has.
    """

    sources: tuple[Source, ...]
    before: Decimal
    after: Decimal
    currency: str
    route_before: Route
    route_after: Route

    @property
    def amount(self) -> Decimal:
        """By how much the total rose."""
        return self.after - self.before

    @property
    def note(self) -> Note:
        """The sentence for an auditor."""
        facts = {"source": self.sources, "before": self.before, "after": self.after, "currency": self.currency}
        return Note("review.moved", facts)


def compare(old: Footing, new: Footing, facts: CaseFacts, *, on: date) -> tuple[Moved, ...]:
    """What moved, without what changed nothing. The amounts sum to the difference of the two totals.

    Raises ``ValueError`` for observations of other photos, ``UsageError`` or ``PriceTableError`` when one of the two
    estimates cannot be made at all.
    """
    if [seen.sha256 for seen in old.observations] != [seen.sha256 for seen in new.observations]:
        raise ValueError("two estimates of the same photos, in the same order")
    return tuple(item for item in _steps(old, new, facts, on) if item.amount or item.route_before != item.route_after)


def _steps(old: Footing, new: Footing, facts: CaseFacts, on: date) -> Iterator[Moved]:
    before, at, waiting = _made(old, facts, on), old, tuple[Source, ...]()
    for source in Source:
        at, waiting = _exchanged(at, new, source), (*waiting, source)
        try:
            after = _made(at, facts, on)
        except (UsageError, PriceTableError):
            if source is Source.POLICY:
                raise
            continue
        yield Moved(
            sources=waiting,
            before=before.estimate.total,
            after=after.estimate.total,
            currency=after.estimate.currency,
            route_before=before.decision.route,
            route_after=after.decision.route,
        )
        before, waiting = after, ()


def _exchanged(at: Footing, new: Footing, source: Source) -> Footing:
    book, other = at.rulebook, new.rulebook
    match source:
        case Source.MODEL:
            return replace(at, observations=new.observations, model_version=new.model_version)
        case Source.PRICES:
            return replace(at, rulebook=replace(book, catalogue=other.catalogue, rates=other.rates))
        case Source.RULES:
            rules = replace(book, repair=other.repair, profiles=other.profiles)
            return replace(at, rulebook=replace(rules, consolidate=other.consolidate, quality=other.quality))
        case Source.POLICY:
            return replace(at, rulebook=replace(book, policy=other.policy))


def _made(footing: Footing, facts: CaseFacts, on: date) -> Assessment:
    return conclude(footing.observations, facts, footing.rulebook, model_version=footing.model_version, on=on)
