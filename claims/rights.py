"""Who may do what to what: ``data/rules/rights.yaml`` read into a frozen table, and the check every use case makes.

What somebody cannot see is not found (404); what they see and may not do is forbidden (403). A role that never does
something is told so before anybody looks whether the thing exists, so that the answer says nothing about it.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Any, Literal, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.actions import Action
from claims.actors import Actor
from claims.rights_faults import faults
from claims.rights_objects import Object, OnClaim, OnPerson, OnProposal, Settlement
from claims.states import Role
from claims.triage import CaseClass
from model.errors import RightsError
from model.rules_text import read_versioned

T = TypeVar("T")
_FILE = "rights.yaml"
BEFORE_PROOF = frozenset(
    {Action.READ_CLAIM_MASKED, Action.EXPLAIN, Action.ADD_PHOTOS, Action.SUBMIT_MATERIALS, Action.ASSESS}
)
"""What a token that staff handed out opens before its bearer has shown that they are the customer: no more of a case
than the front line sees and does itself."""


class Scope(StrEnum):
    """How far a right goes."""

    NEVER = "never"
    OWN = "own"
    HELD = "held"
    ANY = "any"


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reach(_Rules):
    """How far a role decides: classes of case, and an amount of the market that it stays below, or goes up to."""

    classes: frozenset[CaseClass] = Field(min_length=1)
    below: Literal["simple_below", "senior_limit"] | None = None
    up_to: Literal["simple_below", "senior_limit"] | None = None

    def covers(self, settlement: Settlement) -> bool:
        """True when both the class and the amount are within reach."""
        limits, amount = settlement.limits, settlement.amount
        return (
            settlement.case_class in self.classes
            and (self.below is None or amount < getattr(limits, self.below))
            and (self.up_to is None or amount <= getattr(limits, self.up_to))
        )


class Override(_Rules):
    """From when on a person who differs from the machine says why."""

    actions: frozenset[Action]
    reason_from_share: Decimal = Field(ge=0, le=1)


class Rights(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    matrix: Mapping[Action, Mapping[Role, Scope]]
    claims: frozenset[Action]
    proposals: frozenset[Action]
    people: frozenset[Action]
    within_authority: frozenset[Action]
    authority: Mapping[Role, Reach]
    override: Override
    moves: Mapping[str, Action]

    @classmethod
    def load(cls) -> Self:
        """The shipped table."""
        return cls.from_yaml(files("data").joinpath("rules", _FILE).read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` that names every fault, those of ``claims.rights_faults`` included."""
        return read_versioned(cls, text, _FILE)

    @model_validator(mode="before")
    @classmethod
    def _from_rows(cls, tree: Any) -> Any:
        """The first row names the columns; each role stands there once, and each row is as long."""
        if isinstance(tree, dict) and isinstance(tree.get("matrix"), list):
            return {**tree, "matrix": _matrix(tree["matrix"])}
        return tree

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if found := tuple(faults(self)):
            raise ValueError("; ".join(found))
        return self

    def scope(self, role: Role, action: Action) -> Scope:
        """How far a role goes."""
        return self.matrix[action][role]

    def of_move(self, move: str) -> Action:
        """The action whose right a move of the life of a case needs. Raises ``ValueError`` for a move without one."""
        return self.moves.get(move) or Action(move)

    def check(self, actor: Actor, action: Action, on: Object | None = None) -> None:
        """Returns when ``actor`` may do it.

        Raises ``RightsError``: ``rights.forbidden`` for what the role never does, ``rights.not_found`` for what it
        cannot see, ``rights.not_held`` for a claim that someone else or nobody works on, ``rights.beyond_authority``,
        ``rights.reason_needed``, ``rights.same_person``, ``rights.same_line`` and ``rights.unproven``. ``TypeError``
        when ``on`` is no such thing.
        """
        scope = self.scope(actor.role, action)
        if scope is Scope.NEVER:
            raise RightsError("forbidden", f"{action} by {actor.role}", action=action, role=actor.role)
        if action in self.claims:
            self._check_claim(actor, action, _as(OnClaim, on, action))
        elif action in self.proposals:
            _check_proposal(actor, action, _as(OnProposal, on, action))
        elif action in self.people:
            _refuse_same(actor, action, _as(OnPerson, on, action).id)
        elif on is not None:
            raise TypeError(f"{action} is done to nothing that has an owner")

    def may(self, actor: Actor, action: Action, on: Object | None = None) -> bool:
        """``check`` as a question, for what is shown to whom."""
        try:
            self.check(actor, action, on)
        except RightsError:
            return False
        return True

    def _check_claim(self, actor: Actor, action: Action, claim: OnClaim) -> None:
        if not _reaches(self.scope(actor.role, action), actor, claim):
            seen = _reaches(self.scope(actor.role, Action.READ_CLAIM_MASKED), actor, claim)
            raise RightsError("not_held" if seen else "not_found", action, action=action, role=actor.role)
        if not actor.proven and action not in BEFORE_PROOF:
            raise RightsError("unproven", action, action=action, role=actor.role)
        if action in self.within_authority:
            self._check_authority(actor, action, _as(Settlement, claim.settlement, action))

    def _check_authority(self, actor: Actor, action: Action, settlement: Settlement) -> None:
        reach = self.authority[actor.role]
        if not reach.covers(settlement):
            facts = {"amount": settlement.amount, "case_class": settlement.case_class}
            detail = f"{action} by {actor.role}"
            raise RightsError("beyond_authority", detail, action=action, role=actor.role, **facts)
        too_far = settlement.differs_from() > self.override.reason_from_share
        if action in self.override.actions and too_far and not settlement.reasoned:
            share = self.override.reason_from_share * 100
            raise RightsError("reason_needed", action, action=action, role=actor.role, percent=share.normalize())


def _matrix(rows: list[Any]) -> dict[str, dict[Any, Any]]:
    if not rows or not all(isinstance(row, list) and row and isinstance(row[0], str) for row in rows):
        raise ValueError("each row is a list that begins with its action")
    head, *body = rows
    roles = head[1:]
    if head[0] != "action" or sorted(map(str, roles)) != sorted(Role):
        raise ValueError(f"the first row names every role once: action, {', '.join(Role)}")
    names = [row[0] for row in body]
    wrong = [row[0] for row in body if len(row) != len(head) or names.count(row[0]) > 1]
    if wrong:
        raise ValueError(f"one row with {len(roles)} scopes for each action: {', '.join(dict.fromkeys(wrong))}")
    return {row[0]: dict(zip(roles, row[1:], strict=True)) for row in body}


def _reaches(scope: Scope, actor: Actor, claim: OnClaim) -> bool:
    if scope is Scope.OWN:
        return actor.claim == claim.id if actor.role is Role.CUSTOMER else claim.app == actor.id
    return scope is Scope.ANY or (scope is Scope.HELD and claim.holder == actor.id)


def _check_proposal(actor: Actor, action: Action, proposal: OnProposal) -> None:
    _refuse_same(actor, action, proposal.proposer)
    if proposal.same_line:
        raise RightsError("same_line", action, action=action, role=actor.role)


def _refuse_same(actor: Actor, action: Action, other: UUID) -> None:
    if actor.id == other:
        raise RightsError("same_person", action, action=action, role=actor.role)


def _as(kind: type[T], given: object, action: Action) -> T:
    if not isinstance(given, kind):
        raise TypeError(f"{action} needs {kind.__name__}")
    return given
