"""Photos that a set lists more than once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.annotated import AnnotatedPhoto
from data.formats.faults import refuse

STATED = ("width", "height", "split", "group", "others")


def listed_once(photos: Sequence[AnnotatedPhoto], *, about: str) -> list[AnnotatedPhoto]:
    """Each file once, in the order of first entries; entries that say the same count as one.

    Raises ``ModelError`` ``model.data_unreadable`` for entries that contradict each other.
    """
    first: dict[Path, AnnotatedPhoto] = {}
    faults: list[str] = []
    for photo in photos:
        differing = ", ".join(_differing(first.setdefault(photo.path, photo), photo))
        if differing:
            faults.append(f"{photo.path.name}: listed twice, with different {differing}")
    refuse(faults, about=about)
    return list(first.values())


def _differing(one: AnnotatedPhoto, other: AnnotatedPhoto) -> Iterator[str]:
    yield from (name for name in STATED if getattr(one, name) != getattr(other, name))
    if Counter(one.annotations) != Counter(other.annotations):
        yield "boxes"
