"""Whole cases from detections to the decision, as JSON in and JSON out. Rewrite with ``pytest --update-golden``."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.schemas import AssessmentDocument
from claims.assess import conclude
from claims.facts import CaseFacts
from claims.observe import Observation
from claims.rulebook import Rulebook
from inference.quality import judge
from inference.scene import Scene
from model.detections import Detections
from model.notes import note
from model.texts import Texts

CASES = sorted(path for path in (Path(__file__).parent / "cases").glob("*.json") if "expected" not in path.name)
WIDTH, HEIGHT = 1000, 750
PICTURE = np.random.default_rng(0).integers(60, 180, (HEIGHT // 4, WIDTH // 4, 3), dtype=np.uint8)
"""A small copy of every photo."""


def observation(
    index: int, given: dict[str, Any], make: Callable[[Iterable[Any]], Detections], rulebook: Rulebook
) -> Observation:
    """What one photo gives: on an evenly lit picture, the scripted scores alone say whether there is a car."""
    name = given["file"]
    if "rejected" in given:
        return Observation(index=index, name=name, sha256=None, rejection=note(given["rejected"]))
    found = make((label, score, tuple(map(float, box))) for label, score, box in given["detections"])
    scene = Scene.read(found, width=WIDTH, height=HEIGHT, rules=rulebook.consolidate)
    return Observation(
        index=index,
        name=name,
        sha256=given.get("sha256") or f"{index + 1:064x}",
        width=WIDTH,
        height=HEIGHT,
        quality=judge(PICTURE, found, scene, rulebook.quality),
        detections=found,
    )


def run(case: dict[str, Any], make: Callable[[Iterable[Any]], Detections], rulebook: Rulebook) -> dict[str, Any]:
    observations = [observation(index, given, make, rulebook) for index, given in enumerate(case["photos"])]
    facts = CaseFacts.model_validate_json(json.dumps(case["facts"]))
    on = date.fromisoformat(case["on"])
    assessment = conclude(observations, facts, rulebook, model_version="golden 1", on=on)
    document = AssessmentDocument.of(assessment, Texts.load("en"), on=on).model_dump(mode="json")
    del document["versions"]["prices"]  # the table's own hash is tested where tables are tested
    return document


def test_there_are_cases() -> None:
    assert len(CASES) >= 8


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(
    path: Path,
    detections: Callable[[Iterable[Any]], Detections],
    rulebook: Rulebook,
    request: pytest.FixtureRequest,
) -> None:
    case, expected = json.loads(path.read_text("utf-8")), path.with_suffix(".expected.json")
    found = run(case, detections, rulebook)
    if request.config.getoption("--update-golden"):
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))


def test_cases_run_in_milliseconds(detections: Callable[[Iterable[Any]], Detections], rulebook: Rulebook) -> None:
    cases = [json.loads(path.read_text("utf-8")) for path in CASES]
    took = []
    for _ in range(5):
        start = time.perf_counter()
        for case in cases:
            run(case, detections, rulebook)
        took.append((time.perf_counter() - start) / len(cases))
    assert min(took) < 0.05
