"""Types of the cells of a price table: strict about meaning, patient about the spreadsheet that wrote them."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,6})?")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,6})?")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


def _clean(cell: object) -> str:
    """Full-width digits and signs become plain ones; surrounding blanks go."""
    text = str(cell)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def _name(cell: object) -> str:
    text = _clean(cell)
    if not text:
        raise PydanticCustomError("empty", "empty")
    return text


def _number(cell: object) -> Decimal:
    text = _clean(cell)
    if not text:
        raise PydanticCustomError("empty", "empty")
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    raise PydanticCustomError(_number_problem(text), "not a number")


def _number_problem(text: str) -> str:
    unsigned = text.lstrip("-−").lstrip()
    if unsigned != text and (_PLAIN.fullmatch(unsigned) or _GROUPED.fullmatch(unsigned)):
        return "negative"
    return "ambiguous_number" if "," in text else "not_a_number"


def _optional_number(cell: object) -> Decimal | None:
    return None if not _clean(cell) else _number(cell)


def _date(cell: object) -> date | None:
    text = _clean(cell)
    match = _DATE.fullmatch(text)
    if match:
        year, month, day = (int(part) for part in match.groups())
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise PydanticCustomError("not_a_date" if text else "empty", "not a date")


def _optional_date(cell: object) -> date | None:
    return None if not _clean(cell) else _date(cell)


def _year(cell: object) -> int | None:
    text = _clean(cell)
    if not text:
        return None
    if re.fullmatch(r"(19|20)\d\d", text):
        return int(text)
    raise PydanticCustomError("not_a_year", "not a year")


def _yes_or_no(cell: object) -> bool:
    words = {"1": True, "0": False, "yes": True, "no": False, "是": True, "否": False, "true": True, "false": False}
    text = _clean(cell).lower()
    if text not in words:
        raise PydanticCustomError("not_yes_or_no", "not yes or no")
    return words[text]


def words(cell: object) -> tuple[str, ...]:
    """The words of a cell that separates them by ``|``."""
    return tuple(word.strip() for word in _clean(cell).split("|") if word.strip())


Number = Annotated[Decimal, BeforeValidator(_number)]
OptionalNumber = Annotated[Decimal | None, BeforeValidator(_optional_number)]
Price = Annotated[Annotated[Decimal, Field(gt=0)] | None, BeforeValidator(_optional_number)]
"""Empty means unknown. 0 is refused: a part that costs nothing is a missing price."""
Day = Annotated[date, BeforeValidator(_date)]
OptionalDay = Annotated[date | None, BeforeValidator(_optional_date)]
OptionalYear = Annotated[int | None, BeforeValidator(_year)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Text = Annotated[str, BeforeValidator(_clean), Field(max_length=500)]
Name = Annotated[str, BeforeValidator(_name), Field(max_length=100)]
