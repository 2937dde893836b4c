"""What a person changes of an estimate, as it is sent: checked field by field, and never repeated in an error."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from claims.marks import Mark
from claims.review_rules import LineLimits
from model.errors import ReviewError
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.calculate import Column
from parts_pricing.operations import Operation


class Why(StrEnum):
    """Why a person sees it otherwise than the machine."""

    WRONG_PART = "wrong_part"
    WRONG_SIDE = "wrong_side"
    WRONG_KIND = "wrong_kind"
    WRONG_SEVERITY = "wrong_severity"
    WRONG_OPERATION = "wrong_operation"
    WRONG_HOURS = "wrong_hours"
    WRONG_PRICE = "wrong_price"
    WRONG_BOX = "wrong_box"
    NOT_DAMAGED = "not_damaged"
    OLD_DAMAGE = "old_damage"
    OTHER_EVENT = "other_event"
    MISSED = "missed"
    QUOTATION = "quotation"
    AGREED = "agreed"
    MISTAKE = "mistake"
    OTHER = "other"


Amount = Annotated[Decimal, Field(ge=0, le=1_000_000_000)]
"""Far more than any line may hold, which ``LineLimits`` says; of no more than that the hundredths can be told."""
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    why: Why
    remark: Remark = Field(default="", repr=False)


class _Content(_Change):
    kind: DamageKind | None = None
    severity: Severity | None = None
    hours: Amount | None = None
    labour: Amount | None = None
    paint: Amount | None = None
    parts: Amount | None = None
    other: Amount | None = None
    marks: tuple[Mark, ...] | None = Field(default=None, max_length=50)

    @property
    def amounts(self) -> dict[Column, Decimal]:
        """The amounts that were typed, with tax."""
        typed = {column: getattr(self, column.value) for column in Column}
        return {column: amount for column, amount in typed.items() if amount is not None}


class Edit(_Content):
    """A line as it should be; what is None stays.

    Another part, side, operation, kind or severity is priced anew, and amounts typed before no longer hold.
    """

    do: Literal["edit"] = "edit"
    line: int = Field(ge=0)
    part: Part | None = None
    side: Side | None = None
    operation: Operation | None = None

    @property
    def of_work(self) -> bool:
        """Whether other work is to be done."""
        return any(item is not None for item in (self.part, self.side, self.operation, self.kind, self.severity))

    @property
    def empty(self) -> bool:
        """Whether nothing is to change."""
        return not (self.of_work or self.hours is not None or self.amounts or self.marks is not None)


class Add(_Content):
    """A line that the machine did not have."""

    do: Literal["add"] = "add"
    part: Part
    side: Side = Side.NONE
    operation: Operation


class Remove(_Change):
    """A line that does not belong to the case. It stays visible and counts nothing."""

    do: Literal["remove"] = "remove"
    line: int = Field(ge=0)


class Restore(_Change):
    """A removed line counts again."""

    do: Literal["restore"] = "restore"
    line: int = Field(ge=0)


Change = Annotated[Edit | Add | Remove | Restore, Field(discriminator="do")]
_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])


def changes_of(document: Sequence[Any]) -> tuple[Change, ...]:
    """Changes from their JSON.

    Raises ``ReviewError``: ``review.unknown_part`` for a part or side that does not exist, ``review.negative``, else
    ``review.invalid``. ``fields`` among its facts are all wrong ones; no value is repeated.
    """
    try:
        return _CHANGES.validate_python(document)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        fields = tuple(_field(item["loc"]) for item in faults)
        code = next((code for item in faults for code in _code(item["type"], item["loc"])), "invalid")
        detail = "; ".join(f"{field}: {item['msg']}" for field, item in zip(fields, faults, strict=True))
        raise ReviewError(code, detail, fields=fields) from None


def _field(steps: Sequence[int | str]) -> str:
    """``0.part``: without the name of the kind of change, which pydantic puts in."""
    return ".".join(str(step) for index, step in enumerate(steps) if index != 1)


def _code(kind: str, steps: Sequence[int | str]) -> Iterator[str]:
    if steps[-1] in ("part", "side") and kind == "enum":
        yield "unknown_part"
    if kind == "greater_than_equal" and steps[-1] not in ("line", "photo"):
        yield "negative"


def check_content(change: Edit | Add, sizes: Sequence[tuple[int, int] | None], limits: LineLimits) -> None:
    """Returns for what can be meant. ``sizes``: width and height in px of the case's photos, None where unreadable.

    Raises ``ReviewError``: ``review.over_limit``, ``review.unknown_photo``, ``review.box_outside``.
    """
    if change.hours is not None and change.hours > limits.hours:
        raise ReviewError("over_limit", "hours", field="hours", limit=limits.hours)
    for column, amount in change.amounts.items():
        if amount > limits.amount:
            raise ReviewError("over_limit", column, field=column.value, limit=limits.amount)
    for mark in change.marks or ():
        size = sizes[mark.photo] if mark.photo < len(sizes) else None
        if size is None:
            raise ReviewError("unknown_photo", f"photo {mark.photo}", photo=mark.photo + 1)
        if mark.box[2] > size[0] or mark.box[3] > size[1]:
            raise ReviewError("box_outside", f"photo {mark.photo}", photo=mark.photo + 1)
