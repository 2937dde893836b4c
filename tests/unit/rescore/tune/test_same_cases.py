"""Rows that are not those of a run are found out, at the latest when all of them were read."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from claims.facts import CaseFacts
from claims.rescore.case import HistoricalCase, Quarantined, Row
from claims.rescore.manifest import chunks
from claims.rescore.tune.same_cases import check_cases, only
from model.errors import RescoreError
from model.notes import note

from .conftest import ON


def _case(name: str) -> Row:
    return HistoricalCase(row=0, id=name, photos=("a.jpg",), facts=CaseFacts(), on=ON)


def _unread(name: str | None) -> Row:
    return Quarantined(row=0, id=name, reason=note("rescore.no_photos"))


OF_THE_RUN = [_case("a"), _unread("b"), _unread(None)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run that scored the case a, and quarantined b and a row without an id."""
    for table, names in {"cases": ["a"], "quarantine": ["b", None]}.items():
        (tmp_path / table).mkdir()
        pq.write_table(pa.table({"case_id": pa.array(names, pa.string())}), tmp_path / table / "0.parquet")
    (tmp_path / ".run" / "chunks").mkdir(parents=True)
    (tmp_path / ".run" / "chunks" / "0.json").write_text("{}", "utf-8")
    return tmp_path


def test_the_cases_of_the_run_come_as_they_are(out: Path) -> None:
    check_cases(out, OF_THE_RUN)
    assert list(only(out, OF_THE_RUN)) == OF_THE_RUN


def _listed(out: Path, rows: Iterable[Row]) -> None:
    list(only(out, rows))


def _opened_meanwhile() -> Iterator[Row]:
    """A case that was not there when the run was made."""
    return chain(OF_THE_RUN, [_case("c")])


@pytest.mark.parametrize("read", [check_cases, _listed])
@pytest.mark.parametrize(
    ("rows", "missing", "more"),
    [(list(_opened_meanwhile()), 0, 1), (OF_THE_RUN[1:], 1, 0), ([_case("c")], 2, 1)],
)
def test_others_are_counted(
    out: Path, read: Callable[[Path, list[Row]], None], rows: list[Row], missing: int, more: int
) -> None:
    with pytest.raises(RescoreError) as caught:
        read(out, rows)
    assert caught.value.code == "rescore.other_cases"
    assert caught.value.facts == {"missing": missing, "more": more}


def test_a_case_that_was_opened_after_the_check_is_in_no_chunk_of_a_whole_count(out: Path) -> None:
    check_cases(out, OF_THE_RUN)
    with pytest.raises(RescoreError, match="0 missing, 1 more"):
        list(chunks(only(out, _opened_meanwhile())))
