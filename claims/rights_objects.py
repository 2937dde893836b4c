"""What a right is checked against: a claim and the decision to be made on it, a proposal, a person."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from claims.policy import MarketLimits
from claims.triage import CaseClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A decision about money, as it would be stored.

    ``amount`` and ``machine_amount`` are in the market's currency; ``machine_amount`` is what the machine named for the
    same case, None where it named nothing.
    """

    amount: Decimal
    machine_amount: Decimal | None
    case_class: CaseClass
    limits: MarketLimits
    reasoned: bool

    def __post_init__(self) -> None:
        named = [self.amount] if self.machine_amount is None else [self.amount, self.machine_amount]
        if not all(value.is_finite() and value >= 0 for value in named):
            raise ValueError("an amount is finite and not below zero")

    def differs_from(self) -> Decimal:
        """Share of the machine's amount by which a person's differs, up or down. One where there is none."""
        if not self.machine_amount:
            return Decimal(0) if self.machine_amount == self.amount else Decimal(1)
        return abs(self.amount - self.machine_amount) / self.machine_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class OnClaim:
    """A claim that exists: the app that opened it, the person whose lease is in force now, the decision to be made."""

    id: UUID
    app: UUID | None = None
    holder: UUID | None = None
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnProposal:
    """A price table or policy that waits for a second person.

    ``same_line``: somebody stands behind both the proposer's account and the actor's (``claims.desk.lineage``).
    """

    proposer: UUID
    same_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPerson:
    """Somebody of the insurer's staff."""

    id: UUID


Object = OnClaim | OnProposal | OnPerson
