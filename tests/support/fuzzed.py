"""What fuzzing the whole API shares between its tests."""

from collections import Counter
from dataclasses import dataclass, field

from sites import Site


@dataclass
class Ledger:
    """How often each status was answered, by operation, and what went wrong."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """Ids of what is there, by the name of the parameter that takes them; ``customer`` is a token.

    ``referred`` is a case that waits for a person.
    """

    site: Site
    ids: dict[str, list[str]]
    customer: str = field(repr=False)
    referred: str
