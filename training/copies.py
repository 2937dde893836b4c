"""A set that has one file twice: the first is kept, whatever is drawn on the others."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from training.source_photos import SourcePhoto


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Two photos of one set with the same bytes."""

    kept: SourcePhoto
    dropped: SourcePhoto

    @property
    def alike(self) -> bool:
        """Whether the set drew the same on both."""
        kept, dropped = (Counter(item.photo.annotations) for item in (self.kept, self.dropped))
        return kept == dropped

    def __str__(self) -> str:
        return f"{self.dropped.name} is {self.kept.name}, {'the same' if self.alike else 'other'} boxes"


def copies(photos: Iterable[SourcePhoto]) -> Iterator[Copy]:
    """Every photo whose file its set has already, with the one that is kept, in their order."""
    first: dict[tuple[str, str], SourcePhoto] = {}
    for item in photos:
        kept = first.setdefault((item.source.folder, item.file.sha256), item)
        if kept is not item:
            yield Copy(kept=kept, dropped=item)
