"""What was seen on one photo, kept by what looked and by the hash of the photo; several runs share it."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claims.observation_bytes import observation_bytes, observation_of
from claims.observe import Observation
from claims.rescore.whole_files import checked, read_checked, write_whole
from model.labels import Label

_log = logging.getLogger(__name__)

_FORM: Final = b"quickclaim/seen/1\n"
_PASSING: Final = frozenset({"photo.too_slow", "photo.decompression_bomb", "photo.unreadable_file"})
"""Verdicts that may be of a busy machine and not of the photo: they are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoCache:
    """``looked_with``: see ``claims.observation_bytes``; ``labels`` are those of that detector, in channel order."""

    folder: Path
    looked_with: str
    labels: tuple[Label, ...]

    def get(self, sha256: str) -> Observation | None:
        """What was seen, without a name; None where nobody looked yet, or the file is damaged."""
        content = read_checked(self._path(sha256), _FORM)
        seen = None if content is None else observation_of(content, self.labels, index=0, name="")
        return seen if seen is not None and seen.sha256 == sha256 else None

    def put(self, seen: Observation) -> None:
        """Raises ``RescoreError`` ``no_space`` or ``not_writable``."""
        if seen.sha256 is not None and not passing(seen):
            content = checked(_FORM, observation_bytes(seen))
            write_whole(self._path(seen.sha256), content, aside=self.folder / "new")

    def _path(self, sha256: str) -> Path:
        return self.folder / "photos" / self.looked_with / sha256[:2] / sha256


def passing(seen: Observation) -> bool:
    """Whether another look may see otherwise."""
    return seen.rejection is not None and seen.rejection.code in _PASSING
