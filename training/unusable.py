"""Boxes that nobody can learn from: less than a pixel of them, in width or height, is on the photo.

Were they dropped, the photo would teach that nothing is there. They are refused by name, or their photo leaves open
every label of their group.
"""

from collections.abc import Iterable, Iterator

from data.annotated import Annotation
from data.formats.faults import refuse
from model.vocabulary import LabelGroup
from training.source_photos import Meanings, SourcePhoto, clipped, has_area

CODE = "data_unusable"


def unusable(item: SourcePhoto, meanings: Meanings) -> list[Annotation]:
    """Such boxes among those that the photo would teach, in their order."""
    lost = (drawn for drawn in item.taught if not has_area(clipped(drawn.box, item.photo)))
    return [drawn for drawn in lost if any(_groups(drawn, item, meanings))]


def groups_left_out(item: SourcePhoto, meanings: Meanings) -> frozenset[LabelGroup]:
    """The groups about which the photo must say nothing."""
    return frozenset(group for drawn in unusable(item, meanings) for group in _groups(drawn, item, meanings))


def refuse_unusable(photos: Iterable[SourcePhoto], meanings: Meanings) -> None:
    """Raises ``ModelError`` ``model.data_unusable`` with the count and the first ten."""
    refuse(list(places(photos, meanings)), code=CODE, about="boxes of less than a pixel, see --leave-out-unusable")


def places(photos: Iterable[SourcePhoto], meanings: Meanings) -> Iterator[str]:
    """Photo, label and corners of each such box, in px as the set has them."""
    for item in photos:
        for drawn in unusable(item, meanings):
            yield f"{item.name}: {drawn.label} {[round(value, 1) for value in drawn.box]}"


def _groups(drawn: Annotation, item: SourcePhoto, meanings: Meanings) -> Iterator[LabelGroup]:
    groups = (meanings[label].group for label in item.source.teaches[drawn.label])
    return (group for group in groups if item.set_counts(group))
