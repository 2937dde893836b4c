"""What is open about the policy before somebody approves: what nobody has stated, and what speaks against it."""

from dataclasses import dataclass
from typing import Final, Literal, Self

from claims.facts import CaseFacts

_FACTS: Final = ("policy_active", "plate_matches_policy")

Seen = Literal["unknown", "against"]
"""What somebody knows who approves all the same: that something is not stated, or that something speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverDoubt:
    """``unknown`` are facts that nobody has stated, ``against`` those that were stated as not so, by name."""

    unknown: tuple[str, ...]
    against: tuple[str, ...]

    @classmethod
    def of(cls, facts: CaseFacts) -> Self | None:
        """None where the policy is known to be in force, and the car to be on it."""
        known = {name: getattr(facts, name) for name in _FACTS}
        unknown = tuple(name for name, value in known.items() if value is None)
        against = tuple(name for name, value in known.items() if value is False)
        return cls(unknown=unknown, against=against) if unknown or against else None

    def seen_by(self, despite: Seen | None) -> bool:
        """Whether who approves ``despite`` something knows of all of this doubt."""
        return despite == "against" or (despite == "unknown" and not self.against)

    @property
    def statement(self) -> dict[str, bool]:
        """What somebody states who looked it up and found it in order (``PUT /v1/claims/{id}/cover``)."""
        return dict.fromkeys(self.unknown, True)
