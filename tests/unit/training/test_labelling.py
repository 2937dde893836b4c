"""A workspace is laid out with proposals, or bare for those whom nothing must sway."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference.detector import Detector
from model.registry import DEFAULT_MODEL, shipped_weights
from training.__main__ import app
from training.labelling import drafts, lay_out

NAME = "damage_types/1.png"


@pytest.fixture
def root(draw: Callable[..., Path], photo: Any) -> Path:
    return draw("damage_types", photo(name="1.png", seed=1, boxes=[("dent", 20, 20, 40, 30)]))


def _proposed(workspace: Path) -> list[str]:
    return [item["text"] for item in json.loads((workspace / "proposals" / "damage_types-1.json").read_text("utf-8"))]


def test_a_bare_workspace_shows_the_photo_and_its_grid_alone(root: Path, tmp_path: Path) -> None:
    """Not even what the set has drawn."""
    lay_out(tmp_path / "led", root, [NAME], Detector.load(shipped_weights() / DEFAULT_MODEL))
    (tmp_path / "names.txt").write_text(f"{NAME}\n", "utf-8")
    words = ["label", "sheets", str(tmp_path / "bare"), "--photos", str(tmp_path / "names.txt"), "--data", str(root)]
    app([*words, "--bare"], standalone_mode=False)
    assert "dent" in _proposed(tmp_path / "led")
    assert _proposed(tmp_path / "bare") == []
    led, bare = (cv2.imread(str(tmp_path / name / "sheets" / "damage_types-1.png")) for name in ("led", "bare"))
    assert led.shape == bare.shape
    assert not np.array_equal(led, bare)


def test_a_draft_on_a_bare_sheet_is_read(root: Path, tmp_path: Path) -> None:
    lay_out(tmp_path, root, [NAME], None)
    draft = {"view": "part", "parts": [{"part": "hood", "box": [1, 2, 3, 4]}]}
    (tmp_path / "drafts" / "damage_types-1.json").write_text(json.dumps(draft), "utf-8")
    ((photo, labels),) = drafts(tmp_path, root)
    assert photo.path.name == "1.png"
    assert [item.part for item in labels.parts] == ["hood"]  # type: ignore[union-attr]
