"""A draft becomes labels; a slip in it is named with its photo."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from data.annotated import AnnotatedPhoto, Annotation
from model.errors import ModelError
from model.vocabulary import Part, Side
from training.label_drafts import Proposal, read_draft
from training.label_sheets import LONGEST, MARGIN, drawn_sheet, sheet


def _proposal(number: str, text: str) -> Proposal:
    return Proposal(number=number, text=text, outline=((100, 200), (300, 200), (300, 600), (100, 600)))


PROPOSALS = [_proposal("P3", "front_door:left"), _proposal("P4", "hood"), _proposal("D0", "scratch")]
DAMAGE = {"part": "hood", "kind": "dent", "severity": "minor", "outline": [[1, 1], [9, 1], [9, 9]]}


@pytest.fixture
def drawn_on(tmp_path: Path) -> AnnotatedPhoto:
    path = tmp_path / "damage_types" / "images" / "00007.jpg"
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), np.zeros((60, 100, 3), dtype=np.uint8))
    scratch = Annotation(label="scratch", box=(10, 10, 20, 20))
    return AnnotatedPhoto(path=path, width=100, height=60, split="train", group="g", annotations=(scratch,))


def _read(photo: AnnotatedPhoto, **draft: Any) -> Any:
    return read_draft(json.dumps({"view": "part", **draft}), photo, PROPOSALS)


@pytest.mark.parametrize(
    ("item", "part", "side", "box"),
    [
        ("P3", Part.FRONT_DOOR, Side.LEFT, (100, 200, 300, 600)),
        ("P3=rear_door:right", Part.REAR_DOOR, Side.RIGHT, (100, 200, 300, 600)),
        ("P4", Part.HOOD, Side.NONE, (100, 200, 300, 600)),
        ("P4=wheel", Part.WHEEL, Side.UNKNOWN, (100, 200, 300, 600)),
        ({"part": "roof", "box": [1, 2, 3, 4]}, Part.ROOF, Side.NONE, (1, 2, 3, 4)),
    ],
)
def test_a_part_is_a_proposal_or_is_drawn(
    item: Any, part: Part, side: Side, box: Any, drawn_on: AnnotatedPhoto
) -> None:
    labels = _read(drawn_on, parts=[item])
    assert [(found.part, found.side, found.box) for found in labels.parts] == [(part, side, box)]
    assert (labels.folder, labels.file, len(labels.sha256)) == ("damage_types", "00007.jpg", 64)


def test_a_damage_may_take_the_outline_of_a_proposal(drawn_on: AnnotatedPhoto) -> None:
    damages = [{**DAMAGE, "outline": "D0"}, {key: DAMAGE[key] for key in ("kind", "severity", "outline")}]
    first, second = _read(drawn_on, damages=damages).damages
    assert first.box == (100, 200, 300, 600)
    assert (second.part, second.side) == (None, Side.NONE)


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        ({"parts": ["P9"]}, "no proposal 'P9'"),
        ({"parts": ["P3=wing"]}, "'wing' is not a valid Part"),
        ({"parts": [{"part": "roof", "box": [3, 2, 1, 4]}]}, r"parts\.0: .*a box without area"),
        ({"parts": [{"part": "roof"}]}, "'box'"),
        ({"parts": [{"part": "front_door", "side": "left", "box": [1, 2, 3, 4]}]}, "unknown: side; one of box, part"),
        ({"damages": [{**DAMAGE, "kind": "rust"}]}, r"damages\.0\.kind"),
        ({"damages": [{**DAMAGE, "outline": [[1, 1], [2, 2]]}]}, r"damages\.0\.outline"),
        ({"damages": [{**DAMAGE, "outline": "D7"}]}, "no proposal 'D7'"),
        ({"damage": [DAMAGE]}, "unknown: damage; one of damages, note, others, parts, view"),
        ({"view": "far"}, "view"),
        ({"others": [[0, 0, 2000, 5]]}, r"others\.0\.2"),
    ],
)
def test_slips_are_named_with_their_photo(draft: dict[str, Any], fault: str, drawn_on: AnnotatedPhoto) -> None:
    with pytest.raises(ModelError, match=rf"00007\.jpg: .*{fault}") as caught:
        _read(drawn_on, **draft)
    assert caught.value.code == "model.data_unreadable"


@pytest.mark.parametrize("text", ["{", "[]", "3"])
def test_what_is_no_draft_is_refused(text: str, drawn_on: AnnotatedPhoto) -> None:
    with pytest.raises(ModelError, match=r"00007\.jpg"):
        read_draft(text, drawn_on, PROPOSALS)


def test_sheets_show_proposals_and_drafts_where_they_are(drawn_on: AnnotatedPhoto) -> None:
    blank, shown = sheet(drawn_on, []), sheet(drawn_on, PROPOSALS[:1])
    assert shown.shape == (720 + 2 * MARGIN, LONGEST + 2 * MARGIN, 3)
    rows, columns = np.nonzero((shown != blank).any(axis=2))
    assert abs(int(columns.min()) - MARGIN - 120) <= 2
    assert abs(int(columns.max()) - MARGIN - 360) <= 2
    assert abs(int(rows.max()) - MARGIN - 432) <= 2
    labels = _read(drawn_on, parts=["P3"], damages=[DAMAGE], others=[[0, 0, 100, 100]])
    assert (drawn_sheet(drawn_on, labels) != drawn_sheet(drawn_on, _read(drawn_on))).any()
