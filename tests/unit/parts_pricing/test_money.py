from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts_pricing.money import allocate, round_hours, round_money, unit

CENT = Decimal("0.01")
amounts = st.decimals(min_value=0, max_value=10**6, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=10**5, places=4), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("1.004999", "1.00"), ("1.005", "1.01"), ("2.675", "2.68"), ("0", "0.00")],
)
def test_halves_round_up(amount: str, rounded: str) -> None:
    assert round_money(Decimal(amount), CENT) == Decimal(rounded)


@pytest.mark.parametrize(("hours", "rounded"), [("0.92", "0.9"), ("0.96", "1.0"), ("0.25", "0.3"), ("0.05", "0.1")])
def test_hours_round_to_a_tenth(hours: str, rounded: str) -> None:
    assert round_hours(Decimal(hours)) == Decimal(rounded)


def test_currency_without_cents() -> None:
    assert unit("JPY") == 1
    assert unit("CNY") == CENT


@given(total=amounts, shares=weights)
def test_shares_sum_to_the_total(total: Decimal, shares: list[Decimal]) -> None:
    split = allocate(total, shares, CENT)
    assert sum(split) == total
    assert all(share >= 0 for share in split)


@given(total=amounts, shares=weights)
def test_no_share_is_a_cent_off_its_exact_value(total: Decimal, shares: list[Decimal]) -> None:
    whole = sum(shares)
    if whole:
        for share, weight in zip(allocate(total, shares, CENT), shares, strict=True):
            assert abs(share - total * weight / whole) < CENT


def test_nothing_to_share_among_nobody() -> None:
    assert allocate(Decimal(0), [], CENT) == []
