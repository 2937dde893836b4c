"""The price table: what a part costs, how long its work takes, and where each number comes from."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

from model.errors import UsageError
from model.findings import PartRef
from model.notes import Note, note
from model.vehicle import Vehicle
from model.vocabulary import Part, Severity
from parts_pricing.bounds import FIRST_YEAR, LAST_YEAR, out_of_bounds
from parts_pricing.cells import (
    Day,
    Flag,
    Name,
    Number,
    OptionalDay,
    OptionalNumber,
    OptionalYear,
    Price,
    Text,
    words,
)
from parts_pricing.table import BadCell, read_table, refuse, validate_rows

ANY = "*"
Confidence = Literal["S", "D", "A"]
SensorZone = Literal[
    "front_radar", "front_camera", "side_camera", "rear_camera", "bsm_radar", "parking_sensor", "headlamp_aim"
]
"""What sits behind or on a part and needs a calibration after work there."""


class PriceRow(BaseModel):
    """One line of a price table. Prices in ``currency``, hours in 0.1 h, ``surface_dm2`` in square decimetres.

    ``make``, ``model``, ``year_from``, ``year_to`` and ``part_number`` make a row more specific than its class; such a
    row may carry ``*`` as class. An empty price is unknown; ``paint_panel_price`` 0 means that nothing is painted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Name
    currency: Name
    vehicle_class: Name
    part: Part
    part_zh: Text = ""
    sides: Literal["-", "L/R", "LF/RF/LR/RR", "L/R x F/R"]
    material: Text
    surface_dm2: Number
    oem_price: Price
    aftermarket_price: Price
    used_price: Price
    labor_rr_h: Number
    labor_ri_h: Number
    refinish_h: Number
    repair_h_minor: Number
    repair_h_moderate: Number
    repair_h_severe: Number
    paint_panel_price: OptionalNumber
    repairable: Flag
    adas_zone: Annotated[tuple[SensorZone, ...], BeforeValidator(words)]
    structural: Flag
    part_number: Text
    valid_from: Day
    valid_to: OptionalDay
    price_confidence: Confidence
    price_source: Text
    hours_source: Text = ""
    paint_confidence: Annotated[Confidence | None, BeforeValidator(lambda cell: cell or None)] = None
    make: Text = ""
    model: Text = ""
    year_from: OptionalYear = None
    year_to: OptionalYear = None

    @property
    def id(self) -> str:
        """What a line of an estimate names as its origin."""
        specific = [self.make, self.model, f"{self.year_from or ''}-{self.year_to or ''}", self.part_number]
        words = [word for word in specific if word.strip("-")]
        return "/".join([self.region, self.vehicle_class, self.part, *words, self.valid_from.isoformat()])

    def repair_hours(self, severity: Severity) -> Decimal:
        """Hours to repair damage of this severity; 0 where the part cannot be repaired."""
        match severity:
            case Severity.MINOR:
                return self.repair_h_minor
            case Severity.MODERATE:
                return self.repair_h_moderate
            case Severity.SEVERE:
                return self.repair_h_severe

    @property
    def painted(self) -> bool:
        """True when the part is painted in body colour."""
        return self.refinish_h > 0

    def fits_year(self, year: int | None) -> bool:
        """True when the row holds for cars of this model year."""
        if self.year_from is None and self.year_to is None:
            return True
        return year is not None and (self.year_from or 0) <= year <= (self.year_to or 9999)

    def valid_on(self, day: date) -> bool:
        """True between the two dates, both included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The row that an estimate uses. ``stale``: it was valid once, but not on the day asked for."""

    row: PriceRow
    stale: bool


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All rows of one price table, with the version that every estimate names."""

    version: str
    rows: tuple[PriceRow, ...]

    @classmethod
    def read(cls, content: bytes, *, file: str, name: str) -> Self:
        """A price table from the bytes of a CSV file.

        Raises ``PriceTableError`` (``prices.bad_cells``) naming file, line and column of everything that is wrong;
        nothing of such a file is taken.
        """
        table = read_table(content, file=file, name=name)
        rows, bad = validate_rows(table, PriceRow, _row_problems)
        refuse([*bad, *_clashes(rows, file)])
        return cls(version=table.version, rows=tuple(row for _, row in rows))

    def find(self, ref: PartRef, vehicle: Vehicle, day: date) -> Found | None:
        """The most specific row: part number, then make+model+year, then make+class, then class.

        Among rows equally specific the one valid on ``day``, else the last one that expired before it. None when
        there is none: the part has no price.
        """
        for level in self._levels(ref, vehicle):
            current = [row for row in level if row.valid_on(day)]
            if current:
                return Found(row=_last(current, lambda row: (row.valid_from, row.id)), stale=False)
            expired = [row for row in level if row.valid_to is not None and row.valid_to < day]
            if expired:
                return Found(row=_last(expired, lambda row: (row.valid_to or day, row.id)), stale=True)
        return None

    def _levels(self, ref: PartRef, vehicle: Vehicle) -> Iterator[Sequence[PriceRow]]:
        region, vehicle_class = vehicle.region, vehicle.vehicle_class
        rows = self._by_part.get((region, ref.part), ())
        number = vehicle.part_numbers.get(ref) if vehicle.part_numbers else None
        if number:
            yield [row for row in rows if row.part_number == number]
        if vehicle.make:
            yield from _of_make(rows, vehicle.make, vehicle)
        yield self._of_any_make.get((region, ref.part, vehicle_class), ())

    def require_class(self, region: str, vehicle_class: str) -> None:
        """Raises ``UsageError`` listing what exists when the table knows no such region or class."""
        if region not in self.regions:
            raise UsageError("no_prices", region, value=region, known=self.regions)
        known = self.classes(region)
        if vehicle_class not in known:
            raise UsageError("unknown_vehicle_class", vehicle_class, value=vehicle_class, known=known)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Regions that the table has rows for, sorted."""
        return tuple(sorted({row.region for row in self.rows}))

    def classes(self, region: str) -> tuple[str, ...]:
        """Vehicle classes of a region in the order of the file."""
        return self._classes.get(region, ())

    @cached_property
    def _classes(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self.rows:
            if row.vehicle_class != ANY:
                found[row.region][row.vehicle_class] = None
        return {region: tuple(classes) for region, classes in found.items()}

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """The currency of each region."""
        return {row.region: row.currency for row in self.rows}

    @cached_property
    def _by_part(self) -> Mapping[tuple[str, Part], tuple[PriceRow, ...]]:
        rows = defaultdict(list)
        for row in self.rows:
            rows[row.region, row.part].append(row)
        return {key: tuple(value) for key, value in rows.items()}

    @cached_property
    def _of_any_make(self) -> Mapping[tuple[str, Part, str], tuple[PriceRow, ...]]:
        """Rows for all cars of a class, by region, part and class."""
        rows = defaultdict(list)
        for row in self.rows:
            if not row.make and row.vehicle_class != ANY:
                rows[row.region, row.part, row.vehicle_class].append(row)
        return {key: tuple(value) for key, value in rows.items()}


def _of_make(rows: Sequence[PriceRow], make: str, vehicle: Vehicle) -> Iterator[list[PriceRow]]:
    in_class = [row for row in rows if row.vehicle_class in (vehicle.vehicle_class, ANY)]
    of_make = [row for row in in_class if row.make.casefold() == make.casefold()]
    if vehicle.model:
        model = vehicle.model.casefold()
        yield [row for row in of_make if row.model.casefold() == model and row.fits_year(vehicle.year)]
    yield [row for row in of_make if not row.model and row.vehicle_class != ANY]


def _last(rows: Sequence[PriceRow], when: Callable[[PriceRow], tuple[date, str]]) -> PriceRow:
    return rows[0] if len(rows) == 1 else max(rows, key=when)


def _row_problems(row: PriceRow) -> Iterator[tuple[str, Note]]:
    if row.valid_to is not None and row.valid_to < row.valid_from:
        yield "valid_to", note("prices.cell.ends_before_start", value=row.valid_to.isoformat())
    if row.painted and row.paint_panel_price == 0:
        yield "paint_panel_price", note("prices.cell.zero_price", value="0")
    if row.model and not row.make:
        yield "make", note("prices.cell.model_without_make", value=row.model)
    if row.vehicle_class == ANY and not (row.make and row.model) and not row.part_number:
        yield "vehicle_class", note("prices.cell.any_class", value=ANY)
    if row.year_from is not None and row.year_to is not None and row.year_to < row.year_from:
        yield "year_to", note("prices.cell.ends_before_start", value=str(row.year_to))
    if not FIRST_YEAR <= row.valid_from.year <= LAST_YEAR:
        facts = {"value": row.valid_from.isoformat(), "first": FIRST_YEAR, "last": LAST_YEAR}
        yield "valid_from", note("prices.cell.far_date", **facts)
    yield from out_of_bounds(row, row.currency)
    yield from _hours_problems(row)


def _hours_problems(row: PriceRow) -> Iterator[tuple[str, Note]]:
    """Worse damage may not take fewer hours; 0 means beyond repair and stays so."""
    steps = [("repair_h_minor", row.repair_h_minor), ("repair_h_moderate", row.repair_h_moderate)]
    steps.append(("repair_h_severe", row.repair_h_severe))
    for (_, milder), (column, worse) in pairwise(steps):
        if worse and (not milder or worse < milder):
            yield column, note("prices.cell.hours_fall", value=str(worse))
    if row.labor_rr_h == 0:
        yield "labor_rr_h", note("prices.cell.zero_hours", value="0")
    if row.labor_ri_h > row.labor_rr_h:
        yield "labor_ri_h", note("prices.cell.removal_exceeds", value=str(row.labor_ri_h))


def _clashes(rows: list[tuple[int, PriceRow]], file: str) -> Iterator[BadCell]:
    """Rows for the same thing whose validity overlaps, and currencies mixed within a region."""
    seen: dict[tuple[object, ...], list[tuple[int, PriceRow]]] = defaultdict(list)
    currency: dict[str, str] = {}
    for line, row in rows:
        if currency.setdefault(row.region, row.currency) != row.currency:
            reason = note("prices.cell.mixed_currency", value=row.currency)
            yield BadCell(file=file, line=line, column="currency", reason=reason)
        key = (row.region, row.vehicle_class, row.part, row.make.casefold(), row.model.casefold(), row.part_number)
        for earlier, other in seen[key]:
            if _overlap(row, other):
                reason = note("prices.cell.duplicate", line=earlier)
                yield BadCell(file=file, line=line, column="valid_from", reason=reason)
        seen[key].append((line, row))


def _overlap(one: PriceRow, other: PriceRow) -> bool:
    days = one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
    years = (one.year_from or 0) <= (other.year_to or 9999) and (other.year_from or 0) <= (one.year_to or 9999)
    return days and years
