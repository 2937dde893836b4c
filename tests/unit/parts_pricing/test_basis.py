"""What a line says about what was seen."""

from dataclasses import replace
from typing import Any

from model.findings import Evidence
from model.texts import Texts


def test_a_faint_scratch_on_a_surely_damaged_part_is_told_as_faint(bench: Any) -> None:
    region = Evidence(photo=0, box=(0.0, 0.0, 9.0, 9.0), score=0.92, label="damaged_Bumper")
    scratch = Evidence(photo=0, box=(1.0, 1.0, 2.0, 2.0), score=0.3, label="scratch")
    found = bench.price(replace(bench.damage("front_bumper", confidence=0.92), evidence=(region, scratch)))
    told = [Texts.load("en").say(item) for item in found.lines[0].basis]
    assert "confidence 30 %" in told[0]
    assert told[1] == "That this part is damaged at all: confidence 92 %."


def test_one_confidence_is_told_once(bench: Any) -> None:
    [line] = bench.price(bench.damage("roof", confidence=0.92)).lines
    assert [item.facts["confidence"] for item in line.basis if "confidence" in item.facts] == [92]
