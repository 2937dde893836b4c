"""What no life of a case may have, whoever edits the file: fairness to the customer is not configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from claims.states import CaseState, Guard, PublicState, Role

if TYPE_CHECKING:
    from claims.lifecycle import Lifecycle, MoveRule, Place

MACHINES = frozenset({Role.SYSTEM, Role.APP})
DECISIONS_OF_PEOPLE = frozenset({CaseState.DECLINED_MANUAL, CaseState.WITHDRAWN})
"""No machine leads here."""

MACHINE_ONLY_FROM = {
    CaseState.ASSESSED: CaseState.AUTO_ASSESSED,
    CaseState.CLOSED: CaseState.PENDING_PAYMENT,
}
"""A machine publishes its own results, not those of a review (W7), and closes what was paid."""

MACHINE_DECIDES = frozenset(
    {
        CaseState.REPORTED,
        CaseState.MATERIALS_SUBMITTED,
        CaseState.MATERIALS_INCOMPLETE,
        CaseState.ASSESSING,
        CaseState.AUTO_ASSESSED,
        CaseState.MORE_PHOTOS,
        CaseState.ASSESSED,
    }
)
"""Where a machine decides, will decide or may have decided: the customer can ask for a person (PIPL art. 24)."""

RESULT_TOLD = frozenset(
    {
        CaseState.ASSESSED,
        CaseState.CONFIRMED,
        CaseState.PENDING_PAYMENT,
        CaseState.CLOSED,
        CaseState.DECLINED_MANUAL,
    }
)
"""Where the customer knows a result and can contest it."""

PAST_WITHDRAWING = frozenset(
    {CaseState.PENDING_PAYMENT, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.DECLINED_MANUAL}
)
"""Where nothing is left to withdraw: the money is on its way, or the case is over. The customer can contest instead."""

Check = Callable[["Lifecycle"], Iterable[str]]


def faults(life: Lifecycle) -> Iterable[str]:
    """Every fault in words. The later checks follow moves, so they wait for a file in which all states are there."""
    missing = [state for state in CaseState if state not in life.states]
    if missing:
        return [f"states without a rule: {', '.join(missing)}"]
    first = [fault for check in (_one_rule_each, _origins, _owners) for fault in check(life)]
    return first or [fault for check in _ON_MOVES for fault in check(life)]


def _one_rule_each(life: Lifecycle) -> Iterable[str]:
    pairs = [(rule.name, state) for rule in life.moves for state in rule.sources]
    yield from (
        f"{name} from {state} is there twice" for name, state in sorted({p for p in pairs if pairs.count(p) > 1})
    )


def _origins(life: Lifecycle) -> Iterable[str]:
    """A case remembers one state: what remembers is entered from states that do not."""
    for state, rule in life.states.items():
        if rule.public == "origin" and not rule.remembers:
            yield f"{state} shows its origin but does not remember it"
        if rule.remembers:
            yield from (f"{state} forgets where {o} came from" for o in life.origins(state) if life.states[o].remembers)
    for move in life.moves:
        if move.to == "origin":
            yield from (f"{move.name}: {s} remembers no origin" for s in move.sources if not life.states[s].remembers)
    if life.states[life.start.state].remembers:
        yield f"a case cannot start in {life.start.state}"


def _owners(life: Lifecycle) -> Iterable[str]:
    for state, rule in life.states.items():
        if rule.owner is None and rule.public is not PublicState.CLOSED:
            yield f"nobody owns {state}"
        if rule.owner is None and rule.clock:
            yield f"the clock runs in {state} for nobody"


def _reached(life: Lifecycle) -> Iterable[str]:
    seen = _closure(life, {place for place in life.places() if place.state is life.start.state})
    yield from (f"{state} cannot be reached" for state in CaseState if state not in {place.state for place in seen})


def _ways_out(life: Lifecycle) -> Iterable[str]:
    """To withdraw is no way out: a customer must not have to give up for a case to end."""
    for place in life.places():
        onward = {after.state for _, after in _steps(life, place)} - {place.state, CaseState.WITHDRAWN}
        final = life.states[place.state].final
        if final and any(place.state in rule.sources for rule in life.moves):
            yield f"{place.state} is final and has a way out"
        if not final and not onward:
            yield f"{place.state} has no way out"
        if not final and CaseState.CLOSED not in {after.state for after in _closure(life, {place})}:
            yield f"{place.state} never comes to an end"


def _rights(life: Lifecycle) -> Iterable[str]:
    for state in CaseState:
        can = life.possible(state, Role.CUSTOMER)
        wanted = {
            "refuse_automation": state in MACHINE_DECIDES,
            "contest": state in RESULT_TOLD or _hides_a_result(life, state),
            "withdraw": state not in PAST_WITHDRAWING,
        }
        yield from (f"a customer cannot {name} in {state}" for name, must in wanted.items() if must and name not in can)


def _hides_a_result(life: Lifecycle, state: CaseState) -> bool:
    """Handed up from where the customer knew a result: they know it still."""
    return life.states[state].public == "origin" and not RESULT_TOLD.isdisjoint(life.origins(state))


def _machines(life: Lifecycle) -> Iterable[str]:
    for place in life.places():
        for rule, after in _steps(life, place):
            if rule.by & MACHINES and after.state in DECISIONS_OF_PEOPLE:
                yield f"{rule.name}: no machine leads to {after.state}"
            if rule.by & (MACHINES | {Role.CUSTOMER}) and after.state is CaseState.DECLINED_MANUAL:
                yield f"{rule.name}: only a person of the insurer declines"
            only_from = MACHINE_ONLY_FROM.get(after.state, place.state)
            if rule.by & MACHINES and place.state not in (only_from, after.state):
                yield f"{rule.name}: a machine leads to {after.state} only from {only_from}"
            accepted = after.state is CaseState.CONFIRMED and CaseState.CONFIRMED not in (place.state, place.came_from)
            if accepted and rule.by != {Role.CUSTOMER}:
                yield f"{rule.name}: only the customer accepts"


def _backwards(life: Lifecycle) -> Iterable[str]:
    """The customer never sees an earlier state without being told, and without a reason or the wish for a person."""
    order = list(PublicState)
    for place in life.places():
        for rule, after in _steps(life, place):
            before, then = life.public(place.state, place.came_from), life.public(after.state, after.came_from)
            if order.index(then) < order.index(before):
                yield from _silent(rule, place)


def _silent(rule: MoveRule, place: Place) -> Iterable[str]:
    where = f"{rule.name} from {place.state}"
    if not rule.steps_back or rule.node is None:
        yield f"{where} steps back without saying so"
    if Guard.REASON not in rule.needs and rule.name != "refuse_automation":
        yield f"{where} steps back without a reason"
    if Role.SYSTEM in rule.by:
        yield f"{where}: no machine takes a result back"


def _steps(life: Lifecycle, place: Place) -> list[tuple[MoveRule, Place]]:
    return [(rule, life.after(place, rule)) for rule in life.moves if _leads_from(rule, place)]


def _leads_from(rule: MoveRule, place: Place) -> bool:
    told = Guard.RESULT_TOLD not in rule.needs or place.origin in RESULT_TOLD
    return told and place.state in rule.sources


def _closure(life: Lifecycle, start: set[Place]) -> set[Place]:
    seen, fresh = set(start), set(start)
    while fresh:
        fresh = {after for place in fresh for _, after in _steps(life, place)} - seen
        seen |= fresh
    return seen


_ON_MOVES: tuple[Check, ...] = (_reached, _ways_out, _rights, _machines, _backwards)
