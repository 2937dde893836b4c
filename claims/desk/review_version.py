"""Which review somebody has seen, as a text that an ETag begins with."""

import re
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from model.errors import ReviewError

_NONE: Final = "none"
_TEXT: Final = re.compile(r"([0-9a-f]{32}|none)\.(\d{1,9})\.(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Version:
    """Which review somebody has seen: its assessment, None before there is one, the corrections made by then, and how
    many photos and documents had been ``received``."""

    assessment: UUID | None
    number: int
    received: int

    @property
    def text(self) -> str:
        """The ETag, without quotes."""
        return f"{self.assessment.hex if self.assessment else _NONE}.{self.number}.{self.received}"

    @property
    def lines(self) -> tuple[UUID | None, int]:
        """What corrections rest on."""
        return self.assessment, self.number

    @classmethod
    def of(cls, text: str) -> Self:
        """The version of an ETag. Raises ``ReviewError`` ``stale_version`` for a text that names none."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ReviewError("stale_version", "no version of a review", version=0)
        return cls(None if match[1] == _NONE else UUID(hex=match[1]), int(match[2]), int(match[3]))


def stale(seen: Version, now: Version) -> ReviewError:
    """``review.stale_version``, to be raised."""
    return ReviewError("stale_version", f"{seen.text}, is {now.text}", version=now.number)
