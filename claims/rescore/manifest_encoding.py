"""In which encoding the text of a CSV file is: UTF-8, or GB18030, in which Excel saves CSV in China. Or neither.

The whole file is read once, before any row: a file may be plain ASCII for a thousand rows. UTF-8 that decodes without a
fault is UTF-8; random bytes do not. A file of UTF-8 with a few broken bytes is still UTF-8, and must not be read as
GB18030, in which most byte pairs are some character. What is left is GB18030 only if nearly all of it is common Chinese
(GB 2312): Latin-1 or Big5 would be read as rare characters. Broken bytes cost the rows that they stand in.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from model.errors import RescoreError

_PIECE: Final = 1 << 16
_COMMON: Final = 0.8
"""Less than this share of a Chinese text is never common characters; of Latin-1 read as GB18030 it is about none."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """``damaged``: there may be bytes that cannot be decoded; ``surrogateescape`` makes half a pair of each."""

    name: str
    damaged: bool = False


def encoding_of(path: Path, *, file: str) -> Encoding:
    """Raises ``RescoreError`` ``encoding`` for a text in neither, such as UTF-16 or Latin-1."""
    try:
        for _ in _decoded(path, "utf-8-sig", "strict"):
            pass
    except UnicodeDecodeError:
        if _is_mostly_utf_8(path):
            return Encoding("utf-8-sig", damaged=True)
        if _is_common_chinese(path):
            return Encoding("gb18030", damaged=True)
        raise RescoreError("encoding", file=file) from None
    return Encoding("utf-8-sig")


def _is_mostly_utf_8(path: Path) -> bool:
    """Of what is beyond ASCII, more characters can be read than bytes cannot."""
    lone = whole = 0
    for text in _decoded(path, "utf-8-sig", "surrogateescape"):
        sound = len(text.encode("utf-8", "ignore").decode("utf-8"))
        lone, whole = lone + len(text) - sound, whole + sound - _ascii(text)
    return whole > lone


def _is_common_chinese(path: Path) -> bool:
    """A byte that cannot be decoded counts as a character that is not."""
    common = beyond = 0
    for text in _decoded(path, "gb18030", "surrogateescape"):
        plain = _ascii(text)
        beyond += len(text) - plain
        common += (len(text.encode("gb2312", "ignore")) - plain) // 2
    return common >= _COMMON * beyond


def _ascii(text: str) -> int:
    return len(text.encode("ascii", "ignore"))


def _decoded(path: Path, name: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)(errors)
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)
