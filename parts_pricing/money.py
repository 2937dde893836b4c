"""Money is Decimal with one rounding rule: half up, to the minor unit of the currency."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
_TENTH = Decimal("0.1")
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP"})


def unit(currency: str) -> Decimal:
    """The minor unit: 0.01 for CNY, USD, CAD; 1 for currencies without one (ISO 4217)."""
    return Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")


def round_money(amount: Decimal, minor: Decimal) -> Decimal:
    """``amount`` rounded half up to ``minor``."""
    return amount.quantize(minor, ROUND_HALF_UP)


def round_hours(hours: Decimal) -> Decimal:
    """Hours rounded half up to 0.1 (the convention of the trade's estimates, source B1)."""
    return hours.quantize(_TENTH, ROUND_HALF_UP)


def allocate(total: Decimal, weights: Sequence[Decimal], minor: Decimal) -> list[Decimal]:
    """``total`` split in proportion to ``weights`` so that the shares sum to it exactly (largest remainder).

    ``total`` is a multiple of ``minor`` and not negative, as are the weights. Ties go to the earlier share.
    Without any positive weight the first share takes all.
    """
    if not weights:
        return []
    whole = sum(weights, ZERO)
    if whole == 0:
        return [total, *[ZERO * minor] * (len(weights) - 1)]
    exact = [total * weight / whole for weight in weights]
    shares = [value.quantize(minor, ROUND_FLOOR) for value in exact]
    missing = int((total - sum(shares, ZERO)) / minor)
    by_remainder = sorted(range(len(weights)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:missing]:
        shares[index] += minor
    return shares
