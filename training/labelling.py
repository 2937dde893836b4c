"""A labelling workspace: sheets to look at, drafts to write, drawn sheets to check, labels to collect.

WORKSPACE/photos.txt          the photos, one ``set/file`` a line
WORKSPACE/sheets/*.png        each photo with grid and proposals, if there are any
WORKSPACE/proposals/*.json    the proposals by number
WORKSPACE/drafts/*.json       what the annotator writes
WORKSPACE/drawn/*.png         the drafts drawn back onto the photos
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import cv2

from data.datasets import AnnotatedPhoto, read_photos
from data.own_labels import LabelledPhoto
from inference.detector import Detector
from model.errors import ModelError
from training.label_drafts import Proposal, read_draft
from training.label_sheets import drawn_sheet, propose, sheet

APART = frozenset({"wheel"})


def lay_out(workspace: Path, root: Path, names: Sequence[str], detector: Detector | None) -> None:
    """Make the sheets and proposals of ``names`` (``set/file``). Raises ``ModelError`` for a photo no set has.

    Without a ``detector`` nothing is proposed, not even what the set has drawn.
    """
    for folder in ("sheets", "proposals", "drafts", "drawn"):
        (workspace / folder).mkdir(parents=True, exist_ok=True)
    (workspace / "photos.txt").write_text("".join(f"{name}\n" for name in names), "utf-8")
    for photo in _photos(root, names):
        proposals = propose(photo, detector) if detector else []
        text = json.dumps([asdict(item) for item in proposals])
        (workspace / "proposals" / f"{stem(photo)}.json").write_text(text, "utf-8")
        cv2.imwrite(str(workspace / "sheets" / f"{stem(photo)}.png"), sheet(photo, proposals))


def drafts(workspace: Path, root: Path) -> Iterator[tuple[AnnotatedPhoto, LabelledPhoto | ModelError]]:
    """Every photo of the workspace that has a draft, with its labels or with what is wrong with the draft."""
    names = (workspace / "photos.txt").read_text("utf-8").split()
    for photo in _photos(root, names):
        draft = workspace / "drafts" / f"{stem(photo)}.json"
        if draft.exists():
            try:
                yield photo, read_draft(draft.read_text("utf-8"), photo, _proposals(workspace, photo))
            except ModelError as error:
                yield photo, error


def draw(workspace: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Draw every draft that is newer than its drawn sheet; yields each with ``drawn`` or its fault."""
    for photo, labels in drafts(workspace, root):
        name = stem(photo)
        if isinstance(labels, ModelError):
            yield name, str(labels)
            continue
        target = workspace / "drawn" / f"{name}.png"
        if not target.exists() or target.stat().st_mtime <= (workspace / "drafts" / f"{name}.json").stat().st_mtime:
            cv2.imwrite(str(target), drawn_sheet(photo, labels))
            yield name, "drawn"


def collect(workspaces: Iterable[Path], root: Path) -> list[LabelledPhoto]:
    """The labels of all drafts. Raises ``ModelError`` for a faulty draft or a photo in two workspaces."""
    collected: dict[str, LabelledPhoto] = {}
    for workspace in workspaces:
        for _, labels in drafts(workspace, root):
            if isinstance(labels, ModelError):
                raise labels
            if labels.sha256 in collected:
                raise ModelError("data_unreadable", f"{labels.folder}/{labels.file} is labelled in two workspaces")
            collected[labels.sha256] = labels
    return list(collected.values())


def stem(photo: AnnotatedPhoto) -> str:
    """How the files of a photo are named: set and number."""
    return f"{photo.path.parent.parent.name}-{photo.path.stem}"


def _photos(root: Path, names: Sequence[str]) -> Iterator[AnnotatedPhoto]:
    folders = sorted({name.split("/")[0] for name in names})
    known = {f"{folder}/{p.path.name}": p for folder in folders for p in read_photos(root / folder, apart=APART)}
    for name in names:
        if name not in known:
            raise ModelError("data_unreadable", f"{name}: no such photo")
        yield known[name]


def _proposals(workspace: Path, photo: AnnotatedPhoto) -> list[Proposal]:
    items = json.loads((workspace / "proposals" / f"{stem(photo)}.json").read_text("utf-8"))
    return [Proposal(**{**item, "outline": tuple((x, y) for x, y in item["outline"])}) for item in items]
