"""Equal keys mean equal bytes: whatever may change a table changes the key, and no process has one of its own."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from other_rules import dearer, larger, renamed, stricter
from rescored_drawn import Album, chunk_of, drawn_work, historical

from claims.rescore.case import FinalBill, FinalLine, HistoricalCase, Previous, Quarantined
from claims.rescore.keys import chunk_key
from claims.rescore.stamps import Stamps
from claims.rescore.work import Work
from claims.rulebook import Rulebook
from claims.triage import Route
from model.findings import PartRef
from model.notes import note
from model.vocabulary import Part
from parts_pricing.operations import Operation

STAMPS = [Stamps(photos=("1 10", "2 20"))]
LINE = FinalLine(ref=PartRef(part=Part.HOOD), operation=Operation.REPLACE)


def case(**told: Any) -> HistoricalCase:
    return historical(3, **{"photos": ("a.jpg", "b.jpg"), **told})


@pytest.fixture
def work(album: Album, tmp_path: Path) -> Work:
    return drawn_work(album, tmp_path / "out")


OTHERS = (
    case(id="other"),
    replace(case(), row=4),
    case(photos=("a.jpg", "c.jpg")),
    case(facts={"deductible": "1"}),
    case(on=date(2026, 1, 1)),
    case(month="2026-01"),
    case(final=FinalBill(amount=Decimal(1))),
    case(final=FinalBill(lines=())),
    case(final=FinalBill(lines=(LINE,))),
    case(final=FinalBill(lines=(replace(LINE, amount=Decimal(3)),))),
    case(final=FinalBill(lines=(replace(LINE, operation=Operation.REPAIR),))),
    case(previous=Previous(total=Decimal(1))),
    case(previous=Previous(total=Decimal(1), low=Decimal(1))),
    case(previous=Previous(total=Decimal(1), high=Decimal(1))),
    case(previous=Previous(total=Decimal(1), route=Route.INSTANT_OFFER)),
    case(previous=Previous(total=Decimal(1), versions={"model": "m"})),
)


def test_every_fact_of_a_case_changes_the_key(work: Work) -> None:
    keys = [chunk_key(work, chunk_of(one), STAMPS) for one in (case(), *OTHERS)]
    assert len(set(keys)) == len(keys)


def test_photos_and_what_was_refused_change_the_key(work: Work) -> None:
    refused = Quarantined(row=9, id=None, reason=note("rescore.no_id"))
    gone = Stamps(number=1, gone=note("rescore.photo_missing"))
    keys = {
        chunk_key(work, chunk_of(case()), STAMPS),
        chunk_key(work, chunk_of(case()), [Stamps(photos=("1 10", "2 21"))]),
        chunk_key(work, chunk_of(case()), [gone]),
        chunk_key(work, chunk_of(case()), [replace(gone, number=2)]),
        chunk_key(work, chunk_of(case(), refused), STAMPS),
        chunk_key(work, chunk_of(case(), replace(refused, id="x")), STAMPS),
        chunk_key(work, chunk_of(case(), number=1), STAMPS),
    }
    assert len(keys) == 7


def test_every_table_changes_the_key(album: Album, work: Work, rulebook: Rulebook) -> None:
    works = [drawn_work(album, work.out, rulebook=change(rulebook)) for change in (dearer, stricter, larger, renamed)]
    works += [work, replace(work, looked_with="0" * 64), replace(work, kept={"x": rulebook.sources})]
    keys = {chunk_key(one, chunk_of(case()), STAMPS) for one in works}
    assert len(keys) == len(works)


def test_folders_and_caches_do_not(work: Work) -> None:
    elsewhere = replace(work, out=Path("/o"), cache=Path("/c"))
    assert chunk_key(elsewhere, chunk_of(case()), STAMPS) == chunk_key(work, chunk_of(case()), STAMPS)


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from rescored_drawn import Album, chunk_of, drawn_work, historical
from claims.rescore.keys import chunk_key, found_key
from claims.rescore.looking import joining
from claims.rescore.stamps import Stamps
from claims.rulebook import Rulebook
work = drawn_work(Album(Path("/a")), Path("/o"))
case = historical(3, photos=("a", "b"))
stamps = [Stamps(photos=("1 10", "2 20"))]
footing = (work.looked_with, joining(Rulebook.from_sources(work.sources)))
print(chunk_key(work, chunk_of(case), stamps), found_key(footing, [case], stamps))
"""


def test_every_process_has_the_same_keys() -> None:
    """Sets have another order in each."""
    root = Path(__file__).resolve().parents[4]
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(root), str(root / "tests" / "support")]
    told = {
        subprocess.run(
            command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True, timeout=120
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert len(told.pop().split()) == 2
