"""What tells that a photo is the file it was, without opening it."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from claims.note_json import note_json
from claims.rescore.case import HistoricalCase
from claims.rescore.photo_files import PhotoFiles, PhotoGone
from model.notes import Note

_HANDS: Final = 16
"""Addresses that are asked at a time."""
_A_WHILE_S: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """Of the photos of one case, in order; or why there are none: the ``number`` of a photo, from 1, that is gone."""

    photos: tuple[str, ...] = ()
    number: int | None = None
    gone: Note | None = None

    @property
    def told(self) -> Any:
        """As JSON."""
        return self.photos if self.gone is None else [self.number, note_json(self.gone)]


def stamps_of(cases: Sequence[HistoricalCase], files: PhotoFiles) -> list[Stamps]:
    """The stamps of each case. The first tells how long asking takes: a disk says at once, a bucket after a while."""
    began = time.monotonic()
    first = [_stamps(case, files) for case in cases[:1]]
    if time.monotonic() - began < _A_WHILE_S:
        return first + [_stamps(case, files) for case in cases[1:]]
    with ThreadPoolExecutor(_HANDS, thread_name_prefix="stamps") as pool:
        return first + list(pool.map(lambda case: _stamps(case, files), cases[1:]))


def _stamps(case: HistoricalCase, files: PhotoFiles) -> Stamps:
    found = []
    for number, photo in enumerate(case.photos, 1):
        try:
            found.append(files.stamp(photo))
        except PhotoGone as gone:
            return Stamps(number=number, gone=gone.note)
    return Stamps(photos=tuple(found))
