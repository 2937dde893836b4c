"""VGG Image Annotator: ``via_region_data.json`` beside its pictures or ``images/``, one in all or one for each split.

Version 1 and 2 exports and project files. Regions are rectangles or polygons; one of their attributes is the label.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from data.annotated import AnnotatedPhoto, Annotation, outlined
from data.formats.faults import refuse
from data.formats.pictures import SPLITS, found_in, group_of, split_of, upright_size
from model.errors import ModelError

FILE = "via_region_data.json"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Rect(_Shape):
    name: Literal["rect"]
    x: float
    y: float
    width: float
    height: float


class _Polygon(_Shape):
    name: Literal["polygon", "polyline"]
    all_points_x: Annotated[list[float], Field(min_length=3)]
    all_points_y: Annotated[list[float], Field(min_length=3)]


class _Region(BaseModel):
    model_config = ConfigDict(extra="ignore")

    shape_attributes: Annotated[_Rect | _Polygon, Field(discriminator="name")]
    region_attributes: dict[str, str | dict[str, bool]] = {}


def _as_list(regions: Any) -> Any:
    """Version 1 numbers the regions in a mapping."""
    return list(regions.values()) if isinstance(regions, dict) else regions


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    filename: str
    regions: Annotated[list[_Region], BeforeValidator(_as_list)] = []
    file_attributes: dict[str, Any] = {}


def is_via(folder: Path) -> bool:
    """Whether the folder holds such a set."""
    return any(file.is_file() for _, file in _files(folder))


def read_via(folder: Path, *, attribute: str | None = None) -> list[AnnotatedPhoto]:
    """The photos in the order of the files. ``attribute``: the one that is the label, where regions have several."""
    faults: list[str] = []
    entries = [
        (split, file.parent, entry) for split, file in _files(folder) if file.is_file() for entry in _entries(file)
    ]
    chosen = attribute or _only_attribute(folder, [entry for _, _, entry in entries])
    photos = [_photo(split, place, entry, chosen, faults) for split, place, entry in entries]
    refuse(faults, about=folder.name)
    return [photo for photo in photos if photo is not None]


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [("", folder / FILE), *((split, folder / name / FILE) for name, split in SPLITS.items())]


def _entries(file: Path) -> list[_File]:
    try:
        content = TypeAdapter(dict[str, Any]).validate_json(file.read_bytes())
        return list(TypeAdapter(dict[str, _File]).validate_python(content.get("_via_img_metadata", content)).values())
    except (OSError, ValidationError) as error:
        raise ModelError("data_unreadable", f"{file.parent.name}/{file.name}: {error}") from error


def _only_attribute(folder: Path, entries: list[_File]) -> str:
    names = sorted({name for entry in entries for region in entry.regions for name in region.region_attributes})
    if len(names) > 1:
        raise ModelError("data_unreadable", f"{folder.name}: which attribute is the label: {', '.join(names)}?")
    return names[0] if names else ""


def _photo(split: str, place: Path, entry: _File, attribute: str, faults: list[str]) -> AnnotatedPhoto | None:
    path = found_in((place / "images", place), entry.filename)
    size = upright_size(path) if path else None
    if path is None or size is None:
        faults.append(f"{entry.filename}: {'no such file' if path is None else 'cannot be decoded'}")
        return None
    group = str(entry.file_attributes.get("group") or group_of(entry.filename))
    return AnnotatedPhoto(
        path=path,
        width=size[0],
        height=size[1],
        split=split_of(split or entry.file_attributes.get("split"), group),
        group=group,
        annotations=tuple(_annotations(entry, attribute, faults)),
    )


def _annotations(entry: _File, attribute: str, faults: list[str]) -> Iterator[Annotation]:
    for number, region in enumerate(entry.regions):
        labels = _labels(region.region_attributes, attribute)
        if not labels:
            faults.append(f"{entry.filename}, region {number}: no {attribute or 'attribute'}")
        try:
            yield from [_drawn(label, region.shape_attributes) for label in labels]
        except ValueError as error:
            faults.append(f"{entry.filename}, region {number}: {error}")


def _labels(attributes: Mapping[str, str | dict[str, bool]], attribute: str) -> list[str]:
    """A text, or the ticked ones of check boxes."""
    value = attributes.get(attribute, "")
    return [name for name, ticked in value.items() if ticked] if isinstance(value, dict) else [value] * bool(value)


def _drawn(label: str, shape: _Rect | _Polygon) -> Annotation:
    if isinstance(shape, _Rect):
        return Annotation(label=label, box=(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height))
    return outlined(label, tuple(zip(shape.all_points_x, shape.all_points_y, strict=True)))
