"""Simulated runs: tables as ``claims.rescore`` writes them, photos that are drawn when they are asked for."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from api.rescore_report.html import write_report
from api.rescore_report.run_facts import RunFacts
from claims.note_json import note_json
from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Figures, Settings
from claims.rescore.tables import TABLES
from model.notes import note

WRITTEN_AT_ONCE = 64
PARTS = ("front_bumper", "rear_bumper", "hood", "front_door", "rear_door", "front_fender", "headlight", "side_mirror")
OPERATIONS = ("repair", "refinish", "replace", "polish")
CLASSES = {"CN": ("CN2_60_150k", "CN3_150_300k", "CN5_gt600k"), "US": ("US_midsize", "US_suv"), "JP": ("JP_kei",)}
CURRENCIES = {"CN": "CNY", "US": "USD", "JP": "JPY"}
SCALE = {"CN": 1.0, "US": 0.9, "JP": 20.0}
ROUTES = ("instant_offer", "more_photos", "human_review")
LABELS = ("scratch", "dent", "front_left_door", "damaged_hood")
THRESHOLDS = {"scratch": 0.3, "dent": 0.3, "damaged_hood": 0.4}
VERSIONS = {"model": "joint-v3", "prices": "2026-11", "rules": "7", "policy": "2026-10 <b>"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a simulated run is like."""

    cases: int = 300
    regions: tuple[str, ...] = ("CN",)
    finals: float = 0.7
    months: int = 6
    previous: float = 0.8
    quarantined: int = 7
    name: Callable[[int], str] = "C-{:05d}".format
    photo_side: tuple[int, int] = (640, 480)
    noise: bool = False
    seed: int = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A folder with the tables of a run, and the photos behind them."""

    out: Path
    kind: Kind
    photos: dict[str, tuple[bytes, ...]] = field(repr=False)
    figures: Figures = field(repr=False)

    def photo(self, case_id: str, number: int) -> bytes | None:
        return self.photos[case_id][number - 1]

    def write(self, language: str = "en", *, photos: bool = True, **facts: Any) -> str:
        told = {"source": "cases.csv", "versions": VERSIONS, "made": date(2026, 11, 22)} | facts
        read = self.photo if photos else None
        path = write_report(self.out, self.figures, language, run=RunFacts(**told), photo=read, thresholds=THRESHOLDS)
        assert path == self.out / "report.html"
        return path.read_text("utf-8")


def simulated(out: Path, kind: Kind) -> Run:
    """Writes the tables, and adds them up."""
    photos: dict[str, tuple[bytes, ...]] = {}
    rows = _rows(kind, photos)
    (out / ".run" / "chunks").mkdir(parents=True)
    for name, schema in TABLES.items():
        (out / name).mkdir()
        parts = _chunked(rows[name])
        for number in range(_chunks(kind)):
            part = parts[number] if number < len(parts) else []
            pq.write_table(pa.Table.from_pylist(part, schema=schema), out / name / f"{number:06d}.parquet")
    for number in range(_chunks(kind)):
        (out / ".run" / "chunks" / f"{number:06d}.json").write_text("{}")
    return Run(out=out, kind=kind, photos=photos, figures=make_figures(out, Settings(draws=100)))


def _chunks(kind: Kind) -> int:
    return max(1, -(-kind.cases // WRITTEN_AT_ONCE))


def _chunked(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows of one case stay together: ``chunk`` says where."""
    parts: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row.pop("chunk"), []).append(row)
    return [parts.get(number, []) for number in range(max(parts, default=-1) + 1)]


def _rows(kind: Kind, photos: dict[str, tuple[bytes, ...]]) -> dict[str, list[dict[str, Any]]]:
    chance, pictures = np.random.default_rng(kind.seed), _Pictures(kind)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for number in range(kind.cases):
        _case(number, kind, chance, pictures, photos, rows)
    rows["quarantine"] = [_quarantined(number, kind) for number in range(kind.quarantined)]
    return rows


