"""What a table leaves out is said, never refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from model.texts import LANGUAGES, Texts
from model.vocabulary import Part
from parts_pricing.catalogue import Catalogue, PriceRow
from parts_pricing.gaps import gaps, rate_gaps

Keep = Callable[[PriceRow], bool]


def only(table: Catalogue, keep: Keep, **changes: Any) -> Catalogue:
    return replace(table, rows=tuple(row.model_copy(update=changes) for row in table.rows if keep(row)))


def joined(*tables: Catalogue) -> Catalogue:
    return replace(tables[0], rows=tuple(row for table in tables for row in table.rows))


def test_the_same_table_has_no_gaps(bench: Any) -> None:
    assert gaps(bench.catalogue, bench.catalogue) == ()
    assert rate_gaps(bench.rates, bench.rates) == ()


def test_a_table_with_only_hoods_says_what_every_class_lacks(bench: Any) -> None:
    found = gaps(only(bench.catalogue, lambda row: row.part is Part.HOOD), bench.catalogue)
    assert {item.code for item in found} == {"prices.gap.parts"}
    assert {item.facts["region"]: len(item.facts["classes"]) for item in found} == {"CN": 5, "US": 4, "CA-BC": 4}
    assert all(set(item.facts["parts"]) == set(Part) - {Part.HOOD} for item in found)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        (lambda row: row.region == "CN", {("region_gone", "US"), ("region_gone", "CA-BC")}),
        (lambda row: row.vehicle_class != "CN5_gt600k", {("class_gone", "CN5_gt600k")}),
    ],
)
def test_what_disappears_is_named(bench: Any, keep: Keep, expected: set[tuple[str, str]]) -> None:
    found = gaps(only(bench.catalogue, keep), bench.catalogue)
    assert {(item.code.removeprefix("prices.gap."), item.facts["value"]) for item in found} == expected


def test_a_new_region_with_one_row_and_a_new_class(bench: Any) -> None:
    first = bench.catalogue.rows[0]
    french = first.model_copy(update={"region": "FR", "currency": "EUR"})
    ninth = first.model_copy(update={"vehicle_class": "CN9"})
    found = gaps(replace(bench.catalogue, rows=(*bench.catalogue.rows, french, ninth)), bench.catalogue)
    assert [item.code.removeprefix("prices.gap.") for item in found] == ["region_new", "class_new", "parts", "parts"]
    assert [len(item.facts["parts"]) for item in found[2:]] == [len(Part) - 1] * 2


def test_rows_for_a_make_do_not_stand_in_for_the_class(bench: Any) -> None:
    roofless = only(bench.catalogue, lambda row: row.part is not Part.ROOF)
    sylphy = only(bench.catalogue, lambda row: row.part is Part.ROOF, make="Nissan", model="Sylphy")
    assert [item.facts["parts"] for item in gaps(joined(roofless, sylphy), bench.catalogue)] == [(Part.ROOF,)] * 3
    numbered = only(bench.catalogue, lambda row: row.region == "CN" and row.part is Part.ROOF, vehicle_class="*")
    elsewhere = only(bench.catalogue, lambda row: row.region != "CN")
    codes = [item.code for item in gaps(joined(elsewhere, numbered), bench.catalogue)]
    assert codes.count("prices.gap.no_class") == 1


def test_another_currency_is_said(bench: Any) -> None:
    dear = only(bench.catalogue, lambda row: row.region == "CN", currency="USD")
    rest = only(bench.catalogue, lambda row: row.region != "CN")
    [found] = gaps(joined(dear, rest), bench.catalogue)
    assert dict(found.facts) == {"region": "CN", "value": "USD", "before": "CNY"}


def test_shops_that_came_or_went(bench: Any) -> None:
    without = tuple(row for row in bench.rates.rows if row.shop_type != "4S" and row.region != "US")
    typo = bench.rates.rows[0].model_copy(update={"shop_type": "4s"})
    found = rate_gaps(replace(bench.rates, rows=(*without, typo)), bench.rates)
    assert [(item.code.removeprefix("prices.gap."), item.facts["value"]) for item in found] == [
        ("region_gone", "US"),
        ("shop_gone", "4S"),
        ("shop_new", "4s"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_gap_can_be_said(bench: Any, language: str) -> None:
    texts, first = Texts.load(language), bench.catalogue.rows[0]
    strange = first.model_copy(update={"region": "FR"}), first.model_copy(update={"vehicle_class": "CN9"})
    odd = replace(bench.catalogue, rows=(*strange, first.model_copy(update={"currency": "USD"})))
    away = only(bench.catalogue, lambda row: row.region == "US", vehicle_class="*")
    few = replace(bench.rates, rows=bench.rates.rows[:1])
    found = [*gaps(odd, bench.catalogue), *gaps(away, bench.catalogue)]
    found += [*rate_gaps(few, bench.rates), *rate_gaps(bench.rates, few)]
    said = {item.code.removeprefix("prices.gap."): texts.say(item) for item in found}
    assert set(said) == {code.removeprefix("prices.gap.") for code in texts.sentences if code.startswith("prices.gap.")}
    assert all("{" not in sentence for sentence in said.values())
