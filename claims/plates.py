"""Number plates of the People's Republic of China as GA 36-2018 describes them.

Seven characters: province, office, five of the serial (the last may be 警 挂 学 领; on plates of 粤Z 港 or 澳). Eight
on new-energy cars: a small car has its letter in the third place, a large one in the eighth. Embassies: 使, six digits.
How many letters a serial holds differs by city and year and is not checked: a real plate refused costs more than a typo
found later, when the plate is compared with the policy.
"""

import re
from enum import StrEnum

from claims.as_typed import fault

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SPECIAL = "警挂学领港澳"
_LETTERS = "A-HJ-NP-Z"
_ORDINARY = re.compile(rf"[{_LETTERS}0-9]{{5}}|[{_LETTERS}0-9]{{4}}[警挂学领]")
_CROSS_BORDER = re.compile(rf"粤Z[{_LETTERS}0-9]{{4}}[港澳]")
_CONSULATE = re.compile(rf"[{PROVINCES}][0-9]{{5}}领")
_EMBASSY = re.compile(r"使[0-9]{6}|[0-9]{6}使")
# D and F were first; A B C E (battery) and G H J K (others) follow where these are used up.
_SMALL_NEW_ENERGY = re.compile(rf"[A-HJK][{_LETTERS}0-9][0-9]{{4}}")
_LARGE_NEW_ENERGY = re.compile(r"[0-9]{5}[DF]")


class PlateKind(StrEnum):
    """What a plate says of its car."""

    ORDINARY = "ordinary"
    NEW_ENERGY = "new_energy"
    SPECIAL = "special"


def plate_kind(plate: str) -> PlateKind:
    """The kind of a plate in normal form."""
    if len(plate) == 8:
        return PlateKind.NEW_ENERGY
    return PlateKind.ORDINARY if plate[0] in PROVINCES and plate[-1] not in _SPECIAL else PlateKind.SPECIAL


def chinese_plate(plate: str) -> str:
    """A plate in normal form, as it is.

    Raises ``PydanticCustomError``: ``plate_length``, ``plate_province`` (first character), ``plate_office`` (second),
    ``plate_letters`` (an I or O, which no plate has), ``plate_new_energy`` (eight characters without the letter of a
    new-energy car), ``plate_special`` (a special character where it does not belong), ``plate_characters``.
    """
    if _EMBASSY.fullmatch(plate) or _CONSULATE.fullmatch(plate):
        return plate
    if len(plate) not in (7, 8):
        raise fault("plate_length", length=len(plate))
    if plate[0] not in PROVINCES:
        raise fault("plate_province")
    if "I" in plate or "O" in plate:
        raise fault("plate_letters")
    if not re.fullmatch(f"[{_LETTERS}]", plate[1]):
        raise fault("plate_office")
    return _with_serial(plate)


def _with_serial(plate: str) -> str:
    serial = plate[2:]
    if any(sign in serial for sign in _SPECIAL):
        if _CROSS_BORDER.fullmatch(plate) or (len(serial) == 5 and _ORDINARY.fullmatch(serial)):
            return plate
        raise fault("plate_special")
    if not re.fullmatch(f"[{_LETTERS}0-9]+", serial):
        raise fault("plate_characters")
    if len(serial) == 6 and not (_SMALL_NEW_ENERGY.fullmatch(serial) or _LARGE_NEW_ENERGY.fullmatch(serial)):
        raise fault("plate_new_energy")
    return plate