def _case(
    number: int, kind: Kind, chance: np.random.Generator, pictures: "_Pictures", photos: dict[str, tuple[bytes, ...]],
    rows: dict[str, list[dict[str, Any]]],
) -> None:  # fmt: skip
    case_id, chunk = kind.name(number), number // WRITTEN_AT_ONCE
    region = kind.regions[number % len(kind.regions)]
    month = number * kind.months // kind.cases
    lines = _lines(chance, region)
    total = sum((line["total"] for line in lines), Decimal(0))
    finals = [
        line | {"total": _money(float(line["total"]) * chance.lognormal(0.03, 0.16))}
        for line in lines
        if chance.random() < 0.9
    ]
    final = _money(float(total) * chance.lognormal(0.03, 0.16)) if chance.random() < kind.finals else None
    route = ROUTES[int(chance.choice(3, p=(0.45, 0.1, 0.45) if month < 4 else (0.25, 0.1, 0.65)))]
    photos[case_id] = tuple(pictures.of(case_id, photo) for photo in range(1 + int(chance.integers(4))))
    hashes = [hashlib.sha256(photo).hexdigest() for photo in photos[case_id]]
    moved = _moved(case_id, total, CURRENCIES[region], route, chance) if chance.random() < kind.previous else []
    rows["cases"].append(
        {
            "chunk": chunk,
            "row": number,
            "case_id": case_id,
            "month": f"2026-{month + 1:02d}" if kind.months and chance.random() < 0.98 else None,
            "on": date(2026, 11, 1) + timedelta(days=number % 3),
            "priced_on": date(2026, 11, 1) + timedelta(days=number % 3),
            "region": region,
            "vehicle_class": str(chance.choice(CLASSES[region])),
            "shop": None,
            "photos": hashes,
            "usable_photos": len(hashes),
            "damages": len(lines),
            "confidence": float(chance.beta(5, 2)) if lines else None,
            "currency": CURRENCIES[region],
            "total": total,
            "low": _money(float(total) * 0.85),
            "high": _money(float(total) * 1.25),
            "at_least": bool(chance.random() < 0.1),
            "net": total,
            "route": route,
            "reasons": ["reason.ALL_CLEAR" if route == ROUTES[0] else "reason.PANELS", "reason.NEWER_THAN_THIS_PAGE"],
            "case_class": "simple",
            "authority": "junior",
            "inputs_sha256": hashlib.sha256(case_id.encode()).hexdigest(),
            "final_amount": final,
            "final_lines": json.dumps([_final(line) for line in finals]) if final is not None else None,
            "previous_total": moved[0]["before"] if moved else None,
            "previous_low": None,
            "previous_high": None,
            "previous_route": moved[0]["route_before"] if moved else None,
        }
    )
    rows["lines"] += [line | {"chunk": chunk, "case_id": case_id, "line": at} for at, line in enumerate(lines)]
    rows["moved"] += [step | {"chunk": chunk} for step in moved]
    for photo, sha256 in enumerate(hashes, start=1):
        rows["detections"] += [
            box | {"chunk": chunk, "case_id": case_id, "photo": photo, "sha256": sha256} for box in _boxes(chance, kind)
        ]


def _lines(chance: np.random.Generator, region: str) -> list[dict[str, Any]]:
    parts = chance.choice(len(PARTS), size=int(chance.integers(0, 5)), replace=False)
    return [_line(PARTS[part] if chance.random() < 0.95 else None, chance, SCALE[region]) for part in parts]


