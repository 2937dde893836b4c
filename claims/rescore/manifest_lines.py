"""Physical lines of a text, none longer than ``LONGEST``: a quote that is never closed would else swallow a file."""

from typing import IO, Final, Generic, TypeVar

Line = TypeVar("Line", str, bytes)

LONGEST: Final = 4 * 1024 * 1024
"""Characters of CSV, or bytes of JSON."""


class LineTooLong(Exception):  # noqa: N818 - a verdict on a line, not a fault of ours
    """A line that was passed over; the next one can be asked for."""


class Lines(Generic[Line]):
    """Each with its end. It looks one line ahead, to know which is the last."""

    def __init__(self, source: IO[Line]) -> None:
        self._source: IO[Line] = source
        self._next: Line = source.readline(LONGEST)
        self.number = 0
        """Of the line that was given last, from 1 on."""

    def __iter__(self) -> "Lines[Line]":
        return self

    def __next__(self) -> Line:
        """Raises ``LineTooLong``."""
        if not self._next:
            raise StopIteration
        line, self.number = self._next, self.number + 1
        whole = len(line) < LONGEST or _ends(line)
        self._next = self._source.readline(LONGEST)
        if whole:
            return line
        while self._next and not _ends(self._next):
            self._next = self._source.readline(LONGEST)
        self._next = self._source.readline(LONGEST)
        raise LineTooLong

    @property
    def at_end(self) -> bool:
        """Whether there is no other line."""
        return not self._next


def _ends(line: str | bytes) -> bool:
    return line.endswith(("\r", "\n")) if isinstance(line, str) else line.endswith(b"\n")
