"""Whole cases from detections to the decision, as JSON in and JSON out. Rewrite with ``pytest --update-golden``."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.schemas import AssessmentDocument
from claims.assess import conclude
from claims.facts import CaseFacts
from claims.observe import Observation
from claims.rulebook import Rulebook
from inference.quality import Quality, Subject
from model.detections import Detections
from model.notes import note
from model.texts import Texts

CASES = sorted(path for path in (Path(__file__).parent / "cases").glob("*.json") if "expected" not in path.name)


def observation(index: int, given: dict[str, Any], make: Callable[[Iterable[Any]], Detections]) -> Observation:
    name = given["file"]
    if "rejected" in given:
        return Observation(index=index, name=name, sha256=None, rejection=note(given["rejected"]))
    subject = Subject(given.get("subject", "car"))
    quality = Quality(
        ok=subject is not Subject.NO_CAR,
        subject=subject,
        sure=given.get("sure", True),
        sharpness=200.0,
        brightness=120.0,
        contrast=50.0,
        clipped=0.0,
        car_share=0.5,
        car_long_side=600.0,
        reasons=(note("quality.no_car"),) if subject is Subject.NO_CAR else (),
    )
    rows = [(label, score, tuple(map(float, box))) for label, score, box in given["detections"]]
    sha256 = given.get("sha256") or f"{index + 1:064x}"
    return Observation(
        index=index, name=name, sha256=sha256, width=1000, height=750, quality=quality, detections=make(rows)
    )


def run(case: dict[str, Any], make: Callable[[Iterable[Any]], Detections], rulebook: Rulebook) -> dict[str, Any]:
    observations = [observation(index, given, make) for index, given in enumerate(case["photos"])]
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
