"""COCO: ``annotations.json`` beside ``images/``. Ours state a ``split`` and a ``group`` for every photo.

Sets of adjusters' corrections are COCO too; see ``data/formats/corrections.py``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from data.annotated import AnnotatedPhoto, Annotation, Points, outlined
from data.formats.corrections import Record, by_photo, holds_corrections, unsaid
from data.formats.faults import refuse
from data.formats.pictures import group_of, split_of, stays_inside
from model.errors import ModelError
from model.findings import Box

FILE = "annotations.json"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int


class _Image(_Entry):
    file_name: str
    width: int
    height: int
    group: str = ""
    split: str = ""
    source_file: str = ""
    license: int | None = None
    flickr_url: str = ""
    coco_url: str = ""
    date_captured: Any = None


class _Annotation(_Entry):
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float = 0.0
    iscrowd: int = 0
    segmentation: list[list[float]] = []


class _Category(_Entry):
    name: str
    supercategory: str = ""


class _Coco(BaseModel):
    model_config = ConfigDict(extra="ignore")  # COCO allows info and licences of any shape

    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]
    examples: list[Record] | None = None

    @model_validator(mode="before")
    @classmethod
    def _corrections_alone(cls, content: Any) -> Any:
        """Whatever else is called ``examples`` is nobody's business."""
        if isinstance(content, dict) and not holds_corrections(content):
            return {name: value for name, value in content.items() if name != "examples"}
        return content


def is_coco(folder: Path) -> bool:
    """Whether the folder holds such a set."""
    return (folder / FILE).is_file()


def read_coco(folder: Path, *, apart: frozenset[str] = frozenset()) -> list[AnnotatedPhoto]:
    """The photos in the order of the file. See ``data.datasets.read_photos``."""
    coco = _read(folder / FILE)
    refuse(list(_faults(coco)), about=folder.name)
    drawn, touched = _annotations(coco, apart), by_photo(coco.examples or ())
    return [
        AnnotatedPhoto(
            path=folder / "images" / image.file_name,
            width=image.width,
            height=image.height,
            split=split_of(image.split, image.group or group_of(image.file_name)),
            group=image.group or group_of(image.file_name),
            annotations=tuple(drawn[image.id]),
            others=() if coco.examples is None else _unsaid(image, touched),
        )
        for image in coco.images
    ]


def _unsaid(image: _Image, touched: Mapping[str, list[Record]]) -> tuple[Box, ...]:
    return unsaid(touched[_sha256(image)], image.width, image.height)


def _sha256(image: _Image) -> str:
    """Corrections name a photo's file by it."""
    return Path(image.file_name).stem


def _read(path: Path) -> _Coco:
    try:
        return _Coco.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError("data_unreadable", f"{path.parent.name}/{path.name}: {error}") from error


def _faults(coco: _Coco) -> Iterator[str]:
    categories, images = {item.id for item in coco.categories}, {item.id for item in coco.images}
    yield from _repeated("image", coco.images)
    yield from _repeated("category", coco.categories)
    touched = None if coco.examples is None else by_photo(coco.examples)
    for image in coco.images:
        if not stays_inside(image.file_name):
            yield f"{image.file_name}: not a file of the set"
        if touched is not None and _sha256(image) not in touched:
            yield f"{image.file_name}: no correction names this photo by its sha256"
    for item in coco.annotations:
        if item.image_id not in images:
            yield f"annotation {item.id}: no image {item.image_id}"
        if item.category_id not in categories:
            yield f"annotation {item.id}: no category {item.category_id}"
        if any(len(polygon) % 2 or len(polygon) < 6 for polygon in item.segmentation):
            yield f"annotation {item.id}: a polygon needs pairs of numbers, three at least"


def _repeated(noun: str, entries: list[_Image] | list[_Category]) -> Iterator[str]:
    seen: set[int] = set()
    for entry in entries:
        if entry.id in seen:
            yield f"{noun} {entry.id} is there twice"
        seen.add(entry.id)


def _annotations(coco: _Coco, apart: frozenset[str]) -> Mapping[int, list[Annotation]]:
    names = {category.id: category.name for category in coco.categories}
    drawn: defaultdict[int, list[Annotation]] = defaultdict(list)
    for item in coco.annotations:
        label = names[item.category_id]
        if label in apart and item.segmentation:
            drawn[item.image_id] += [outlined(label, _points(polygon)) for polygon in item.segmentation]
        else:
            outline = _points(item.segmentation[0]) if len(item.segmentation) == 1 else ()
            drawn[item.image_id].append(Annotation(label=label, box=_corners(item.bbox), outline=outline))
    return drawn


def _points(polygon: list[float]) -> Points:
    return tuple(zip(polygon[0::2], polygon[1::2], strict=True))


def _corners(bbox: tuple[float, float, float, float]) -> Box:
    x, y, width, height = bbox
    return (x, y, x + width, y + height)
