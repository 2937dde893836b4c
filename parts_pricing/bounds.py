"""What numbers a price table can plausibly hold, column by column.

Far wider than what any shop charges (assumptions of ours): they catch cents entered as yuan, slipped columns and typing
errors, not dear cars. The dearest price of the shipped table is 12,000 CNY, its longest work 14 h.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from pydantic import BaseModel

from model.notes import Note, note
from parts_pricing.money import unit

MOST_PART_PRICE: Final = Decimal(1_000_000)
MOST_PANEL_PRICE: Final = Decimal(100_000)
MOST_HOURLY_RATE: Final = Decimal(10_000)
"""In a currency with cents; ``WITHOUT_CENTS`` times that in one without."""
WITHOUT_CENTS: Final = 1_000
LEAST_PRICE: Final = Decimal(1)
MOST_HOURS: Final = Decimal(100)
MOST_SURFACE_DM2: Final = Decimal(1_000)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Of ``valid_from``: the date on which prices begin to hold."""

_MONEY: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(("oem_price", "aftermarket_price", "used_price"), MOST_PART_PRICE),
    "paint_panel_price": MOST_PANEL_PRICE,
    **dict.fromkeys(
        ("body_rate", "refinish_rate", "mechanical_rate", "frame_rate", "paint_material_rate", "shop_material_rate"),
        MOST_HOURLY_RATE,
    ),
}
_HOURS: Final = ("labor_rr_h", "labor_ri_h", "refinish_h", "repair_h_minor", "repair_h_moderate", "repair_h_severe")
_MOST: Final[Mapping[str, Decimal]] = {**dict.fromkeys(_HOURS, MOST_HOURS), "surface_dm2": MOST_SURFACE_DM2}
_LEAST: Final = {**dict.fromkeys(("oem_price", "aftermarket_price", "used_price"), LEAST_PRICE)}


def out_of_bounds(row: BaseModel, currency: str) -> Iterator[tuple[str, Note]]:
    """Column and reason of every number of ``row`` that cannot be meant; zeros and empty cells are not looked at."""
    scale = 1 if unit(currency) < 1 else WITHOUT_CENTS
    most = {**_MOST, **{column: limit * scale for column, limit in _MONEY.items()}}
    for column in type(row).model_fields:
        value = getattr(row, column)
        if column not in most or not value:
            continue
        if value > most[column]:
            yield column, note("prices.cell.above", value=value, limit=most[column])
        elif value < _LEAST.get(column, value):
            yield column, note("prices.cell.below", value=value, limit=_LEAST[column])
