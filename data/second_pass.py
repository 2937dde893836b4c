"""What a second annotator drew on photos that the project had labelled, without seeing the first labels.

``annotations/second_pass.jsonl`` holds one line a photo, in the form of ``photos.jsonl``, with who drew it and when. It
says how far two annotators agree (docs/labelling.md) and nothing else: no training and no evaluation reads it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from data.own_labels import LabelledPhoto, read_labels

Annotator = Annotated[str, StringConstraints(pattern=r"^second-[0-9]+[a-z]?$")]


class SecondLabels(LabelledPhoto):
    """One photo as the second annotator saw it. ``annotator``: the round, and a letter where several shared it."""

    annotator: Annotator
    drawn_on: date


def second_pass(file: Path | None = None) -> Mapping[str, SecondLabels]:
    """sha256 → second labels, from ``file`` or the project's own. Raises ``ModelError`` ``model.data_unreadable``."""
    return read_labels(file or files(__package__).joinpath("annotations/second_pass.jsonl"), SecondLabels)


def signed(photos: Sequence[LabelledPhoto], annotator: str, drawn_on: date) -> list[SecondLabels]:
    """Labels with who drew them and when."""
    return [
        SecondLabels.model_validate({**photo.model_dump(), "annotator": annotator, "drawn_on": drawn_on})
        for photo in photos
    ]


def chosen(labelled: Mapping[str, LabelledPhoto], again: Collection[str], seed: str, count: int) -> list[LabelledPhoto]:
    """The next ``count`` photos for a second pass: not in ``again``, by the sha256 of ``seed:sha256``."""
    left = sorted(labelled.keys() - set(again), key=lambda sha256: hashlib.sha256(f"{seed}:{sha256}".encode()).digest())
    return [labelled[sha256] for sha256 in left[:count]]
