"""Manifests of one case and more, as files; and what is read from them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from claims.rescore.case import HistoricalCase, Quarantined, Row
from claims.rescore.manifest import read_rows
from claims.rescore.manifest_write import json_text
from model.notes import Note

ON = date(2026, 11, 22)
WHOLE: dict[str, Any] = {
    "case_id": "QC-1",
    "photos": ["a.jpg", "照片/b.jpg"],
    "assessed_on": date(2026, 3, 5),
    "month": "2026-02",
    "region": "CN",
    "shop": "4S",
    "vehicle_class": "CN2_60_150k",
    "make": "大众",
    "model": "途观 L",
    "year": 2021,
    "new_energy": False,
    "adas": True,
    "cash_value": Decimal(98000),
    "cause": "scrape",
    "lost_at": "2026-03-04T18:05:00+08:00",
    "deductible": Decimal(200),
    "paid_in_last_year": [{"part": "front_door", "side": "left"}],
    "final_amount": Decimal("624.10"),
    "final_lines": [{"part": "hood", "operation": "repair", "amount": Decimal("624.10")}],
    "previous_total": Decimal(600),
    "previous_low": Decimal("550.5"),
    "previous_high": Decimal(700),
    "previous_route": "instant_offer",
    "previous_versions": {"model": "joint-v0@1", "prices": "p", "rules": "r", "policy": "t"},
}


@pytest.fixture
def told() -> list[Note]:
    """What was said of the manifest as a whole."""
    return []


@pytest.fixture
def rows(told: list[Note]) -> Callable[[Path], list[Row]]:
    """``rows(path)``: all of a manifest, priced for 22 November 2026 in China where it does not say."""
    return lambda path: list(read_rows(str(path), on=ON, region="CN", tell=told.append))


@pytest.fixture
def row_of(tmp_path: Path, rows: Callable[[Path], list[Row]]) -> Callable[..., Row]:
    """``row_of(year=1900)``: the one row of a manifest; a column that is None is not there."""

    def make(**columns: Any) -> Row:
        stated = {"case_id": "QC-1", "photos": ["a.jpg"], **columns}
        record = {name: value for name, value in stated.items() if value is not None}
        (tmp_path / "m.jsonl").write_text(json_text(record) + "\n", "utf-8")
        [row] = rows(tmp_path / "m.jsonl")
        return row

    return make


@pytest.fixture
def case_of(row_of: Callable[..., Row]) -> Callable[..., HistoricalCase]:
    """The same, of a sound record."""

    def make(**columns: Any) -> HistoricalCase:
        row = row_of(**columns)
        assert isinstance(row, HistoricalCase), row
        return row

    return make


@pytest.fixture
def reason_of(row_of: Callable[..., Row]) -> Callable[..., Note]:
    """The same, of one that cannot be taken."""

    def make(**columns: Any) -> Note:
        row = row_of(**columns)
        assert isinstance(row, Quarantined), row
        return row.reason

    return make
