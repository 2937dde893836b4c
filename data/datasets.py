"""The annotated photo sets, whatever their format, and where each detector's photos came from."""

from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import RootModel

from data.annotated import AnnotatedPhoto, Annotation
from data.formats import Format, recognise
from data.formats.coco import read_coco
from data.formats.label_studio import read_label_studio
from data.formats.listing import listed_once
from data.formats.via import read_via
from data.formats.yolo import read_yolo
from model.errors import ModelError
from model.manifest import TrainingSource

__all__ = ["AnnotatedPhoto", "Annotation", "read_photos", "training_sources"]


class _Sources(RootModel[dict[str, tuple[TrainingSource, ...]]]):
    pass


def read_photos(
    folder: Path,
    *,
    split: str | None = None,
    apart: frozenset[str] = frozenset(),
    form: Format | None = None,
    attribute: str | None = None,
) -> list[AnnotatedPhoto]:
    """The photos of one set in the order of its file, all or those of one split.

    ``form``: the set's format, recognised by what lies in the folder unless said. ``attribute``: of VIA's regions, the
    one that is the label. ``apart``: labels of COCO whose entries hold several objects, one polygon each (car_parts
    draws all wheels of a photo as one entry); they become one box per polygon. Elsewhere several polygons are one
    object that something covers. A set that states no split has one group in eight put aside for ``val``.
    A file that is listed twice in the same words is one photo.
    Raises ``ModelError`` ``model.data_unreadable`` with the count and the first ten faults.
    """
    listed = _read(folder, form or recognise(folder), apart, attribute)
    photos = listed_once(listed, about=folder.name)
    return [photo for photo in photos if split is None or photo.split == split]


def training_sources(detector: str) -> tuple[TrainingSource, ...]:
    """What a detector learned from. Raises ``ModelError`` ``model.unknown`` for one that is not listed."""
    text = files(__package__).joinpath("sources.yaml").read_text("utf-8")
    sources = _Sources.model_validate(yaml.safe_load(text)).root
    if detector not in sources:
        raise ModelError("unknown", f"{detector}: one of {', '.join(sources)}")
    return sources[detector]


def _read(folder: Path, form: Format, apart: frozenset[str], attribute: str | None) -> list[AnnotatedPhoto]:
    match form:
        case "coco":
            return read_coco(folder, apart=apart)
        case "yolo":
            return read_yolo(folder)
        case "via":
            return read_via(folder, attribute=attribute)
        case "label_studio":
            return read_label_studio(folder)
