"""What moved the money: every share has its source where somebody can know it, and they sum to the difference."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from other_rules import Change, dearer, larger, renamed, stricter
from rescored_drawn import Album, drawn_work, rows_of

from claims.moved import Footing, compare
from claims.observe import Eyes, PhotoSource, observe
from claims.rescore.case import Chunk, HistoricalCase, Previous
from claims.rescore.work import Earlier, Work, rules_key
from claims.rescore.worker import Worker
from claims.rulebook import Rulebook
from claims.triage import Route
from inference.images import IntakeLimits


def all_of(*changes: Change) -> Change:
    def changed(book: Rulebook) -> Rulebook:
        for change in changes:
            book = change(book)
        return book

    return changed


def earlier(work: Work, book: Rulebook) -> Earlier:
    versions = {"model": work.detector.manifest.reference, **book.versions}
    return Earlier(out=work.out, versions=versions, looked_with=work.looked_with, sources=work.sources)


def moved(
    album: Album, tmp_path: Path, chunk: Chunk, change: Change, rulebook: Rulebook, then: Chunk | None = None
) -> list[dict[str, Any]]:
    """The rows of ``MOVED`` of a run after a change. ``then``: the chunk as it was, where it was another."""
    work = drawn_work(album, tmp_path / "old", rulebook=rulebook)
    Worker(work).do(then or chunk)
    new = drawn_work(album, tmp_path / "new", rulebook=change(rulebook), earlier=earlier(work, rulebook))
    Worker(new).do(chunk)
    return rows_of(tmp_path / "new", "moved")


@pytest.mark.parametrize(
    ("change", "sources"),
    [
        (dearer, [["prices"]]),
        (stricter, [["policy"]]),
        (renamed, []),
        (all_of(dearer, stricter), [["prices"], ["policy"]]),
        (all_of(dearer, larger), [["prices"], ["rules"]]),
        (all_of(larger, dearer, stricter), [["prices"], ["rules"], ["policy"]]),
    ],
)
def test_shares_are_those_of_an_exact_comparison(
    album: Album, tmp_path: Path, rulebook: Rulebook, change: Change, sources: list[list[str]]
) -> None:
    """As ``claims.moved.compare`` finds them from the photos."""
    chunk = album.chunk(1)
    rows = moved(album, tmp_path, chunk, change, rulebook)
    assert [row["sources"] for row in rows] == sources
    [case] = chunk.rows
    assert isinstance(case, HistoricalCase)
    expected = exact(album, case, rulebook, change(rulebook))
    assert [(row["before"], row["after"], row["route_before"], row["route_after"]) for row in rows] == expected
    assert all(one["after"] == other["before"] for one, other in pairwise(rows))
    if rows:
        [now] = rows_of(tmp_path / "new", "cases")
        assert (rows[0]["before"], rows[-1]["after"]) == (now["previous_total"], now["total"])


def exact(album: Album, case: HistoricalCase, old: Rulebook, new: Rulebook) -> list[tuple[Any, ...]]:
    footings = []
    for book in (old, new):
        work = drawn_work(album, album.folder, rulebook=book)
        eyes = Eyes(detector=work.detector.open(), limits=IntakeLimits(), rulebook=book)
        seen = observe([PhotoSource(name="p", content=Path(photo)) for photo in case.photos], eyes)
        footings.append(Footing(observations=seen, model_version=eyes.version, rulebook=book))
    found = compare(*footings, case.facts, on=case.on)
    return [(one.before, one.after, one.route_before, one.route_after) for one in found]


def test_nobody_can_tell_where_other_facts_were_stated(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    chunk = album.chunk(1)
    other = replace(chunk, rows=(album.case(0, facts={"deductible": "10"}),))
    [row] = moved(album, tmp_path, chunk, dearer, rulebook, then=other)
    assert row["sources"] == []


def test_cases_are_found_wherever_they_stood(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    work = drawn_work(album, tmp_path / "old", rulebook=rulebook)
    old = [album.chunk(2, number=0), album.chunk(2, number=1, first=2)]
    for chunk in old:
        Worker(work).do(chunk)
    here = Chunk(number=0, rows=(*old[1].rows, album.case(9)))
    new = drawn_work(album, tmp_path / "new", rulebook=dearer(rulebook), earlier=earlier(work, rulebook))
    Worker(new).do(here)
    assert [row["case_id"] for row in rows_of(tmp_path / "new", "moved")] == ["case-2", "case-3"]
    [*known, unknown] = rows_of(tmp_path / "new", "cases")
    assert all(row["previous_total"] < row["total"] for row in known)
    assert unknown["previous_total"] is None


def total_of(album: Album, tmp_path: Path) -> tuple[Decimal, dict[str, str]]:
    """Of the first case, and the versions by which it was made."""
    work = drawn_work(album, tmp_path / "first")
    Worker(work).do(album.chunk(1))
    [row] = rows_of(tmp_path / "first", "cases")
    return row["total"], {"model": work.detector.manifest.reference, **Rulebook.load().versions}


@pytest.mark.parametrize(
    ("versions", "sources"),
    [
        ({}, []),
        ({"prices": "older@00000000"}, ["prices"]),
        ({"prices": "older@00000000", "policy": "older@00000000"}, []),
        ({"prices": None}, []),
    ],
)
def test_an_amount_alone_has_the_source_that_versions_tell(
    album: Album, tmp_path: Path, versions: dict[str, str | None], sources: list[str]
) -> None:
    total, now = total_of(album, tmp_path)
    said = {name: text for name, text in {**now, **versions}.items() if text} if versions else {}
    case = album.case(0, previous=Previous(total=total - 7, versions=said))
    Worker(drawn_work(album, tmp_path / "out")).do(Chunk(number=0, rows=(case,)))
    [row] = rows_of(tmp_path / "out", "moved")
    assert (row["sources"], row["after"] - row["before"], row["route_before"]) == (sources, 7, None)


@pytest.mark.parametrize("route", [None, Route.HUMAN_REVIEW])
def test_an_equal_amount_moved_nothing_but_perhaps_the_route(album: Album, tmp_path: Path, route: Route | None) -> None:
    total, _ = total_of(album, tmp_path)
    case = album.case(0, previous=Previous(total=total, route=route))
    Worker(drawn_work(album, tmp_path / "out")).do(Chunk(number=0, rows=(case,)))
    assert len(rows_of(tmp_path / "out", "moved")) == (route is not None)


def test_rules_that_are_kept_are_exchanged_one_by_one(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    """As for cases of the service, whose every estimate tells its versions."""
    total, then = total_of(album, tmp_path)
    case = album.case(0, previous=Previous(total=total, route=Route.INSTANT_OFFER, versions=then))
    new = all_of(dearer, larger)(rulebook)
    work = drawn_work(album, tmp_path / "out", rulebook=new, kept={rules_key(then): rulebook.sources})
    Worker(work).do(Chunk(number=0, rows=(case,)))
    rows = rows_of(tmp_path / "out", "moved")
    assert [row["sources"] for row in rows] == [["prices"], ["rules"]]
    assert [(row["before"], row["after"]) for row in rows] == [one[:2] for one in exact(album, case, rulebook, new)]


def test_another_day_is_a_matter_of_prices(album: Album, tmp_path: Path, rulebook: Rulebook) -> None:
    """No price of the table held on the first day."""
    chunk = album.chunk(1)
    first = replace(drawn_work(album, tmp_path / "old", rulebook=rulebook), priced_on=date(2020, 1, 1))
    Worker(first).do(chunk)
    before = replace(earlier(first, rulebook), priced_on=first.priced_on)
    Worker(drawn_work(album, tmp_path / "new", rulebook=rulebook, earlier=before)).do(chunk)
    rows = rows_of(tmp_path / "new", "moved")
    assert rows
    assert {tuple(row["sources"]) for row in rows} == {("prices",)}
    assert {row["before"] for row in rows} == {Decimal(0)}
