"""What moved the money since an earlier estimate of each case: ``claims.moved``'s order, and no estimate too many.

The earlier total is the one that was written then. Each difference between the two is exchanged in turn; what does not
differ is no step, and after the last one stands this run's estimate, so that one difference costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from claims.assess import Assessment, Found, conclude
from claims.moved import Source as Moves
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.replay import inputs_hash
from claims.rescore.case import HistoricalCase, Previous
from claims.rescore.earlier_cases import Before, EarlierCases
from claims.rescore.looking import Looked, Looking, joining
from claims.rescore.moving_steps import Step, steps_between
from claims.rescore.rows import Move
from claims.rescore.stamps import Stamps
from claims.rescore.work import Work, rules_key
from claims.rulebook import Rulebook
from model.errors import PriceTableError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The earlier estimate of a case, and what moved since. Nothing moved without one."""

    previous: Previous | None
    moved: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class ChunkMoves:
    """``before``: what the earlier run said of cases of one chunk; ``found``: as older rules join it (``joining``)."""

    moving: "Moving"
    before: Mapping[str, Before]
    found: Mapping[str, Mapping[str, Found]]

    def of(self, looked: Looked, now: Assessment) -> Compared:
        """What is known before, and each move since."""
        case, before = looked.case, self.before.get(looked.case.id)
        if before is None:
            return Compared(previous=case.previous, moved=self._since(case.previous, looked, now))
        if before.currency != now.estimate.currency:
            return Compared(previous=None, moved=())
        if before.inputs != self.moving.inputs(looked):
            return Compared(previous=before.estimate, moved=_in_one(before.estimate, now))
        return Compared(previous=before.estimate, moved=self._since(before.estimate, looked, now))

    def _since(self, previous: Previous | None, looked: Looked, now: Assessment) -> tuple[Move, ...]:
        """In steps where the earlier rules are known; else all in one, with its source where versions tell it."""
        if previous is None:
            return ()
        steps = self.moving.steps(previous)
        if not steps:  # an earlier QuickClaim may have reckoned otherwise
            return _in_one(previous, now, sources=() if steps is not None else _only_difference(previous, now))
        return tuple(filter(_changed, self._moves(steps, previous, looked, now)))

    def _moves(self, steps: Sequence[Step], before: Previous, looked: Looked, now: Assessment) -> Iterator[Move]:
        total, route, waiting = before.total, before.route, tuple[Moves, ...]()
        for step in steps:
            waiting = (*waiting, step.source)
            after = now if step.book is None else self._made(looked, step.book, step.priced_on)
            if after is not None:
                yield _move(waiting, total, route, after)
                total, route, waiting = after.estimate.total, after.decision.route, ()

    def _made(self, looked: Looked, book: Rulebook, priced_on: date | None) -> Assessment | None:
        """None where one thing without the next makes no estimate."""
        case = looked.case
        joined = self.found.get(joining(book), {}).get(case.id, looked.found)
        try:
            return conclude(
                looked.observations,
                case.facts,
                book,
                model_version="",
                on=case.on,
                priced_on=priced_on,
                found=joined,
            )
        except (UsageError, PriceTableError):
            return None


class Moving:
    """One process's view of the earlier run, or of the rules of earlier estimates."""

    def __init__(self, work: Work, eyes: Eyes) -> None:
        self._work = work
        self._eyes = eyes
        self._cases = None if work.earlier is None else EarlierCases(work.earlier.out, work.earlier.versions)
        self._kept = cache(self._steps_of)

    def chunk(
        self, number: int, cases: Sequence[HistoricalCase], stamps: Sequence[Stamps], looking: Looking
    ) -> ChunkMoves:
        """The earlier estimates of these cases. Raises ``PriceTableError`` or ``RulesError`` for earlier rules that can
        no longer be taken."""
        before = self._cases.of(number, [case.id for case in cases]) if self._cases else {}
        estimates = [before[case.id].estimate if case.id in before else case.previous for case in cases]
        others = {joining(book): book for one in estimates if one for book in self._others(one)}
        found = {key: _joined(cases, stamps, looking, book) for key, book in others.items()}
        return ChunkMoves(self, before, found)

    def inputs(self, looked: Looked) -> str:
        """What the case would have been known by in the earlier run."""
        photos = [seen.sha256 or "" for seen in looked.observations]
        versions = self._work.earlier.versions if self._work.earlier else {}
        return inputs_hash(photos, looked.case.facts, looked.case.on, versions)

    def steps(self, previous: Previous) -> tuple[Step, ...] | None:
        """From an earlier estimate to this run; None where nobody knows its rules."""
        versions = previous.versions
        return self._kept(versions.get("model", ""), rules_key(versions))

    def _steps_of(self, model: str, rules: str) -> tuple[Step, ...] | None:
        earlier, new = self._work.earlier, self._work.sources
        if earlier and rules == rules_key(earlier.versions) and model == earlier.versions["model"]:
            other, days = earlier.looked_with != self._work.looked_with, (earlier.priced_on, self._work.priced_on)
            return steps_between(earlier.sources, new, model=other, days=days)
        if (old := self._work.kept.get(rules)) is None:
            return None
        then = looked_with(replace(self._eyes, rulebook=Rulebook.from_sources(old)))
        other = model != self._eyes.version or then != self._work.looked_with
        return steps_between(old, new, model=other, days=(None, self._work.priced_on))

    def _others(self, previous: Previous) -> Iterator[Rulebook]:
        """Those that join otherwise than this run."""
        for step in self.steps(previous) or ():
            if step.book is not None and joining(step.book) != joining(self._eyes.rulebook):
                yield step.book


def _joined(
    cases: Sequence[HistoricalCase], stamps: Sequence[Stamps], looking: Looking, book: Rulebook
) -> dict[str, Found]:
    shown = zip(cases, looking.look(cases, stamps, book).sight.shown, strict=True)
    return {case.id: one.found for case, one in shown if one.found is not None}


def _only_difference(previous: Previous, now: Assessment) -> tuple[Moves, ...]:
    """The one thing that versions tell apart; nothing where they tell more, or are not all known."""
    differing = tuple(source for source in Moves if previous.versions.get(source) != now.versions[source])
    return differing if len(differing) == 1 and all(source in previous.versions for source in Moves) else ()


def _in_one(previous: Previous, now: Assessment, *, sources: tuple[Moves, ...] = ()) -> tuple[Move, ...]:
    move = _move(sources, previous.total, previous.route, now)
    return (move,) if _changed(move) else ()


def _move(sources: tuple[Moves, ...], before: Decimal, route: str | None, after: Assessment) -> Move:
    return Move(
        sources=sources,
        before=before,
        after=after.estimate.total,
        currency=after.estimate.currency,
        route_before=route,
        route_after=after.decision.route,
    )


def _changed(move: Move) -> bool:
    return move.before != move.after or move.route_before not in {None, move.route_after}
