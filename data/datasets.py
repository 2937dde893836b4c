"""Reading the annotated photo sets: COCO files with a split and a group for every photo."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, TypeAdapter, ValidationError

from model.errors import ModelError
from model.findings import Box
from model.manifest import TrainingSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One box that a person drew: label of the set, x1, y1, x2, y2 in pixels."""

    label: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedPhoto:
    """One photo of a set. Photos of one ``group`` are near-copies: a split must never cut through a group."""

    path: Path
    width: int
    height: int
    split: str
    group: str
    annotations: tuple[Annotation, ...]


class _Image(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    file_name: str
    width: int
    height: int
    group: str
    split: str
    source_file: str = ""


class _Annotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float = 0.0
    iscrowd: int = 0
    segmentation: list[list[float]] = []


class _Category(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    name: str
    supercategory: str = ""


class _Coco(BaseModel):
    model_config = ConfigDict(extra="ignore")  # COCO allows info and licences of any shape

    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


class _Sources(RootModel[dict[str, tuple[TrainingSource, ...]]]):
    pass


def read_photos(folder: Path, *, split: str | None = None, apart: frozenset[str] = frozenset()) -> list[AnnotatedPhoto]:
    """The photos of one set in the order of its file, all or those of one split.

    ``apart``: labels whose entries hold several objects, one polygon each (car_parts draws all wheels of a photo as
    one entry); they become one box per polygon. Elsewhere several polygons are one object that something covers.
    Raises ``ModelError`` ``model.data_unreadable`` when ``folder/annotations.json`` is missing or not such a file.
    """
    coco = _read_coco(folder / "annotations.json")
    drawn = _annotations(coco, apart)
    return [
        AnnotatedPhoto(
            path=folder / "images" / image.file_name,
            width=image.width,
            height=image.height,
            split=image.split,
            group=image.group,
            annotations=tuple(drawn[image.id]),
        )
        for image in coco.images
        if split is None or image.split == split
    ]


def training_sources(detector: str) -> tuple[TrainingSource, ...]:
    """What a detector learned from. Raises ``ModelError`` ``model.unknown`` for one that is not listed."""
    text = files(__package__).joinpath("sources.yaml").read_text("utf-8")
    sources = _Sources.model_validate(yaml.safe_load(text)).root
    if detector not in sources:
        raise ModelError("unknown", f"{detector}: one of {', '.join(sources)}")
    return sources[detector]


def _read_coco(path: Path) -> _Coco:
    try:
        return TypeAdapter(_Coco).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError("data_unreadable", f"{path.parent.name}/{path.name}: {error}") from error


def _annotations(coco: _Coco, apart: frozenset[str]) -> Mapping[int, list[Annotation]]:
    names = {category.id: category.name for category in coco.categories}
    drawn: defaultdict[int, list[Annotation]] = defaultdict(list)
    for item in coco.annotations:
        label = names[item.category_id]
        boxes = [_around(polygon) for polygon in item.segmentation] if label in apart else [_corners(item.bbox)]
        drawn[item.image_id] += [Annotation(label=label, box=box) for box in boxes]
    return drawn


def _corners(bbox: tuple[float, float, float, float]) -> Box:
    x, y, width, height = bbox
    return (x, y, x + width, y + height)


def _around(polygon: list[float]) -> Box:
    xs, ys = polygon[0::2], polygon[1::2]
    return (min(xs), min(ys), max(xs), max(ys))
