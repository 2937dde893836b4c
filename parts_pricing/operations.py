"""What is done to a part, and one piece of such work as the arithmetic sees it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from model.vocabulary import Part, Side
from parts_pricing.labour import LabourType
from parts_pricing.money import ZERO


class Operation(StrEnum):
    """An operation of an estimate line.

    The repair rules choose polish to replace. ``r_and_i``, ``overhaul`` and ``sublet`` stand for lines that a person
    adds; ``calculate`` prices them like any other.
    """

    REMOVE_INSTALL = "r_and_i"
    OVERHAUL = "overhaul"
    POLISH = "polish"
    PDR = "pdr"
    REFINISH = "refinish"
    REPAIR = "repair"
    REPLACE = "replace"
    BLEND = "blend"
    SUBLET = "sublet"
    CALIBRATION = "calibration"
    INSPECT = "inspect"

    @property
    def code(self) -> str:
        """``LaborOperation`` of EMS and BMS (sources B1, X1). OP26 is what those files use for manual lines."""
        return _CODES[self]


_CODES = {
    Operation.REMOVE_INSTALL: "OP2",
    Operation.OVERHAUL: "OP5",
    Operation.REFINISH: "OP6",
    Operation.REPAIR: "OP9",
    Operation.REPLACE: "OP11",
    Operation.POLISH: "OP14",
    Operation.BLEND: "OP15",
    Operation.SUBLET: "OP16",
    Operation.PDR: "OP26",
    Operation.CALIBRATION: "OP26",
    Operation.INSPECT: "OP26",
}


class PaintWork(IntEnum):
    """How much of a panel is painted, in rising order of cost."""

    NONE = 0
    POLISH = 1
    BLEND = 2
    HALF = 3
    FULL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One operation with everything its price needs; amounts before tax.

    ``hours`` are labour hours of ``labour``; ``refinish_hours`` and ``panel_price`` are what painting the whole panel
    takes by hours or costs by panel. ``paint_floor`` is the least that painting may cost however many panels share the
    job. ``fee`` is the management fee as a share of ``part_price``; ``sublet`` is work at a price instead of hours.
    """

    part: Part | None
    side: Side
    operation: Operation
    labour: LabourType = LabourType.BODY
    hours: Decimal = ZERO
    paint: PaintWork = PaintWork.NONE
    refinish_hours: Decimal = ZERO
    panel_price: Decimal = ZERO
    paint_floor: Decimal = ZERO
    part_price: Decimal = ZERO
    fee: Decimal = ZERO
    clips: Decimal = ZERO
    sublet: Decimal = ZERO
