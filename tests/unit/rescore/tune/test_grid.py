"""The settings that are tried, and that a looser one offers whatever a stricter one does: by triage itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from claims.facts import CaseFacts, Cause
from claims.policy import TriagePolicy
from claims.rescore.tune.grid import SIMPLE_BELOW, Cell, Grid
from claims.rescore.tune.offered import offered
from claims.rescore.tune.rules import Settings, TuneRules
from claims.rulebook import Rulebook
from claims.situation import Situation
from claims.triage import Route, decide
from model.errors import RescoreError, RulesError
from model.vocabulary import DamageKind, Part, Severity

MakeSituation = Callable[..., Situation]
SCRATCH = (Part.HOOD, 0.9, 2, DamageKind.SCRATCH, Severity.MINOR)
SMALL = Settings(
    min_confidence=(0.97, 0.7),
    min_low_share=(Decimal("0.8"), Decimal("0.5")),
    min_views=(3, 1),
    max_damaged_panels=(1, 3),
    max_repair_hours=(Decimal(1), Decimal(6)),
    simple_below_share=(Decimal("0.4"),),
)
"""Few enough to decide every one."""

seen = st.tuples(
    st.sampled_from([Part.HOOD, Part.FRONT_DOOR, Part.REAR_BUMPER, Part.FRONT_FENDER, Part.HEADLIGHT]),
    st.floats(0.5, 1.0),
    st.integers(1, 3),
    st.sampled_from([DamageKind.SCRATCH, DamageKind.DENT]),
    st.sampled_from([Severity.MINOR, Severity.MODERATE]),
)
facts = st.sampled_from([{}, {"cause": Cause.FIRE}, {"claimed_amount": Decimal(700)}, {"deductible": Decimal(300)}])


@given(damages=st.lists(seen, min_size=0, max_size=4, unique_by=lambda one: one[0]), stated=facts)
@tried(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_boxes_say_is_what_triage_says_of_every_setting(
    damages: list[tuple[Part, float, int, DamageKind, Severity]],
    stated: dict[str, object],
    situation: MakeSituation,
    rulebook: Rulebook,
    clear: CaseFacts,
) -> None:
    small = Grid.of(rulebook.policy, SMALL)
    case = situation(damages, clear.model_copy(update=stated))
    cells = list(np.ndindex(small.shape))
    asked = {cell: decide(case, small.at(cell)).route is Route.INSTANT_OFFER for cell in cells}
    answers = offered(case, small)
    assert {cell: bool(answers[cell]) for cell in cells} == asked
    for axis in range(answers.ndim):
        assert (np.diff(answers.astype(int), axis=axis) >= 0).all()


def test_the_cases_of_the_property_are_offered_by_some_settings_and_not_by_others(
    situation: MakeSituation, rulebook: Rulebook
) -> None:
    small = Grid.of(rulebook.policy, SMALL)
    answers = offered(situation([SCRATCH]), small)
    assert answers.any()
    assert not answers.all()


def test_a_looser_policy_of_the_path_offers_whatever_a_stricter_one_does(situation: MakeSituation, grid: Grid) -> None:
    case = situation([SCRATCH])
    routes = [decide(case, grid.at(cell)).route is Route.INSTANT_OFFER for cell in grid.path]
    assert routes == sorted(routes)
    assert True in routes
    assert all(all(one <= other for one, other in zip(*pair, strict=True)) for pair in pairwise(grid.path))
    assert grid.path[0] == (0,) * len(grid.shape)
    assert grid.path[-1] == tuple(size - 1 for size in grid.shape)


def test_the_values_in_force_are_among_those_tried_and_change_nothing(grid: Grid, rulebook: Rulebook) -> None:
    assert grid.at(grid.in_force) == rulebook.policy.model_copy(update={"audit_sample_share": 0.0})


def test_a_value_in_force_that_nobody_listed_gets_its_place(rulebook: Rulebook, rules: TuneRules) -> None:
    own = rulebook.policy.model_copy(update={"min_confidence": 0.83, "min_views": 4})
    grid = Grid.of(own, rules.settings)
    assert grid.axes["min_confidence"][:5] == (0.98, 0.95, 0.90, 0.85, 0.83)
    assert grid.axes["min_views"] == (4, 3, 2)
    assert grid.at(grid.in_force).min_confidence == 0.83


def test_the_amount_of_each_market_falls_by_the_same_share(grid: Grid, rulebook: Rulebook) -> None:
    strictest = grid.at((0,) * len(grid.shape))
    share = grid.values((0,) * len(grid.shape))[SIMPLE_BELOW]
    for region, market in rulebook.policy.markets.items():
        assert strictest.market(region).simple_below == market.simple_below * Decimal(share)
        assert strictest.market(region).senior_limit == market.senior_limit


def test_no_random_sample_hides_an_offer(situation: MakeSituation, rulebook: Rulebook, rules: TuneRules) -> None:
    """The sample takes offers out by chance; it says nothing about which of them are wrong."""
    all_drawn = rulebook.policy.model_copy(update={"audit_sample_share": 1.0})
    grid = Grid.of(all_drawn, rules.settings)
    assert decide(situation([SCRATCH]), all_drawn).route is Route.HUMAN_REVIEW
    assert offered(situation([SCRATCH]), grid)[grid.in_force]


@dataclass(frozen=True)
class Asked(Grid):
    """Remembers which settings it was asked for."""

    asked: list[Cell] = field(default_factory=list)

    def at(self, cell: Cell) -> TriagePolicy:
        self.asked.append(cell)
        return super().at(cell)


def test_few_decisions_answer_for_all_settings(situation: MakeSituation, grid: Grid, clear: CaseFacts) -> None:
    late = clear.model_copy(update={"lost_at": datetime(2026, 1, 1)})  # noqa: DTZ001
    for facts, most in ((late, 1), (clear, 20)):
        asked = Asked(policy=grid.policy, axes=grid.axes)
        assert offered(situation([SCRATCH], facts), asked).any() == (facts is clear)
        assert 0 < len(asked.asked) <= most


@pytest.mark.parametrize(
    ("offer", "final", "currency", "wrong"),
    [
        ("450", "500", "CNY", False),
        ("449.99", "500", "CNY", True),
        ("550", "500", "CNY", False),
        ("550.01", "500", "CNY", True),
        ("900", "1000", "CNY", False),
        ("899", "1000", "CNY", True),
        ("60", "20", "USD", False),
        ("60.01", "20", "USD", True),
    ],
)
def test_an_offer_is_wrong_beyond_the_larger_of_amount_and_share(
    rules: TuneRules, offer: str, final: str, currency: str, *, wrong: bool
) -> None:
    assert rules.wrong_by(Decimal(offer), Decimal(final), currency) is wrong


def test_a_currency_without_a_tolerance_is_no_guess(rules: TuneRules) -> None:
    with pytest.raises(RescoreError, match=r"rescore\.no_tolerance"):
        rules.wrong_by(Decimal(1), Decimal(1), "JPY")


def test_the_limit_of_a_market_cannot_be_raised() -> None:
    with pytest.raises(RulesError, match="simple_below_share"):
        TuneRules.from_yaml(
            'version: "1"\nwrong_by: {share: 0.1, amounts: {CNY: 50}}\nexplored_share: 0.3\n'
            "settings: {simple_below_share: [0.5, 1.5]}\n"
        )
