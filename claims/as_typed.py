"""What people type, in one normal form; and faults that name what is wrong without repeating it."""

from collections.abc import Mapping

from pydantic_core import ErrorDetails, PydanticCustomError

from model.notes import Note

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_SEPARATORS = "-‐‑‒–—.·•・․\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_DROPPED = dict.fromkeys(map(ord, _SEPARATORS))


def normal(text: str) -> str:
    """Half-width, ASCII letters upper-case, without spaces, hyphens, dots and invisible characters.

    Nothing else changes: an O stays an O, and characters that only look alike are left for the check to name.
    """
    narrow = text.translate(_HALF_WIDTH).translate(_UPPER).translate(_DROPPED)
    return "".join(narrow.split())


def fault(code: str, **facts: object) -> PydanticCustomError:
    """The error of a code; ``field.<code>`` among the texts explains it.

    ``facts`` fill the placeholders of that sentence. They are lengths and positions, never what was typed.
    """
    return PydanticCustomError(code, "Not in the expected form: {code}", {"code": code, **facts})


def explained(error: ErrorDetails) -> Note:
    """The note of one fault of a ``ValidationError``, of ours or of pydantic's own."""
    facts: Mapping[str, object] = error.get("ctx", {})
    if facts.get("code") == error["type"]:
        return Note(f"field.{error['type']}", {key: value for key, value in facts.items() if key != "code"})
    known = error["type"] if error["type"] in _PYDANTICS_OWN else "invalid"
    return Note(f"field.{known}")


_PYDANTICS_OWN = frozenset({"missing", "extra_forbidden", "string_too_long"})
