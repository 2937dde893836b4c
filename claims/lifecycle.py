"""The life of a case as data: ``data/rules/lifecycle.yaml`` read into a frozen model that says what may happen next.

A side state that ``remembers`` goes back to where it came from: the case stores ``came_from`` beside its state and
gives both to every question. What a move ``needs`` is named here and checked by whoever makes the move.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.lifecycle_faults import faults
from claims.states import CaseState, Guard, Node, Owner, PublicState, Role
from model.errors import ClaimError
from model.notes import Note, note
from model.rules_text import read_versioned


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StateRule(_Rules):
    """One state: what the customer sees, who has to act, whether the insurer's clock runs."""

    public: PublicState | Literal["origin"]
    owner: Owner | None = None
    clock: bool
    remembers: bool = False
    final: bool = False


class StartRule(_Rules):
    """How a case begins."""

    state: CaseState
    by: frozenset[Role] = Field(min_length=1)
    node: Node


class MoveRule(_Rules):
    """One move, from each of its states to the same target."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    sources: tuple[CaseState, ...] = Field(alias="from", min_length=1)
    to: CaseState | Literal["origin", "same"]
    by: frozenset[Role] = Field(min_length=1)
    needs: frozenset[Guard] = frozenset()
    node: Node | None = None
    steps_back: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A state, and the state to go back to where it ``remembers`` one."""

    state: CaseState
    came_from: CaseState | None = None

    @property
    def origin(self) -> CaseState:
        """Where the case is, or was before somebody else had to act."""
        return self.state if self.came_from is None else self.came_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move that a role may make: where it leads, what it needs first and which notification it reaches.

    ``origin``: see ``Place``.
    """

    name: str
    role: Role
    before: CaseState
    origin: CaseState
    to: CaseState
    came_from: CaseState | None
    needs: frozenset[Guard]
    node: Node | None
    steps_back: bool

    def unmet(self, met: Set[Guard]) -> tuple[Guard, ...]:
        """What it needs beyond ``met``, in the order of ``Guard``. The move may be made when this is empty."""
        return tuple(guard for guard in Guard if guard in self.needs - met)


class Lifecycle(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    start: StartRule
    states: dict[CaseState, StateRule]
    moves: tuple[MoveRule, ...]

    @classmethod
    def load(cls) -> Self:
        """The shipped rules."""
        return cls.from_yaml(files("data").joinpath("rules", "lifecycle.yaml").read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` that names every fault, those of ``claims.lifecycle_faults`` included."""
        return read_versioned(cls, text, "lifecycle.yaml")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if found := tuple(faults(self)):
            raise ValueError("; ".join(found))
        return self

    def move(self, state: CaseState, name: str, role: Role, *, came_from: CaseState | None = None) -> Move:
        """The move ``name`` from ``state``.

        Raises ``ClaimError`` ``claim.impossible_move`` when nobody can make it from here and
        ``claim.not_yours_to_do`` when only others can; both say which moves the role has (``possible``).
        """
        place = self.place(state, came_from)
        rule = self._rule(state, name)
        if rule is None or role not in rule.by:
            raise self._refused(state, name, role, code="impossible_move" if rule is None else "not_yours_to_do")
        after = self.after(place, rule)
        return Move(
            name=name,
            role=role,
            before=state,
            origin=place.origin,
            to=after.state,
            came_from=after.came_from,
            needs=rule.needs,
            node=rule.node,
            steps_back=rule.steps_back and self.public(after.state, after.came_from) != self.public(state, came_from),
        )

    def possible(self, state: CaseState, role: Role) -> tuple[str, ...]:
        """Names of the moves that a role has from a state, in the order of the file."""
        return tuple(rule.name for rule in self.moves if state in rule.sources and role in rule.by)

    def public(self, state: CaseState, came_from: CaseState | None = None) -> PublicState:
        """What the customer sees."""
        shown = self.states[state].public
        if isinstance(shown, PublicState):
            return shown
        origin = self.place(state, came_from).came_from
        return self.public(self._origin_of(state, origin))

    def next_step(self, state: CaseState, *, due_at: datetime | None = None) -> Note:
        """Who has to do what, by when, for the customer. ``due_at`` is shown as it is: give it in the market's zone."""
        when = note("next_step.no_date")
        if due_at is not None:
            day = {"year": due_at.year, "month": due_at.month, "day": due_at.day}
            when = note("next_step.by", **day, time=f"{due_at:%H:%M}")
        return Note(f"next_step.{state}", {"when": when, "owner": self.states[state].owner or ""})

    def rests(self, state: CaseState) -> bool:
        """True where nobody has to act: closed, withdrawn, declined."""
        return self.states[state].owner is None

    def place(self, state: CaseState, came_from: CaseState | None) -> Place:
        """Raises ``ClaimError`` ``claim.origin_unknown`` for a stored origin that cannot be: a fault of ours."""
        if not self.states[state].remembers:
            return Place(state)
        if came_from is None or came_from not in self.origins(state):
            raise ClaimError("origin_unknown", f"{state} cannot have come from {came_from}", state=state)
        return Place(state, came_from)

    def origins(self, state: CaseState) -> tuple[CaseState, ...]:
        """States from which a state that remembers can be entered."""
        into = (rule for rule in self.moves if rule.to is state)
        return tuple(dict.fromkeys(source for rule in into for source in rule.sources if source is not state))

    def after(self, place: Place, rule: MoveRule) -> Place:
        """Where a move of ``rule`` leads from ``place``."""
        if rule.to == "same" or rule.to is place.state:
            return place
        if not isinstance(rule.to, CaseState):
            return Place(self._origin_of(place.state, place.came_from))
        return Place(rule.to, place.state if self.states[rule.to].remembers else None)

    def places(self) -> Iterable[Place]:
        """Every place a case can be in: states, and those that remember with each of their origins."""
        for state, rule in self.states.items():
            yield from (Place(state, origin) for origin in self.origins(state)) if rule.remembers else (Place(state),)

    def _rule(self, state: CaseState, name: str) -> MoveRule | None:
        return next((rule for rule in self.moves if rule.name == name and state in rule.sources), None)

    def _refused(self, state: CaseState, name: str, role: Role, *, code: str) -> ClaimError:
        """A name that is no move is not repeated: it may be anything. ``known`` is what problem documents list."""
        shown = name if any(rule.name == name for rule in self.moves) else "unknown"
        possible = self.possible(state, role)
        detail = f"{shown} from {state} by {role}"
        return ClaimError(code, detail, state=state, move=shown, role=role, possible=possible, known=possible)

    @staticmethod
    def _origin_of(state: CaseState, origin: CaseState | None) -> CaseState:
        if origin is None:
            raise ClaimError("origin_unknown", f"{state} without its origin", state=state)
        return origin
