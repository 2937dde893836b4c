"""One record of a manifest as a historical case, or the reason why it is none. Nothing is guessed, nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from claims.facts import Amount, CaseFacts
from claims.rescore.case import FinalBill, FinalLine, HistoricalCase, Previous, Quarantined, Row
from claims.rescore.fields import amount
from claims.rescore.manifest_columns import COLUMNS, FACTS, VEHICLE, wrong
from claims.rescore.manifest_faults import NoPhotos, WrongCell, checked, explained, spelled
from claims.triage import Route
from model.findings import PartRef
from model.notes import Note, note
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

T = TypeVar("T")
Cells = Mapping[str, object]
"""What a record says, by column; a cell that says nothing is not there."""

_LONGEST_ID: Final = 200
_FIRST_LOSS: Final = date(1990, 1, 1)
"""Years before are those of spreadsheets that read a number or nothing as a day."""
_ROUTE: Final = TypeAdapter(Route)
_VERSIONS: Final = TypeAdapter(dict[str, Annotated[str, Field(max_length=4096)]])
_PREVIOUS: Final = ("previous_low", "previous_high", "previous_route", "previous_versions")


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    side: Side | None = None
    operation: Operation
    amount: Amount | None = None


_LINES: Final = TypeAdapter(list[_Line])


@dataclass(slots=True)
class Seen:
    """The ids that were there before, by 64 bits of their hash: 20 bytes of memory an id and more, not its text.

    Of a million ids two have the same hash with a chance of 3 in 100 million; the second is then quarantined.
    """

    _hashes: set[int] = field(default_factory=set, repr=False)

    def again(self, name: str) -> bool:
        """Whether it was there before; from now on it was."""
        found = int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
        before = len(self._hashes)
        self._hashes.add(found)
        return len(self._hashes) == before


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where a row does not say: the day to price for, and the market."""

    on: date
    region: str


def row_of(number: int, cells: Cells | Note, seen: Seen, defaults: Defaults) -> Row:
    """``cells``, or why the record could not be read. Only the first fault of a row is named."""
    if isinstance(cells, Note):
        return Quarantined(row=number, id=None, reason=cells)
    name: str | None = None
    try:
        name = _id(cells)
        if seen.again(name):
            raise WrongCell(note("rescore.same_id"))
        return _case(number, name, _values(cells), defaults)
    except _WrongField as fault:
        return Quarantined(row=number, id=name, reason=wrong(fault.field, fault.told))
    except WrongCell as fault:
        return Quarantined(row=number, id=name, reason=fault.told)


class _WrongField(Exception):  # noqa: N818 - a verdict on a cell, not a fault of ours
    def __init__(self, name: str, fault: WrongCell) -> None:
        super().__init__(name)
        self.field, self.told = f"{name}{fault.within}", fault.told


def _id(cells: Cells) -> str:
    if "case_id" not in cells:
        raise WrongCell(note("rescore.no_id"))
    name = str(_value(cells, "case_id"))
    if len(name) > _LONGEST_ID:
        raise _WrongField("case_id", WrongCell(note("field.string_too_long")))
    return name


def _values(cells: Cells) -> dict[str, Any]:
    """Every cell read. Raises ``NoPhotos`` where no cell, or an empty list, names the photos."""
    if "photos" not in cells:
        raise NoPhotos(note("rescore.no_photos"))
    return {name: _value(cells, name) for name in COLUMNS if name in cells}


def _value(cells: Cells, name: str) -> Any:
    try:
        return COLUMNS[name](cells[name])
    except NoPhotos:
        raise
    except WrongCell as fault:
        raise _WrongField(name, fault) from None


def _case(number: int, name: str, values: Mapping[str, Any], defaults: Defaults) -> HistoricalCase:
    facts = _facts(values, defaults.region)
    _check_loss(facts, values, defaults.on)
    day: date | None = facts.lost_at or values.get("assessed_on")
    return HistoricalCase(
        row=number,
        id=name,
        photos=values["photos"],
        facts=facts,
        on=values.get("assessed_on") or (facts.lost_at.date() if facts.lost_at else defaults.on),
        month=values.get("month") or (f"{day:%Y-%m}" if day else None),
        final=_ended(values),
        previous=_previous(values),
    )


