"""One cell of a manifest as a value: text of CSV, JSON or a typed Parquet value, read alike and exactly.

No message repeats what stood in a cell. Amounts never pass through binary floating point: readers of files give
``Decimal`` for every number with a fraction.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter

from claims.facts import Amount
from claims.rescore.manifest_faults import NoPhotos, WrongCell, checked
from model.notes import note

Reader = Callable[[object], Any]
"""From a cell that holds something to its value. Raises ``WrongCell``."""

MOST_PHOTOS: Final = 200
_LONGEST_PATH: Final = 4096
_DIGITS: Final = 40
_NUMBER: Final = re.compile(rf"[+-]?[0-9]{{1,{_DIGITS}}}(\.[0-9]{{1,{_DIGITS}}})?")
_MOMENT: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"(?:[T ] ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<part>\.[0-9]{1,6})?)?"
    r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MONTH: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})")
_NOT_SHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_YES: Final = frozenset({"true", "yes", "y", "1", "是"})
_NO: Final = frozenset({"false", "no", "n", "0", "否"})
_AMOUNT: Final = TypeAdapter(Amount)


def text(value: object) -> str:
    """Without spaces around it. A whole number is a text as well: a model may be called 3."""
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise WrongCell(note("field.text"))
    found = value.strip()
    if _NOT_SHOWN.search(found):
        raise WrongCell(note("field.control_characters"))
    return found


def phrase(value: object) -> str:
    """Text in which white space of any kind, a line break of a spreadsheet as well, is one space."""
    told = _decoded(value) if isinstance(value, bytes) else value
    return text(" ".join(told.split()) if isinstance(told, str) else told)


def number(value: object) -> Decimal:
    """Exact, without zeros at its end. Text has digits and a point: no thousands, no unit, no exponent."""
    found = _number(value)
    if not found.is_finite() or found.adjusted() > _DIGITS or int(found.as_tuple().exponent) < -_DIGITS:
        raise WrongCell(note("field.number"))
    plain = f"{abs(found) if found == 0 else found:f}"
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def amount(value: object) -> Decimal:
    """Not negative, at most four decimals, as ``claims.facts.Amount``."""
    return checked(_AMOUNT, number(value))


def whole(value: object) -> int:
    """A whole number; tables write 2021 as 2021.0 where a column has gaps."""
    found = number(value)
    if found != found.to_integral_value():
        raise WrongCell(note("field.whole_number"))
    return int(found)


def yes_no(value: object) -> bool:
    """True or false, yes or no, 1 or 0, 是 or 否."""
    if isinstance(value, bool):
        return value
    said = str(value).strip().casefold() if isinstance(value, str | int | Decimal) else ""
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise WrongCell(note("field.yes_or_no"))


def moment(value: object) -> datetime:
    """Date and time, with or without an offset; a date alone is its midnight."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise WrongCell(note("field.time"))
    try:
        return datetime.fromisoformat(_iso(found))
    except ValueError:
        raise WrongCell(note("field.time")) from None


def day(value: object) -> date:
    """A day: year, month, day in this order. One with an offset from UTC is refused: its day depends on who reads."""
    try:
        found = moment(value)
    except WrongCell:
        raise WrongCell(note("field.day")) from None
    if found.utcoffset() is not None or not 1950 <= found.year <= 2100:
        raise WrongCell(note("field.day"))
    return found.date()


def month(value: object) -> str:
    """``YYYY-MM``, also of a day."""
    found = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return f"{day(value if found is None else f'{found[1]}-{found[2]}-01'):%Y-%m}"
    except WrongCell:
        raise WrongCell(note("rescore.no_month")) from None


def photos(value: object) -> tuple[str, ...]:
    """A list, or text with ``;`` between the names. Raises ``NoPhotos`` for none."""
    given = value if isinstance(value, list | tuple) else [item for item in text(value).split(";") if item.strip()]
    if not given:
        raise NoPhotos(note("rescore.no_photos"))
    found = tuple(map(text, given))
    if len(found) > MOST_PHOTOS:
        raise WrongCell(note("field.too_long", limit=MOST_PHOTOS))
    if not all(0 < len(name) <= _LONGEST_PATH for name in found):
        raise WrongCell(note("field.text"))
    return found


def document(value: object) -> Any:
    """A JSON document: an object or a list, or the text of one. Names without a value are not stated."""
    if isinstance(value, str | bytes):
        try:
            value = read_json(value)
        except ValueError:
            raise WrongCell(note("field.json_invalid")) from None
    if not isinstance(value, dict | list | tuple):
        raise WrongCell(note("field.json_invalid"))
    return _stated(value)


def read_json(given: str | bytes) -> Any:
    """Numbers with a fraction as ``Decimal``. Raises ``ValueError`` for anything else than one JSON document, and for
    an object that says something twice."""
    try:
        return json.loads(given, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("not a document that can be read") from error


def _number(value: object) -> Decimal:
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise WrongCell(note("field.number"))


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise WrongCell(note("field.text")) from None


def _iso(found: re.Match[str]) -> str:
    said = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    if found["hour"] is None:
        return said
    clock = f"{int(found['hour']):02}:{found['minute']}:{found['second'] or '00'}"
    return f"{said}T{clock}{found['part'] or ''}{found['zone'] or ''}"


def _stated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stated(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_stated(item) for item in value]
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_number(_: str) -> None:
    raise ValueError("no number")
