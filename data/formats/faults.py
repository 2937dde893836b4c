"""What is wrong with annotated photos is collected and refused at once: a person mends a set in one go."""

from collections.abc import Sequence

from model.errors import ModelError

SHOWN = 10
"""So many places are named; the count says how many there are."""


def refuse(faults: Sequence[str], *, code: str = "data_unreadable", about: str = "") -> None:
    """Raises ``ModelError`` with the count and the first ten places, if there is any fault.

    ``about``: where all of them are. The error's facts are ``count`` and ``first``.
    """
    if not faults:
        return
    first = tuple(faults[:SHOWN])
    count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
    text = f"{count}{f', the first {SHOWN}' if len(faults) > SHOWN else ''}: {'; '.join(first)}"
    raise ModelError(code, f"{about}: {text}" if about else text, count=len(faults), first=first)
