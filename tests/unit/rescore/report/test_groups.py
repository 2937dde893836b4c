"""Charts and tables by group: groups without a figure are not drawn; of too many groups the largest are kept."""

from collections.abc import Callable
from dataclasses import replace

from simulated_runs import Run

from api.rescore_report.groups import MOST_GROUPS, all_measures, grouping, measure, money_measures
from api.rescore_report.words import Words
from claims.rescore.figures.results.figures import By, Group
from model.texts import Texts

Simulate = Callable[..., Run]
WORDS = Words(Texts.load("en"))


def test_a_chart_in_a_currency_has_the_groups_of_that_currency(simulate: Simulate) -> None:
    figures = simulate(cases=300, regions=("CN", "US", "JP"), months=12).figures
    drawn = money_measures("bias", figures.overall, WORDS)
    shown = grouping(By.REGION, figures.by[By.REGION], figures.overall, drawn, WORDS)
    regions = {chart.title: [row.name for row in chart.rows[1:]] for chart in shown.forests}
    assert regions == {"Signed bias, CNY": ["China"], "Signed bias, JPY": ["JP"], "Signed bias, USD": ["United States"]}
    assert [row.name for row in shown.rows] == ["China", "JP", "United States"]


def test_of_too_many_groups_the_largest_stay_in_their_order(simulate: Simulate) -> None:
    figures = simulate().figures
    groups = [
        Group(key=f"R{number:03d}", small=False, measures=replace(figures.overall, cases=number % 50))
        for number in range(100)
    ]
    shown = grouping(By.REGION, groups, figures.overall, [measure("within_10", WORDS)], WORDS)
    names = [row.name for row in shown.rows]
    assert len(names) == MOST_GROUPS
    assert names == sorted(names)
    assert shown.left_out == 60
    assert all(int(name[1:]) % 50 >= 30 for name in names)


def test_a_table_has_every_figure_of_every_currency(simulate: Simulate) -> None:
    one, three = simulate().figures, simulate(cases=300, regions=("CN", "US", "JP"), months=12).figures
    assert len(all_measures(one.overall, WORDS)) == 13
    assert len(all_measures(three.overall, WORDS)) == 17
    shown = grouping(By.MONTH, three.by[By.MONTH], three.overall, [], WORDS)
    assert {len(row.cells) for row in shown.rows} == {len(shown.heads)} == {17}
