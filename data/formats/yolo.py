"""YOLO: ``data.yaml`` names the labels; each picture in ``images`` has its boxes in ``labels/<its name>.txt``.

Either ``images/[train|val|test]`` with ``labels`` likewise, or Roboflow's ``[train|valid|test]/images``; the paths in
``data.yaml`` are not followed, they are those of another machine. A line is ``label x y width height`` (centre first)
or ``label x1 y1 x2 y2 x3 y3 …``, an outline; all as shares of the picture. A picture without a file of boxes shows none
of the labels: so the format has it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from data.annotated import AnnotatedPhoto, Annotation, Points, outlined
from data.formats.faults import refuse
from data.formats.pictures import SPLITS, group_of, pictures_in, split_of, upright_size
from model.errors import ModelError

FILE = "data.yaml"


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore")  # paths, counts and whoever exported it

    names: list[str] | dict[int, str]


def is_yolo(folder: Path) -> bool:
    """Whether the folder holds such a set."""
    return (folder / FILE).is_file()


def read_yolo(folder: Path) -> list[AnnotatedPhoto]:
    """The photos by split and name. See ``data.datasets.read_photos``."""
    names = _names(folder / FILE)
    faults: list[str] = []
    photos = [
        photo
        for split, images, labels in _places(folder)
        for photo in _photos(folder, split, images, labels, names, faults)
    ]
    if not photos and not faults:
        faults.append("no pictures in images/")
    refuse(faults, about=folder.name)
    return photos


def _names(path: Path) -> Mapping[int, str]:
    try:
        names = _Data.model_validate(yaml.safe_load(path.read_text("utf-8"))).names
    except (OSError, UnicodeDecodeError, ValidationError, yaml.YAMLError) as error:
        raise ModelError("data_unreadable", f"{path.parent.name}/{path.name}: {error}") from error
    return names if isinstance(names, dict) else dict(enumerate(names))


def _places(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """(split or nothing, pictures, labels) of every folder with pictures."""
    for name, split in SPLITS.items():
        yield split, folder / "images" / name, folder / "labels" / name
        yield split, folder / name / "images", folder / name / "labels"
    yield "", folder / "images", folder / "labels"


def _photos(
    folder: Path, split: str, images: Path, labels: Path, names: Mapping[int, str], faults: list[str]
) -> Iterator[AnnotatedPhoto]:
    pictures = pictures_in(images) if images.is_dir() else []
    faults += _without_picture(folder, labels, pictures)
    for path in pictures:
        size = upright_size(path)
        if size is None:
            faults.append(f"{path.relative_to(folder)}: cannot be decoded")
            continue
        group = group_of(path.name)
        yield AnnotatedPhoto(
            path=path,
            width=size[0],
            height=size[1],
            split=split_of(split, group),
            group=group,
            annotations=tuple(_annotations(folder, labels / f"{path.stem}.txt", size, names, faults)),
        )


def _without_picture(folder: Path, labels: Path, pictures: list[Path]) -> Iterator[str]:
    stems = {path.stem for path in pictures}
    for path in sorted(labels.glob("*.txt")):
        if path.stem not in stems:
            yield f"{path.relative_to(folder)}: no such picture"


def _annotations(
    folder: Path, path: Path, size: tuple[int, int], names: Mapping[int, str], faults: list[str]
) -> Iterator[Annotation]:
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield _annotation(line, size, names)
        except (ValueError, KeyError) as error:
            faults.append(f"{path.relative_to(folder)}, line {number}: {error.args[0]}")


def _annotation(line: str, size: tuple[int, int], names: Mapping[int, str]) -> Annotation:
    word, *numbers = line.split()
    if int(word) not in names:
        raise ValueError(f"no label {word} in {FILE}")
    shares = [float(number) for number in numbers]
    if len(shares) == 4:
        x, y, width, height = (share * size[at % 2] for at, share in enumerate(shares))
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        return Annotation(label=names[int(word)], box=box)
    if len(shares) < 6 or len(shares) % 2:
        raise ValueError(f"{len(shares)} numbers are neither a box nor an outline")
    outline: Points = tuple((x * size[0], y * size[1]) for x, y in zip(shares[::2], shares[1::2], strict=True))
    return outlined(names[int(word)], outline)