def _line(part: str | None, chance: np.random.Generator, scale: float) -> dict[str, Any]:
    total = _money(float(chance.lognormal(6, 0.7)) * scale)
    nothing = Decimal(0)
    return {
        "part": part,
        "side": "unknown"
        if part is None
        else "left"
        if part.endswith(("door", "fender", "light", "mirror"))
        else "none",
        "operation": str(chance.choice(OPERATIONS)),
        "priced": True,
        "total": total,
        "low": total,
        "high": total,
        "labour": total,
        "paint": nothing,
        "parts": nothing,
        "other": nothing,
        "hours": Decimal(1),
        "kinds": [str(chance.choice(("scratch", "dent", "broken")))],
        "severity": str(chance.choice(("minor", "moderate", "severe"))),
        "confidence": 0.8,
        "price_row": None,
        "price_tag": None,
        "rule": None,
        "flags": [],
    }


def _final(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "part": line["part"] or "roof",
        "side": "none" if line["part"] is None else line["side"],
        "operation": line["operation"],
        "amount": str(line["total"]),
    }


def _boxes(chance: np.random.Generator, kind: Kind) -> list[dict[str, Any]]:
    width, height = kind.photo_side
    boxes = []
    for label in chance.choice(LABELS, size=int(chance.integers(0, 4))):
        x, y = float(chance.uniform(0, 0.7) * width), float(chance.uniform(0, 0.7) * height)
        sides = {"x1": x, "y1": y, "x2": x + width * 0.25, "y2": y + height * 0.25}
        score = float(chance.uniform(0.05, 1))
        boxes.append({"width": width, "height": height, "label": str(label), "score": score} | sides)
    return boxes


def _moved(
    case_id: str, total: Decimal, currency: str, route: str, chance: np.random.Generator
) -> list[dict[str, Any]]:
    """Steps that end at ``total``."""
    levels = [total]
    sources = (["model"], ["prices"], ["rules", "policy"])
    for _ in sources:
        levels.append(max(Decimal(0), levels[-1] - _money(float(chance.normal(8, 60)))))
    levels.reverse()
    before = str(chance.choice(ROUTES)) if chance.random() < 0.2 else route
    return [
        {
            "case_id": case_id,
            "step": at,
            "sources": source,
            "before": levels[at],
            "after": levels[at + 1],
            "currency": currency,
            "route_before": before if at == 0 else route,
            "route_after": route,
        }
        for at, source in enumerate(sources)
    ]


def _quarantined(number: int, kind: Kind) -> dict[str, Any]:
    reasons = (
        note("photo.too_small", width=20, height=10, limit=64),
        note("rescore.photo_missing"),
        note("rescore.newer_than_this_page", file="<script>alert(1)</script>.jpg"),
    )
    reason = reasons[number % len(reasons)]
    return {
        "chunk": _chunks(kind) - 1,
        "row": kind.cases + number,
        "case_id": None if number % 5 == 4 else kind.name(kind.cases + number),
        "code": reason.code,
        "photo": 1 if number % 2 else None,
        "facts": json.dumps(note_json(reason)["facts"]),
    }


def _money(amount: float) -> Decimal:
    return Decimal(str(round(amount, 2)))


class _Pictures:
    """A few drawn photos, each time with another comment in the file: no two photos of a run are the same bytes."""

    def __init__(self, kind: Kind) -> None:
        self._drawn = [_drawn(number, kind) for number in range(6)]

    def of(self, case_id: str, photo: int) -> bytes:
        comment = f"{case_id}/{photo}".encode()
        drawn = self._drawn[sum(comment) % len(self._drawn)]
        return drawn[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + drawn[2:]


def _drawn(number: int, kind: Kind) -> bytes:
    width, height = kind.photo_side
    if kind.noise:
        pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3), dtype=np.uint8)
        image = Image.fromarray(pixels)
    else:
        image = Image.linear_gradient("L").resize(kind.photo_side).convert("RGB")
        draw = ImageDraw.Draw(image)
        hues = ("#8a2b22", "#2b4a8a", "#44535a", "#b8a33a", "#f0f0f0", "#1e1e1e")
        draw.rounded_rectangle((width * 0.1, height * 0.35, width * 0.9, height * 0.75), 40, fill=hues[number])
        for at in (0.28, 0.72):
            draw.circle((width * at, height * 0.75), height * 0.11, fill="#111")
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()
