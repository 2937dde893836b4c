"""A prepared data set: every photo once, its boxes in the detector's labels, and which labels it may teach.

SET/set.json       labels in channel order, recipe hash, scopes (name → labels taught), digest of what it teaches
SET/photos.jsonl   one photo a line, paths relative to the folder of the annotated sets
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import ModelError
from model.findings import Box
from training.whole_files import replace


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Drawn(_Frozen):
    """One box in pixels of the photo. ``outline`` in pixels where one was drawn."""

    label: str
    box: Box
    outline: tuple[tuple[float, float], ...] = ()


class PreparedPhoto(_Frozen):
    """``scope`` names the labels that this photo teaches, ``untaught`` those of them that it leaves open (a door whose
    side nobody can tell is neither a left nor a right one); ``others``: boxes that teach nothing. ``sha256`` says which
    photo it is; ``shrunk_sha256`` is of the smaller file that stands for it, where it was packed."""

    path: str
    sha256: str
    scope: str
    cluster: str
    split: str
    width: int
    height: int
    drawn: tuple[Drawn, ...] = ()
    untaught: tuple[str, ...] = ()
    others: tuple[Box, ...] = ()
    repeat: int = 1
    shrunk_sha256: str = ""


class _Head(_Frozen):
    recipe: str
    labels: tuple[str, ...]
    scopes: dict[str, tuple[str, ...]]
    digest: str


class PreparedSet(_Frozen):
    """``labels``: in channel order. ``scopes``: scope → the labels that its photos teach."""

    recipe: str
    labels: tuple[str, ...]
    scopes: dict[str, tuple[str, ...]]
    photos: tuple[PreparedPhoto, ...] = ()

    @property
    def digest(self) -> str:
        """The sha256 of everything that teaches, wherever it came from: labels, scopes, and all photos in order with
        their hashes, splits, boxes and repeats. The recipe's hash is no part of it.

        A packed set has a digest of its own: it lacks the test photos, and shrunk photos have shrunk boxes.
        """
        digest = hashlib.sha256(self.model_dump_json(include={"labels", "scopes"}).encode())
        for line in self._lines():
            digest.update(line.encode())
        return digest.hexdigest()

    def of(self, split: str) -> list[PreparedPhoto]:
        """The photos of one side of the split, in order."""
        return [photo for photo in self.photos if photo.split == split]

    def taught(self, photo: PreparedPhoto) -> tuple[bool, ...]:
        """For each label in channel order: does this photo say whether it is there?"""
        scope = self.scopes[photo.scope]
        return tuple(label in scope and label not in photo.untaught for label in self.labels)

    def write(self, folder: Path) -> None:
        """Whole, or not readable until it is written again; the same bytes for the same content."""
        head = _Head(recipe=self.recipe, labels=self.labels, scopes=self.scopes, digest=self.digest)
        (folder / "set.json").unlink(missing_ok=True)
        replace(folder / "photos.jsonl", "".join(self._lines()).encode())
        replace(folder / "set.json", (head.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises ``ModelError`` ``model.data_unreadable``, also when it is not what its digest says."""
        try:
            head = _Head.model_validate_json((folder / "set.json").read_bytes())
            lines = (folder / "photos.jsonl").read_text("utf-8").splitlines()
            photos = tuple(PreparedPhoto.model_validate_json(line) for line in lines)
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise ModelError("data_unreadable", f"{folder.name}: run prepare again: {error}") from error
        made = cls(recipe=head.recipe, labels=head.labels, scopes=head.scopes, photos=photos)
        if made.digest != head.digest:
            raise ModelError("data_unreadable", f"{folder.name}: not the set that was prepared: run prepare again")
        return made

    def _lines(self) -> Iterator[str]:
        return (f"{photo.model_dump_json(exclude_defaults=True)}\n" for photo in self.photos)
