"""Adjusters' corrections as a source: the labels of the set are the vocabulary's, so nobody has to list them."""

from collections.abc import Mapping

from claims.examples import CATEGORIES
from model.vocabulary import LabelGroup, Part, Side
from training.recipe import Recipe, Source
from training.source_photos import Meanings
from training.teaching import labels_of_damaged_part

DAMAGED = "damaged_"


def spelled_out(recipe: Recipe, meanings: Meanings) -> Recipe:
    """The recipe with ``teaches`` and ``unused`` filled in for sources of corrections; what they say stays."""
    return recipe.model_copy(update={"sources": tuple(_spelled(source, meanings) for source in recipe.sources)})


def meant(meanings: Meanings) -> Mapping[str, tuple[str, ...]]:
    """Each label of a set of corrections → the detector's; none where it has no word for that part."""
    return {name: tuple(_labels(name, group, meanings)) for name, (_, group) in CATEGORIES.items()}


def _spelled(source: Source, meanings: Meanings) -> Source:
    if not source.corrections:
        return source
    found = meant(meanings)
    teaches = {name: labels for name, labels in found.items() if labels and name not in source.unused} | source.teaches
    unused = (*source.unused, *(name for name, labels in found.items() if not labels))
    return source.model_copy(update={"teaches": teaches, "unused": unused})


def _labels(name: str, group: str, meanings: Meanings) -> list[str]:
    if group == LabelGroup.DAMAGE:
        return [
            label for label, meaning in meanings.items() if meaning.group is LabelGroup.DAMAGE and meaning.kind == name
        ]
    part = name.removeprefix(DAMAGED)
    for side in (Side.LEFT, Side.RIGHT):
        part = part.removeprefix(f"{side}_")
    return labels_of_damaged_part(Part(part), meanings)
