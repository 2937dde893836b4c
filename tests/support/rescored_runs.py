"""Folders as a run leaves them, written from rows of our own: a few told one by one, or many drawn at random."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from claims.rescore.case import CHUNK_CASES
from claims.rescore.tables import TABLES

Row = dict[str, Any]
PARTS = ("front_bumper", "rear_bumper", "hood", "grille")


def photo(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def case(row: int, **told: Any) -> Row:
    """A case of 1,000 CNY, without anything that nobody has to know. ``final_lines``: (part, operation, amount)."""
    usual: Row = dict.fromkeys(TABLES["cases"].names)
    usual |= {"row": row, "case_id": f"case-{row}", "region": "CN", "vehicle_class": "small"}
    usual |= {"on": date(2026, 3, 1), "priced_on": date(2026, 3, 1)}
    usual |= {"photos": [photo(f"{row}-1")], "usable_photos": 1, "damages": 1, "currency": "CNY", "at_least": False}
    usual |= {"total": "1000", "low": "800", "high": "1300", "net": "1000", "route": "human_review", "reasons": []}
    usual |= {"case_class": "simple", "authority": "junior", "inputs_sha256": photo("inputs")}
    lines = told.pop("final_lines", None)
    if lines is not None:
        told["final_lines"] = json.dumps([final_line(*line) for line in lines])
    return usual | told


def final_line(part: str, operation: str, amount: str | None = None, side: str = "none") -> Row:
    return {"part": part, "side": side, "operation": operation, "amount": amount}


def line(of: Row, part: str | None, operation: str, total: str = "500", **told: Any) -> Row:
    """A priced line of a case."""
    usual: Row = dict.fromkeys(TABLES["lines"].names)
    usual |= {"case_id": of["case_id"], "line": 0, "part": part, "side": "none", "operation": operation, "priced": True}
    usual |= dict.fromkeys(("labour", "paint", "parts", "other", "hours"), "0")
    usual |= {"total": total, "low": total, "high": total, "kinds": ["dent"], "severity": "minor", "flags": []}
    return usual | told


def box(of: Row, label: str, score: float) -> Row:
    corners = {"x1": 0.0, "y1": 0.0, "x2": 9.0, "y2": 9.0}
    size: Row = {"case_id": of["case_id"], "photo": 1, "sha256": of["photos"][0], "width": 640, "height": 480}
    return size | {"label": label, "score": score} | corners


def step(of: Row, sources: Sequence[str], before: str, after: str, **told: Any) -> Row:
    usual: Row = {"case_id": of["case_id"], "step": 0, "sources": list(sources), "before": before, "after": after}
    return usual | {"currency": of["currency"], "route_before": of["route"], "route_after": of["route"]} | told


def quarantined(row: int, code: str) -> Row:
    return {"row": row, "case_id": f"case-{row}", "code": code, "photo": None, "facts": "{}"}


def write_run(out: Path, cases: Sequence[Row], **others: Sequence[Row]) -> Path:
    """Five tables and a marker for each chunk. ``others``: rows of the other tables, by name."""
    numbers = {told["case_id"]: told["row"] // CHUNK_CASES for told in cases}
    for number in sorted({*numbers.values(), *(row["row"] // CHUNK_CASES for row in others.get("quarantine", ()))}):
        rows = {"cases": cases, **others}
        here = {name: [row for row in told if _chunk(row, numbers) == number] for name, told in rows.items()}
        write_chunk(out, number, here)
    return out


def write_chunk(out: Path, number: int, rows: Mapping[str, Sequence[Row]]) -> None:
    for name, schema in TABLES.items():
        (out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(table(rows.get(name, ()), schema), out / name / f"{number:06}.parquet")
    marker = out / ".run" / "chunks" / f"{number:06}.json"
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text("{}")


def table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([_decimals(row, schema) for row in rows], schema=schema)


def _chunk(row: Row, numbers: Mapping[str, int]) -> int:
    return int(row["row"]) // CHUNK_CASES if "row" in row else numbers[row["case_id"]]


def _decimals(row: Row, schema: pa.Schema) -> Row:
    amounts = {field.name for field in schema if pa.types.is_decimal(field.type)}
    return {name: Decimal(value) if name in amounts and value is not None else value for name, value in row.items()}


def drawn_run(out: Path, n: int, *, seed: int = 0) -> Path:
    """``n`` cases at random: two currencies, a year of months, 0 to 4 lines, earlier totals, shared photos."""
    draw = np.random.default_rng(seed)
    for number, start in enumerate(range(0, n, CHUNK_CASES)):
        write_chunk(out, number, _drawn_chunk(range(start, min(n, start + CHUNK_CASES)), draw))
    return out


def _drawn_chunk(numbers: range, draw: np.random.Generator) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for row in numbers:
        if draw.random() < 0.02:
            rows["quarantine"].append(quarantined(row, "photo.unreadable"))
            continue
        drawn = _drawn_case(row, draw)
        rows["cases"].append(drawn)
        parts = draw.permutation(PARTS)[: draw.integers(0, 5)]
        rows["lines"] += [
            line(
                drawn, str(part), "replace" if draw.random() < 0.5 else "repair", str(draw.integers(100, 900)), line=at
            )
            for at, part in enumerate(parts)
        ]
        rows["detections"] += [box(drawn, str(part), float(draw.beta(3, 2))) for part in PARTS for _ in range(3)]
        if drawn["previous_total"] is not None:
            rows["moved"].append(step(drawn, ("prices",), drawn["previous_total"], drawn["total"]))
    return rows


def _drawn_case(row: int, draw: np.random.Generator) -> Row:
    total = draw.lognormal(7, 0.8)
    final = total * draw.lognormal(0.03, 0.2)
    bill = [(str(part), "replace", f"{final / 3:.2f}") for part in draw.permutation(PARTS)[:3]]
    return case(
        row,
        month=None if draw.random() < 0.03 else f"2025-{draw.integers(1, 13):02}",
        region=str(draw.choice(["CN", "US"])),
        vehicle_class=str(draw.choice(["small", "large", "van"])),
        currency=str(draw.choice(["CNY", "USD"])),
        route=str(draw.choice(["instant_offer", "human_review", "more_photos"])),
        photos=[photo(f"{row}-1"), photo(f"{row // 100}-shared" if draw.random() < 0.02 else f"{row}-2")],
        usable_photos=int(draw.integers(0, 3)),
        confidence=float(draw.random()),
        at_least=bool(draw.random() < 0.1),
        total=f"{total:.2f}",
        low=f"{total * 0.8:.2f}",
        high=f"{total * 1.25:.2f}",
        final_amount=f"{final:.2f}" if draw.random() < 0.8 else None,
        final_lines=bill if draw.random() < 0.6 else None,
        previous_total=f"{total * draw.lognormal(0, 0.1):.2f}" if draw.random() < 0.7 else None,
        previous_route=str(draw.choice(["instant_offer", "human_review"])),
    )