def _facts(values: Mapping[str, Any], region: str) -> CaseFacts:
    """Columns and the document of the column ``facts`` together; what both state is refused."""
    given = dict(values.get("facts", {})) if isinstance(values.get("facts", {}), dict) else None
    if given is None or not isinstance(given.get("vehicle", {}), dict):
        raise _WrongField("facts", WrongCell(note("field.object")))
    vehicle = dict(given.get("vehicle", {}))
    for names, stated in ((FACTS, given), (VEHICLE, vehicle)):
        own = {name: values[name] for name in names if name in values}
        if twice := [name for name in own if name in stated]:
            raise _WrongField(twice[0], WrongCell(note("rescore.twice")))
        stated.update(own)
    try:
        return CaseFacts.model_validate({"region": region, **given, **({"vehicle": vehicle} if vehicle else {})})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = tuple(step for step in first["loc"] if step != "vehicle")
        named = where[0] if where and where[0] in values else "facts"
        raise _WrongField(str(named), WrongCell(explained(first), spelled(where[named != "facts" :]))) from None


def _check_loss(facts: CaseFacts, values: Mapping[str, Any], today: date) -> None:
    """``today`` is the day of the run; a market may be a day ahead of it."""
    if facts.lost_at is None or _FIRST_LOSS <= facts.lost_at.date() <= today + timedelta(days=1):
        return
    named = "lost_at" if "lost_at" in values else "facts.lost_at"
    raise _WrongField(named, WrongCell(note("rescore.no_such_loss", first=_FIRST_LOSS.year, today=today.isoformat())))


def _ended(values: Mapping[str, Any]) -> FinalBill | None:
    total, lines = values.get("final_amount"), values.get("final_lines")
    if total is None and lines is None:
        return None
    return FinalBill(amount=total, lines=None if lines is None else _final_lines(lines))


def _final_lines(given: object) -> tuple[FinalLine, ...]:
    try:
        lines = checked(_LINES, given)
    except WrongCell as fault:
        raise _WrongField("final_lines", fault) from None
    return tuple(_final_line(place, line) for place, line in enumerate(lines))


def _final_line(place: int, line: _Line) -> FinalLine:
    """A part without a side needs none; of any other somebody has to say it, were it that nobody knows."""
    side = line.side or (None if line.part.sided else Side.NONE)
    if side is None or line.part.sided == (side is Side.NONE):
        told = note("field.missing") if side is None else note("rescore.side")
        raise _WrongField("final_lines", WrongCell(told, f"[{place}].side"))
    paid = None if line.amount is None else amount(line.amount)
    return FinalLine(ref=PartRef(part=line.part, side=side), operation=line.operation, amount=paid)


def _previous(values: Mapping[str, Any]) -> Previous | None:
    total: Decimal | None = values.get("previous_total")
    if total is None:
        if any(name in values for name in _PREVIOUS):
            raise _WrongField("previous_total", WrongCell(note("field.missing")))
        return None
    low, high = values.get("previous_low"), values.get("previous_high")
    if low is not None and low > total:
        raise _WrongField("previous_low", WrongCell(note("field.less_than_equal", limit="previous_total")))
    if high is not None and high < total:
        raise _WrongField("previous_high", WrongCell(note("field.greater_than_equal", limit="previous_total")))
    return Previous(total=total, low=low, high=high, route=_route(values), versions=_versions(values))


def _route(values: Mapping[str, Any]) -> Route | None:
    given = values.get("previous_route")
    return None if given is None else _read("previous_route", _ROUTE, given)


def _versions(values: Mapping[str, Any]) -> dict[str, str]:
    return _read("previous_versions", _VERSIONS, values.get("previous_versions", {}))


def _read(name: str, kind: TypeAdapter[T], given: object) -> T:
    try:
        return checked(kind, given)
    except WrongCell as fault:
        raise _WrongField(name, fault) from None
