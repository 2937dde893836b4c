"""Plates, numbers and names as they are shown to those who need not know them in full.

A mask takes any text, checked or not. It shows at most what its docstring says, and at most half of a text too short
for that.
"""

from claims.plates import PROVINCES

HIDDEN = "*"


def plate(text: str) -> str:
    """京A12345 → 京A·***45: province and office of a Chinese plate, and the last two characters."""
    if len(text) >= 7 and text[0] in PROVINCES:
        return f"{text[:2]}·{_tail(text[2:], 2)}"
    return _tail(text, 2)


def vin(text: str) -> str:
    """The last four characters."""
    return _tail(text, 4)


def policy_number(text: str) -> str:
    """The last four characters; how many there are before stays unsaid."""
    return HIDDEN * 4 + _tail(text, 4).lstrip(HIDDEN)


def phone(text: str) -> str:
    """13800001234 → 138****1234: three digits and the last four of eleven digits, of others the last four."""
    if len(text) == 11 and text.isascii() and text.isdigit():
        return f"{text[:3]}{HIDDEN * 4}{text[-4:]}"
    return _tail(text, 4)


def name(text: str) -> str:
    """The first character: 王**, M**. The number of stars says nothing of the length."""
    return f"{text[0] if len(text) > 1 else ''}{HIDDEN * 2}"


def _tail(text: str, most: int) -> str:
    shown = min(most, len(text) // 2)
    return HIDDEN * (len(text) - shown) + text[len(text) - shown :]
