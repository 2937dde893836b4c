"""What kind of document a file is, by its content: what it is called does not count."""

import re
from typing import Final

from inference.images import IntakeLimits, read_photo
from inference.intake.sniff import sniff
from model.errors import PhotoRejected, RequestError

PICTURES: Final = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heif": "image/heif"}
PDF: Final = "application/pdf"
_HEADER: Final = re.compile(rb"%PDF-[12]\.\d")
_OBJECT: Final = re.compile(rb"\b\d+\s+\d+\s+obj\b")
_END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF")
_TAIL: Final = 2048
"""Bytes at the end of a file within which a PDF has to end: some writers go on for a line or two."""
_SIDE: Final = 640
"""A picture is read at the scale at which its long side is no smaller: every part of its data is decoded, px."""


def media_type(content: bytes, limits: IntakeLimits) -> str:
    """Of what people can look at: a PDF that begins, holds something and ends as one, or a picture that can be read.

    Raises ``RequestError`` ``not_a_document`` for anything else: nothing that runs anywhere is kept.
    """
    if _HEADER.match(content):
        if _OBJECT.search(content) and _END.search(content, max(0, len(content) - _TAIL)):
            return PDF
        raise RequestError("not_a_document")
    try:
        kind = PICTURES[sniff(content)]
        read_photo(content, name="", limits=limits, min_side=_SIDE)
    except PhotoRejected:
        raise RequestError("not_a_document") from None
    return kind
