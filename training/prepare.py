"""Annotated sets become one checked data set in the detector's labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.hard_clean import not_clean
from data.own_labels import LabelledPhoto, own_labels
from data.taxonomy import read_taxonomy
from training.clusters import Fingerprinted, cluster, sides
from training.copies import Copy, copies
from training.corrections import spelled_out
from training.fingerprints import Fingerprints
from training.leaks import refuse_cut, refuse_leaks
from training.prepared import PreparedSet
from training.recipe import Recipe
from training.source_photos import Meanings, SourcePhoto, read_sources
from training.teaching import scopes, teach
from training.unusable import refuse_unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """``prepared`` is what training reads, the rest what it was made of. ``clusters``: photos that show one picture;
    ``copies``: photos left out, because their set has the very file already."""

    recipe: Recipe
    meanings: Meanings
    own: Mapping[str, LabelledPhoto]
    photos: Sequence[SourcePhoto]
    clusters: Sequence[Sequence[Fingerprinted]]
    copies: Sequence[Copy]
    prepared: PreparedSet


def prepare(
    recipe: Recipe,
    root: Path,
    *,
    own: Mapping[str, LabelledPhoto] | None = None,
    remembered: Path | None = None,
    settle_leaks: bool = False,
    leave_out_unusable: bool = False,
) -> Preparation:
    """Read, check, merge and split. ``own``: instead of this project's labels; ``remembered``: file of fingerprints.

    ``settle_leaks``: pictures that the sets put on several sides go to the stricter one. ``leave_out_unusable``: photos
    with a box of less than a pixel leave its group of labels open. Both are refused otherwise. Raises ``ModelError``
    ``model.data_unreadable``, ``data_unusable`` or ``data_leaks``, with the count and the first ten places.
    """
    meanings = read_taxonomy(recipe.name)
    labelled = (own_labels() if own is None else own) if recipe.own_labels else {}
    fingerprints = Fingerprints(root, remembered)
    spelled = spelled_out(recipe, meanings)
    read = read_sources(spelled, root, fingerprints, meanings, labelled)
    fingerprints.keep(item.file for item in read)
    twice = tuple(copies(read))
    dropped = {copy.dropped.name for copy in twice}
    photos = [item for item in read if item.name not in dropped]
    if not leave_out_unusable:
        refuse_unusable(photos, meanings)
    clusters = cluster([_fingerprinted(item) for item in read])
    if not settle_leaks:
        refuse_cut(clusters)
    prepared = _prepared(spelled, meanings, photos, clusters).model_copy(update={"recipe": recipe.sha256})
    refuse_leaks(prepared.photos, {item.name: item.file.hashes for item in photos})
    return Preparation(
        recipe=recipe,
        meanings=meanings,
        own=labelled,
        photos=photos,
        clusters=clusters,
        copies=twice,
        prepared=prepared,
    )


def _prepared(
    recipe: Recipe, meanings: Meanings, photos: Sequence[SourcePhoto], clusters: Sequence[Sequence[Fingerprinted]]
) -> PreparedSet:
    side = sides(clusters)
    leader = {item.name: members[0].name for members in clusters for item in members}
    damaged = not_clean()
    taught = (
        teach(item, recipe, meanings, cluster=leader[item.name], split=side[item.name])
        for item in photos
        if not (item.source.says_clean and item.file.sha256 in damaged)
    )
    return PreparedSet(
        recipe=recipe.sha256,
        labels=tuple(meanings),
        scopes=scopes(recipe, meanings),
        photos=tuple(photo for photo in taught if photo is not None),
    )


def _fingerprinted(item: SourcePhoto) -> Fingerprinted:
    group = f"{item.source.folder}/{item.photo.group}"
    return Fingerprinted(name=item.name, group=group, split=item.photo.split, hashes=item.file.hashes)
