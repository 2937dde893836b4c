"""What a chunk, or what is found on its photos, is known by: equal keys mean equal bytes."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from claims.note_json import note_json
from claims.replay import facts_json
from claims.rescore.case import Chunk, FinalBill, HistoricalCase, Previous, Quarantined
from claims.rescore.stamps import Stamps
from claims.rescore.work import Work


def chunk_key(work: Work, chunk: Chunk, stamps: Sequence[Stamps]) -> str:
    """Of all that the tables of a chunk rest on. ``stamps`` of its cases, in their order."""
    coming = iter(stamps)
    rows = [_refused(row) if isinstance(row, Quarantined) else [*_case(row), next(coming).told] for row in chunk.rows]
    return _hashed([work.footing, chunk.number, rows])


def found_key(footing: Sequence[str], cases: Sequence[HistoricalCase], stamps: Sequence[Stamps]) -> str:
    """Of all that is found on the photos of some cases. ``footing``: what looks, and the rules that join."""
    pairs = zip(cases, stamps, strict=True)
    return _hashed([list(footing), [[case.id, case.photos, stamped.told] for case, stamped in pairs]])


def _hashed(told: Any) -> str:
    return sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _refused(row: Quarantined) -> list[Any]:
    return [row.row, row.id, note_json(row.reason), row.photo]


def _case(case: HistoricalCase) -> list[Any]:
    facts = facts_json(case.facts).decode()
    ended, said = _final(case.final), _previous(case.previous)
    return [case.row, case.id, case.photos, facts, case.on.isoformat(), case.month, ended, said]


def _final(final: FinalBill | None) -> Any:
    if final is None:
        return None
    lines = final.lines and [[line.ref.part, line.ref.side, line.operation, str(line.amount)] for line in final.lines]
    return [str(final.amount), lines]


def _previous(previous: Previous | None) -> Any:
    if previous is None:
        return None
    amounts = [str(amount) for amount in (previous.total, previous.low, previous.high)]
    return [*amounts, previous.route, sorted(previous.versions.items())]
