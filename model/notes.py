"""A statement that a person will read, kept as a code with its numbers until the language is known."""

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


def _read_only(content: dict[object, object]) -> MappingProxyType[object, object]:
    """By this name ``pickle`` finds it: the type itself has none."""
    return MappingProxyType(content)


# A read-only mapping travels between processes and into copies as the dict behind it.
copyreg.pickle(MappingProxyType, lambda view: (_read_only, (dict(view),)))


@dataclass(frozen=True, slots=True)
class Note:
    """``code`` selects the sentence in ``model/texts/<language>.yaml``; ``facts`` fill its placeholders.

    Values of ``facts`` are strings, numbers, Decimals, members of the vocabulary (translated), parts with their side,
    notes, or tuples of these.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted((key, str(value)) for key, value in self.facts.items()))))


def note(code: str, **facts: object) -> Note:
    """``note("line.labour", hours=h, rate=r)`` reads better than the constructor."""
    return Note(code, facts)
