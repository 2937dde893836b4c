"""What a photo teaches: what is drawn on it, in the detector's labels, and the labels that its silence speaks about.

Labels drawn by this project replace those of the photo's set, save in the groups that its source ``keeps``; on
``car_parts`` they add to them, because there only the parts were drawn that the set lacks (docs/labelling.md).
"""

from collections.abc import Collection, Iterator

from data.own_labels import LabelledPhoto
from model.vocabulary import LabelGroup, Part, Side
from training.prepared import Drawn, PreparedPhoto
from training.recipe import Recipe, Source
from training.source_photos import ADDED, Meanings, SourcePhoto, clipped, has_area
from training.unusable import groups_left_out

OWN, OWN_PARTS = "own", "own_parts"


def scopes(recipe: Recipe, meanings: Meanings) -> dict[str, tuple[str, ...]]:
    """Scope → the labels that its photos teach, present or absent."""
    named = {source.folder: _taught(source) for source in recipe.sources}
    named[OWN] = tuple(meanings)
    if ADDED in named:
        parts = tuple(name for name, meaning in meanings.items() if meaning.group is LabelGroup.PART)
        named[OWN_PARTS] = tuple(dict.fromkeys([*named[ADDED], *parts]))
    for source in recipe.sources:
        if source.keeps:
            named[_beside(source)] = tuple(
                name for name in meanings if meanings[name].group not in source.keeps or name in _taught(source)
            )
    return named


def teach(item: SourcePhoto, recipe: Recipe, meanings: Meanings, *, cluster: str, split: str) -> PreparedPhoto | None:
    """The photo as training sees it; None for one that teaches nothing, or would but must not.

    It leaves open the groups in which its set drew a box that nobody can learn from.
    """
    if item.source.held_out and split == "train":
        return None
    if item.own is None and not item.source.teaches and not item.source.negatives:
        return None
    plain = PreparedPhoto(
        path=item.name,
        sha256=item.file.sha256,
        scope=item.source.folder,
        cluster=cluster,
        split=split,
        width=item.photo.width,
        height=item.photo.height,
        drawn=tuple(_set_drawn(item)),
        others=item.photo.others,
        repeat=item.source.repeat,
    )
    made = plain if item.own is None else _with_own(plain, item, item.own, recipe, meanings)
    unsaid = groups_left_out(item, meanings)
    return _without(made, unsaid, scopes(recipe, meanings)[made.scope], meanings) if unsaid else made


def _set_drawn(item: SourcePhoto) -> Iterator[Drawn]:
    for drawn in item.taught:
        box = clipped(drawn.box, item.photo)
        if has_area(box):
            for ours in item.source.teaches[drawn.label]:
                yield Drawn(label=ours, box=box, outline=drawn.outline)


def _without(
    photo: PreparedPhoto, groups: Collection[LabelGroup], taught: Collection[str], meanings: Meanings
) -> PreparedPhoto | None:
    """The photo saying nothing about these groups; None when it says nothing else."""
    unsaid = [name for name, meaning in meanings.items() if meaning.group in groups]
    untaught = tuple(dict.fromkeys([*photo.untaught, *unsaid]))
    drawn = tuple(item for item in photo.drawn if item.label not in unsaid)
    left = photo.model_copy(update={"untaught": untaught, "drawn": drawn})
    return left if set(taught) - set(untaught) else None


def _with_own(
    plain: PreparedPhoto, item: SourcePhoto, own: LabelledPhoto, recipe: Recipe, meanings: Meanings
) -> PreparedPhoto:
    source = item.source
    kept = [drawn for drawn in plain.drawn if item.set_counts(meanings[drawn.label].group)]
    new = [drawn for drawn in _own_drawn(own, meanings) if meanings[drawn.label].group not in source.keeps]
    scope = OWN_PARTS if source.folder == ADDED else _beside(source) if source.keeps else OWN
    return plain.model_copy(
        update={
            "scope": scope,
            "drawn": (*kept, *new),
            "untaught": tuple(name for name in left_open(own, meanings) if meanings[name].group not in source.keeps),
            "others": tuple(own.pixels(box) for box in own.others),
            "repeat": max(plain.repeat, recipe.own_repeat),
        }
    )


def _own_drawn(photo: LabelledPhoto, meanings: Meanings) -> Iterator[Drawn]:
    for part in photo.parts:
        for label in labels_of_part(part.part, part.side, meanings):
            yield Drawn(label=label, box=photo.pixels(part.box))
    for damage in photo.damages:
        outline = tuple((x * photo.width / 1000, y * photo.height / 1000) for x, y in damage.outline)
        box = photo.pixels(damage.box)
        yield Drawn(label=str(damage.kind), box=box, outline=outline)
    for (damaged, _), corners in photo.damaged_regions.items():
        for label in labels_of_damaged_part(damaged, meanings):
            yield Drawn(label=label, box=photo.pixels(corners))


def left_open(photo: LabelledPhoto, meanings: Meanings) -> Iterator[str]:
    """The labels that the photo says nothing about: of parts with a side that nobody can tell, and of damaged parts
    where nobody can tell the part."""
    if any(damage.part is None for damage in photo.damages):
        yield from (name for name, meaning in meanings.items() if meaning.group is LabelGroup.DAMAGED_PART)
    for part in photo.parts:
        if part.side is Side.UNKNOWN and not labels_of_part(part.part, part.side, meanings):
            yield from labels_of_part(part.part, Side.LEFT, meanings)
            yield from labels_of_part(part.part, Side.RIGHT, meanings)


def labels_of_part(part: Part, side: Side, meanings: Meanings) -> list[str]:
    """The part labels that a drawn part is: none when its side is not known and the label needs one."""
    return [
        name
        for name, meaning in meanings.items()
        if meaning.group is LabelGroup.PART
        and any(place.part is part and place.side in (side, Side.UNKNOWN) for place in meaning.parts)
    ]


def labels_of_damaged_part(part: Part, meanings: Meanings) -> list[str]:
    """The damaged-part labels under which damage on this part falls."""
    return [
        name
        for name, meaning in meanings.items()
        if meaning.group is LabelGroup.DAMAGED_PART and any(place.part is part for place in meaning.parts)
    ]


def _beside(source: Source) -> str:
    return f"{OWN}_{source.folder}"


def _taught(source: Source) -> tuple[str, ...]:
    return tuple(dict.fromkeys([label for labels in source.teaches.values() for label in labels] + [*source.negatives]))
