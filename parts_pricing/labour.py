"""Labour rates per region, kind of shop and vehicle class."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from model.errors import UsageError
from model.notes import Note, note
from parts_pricing.bounds import out_of_bounds
from parts_pricing.cells import Name, Number, OptionalNumber, Text
from parts_pricing.table import BadCell, read_table, refuse, validate_rows

ANY = "*"


class LabourType(StrEnum):
    """Who does the work; the codes of EMS and BMS (sources B1, X1)."""

    BODY = "LAB"
    REFINISH = "LAR"
    MECHANICAL = "LAM"
    FRAME = "LAF"
    STRUCTURAL = "LAS"
    GLASS = "LAG"
    ALUMINIUM = "LAA"
    DIAGNOSTIC = "LAD"
    ELECTRICAL = "LAE"


class TaxMode(StrEnum):
    """What the tax of the profile is added to."""

    INCLUDED = "tax_included"
    PARTS_AND_MATERIALS = "parts_and_materials"
    ALL = "12pct_all"


class RateRow(BaseModel):
    """One line of a rate table, amounts per hour. An empty special rate means that the body rate is used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Name
    currency: Name
    shop_type: Name
    vehicle_class: Name
    body_rate: Number
    refinish_rate: OptionalNumber
    mechanical_rate: OptionalNumber
    frame_rate: OptionalNumber
    paint_material_rate: OptionalNumber
    shop_material_rate: OptionalNumber
    tax_mode: TaxMode
    confidence: Literal["S", "D", "A"]
    source: Text

    def per_hour(self, labour: LabourType) -> Decimal:
        """The rate of one labour type."""
        special = self._special(labour)
        return self.body_rate if special is None else special

    def _special(self, labour: LabourType) -> Decimal | None:
        match labour:
            case LabourType.REFINISH:
                return self.refinish_rate
            case LabourType.MECHANICAL:
                return self.mechanical_rate
            case LabourType.FRAME | LabourType.STRUCTURAL:
                return self.frame_rate
            case _:
                return None


@dataclass(frozen=True, kw_only=True)
class Rates:
    """All rows of one rate table, with the version that every estimate names."""

    version: str
    rows: tuple[RateRow, ...]

    @classmethod
    def read(cls, content: bytes, *, file: str, name: str) -> Self:
        """A rate table from the bytes of a CSV file. Raises ``PriceTableError`` like ``Catalogue.read``."""
        table = read_table(content, file=file, name=name)
        rows, bad = validate_rows(table, RateRow, _row_problems)
        refuse([*bad, *_duplicates(rows, file)])
        return cls(version=table.version, rows=tuple(row for _, row in rows))

    def find(self, region: str, shop_type: str, vehicle_class: str) -> RateRow:
        """The row of the class, else the row for any class. Raises ``UsageError`` listing what exists."""
        shops = self.shops(region)
        if not shops:
            raise UsageError("unknown_region", region, value=region, known=tuple(sorted({r.region for r in self.rows})))
        if shop_type not in shops:
            raise UsageError("unknown_shop", shop_type, value=shop_type, known=shops)
        of_shop = self._by_shop[region, shop_type]
        row = of_shop.get(vehicle_class) or of_shop.get(ANY)
        if row is None:
            raise UsageError("unknown_vehicle_class", vehicle_class, value=vehicle_class, known=tuple(of_shop))
        return row

    def shops(self, region: str) -> tuple[str, ...]:
        """Kinds of shop of a region in the order of the file."""
        return self._shops.get(region, ())

    @cached_property
    def _shops(self) -> Mapping[str, tuple[str, ...]]:
        shops: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self.rows:
            shops[row.region][row.shop_type] = None
        return {region: tuple(found) for region, found in shops.items()}

    @cached_property
    def _by_shop(self) -> Mapping[tuple[str, str], Mapping[str, RateRow]]:
        """Rows by vehicle class, by region and shop."""
        rows: dict[tuple[str, str], dict[str, RateRow]] = defaultdict(dict)
        for row in self.rows:
            rows[row.region, row.shop_type][row.vehicle_class] = row
        return dict(rows)


def _row_problems(row: RateRow) -> Iterator[tuple[str, Note]]:
    if row.body_rate == 0:
        yield "body_rate", note("prices.cell.zero_price", value="0")
    yield from out_of_bounds(row, row.currency)


def _duplicates(rows: list[tuple[int, RateRow]], file: str) -> Iterator[BadCell]:
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in rows:
        first = seen.setdefault((row.region, row.shop_type, row.vehicle_class), line)
        if first != line:
            yield BadCell(
                file=file, line=line, column="vehicle_class", reason=note("prices.cell.duplicate", line=first)
            )
