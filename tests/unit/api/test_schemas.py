"""The document of an assessment, where it could say more than is known."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.schemas import AssessmentDocument
from model.texts import Texts

NOTHING = "No damage was found"


def document(case: Any) -> dict[str, Any]:
    made = AssessmentDocument.of(case.assessment, Texts.load("en"), on=date(2026, 11, 22))
    found: dict[str, Any] = json.loads(made.model_dump_json())
    return found


BESIDE_A_WHEEL = [("scratch", 0.95, (200.0, 100.0, 600.0, 300.0)), ("wheel", 0.9, (500.0, 400.0, 800.0, 600.0))]
"""Surely a car, but the damage is on no part that can be named."""


def test_it_names_its_day_and_everything_that_is_taken_off(door: Any) -> None:
    found = document(door)
    assert found["on"] == "2026-11-22"
    assert {"deductible", "salvage", "betterment", "net"} <= set(found["estimate"])
    taken = sum(found["estimate"][name] for name in ("deductible", "salvage", "betterment"))
    assert found["estimate"]["net"] == pytest.approx(found["estimate"]["total"] - taken)


def test_no_damage_is_said_only_of_photos_that_were_looked_at(make_case: Callable[..., Any], jpeg: Any) -> None:
    clean = make_case({"clean.jpg": (jpeg(), [("hood", 0.95, (50.0, 50.0, 750.0, 550.0))])})
    assert any(NOTHING in told for told in document(clean)["estimate"]["notes"])
    for photos in ({"broken.jpg": (b"", ())}, {"no-car.jpg": (jpeg(), ())}):
        assert not document(make_case(photos))["estimate"]["notes"]


def test_an_amount_of_which_nothing_is_known_is_null(make_case: Callable[..., Any], jpeg: Any) -> None:
    found = document(make_case({"a.jpg": (jpeg(), BESIDE_A_WHEEL)}))
    (line,) = found["estimate"]["lines"]
    assert (line["priced"], line["total"], line["low"], line["high"]) == (False, None, None, None)
    assert found["estimate"]["total"] == 0


def test_the_lines_with_an_amount_sum_to_the_total(fixed: Any, to_verify: Any) -> None:
    for case in (fixed, to_verify):
        estimate = document(case)["estimate"]
        assert sum(line["total"] or 0 for line in estimate["lines"]) == estimate["total"]
    assert document(to_verify)["estimate"]["lines"][1]["high"] == 500
