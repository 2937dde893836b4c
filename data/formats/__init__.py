"""The formats that annotated sets come in. Each reader makes the same ``AnnotatedPhoto`` list of a folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from data.formats.coco import is_coco
from data.formats.label_studio import is_label_studio
from data.formats.via import is_via
from data.formats.yolo import is_yolo
from model.errors import ModelError

Format = Literal["coco", "yolo", "via", "label_studio"]

RECOGNISE: Mapping[Format, Callable[[Path], bool]] = {
    "coco": is_coco,
    "yolo": is_yolo,
    "via": is_via,
    "label_studio": is_label_studio,
}
"""By what lies in the folder."""


def recognise(folder: Path) -> Format:
    """The format of a set. Raises ``ModelError`` ``model.data_unreadable`` unless exactly one fits."""
    fitting = [name for name, fits in RECOGNISE.items() if fits(folder)]
    if len(fitting) != 1:
        what = f"several formats at once: {', '.join(fitting)}" if fitting else f"none of {', '.join(RECOGNISE)}"
        raise ModelError("data_unreadable", f"{folder.name} holds {what}")
    return fitting[0]
