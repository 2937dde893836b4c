"""A historical case as a manifest or a database tells it, and the chunk of them that a worker takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from claims.facts import CaseFacts
from claims.triage import Route
from model.findings import PartRef
from model.notes import Note
from parts_pricing.operations import Operation

CHUNK_CASES: Final = 64
"""Rows of a manifest that one worker takes at a time: seconds of work, and what a kill may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalLine:
    """What was done in the end to one part. ``amount`` includes tax; None where only the operation is known."""

    ref: PartRef
    operation: Operation
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalBill:
    """How the case ended. ``amount`` includes tax, before deductible. ``lines`` None: nobody wrote them down, which is
    not the same as none."""

    amount: Decimal | None = None
    lines: tuple[FinalLine, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """An earlier machine estimate. ``versions`` as ``Assessment.versions``; empty where nobody wrote them."""

    total: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    route: Route | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalCase:
    """One row. ``row`` counts from 0 in the manifest; ``photos`` are local paths or ``s3://`` addresses, in order.

    ``on`` is the day for which the case is priced; ``month`` of the loss or the report, ``YYYY-MM``, for the figures.
    """

    row: int
    id: str
    photos: tuple[str, ...] = field(repr=False)
    facts: CaseFacts
    on: date
    month: str | None = None
    final: FinalBill | None = None
    previous: Previous | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that cannot be scored, and why: ``reason.code`` begins with ``rescore.`` or ``photo.``.

    ``id`` is None where the row has none that can be read. ``photo`` is the number of the photo in the case, from 1.
    """

    row: int
    id: str | None
    reason: Note
    photo: int | None = None


Row = HistoricalCase | Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """``CHUNK_CASES`` rows, fewer in the last one; ``number`` from 0. Rows that could not be read keep their place."""

    number: int
    rows: tuple[Row, ...]
