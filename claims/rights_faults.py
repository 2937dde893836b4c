"""What no table of rights may say, whoever edits the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from claims.actions import Action
from claims.actors import STAFF
from claims.states import Role

if TYPE_CHECKING:
    from claims.rights import Rights

OUTSIDE = frozenset({Role.CUSTOMER, Role.APP})
KEEPERS = frozenset({Role.AUDITOR, Role.ADMIN})
"""They read the log or set the rules: whoever does either has no hand in a claim (section 6)."""

OPEN_TO_KEEPERS = frozenset({Action.EXPLAIN, Action.REPLAY})
"""On claims, and without personal data: the auditor asks why an amount is what it is."""

OF_THE_CUSTOMER = (
    Action.ACCEPT,
    Action.CONTEST,
    Action.COMPLAIN,
    Action.REFUSE_AUTOMATION,
    Action.WITHDRAW,
    Action.EXPLAIN,
    Action.READ_CLAIM,
    Action.SEE_PERSONAL_DATA,
    Action.EXPORT_OWN,
    Action.DELETE_OWN,
)
"""Rights that no table takes away (PIPL art. 24, 45, 47)."""

CUSTOMER_ALONE = frozenset({Action.ACCEPT, Action.WITHDRAW, Action.EXPORT_OWN, Action.DELETE_OWN})
DECIDED_BY_PEOPLE = frozenset(
    {
        Action.ACCEPT,
        Action.APPROVE,
        Action.DECLINE,
        Action.WITHDRAW,
        Action.CORRECT_LINES,
        Action.CLOSE_UNPAID,
        Action.ANSWER_COMPLAINT,
        Action.CALL_CUSTOMER,
    }
)
FOUR_EYES = frozenset({Action.APPROVE_PRICES, Action.APPROVE_POLICY})

Check = Callable[["Rights"], Iterable[str]]


def faults(rights: Rights) -> Iterable[str]:
    """Every fault in words. The later checks look at every cell, so they wait for a table that is complete."""
    first = list(_complete(rights))
    return first or [fault for check in _ON_CELLS for fault in check(rights)]


def _complete(rights: Rights) -> Iterable[str]:
    short = [action for action, row in rights.matrix.items() if set(row) != set(Role)]
    yield from (f"{action} does not name every role" for action in short)
    yield from (f"{action} has no row" for action in Action if action not in rights.matrix)


def _objects(rights: Rights) -> Iterable[str]:
    yield from (f"{action} is done to two things" for action in sorted(_twice(rights)))
    yield from (f"{action} needs two people" for action in sorted(FOUR_EYES - rights.proposals))
    if Action.MANAGE_PEOPLE not in rights.people:
        yield "manage_people: nobody sets their own role"
    loose = (rights.within_authority | set(OF_THE_CUSTOMER) | rights.override.actions) - rights.claims
    yield from (f"{action} is done to a claim" for action in sorted(loose))


def _twice(rights: Rights) -> frozenset[str]:
    return rights.claims & (rights.proposals | rights.people) | rights.proposals & rights.people


def _cells(rights: Rights) -> Iterable[str]:
    for action, row in rights.matrix.items():
        for role, scope in row.items():
            on_claim = action in rights.claims
            if scope == "own" and (role not in OUTSIDE or not on_claim):
                yield f"{action}: {role} owns nothing of that kind"
            if scope == "held" and (role not in STAFF or not on_claim):
                yield f"{action}: {role} holds nothing of that kind"
            if role in OUTSIDE and on_claim and scope == "any":
                yield f"{action}: {role} reaches only its own claims"


def _customer(rights: Rights) -> Iterable[str]:
    for action in OF_THE_CUSTOMER:
        if rights.matrix[action][Role.CUSTOMER] != "own":
            yield f"{action} is a right of the customer"
    for action in sorted(CUSTOMER_ALONE):
        yield from (
            f"{action}: only the customer does this, not {role}"
            for role, scope in rights.matrix[action].items()
            if role is not Role.CUSTOMER and scope != "never"
        )


def _apart(rights: Rights) -> Iterable[str]:
    for action, row in rights.matrix.items():
        held_off = KEEPERS if action in rights.claims - OPEN_TO_KEEPERS else frozenset()
        yield from (f"{action}: {role} has no hand in a claim" for role in sorted(held_off) if row[role] != "never")
    for action in sorted(DECIDED_BY_PEOPLE):
        machines = (role for role in (Role.APP, Role.SYSTEM) if rights.matrix[action][role] != "never")
        yield from (f"{action}: {role} is a machine" for role in machines)
    for action in (Action.READ_CLAIM, Action.SEE_PERSONAL_DATA, Action.CORRECT_LINES, Action.APPROVE, Action.DECLINE):
        if rights.matrix[action][Role.FRONT_LINE] != "never":
            yield f"{action}: front_line reads masked and changes no amounts"
    open_to_staff = (role for role in sorted(STAFF) if rights.matrix[Action.SEE_PERSONAL_DATA][role] == "any")
    yield from (f"see_personal_data: {role} sees it only while holding the claim" for role in open_to_staff)


def _authority(rights: Rights) -> Iterable[str]:
    for action in sorted(rights.within_authority):
        yield from (
            f"{action}: how far does {role} decide?"
            for role, scope in rights.matrix[action].items()
            if scope != "never" and role not in rights.authority
        )
    if not {Action.APPROVE, Action.DECLINE} <= rights.within_authority:
        yield "approve and decline are within authority"
    for role in (Role.JUNIOR, Role.SENIOR):
        reach = rights.authority.get(role)
        if reach is not None and not (reach.below or reach.up_to):
            yield f"{role} decides up to a limit"


_ON_CELLS: tuple[Check, ...] = (_objects, _cells, _customer, _apart, _authority)
