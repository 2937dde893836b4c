"""Attempts are ranked by the agreed score, on the same photos."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.registry import shipped_weights
from training.__main__ import app
from training.attempts import ALLOWED, Attempt, level, lines, names
from training.bootstrap import Estimate
from training.promotion_policy import PromotionPolicy

POLICY = PromotionPolicy.load()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_no_more_clean_photos_than_allowed_lie_above_the_level_and_it_is_the_lowest_such(alarms: list[float]) -> None:
    found = np.array(alarms)
    at = level(found)
    assert np.mean(found > at) <= ALLOWED
    lower = found[found < at]
    assert not len(lower) or np.mean(found > lower.max()) > ALLOWED


def _attempt(name: str, score: float) -> Attempt:
    terms = {guard: 0.25 if place else None for place, guard in enumerate(POLICY.score)}
    return Attempt(name=name, score=Estimate(value=score, low=0.1, high=0.9), terms=terms, found=0.875)


def test_the_best_comes_first_and_what_was_not_measured_is_said() -> None:
    head, rule, *rows = lines([_attempt("a", 0.3), _attempt("b", 0.5)], POLICY)
    assert [row.split(" | ")[0] for row in rows] == ["| b", "| a"]
    assert {line.count("|") for line in (head, rule, *rows)} == {len(POLICY.score) + 4}
    assert rows[0].startswith("| b | 0.500 (0.100 to 0.900) | 0.88 | – | 0.250 | ")


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (["x/a", "x/b"], ["a", "b"]),
        (["x/a/v1", "x/b/v1"], ["a/v1", "b/v1"]),
        (["x/a", "x/a"], ["x/a", "x/a"]),
    ],
)
def test_folders_are_named_apart(models: list[str], expected: list[str]) -> None:
    assert names([Path(model) for model in models]) == expected


@pytest.fixture
def root(draw: Any, photo: Any) -> Path:
    """Of each public set some photos, more than an engine reads ahead."""
    for number, folder in enumerate(("damage_types", "damage_outlines", "damaged_parts", "damaged_unlabelled")):
        draw(folder, *(photo(name=f"{seed}.png", seed=10 * number + seed, split="val") for seed in range(8)))
    draw("car_parts", photo(name="a.png", seed=50, split="val"))
    sets: Path = draw("undamaged", photo(name="a.png", seed=51, split="val"))
    return sets


def test_what_a_broken_off_call_has_seen_is_kept_apart_from_the_models(root: Path, tmp_path: Path) -> None:
    model, work, labels = tmp_path / "joint-v0", tmp_path / "work", tmp_path / "labels.jsonl"
    shutil.copytree(shipped_weights() / "joint-v0", model)
    before = {path.name for path in model.iterdir()}
    labels.write_text("", "utf-8")
    (root / "undamaged" / "images" / "a.png").write_bytes(b"no picture")
    options = {"--data": root, "--labels": labels, "--work": work}
    with pytest.raises(FileNotFoundError):
        app(["attempts", str(model), *(str(word) for pair in options.items() for word in pair)], standalone_mode=False)
    (answers,) = work.iterdir()
    assert answers.read_text("utf-8").count("\n") > 0
    assert {path.name for path in model.iterdir()} == before
