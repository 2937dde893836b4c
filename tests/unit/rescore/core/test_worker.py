"""A chunk in, five tables and a marker out; what is wrong with a case costs only that case."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from drawn_cars import side_view, wall
from other_rules import dearer
from rescored_drawn import DAY, Album, chunk_of, drawn_work, historical, rows_of, tables_of

from claims.assess import assess
from claims.observe import Eyes, PhotoSource
from claims.replay import StoredEstimate
from claims.rescore.case import FinalBill, FinalLine, Quarantined
from claims.rescore.whole_files import checked
from claims.rescore.worker import Worker
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from model.errors import RescoreError
from model.findings import PartRef
from model.notes import note
from model.vocabulary import Part
from parts_pricing.operations import Operation


def test_a_case_is_scored_as_everywhere_else(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    paid = FinalLine(ref=PartRef(part=Part.HOOD), operation=Operation.REPLACE, amount=Decimal("99.5"))
    bill = FinalBill(amount=Decimal("1234.56"), lines=(paid,))
    case = album.case(7, month="2026-10", final=bill)
    work = drawn_work(album, tmp_path / "out")
    done = Worker(work).do(chunk_of(case))
    eyes = Eyes(detector=work.detector.open(), limits=IntakeLimits(), rulebook=rulebook)
    sources = [PhotoSource(name="p", content=Path(photo)) for photo in case.photos]
    expected = assess(sources, case.facts, eyes, on=DAY)
    priced, decided = expected.estimate, expected.decision
    assert len(priced.lines) == 1
    [row] = rows_of(tmp_path / "out", "cases")
    assert row == {
        "row": 7,
        "case_id": "case-7",
        "month": "2026-10",
        "on": DAY,
        "priced_on": DAY,
        "region": "CN",
        "vehicle_class": "CN2_60_150k",
        "shop": None,
        "photos": [seen.sha256 for seen in expected.observations],
        "usable_photos": 2,
        "damages": len(expected.damages),
        "confidence": expected.damages[0].confidence,
        "currency": "CNY",
        **{name: getattr(priced, name) for name in ("total", "low", "high", "at_least", "net")},
        "route": decided.route,
        "reasons": [reason.code for reason in decided.reasons],
        "case_class": decided.case_class,
        "authority": decided.authority,
        "inputs_sha256": StoredEstimate.of(expected, case.facts, on=DAY).inputs,
        "final_amount": Decimal("1234.56"),
        "final_lines": '[{"part":"hood","side":"none","operation":"replace","amount":"99.5"}]',
        **dict.fromkeys(("previous_total", "previous_low", "previous_high", "previous_route")),
    }
    [line] = rows_of(tmp_path / "out", "lines")
    assert {name: line[name] for name in ("part", "side", "total", "labour", "hours", "rule")} == {
        name: getattr(priced.lines[0], name) for name in ("part", "side", "total", "labour", "hours", "rule")
    }
    assert (line["kinds"], line["severity"]) == ([expected.damages[0].kind], expected.damages[0].severity)
    boxes = rows_of(tmp_path / "out", "detections")
    reported = [(seen.index + 1, box.label.name) for seen in expected.observations for box in seen.detections or ()]
    assert [(box["photo"], box["label"]) for box in boxes] == reported
    assert (done.cases, done.lines, done.detections, done.photos, done.looked) == (1, 1, len(boxes), 2, 2)


def test_what_is_wrong_with_a_case_costs_only_that_case(album: Album, tmp_path: Path) -> None:
    small = album.folder / "small.jpg"
    small.write_bytes(b"\xff\xd8\xff\xe0 no photo")
    first = album.add("first.jpg", side_view(90))
    wrong = {
        "rescore.photo_missing": historical(1, photos=[first, str(album.folder / "never.jpg")]),
        "photo.truncated": historical(2, photos=[first, str(small)]),
        "usage.unknown_region": album.case(3, facts={"region": "XX"}),
        "usage.unknown_vehicle_class": album.case(4, facts={"vehicle": {"vehicle_class": "none"}}),
        "usage.unknown_shop": album.case(5, facts={"shop": "none"}),
    }
    unread = Quarantined(row=6, id=None, reason=note("rescore.no_id"))
    done = Worker(drawn_work(album, tmp_path / "out")).do(
        chunk_of(album.case(0), *wrong.values(), unread, album.case(7))
    )
    assert [row["case_id"] for row in rows_of(tmp_path / "out", "cases")] == ["case-0", "case-7"]
    refused = rows_of(tmp_path / "out", "quarantine")
    assert [row["code"] for row in refused] == [*wrong, "rescore.no_id"]
    assert [row["photo"] for row in refused] == [2, 2, None, None, None, None]
    assert [row["row"] for row in refused] == [1, 2, 3, 4, 5, 6]
    assert "none" in json.loads(refused[3]["facts"]).values()
    assert (done.cases, done.quarantined) == (2, 6)
    assert {box["case_id"] for box in rows_of(tmp_path / "out", "detections")} == {"case-0", "case-7"}


def test_a_photo_of_several_cases_is_looked_at_once(album: Album, tmp_path: Path) -> None:
    shared = album.add("shared.jpg", side_view(3))
    again = album.add("copy-of-shared.jpg", side_view(3))
    rows = (historical(0, photos=[shared]), historical(1, photos=[again, shared]), historical(2, photos=[shared]))
    done = Worker(drawn_work(album, tmp_path / "out")).do(chunk_of(*rows))
    assert (done.photos, done.looked, done.cases) == (1, 1, 3)


def test_a_chunk_that_is_done_is_not_done_again(album: Album, tmp_path: Path) -> None:
    chunk = album.chunk(2)
    first = Worker(drawn_work(album, tmp_path / "out")).do(chunk)
    before = tables_of(tmp_path / "out")
    second = Worker(drawn_work(album, tmp_path / "out", looks=False)).do(chunk)
    assert second == replace(first, skipped=True, looked=0, seconds=second.seconds)
    assert tables_of(tmp_path / "out") == before


@pytest.mark.parametrize("left", ["nothing", "photos", "found", "both"])
def test_what_is_remembered_changes_no_byte(album: Album, tmp_path: Path, left: str) -> None:
    chunk = album.chunk(3)
    Worker(drawn_work(album, tmp_path / "out")).do(chunk)
    cache = album.folder / "cache"
    for name in {"photos", "found"} - ({left} if left != "both" else {"photos", "found"}):
        (cache / name).rename(tmp_path / f"gone-{name}")
    looked = Worker(drawn_work(album, tmp_path / "again")).do(chunk).looked
    assert looked == (6 if left == "nothing" else 0)
    assert tables_of(tmp_path / "again") == tables_of(tmp_path / "out")


def test_a_run_with_other_prices_opens_no_photo(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    chunk = album.chunk(2)
    Worker(drawn_work(album, tmp_path / "out")).do(chunk)
    [*_, photo] = chunk.rows[0].photos  # type: ignore[union-attr]
    kept = Path(photo).stat()
    Path(photo).write_bytes(bytes(kept.st_size))
    os.utime(photo, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    Worker(drawn_work(album, tmp_path / "other", rulebook=dearer(rulebook), looks=False)).do(chunk)
    before, after = (rows_of(tmp_path / out, "cases")[0]["total"] for out in ("out", "other"))
    assert after > before
    assert rows_of(tmp_path / "out", "detections") == rows_of(tmp_path / "other", "detections")


def test_a_changed_photo_is_looked_at(album: Album, tmp_path: Path) -> None:
    case = album.case(0)
    worker = Worker(drawn_work(album, tmp_path / "out"))
    worker.do(chunk_of(case))
    album.add("0-near.jpg", wall(0))
    again = Worker(drawn_work(album, tmp_path / "out")).do(chunk_of(case))
    assert (again.skipped, again.looked) == (False, 1)


def test_a_photo_that_is_there_again_is_scored_by_the_next_start(album: Album, tmp_path: Path) -> None:
    case = album.case(0)
    away = Path(case.photos[0]).rename(tmp_path / "away.jpg")
    worker = Worker(drawn_work(album, tmp_path / "out"))
    assert worker.do(chunk_of(case)).quarantined == 1
    assert worker.do(chunk_of(case)).skipped
    away.rename(case.photos[0])
    assert worker.do(chunk_of(case)).cases == 1


@pytest.mark.parametrize("kind", ["photos", "found"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "other form", "empty"])
def test_a_damaged_cache_is_made_again(
    album: Album, tmp_path: Path, kind: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    chunk = album.chunk(2)
    Worker(drawn_work(album, tmp_path / "out")).do(chunk)
    cache = album.folder / "cache"
    if kind == "photos":
        (cache / "found").rename(tmp_path / "gone")
    files = [path for path in (cache / kind).rglob("*") if path.is_file()]
    whole = [path.read_bytes() for path in files]
    for path, content in zip(files, whole, strict=True):
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 64]) + content[middle + 1 :]
        other = checked(b"quickclaim/other/9\n", content)
        path.write_bytes({"cut": content[:-9], "flipped": flipped, "other form": other, "empty": b""}[damage])
    Worker(drawn_work(album, tmp_path / "again")).do(chunk)
    assert tables_of(tmp_path / "again") == tables_of(tmp_path / "out")
    assert [path.read_bytes() for path in files] == whole
    assert "is made again" in caplog.text


def test_another_detector_is_refused(album: Album, tmp_path: Path) -> None:
    with pytest.raises(RescoreError, match=r"rescore\.other_detector"):
        Worker(replace(drawn_work(album, tmp_path / "out"), looked_with="0" * 64))


def test_what_is_found_is_there_for_the_simulator(album: Album, tmp_path: Path) -> None:
    chunk = chunk_of(album.case(0), historical(1, photos=[str(album.folder / "never.jpg")]), album.case(2))
    Worker(drawn_work(album, tmp_path / "out")).do(chunk)
    looked = list(Worker(drawn_work(album, tmp_path / "out", looks=False)).found(chunk))
    assert [item.case.id for item in looked] == ["case-0", "case-2"]
    assert all(item.found.damages and len(item.observations) == 2 for item in looked)
    assert all(seen.detections is None and seen.grey is None for item in looked for seen in item.observations)
