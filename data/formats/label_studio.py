"""Label Studio: a JSON export (a list of tasks) beside ``images/``; rectangles and polygons with labels, in percent.

Every task of the export has one annotation that counts: the only one, or the one marked as ground truth. A task that
was skipped is left out; one that nobody has annotated is refused, because an empty photo would teach that nothing is
there. A task's data may state ``split`` and ``group``.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from data.annotated import AnnotatedPhoto, Annotation, Points, outlined
from data.formats.faults import refuse
from data.formats.pictures import found_in, group_of, split_of, upright_size
from model.errors import ModelError

SHAPES = ("rectanglelabels", "polygonlabels")
ABOUT_THE_PHOTO = frozenset({"choices", "textarea", "rating", "number", "datetime", "taxonomy"})
"""Answers that draw nothing."""


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str
    value: dict[str, Any] = {}
    original_width: int = 0
    original_height: int = 0
    image_rotation: float = 0.0


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    result: list[_Result]
    was_cancelled: bool = False
    ground_truth: bool = False


class _Task(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: int
    data: dict[str, Any]
    annotations: list[_Answer]


def is_label_studio(folder: Path) -> bool:
    """Whether the folder holds such a set: one JSON file, and it is a list."""
    files = list(folder.glob("*.json"))
    if len(files) != 1:
        return False
    with files[0].open("rb") as file:
        return file.read(64).lstrip().startswith(b"[")


def read_label_studio(folder: Path) -> list[AnnotatedPhoto]:
    """The photos in the order of the export. See ``data.datasets.read_photos``."""
    faults: list[str] = []
    photos: list[AnnotatedPhoto] = []
    for task in _tasks(folder):
        try:
            photos += _photos(task, folder)
        except (ValueError, KeyError, TypeError) as error:
            faults.append(f"task {task.id}: {error if isinstance(error, ValueError) else repr(error)}")
    refuse(faults, about=folder.name)
    return photos


def _tasks(folder: Path) -> list[_Task]:
    try:
        (file,) = folder.glob("*.json")
        return TypeAdapter(list[_Task]).validate_json(file.read_bytes())
    except (OSError, ValueError, ValidationError) as error:
        raise ModelError("data_unreadable", f"{folder.name}: one JSON file with a list of tasks: {error}") from error


def _photos(task: _Task, folder: Path) -> Iterator[AnnotatedPhoto]:
    if task.annotations and all(answer.was_cancelled for answer in task.annotations):
        return
    path = _path(task, folder)
    size = upright_size(path)
    if size is None:
        raise ValueError(f"{path.name} cannot be decoded")
    results = [item for item in _answer(task).result if item.type not in ABOUT_THE_PHOTO]
    group = str(task.data.get("group") or group_of(path.name))
    yield AnnotatedPhoto(
        path=path,
        width=size[0],
        height=size[1],
        split=split_of(task.data.get("split"), group),
        group=group,
        annotations=tuple(drawn for item in results for drawn in _annotations(item, size)),
    )


def _path(task: _Task, folder: Path) -> Path:
    """From an address such as ``/data/upload/1/3f2a91bc-car.jpg`` or ``/data/local-files/?d=set/car.jpg``."""
    link = urlsplit(str(task.data.get("image", "")))
    address = parse_qs(link.query).get("d", [unquote(link.path)])[0]
    name = address.replace("\\", "/").rsplit("/", 1)[-1]
    names = (name, name.partition("-")[2])  # Label Studio puts eight letters before the name of an upload
    path = next((path for one in names if (path := found_in((folder / "images", folder), one))), None)
    if path is None:
        raise ValueError(f"{name or 'data.image'}: no such file")
    return path


def _answer(task: _Task) -> _Answer:
    answers = [answer for answer in task.annotations if not answer.was_cancelled]
    chosen = [answer for answer in answers if answer.ground_truth] if len(answers) > 1 else answers
    if len(chosen) != 1:
        raise ValueError(f"{len(answers)} annotations; one must count")
    return chosen[0]


def _annotations(item: _Result, size: tuple[int, int]) -> Iterator[Annotation]:
    if item.type not in SHAPES:
        raise ValueError(f"{item.type!r} is neither of {' and '.join(SHAPES)}")
    if item.image_rotation:
        raise ValueError("was annotated on a turned picture")
    if (item.original_width, item.original_height) != size:
        stated = f"{item.original_width} x {item.original_height}"
        raise ValueError(f"was annotated at {stated}, the file is {size[0]} x {size[1]}")
    labels = item.value[item.type]
    if not labels:
        raise ValueError("a shape without a label")
    yield from (_drawn(label, item, size) for label in labels)


def _drawn(label: str, item: _Result, size: tuple[int, int]) -> Annotation:
    if item.type == "polygonlabels":
        return outlined(label, tuple((x * size[0] / 100, y * size[1] / 100) for x, y in item.value["points"]))
    x, y, width, height = (item.value[key] * size[at % 2] / 100 for at, key in enumerate(("x", "y", "width", "height")))
    turn = item.value.get("rotation", 0)
    if turn:
        return outlined(label, _turned(x, y, width, height, math.radians(turn)))
    return Annotation(label=label, box=(x, y, x + width, y + height))


def _turned(x: float, y: float, width: float, height: float, turn: float) -> Points:
    """The corners of a rectangle turned clockwise about its upper left one, as Label Studio means it."""
    right, down = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    return tuple(
        (x + across * right[0] + along * down[0], y + across * right[1] + along * down[1])
        for across, along in ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    )
