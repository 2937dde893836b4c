"""The proposed file: what a reviewer reads, and that it is the policy that was tested, and in force nowhere."""

import json
import re
from collections.abc import Callable
from importlib.resources import files

import numpy as np
import pytest

from claims.policy import TriagePolicy
from claims.rescore.tune.curve import Outcome, as_document, outcome
from claims.rescore.tune.grid import Cell, Grid
from claims.rescore.tune.proposal import FIRST_LINE, is_proposal, proposed_text
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.tally import Part, Tally
from model.errors import RescoreError

SHIPPED = files("data").joinpath("rules", "triage.yaml").read_text("utf-8")
Propose = Callable[[Cell], str]


def good_from(grid: Grid, cell: Cell, cases: int = 400) -> Tally:
    """Nobody offers but this setting and the looser ones, which are wrong whenever they are looser."""

    def part() -> Part:
        offers, wrong = np.zeros(grid.shape, dtype=np.int64), np.zeros(grid.shape, dtype=np.int64)
        beyond = tuple(slice(place, None) for place in cell)
        offers[beyond], wrong[beyond] = cases, cases // 2
        offers[cell], wrong[cell] = cases - 10, 2
        return Part(cases * 2, offers, wrong)

    return Tally(part(), part(), without_final=7)


def found(grid: Grid, cell: Cell) -> Outcome:
    return outcome(good_from(grid, cell), grid, bound=0.05, confidence=0.95, versions={"run": "abc", "tune": "t1"})


def text_of(text: str, told: Outcome, grid: Grid) -> str:
    assert told.proposed is not None
    return proposed_text(text, told, told.proposed, grid)


@pytest.fixture
def propose(grid: Grid) -> Propose:
    def make(cell: Cell) -> str:
        told = found(grid, cell)
        assert told.proposed is not None
        assert told.proposed.point.cell == cell
        return text_of(SHIPPED, told, grid)

    return make


def test_the_file_is_the_policy_that_was_tested_with_its_random_sample(propose: Propose, grid: Grid) -> None:
    cell = (2, 1, 0, 0, 1, 1)
    read = TriagePolicy.from_yaml(propose(cell))
    shipped = TriagePolicy.from_yaml(SHIPPED)
    kept = {"version": read.version, "audit_sample_share": shipped.audit_sample_share}
    assert read == grid.at(cell).model_copy(update=kept)
    assert shipped.audit_sample_share > 0


def test_its_version_says_that_it_is_a_proposal_and_can_be_logged(propose: Propose) -> None:
    version = TriagePolicy.from_yaml(propose((2, 1, 0, 0, 1, 1))).version
    assert re.fullmatch(r"2026-11-23-proposal@[0-9a-f]{8}", version)
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,48}@[0-9a-f]{8}", version)


def test_a_reviewer_sees_the_changed_values_and_no_other_line_changed(propose: Propose, grid: Grid) -> None:
    cell = (2, grid.in_force[1], grid.in_force[2], 0, *grid.in_force[4:])
    text = propose(cell)
    body = text.partition("\n\n")[2].splitlines()
    changed = [(old, new) for old, new in zip(SHIPPED.splitlines(), body, strict=True) if old != new]
    assert [new.partition(":")[0] for _, new in changed] == ["version", "min_confidence", "max_damaged_panels"]
    assert all(old.partition("#")[2] == new.partition("#")[2] for old, new in changed)
    head = text.partition("\n\n")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    for said in ("min_confidence 0.8 -> 0.9", "max_damaged_panels 2 -> 1", "390 offers", "2 wrong", "5.0%", "95.0%"):
        assert said in head
    assert "run abc" in head


def test_amounts_of_markets_are_changed_one_by_one(propose: Propose, grid: Grid) -> None:
    read = TriagePolicy.from_yaml(propose((*grid.in_force[:-1], 1)))
    assert {name: market.simple_below for name, market in read.markets.items()} == {
        "CN": 750,
        "US": 600,
        "CA-BC": 750,
    }


def test_the_policy_in_force_may_be_what_is_proposed(propose: Propose, grid: Grid) -> None:
    assert "Changes: none." in propose(grid.in_force)


def test_a_proposal_upon_a_proposal_has_one_head(grid: Grid) -> None:
    told = found(grid, grid.in_force)
    once = text_of(SHIPPED, told, grid)
    policy = TriagePolicy.from_yaml(once)
    twice = text_of(once, told, Grid.of(policy, TuneRules.shipped().settings))
    assert twice.count(FIRST_LINE) == 1
    assert is_proposal(twice)
    assert not is_proposal(SHIPPED)
    assert TriagePolicy.from_yaml(twice).version.count("proposal") == 1


def test_a_text_whose_values_hang_together_is_refused(grid: Grid) -> None:
    """One value under two names cannot be exchanged alone."""
    shared = SHIPPED.replace("    simple_below: 1000\n    police", "    simple_below: &limit 1000\n    police", 1)
    shared = shared.replace("    headlight_limit: 1000 ", "    headlight_limit: *limit ", 1)
    told = found(grid, (*grid.in_force[:-1], 1))
    policy = TriagePolicy.from_yaml(shared)
    assert policy.markets == TriagePolicy.from_yaml(SHIPPED).markets
    with pytest.raises(RescoreError, match=r"rescore\.policy_text"):
        text_of(shared, told, Grid.of(policy, TuneRules.shipped().settings))


def test_without_a_setting_that_passes_nothing_is_proposed(grid: Grid) -> None:
    bad = Part(100, np.full(grid.shape, 80), np.full(grid.shape, 30))
    told = outcome(Tally(bad, bad), grid, bound=0.05, confidence=0.95, versions={})
    assert told.proposed is None
    assert told.tests
    assert told.expected is None


def test_the_curve_rises_along_the_path_and_carries_its_counts(grid: Grid) -> None:
    told = found(grid, (2, 1, 0, 0, 1, 1))
    offers = [point.offers.k for point in told.path]
    assert offers == sorted(offers)
    assert told.explored == told.tested == 800
    assert told.in_force.offers.n == 1600
    for point in (*told.path, *told.frontier, told.in_force):
        assert point.error.n == point.offers.k
        assert set(point.settings) == set(grid.axes)


def test_the_document_holds_every_interval(grid: Grid) -> None:
    told = json.loads(as_document(found(grid, (2, 1, 0, 0, 1, 1))))
    for point in (*told["path"], *told["frontier"], told["in_force"], told["proposed"]["point"]):
        assert point["offers"]["low"] <= point["offers"]["value"] <= point["offers"]["high"]
        assert {"k", "n", "value", "low", "high"} == set(point["error"])
    assert told["left_out"] == {"without_final": 7, "own_word": 0, "not_scored": 0}
