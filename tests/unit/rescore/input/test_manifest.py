"""Files of cases: the same rows from CSV, JSONL and Parquet; a bad row is kept with its reason, a bad file stops."""

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.rescore.case import CHUNK_CASES, HistoricalCase, Quarantined, Row
from claims.rescore.manifest import chunks, read_rows
from claims.rescore.manifest_lines import LONGEST
from claims.rescore.manifest_write import write_csv, write_jsonl, write_parquet
from model.errors import RescoreError
from model.notes import Note
from model.texts import Texts
from model.vocabulary import Part

from .conftest import ON, WHOLE

Rows = Callable[[Path], list[Row]]
HEAD = "case_id,photos,final_amount\n"


def codes(rows: list[Row]) -> list[str]:
    return [row.reason.code if isinstance(row, Quarantined) else row.id for row in rows]


def of_file(path: Path) -> list[Row]:
    return list(read_rows(str(path), on=ON, region="CN"))


# --- three formats, one content -------------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=4)
LINES = st.lists(
    st.fixed_dictionaries(
        {"part": st.sampled_from([part for part in Part if not part.sided]), "operation": st.just("repair")},
        optional={"amount": AMOUNTS, "side": st.just("none")},
    ),
    max_size=3,
)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "case_id": st.text("ABC123-案", min_size=1, max_size=6),
            "photos": st.lists(st.sampled_from(["a.jpg", "照片/b c.jpg", "s3://b/k.jpg"]), max_size=3),
        },
        optional={
            "assessed_on": st.dates(date(1940, 1, 1), date(2105, 1, 1)),
            "make": WORDS,
            "year": st.integers(1900, 2200),
            "adas": st.booleans(),
            "cash_value": AMOUNTS,
            "cause": st.sampled_from(["scrape", "kerb"]),
            "lost_at": st.datetimes(datetime(1940, 1, 1), datetime(2090, 1, 1)).map(datetime.isoformat),  # noqa: DTZ001
            "final_amount": AMOUNTS,
            "final_lines": LINES,
            "previous_total": AMOUNTS,
            "previous_low": AMOUNTS,
            "previous_versions": st.dictionaries(st.sampled_from(["model", "prices"]), WORDS, max_size=2),
        },
    ),
    min_size=1,
    max_size=8,
)


@given(RECORDS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_three_formats_say_the_same(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    columns = [name for name in WHOLE if any(name in record for record in records)]
    for name in ("case_id", "photos"):
        assert name in columns
    write_csv(tmp_path / "m.csv", records, columns)
    write_jsonl(tmp_path / "m.jsonl", records)
    write_parquet(tmp_path / "m.parquet", records, columns)
    of_csv, of_json, of_parquet = (of_file(tmp_path / f"m.{end}") for end in ("csv", "jsonl", "parquet"))
    assert of_csv == of_json == of_parquet
    assert [str(row) for row in of_csv] == [str(row) for row in of_json] == [str(row) for row in of_parquet]
    assert [row.row for row in of_csv] == list(range(len(records)))


def test_a_whole_record_in_each_format(tmp_path: Path) -> None:
    write_csv(tmp_path / "m.csv", [WHOLE], list(WHOLE))
    write_csv(tmp_path / "gb.csv", [WHOLE], list(WHOLE), encoding="gb18030")
    write_jsonl(tmp_path / "m.jsonl", [WHOLE])
    write_parquet(tmp_path / "m.parquet", [WHOLE], list(WHOLE))
    found = [of_file(tmp_path / name) for name in ("m.csv", "gb.csv", "m.jsonl", "m.parquet")]
    assert isinstance(found[0][0], HistoricalCase)
    assert found[1:] == found[:1] * 3


# --- what is told of the whole manifest -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_columns_that_are_not_read_are_told_of_once(tmp_path: Path, rows: Rows, told: list[Note], end: str) -> None:
    others = {"plate": "沪A12345", "车主姓名": "王小明", "colour": "red", "Policy No": "P1", "cash": "5"}
    records = [{"case_id": str(number), "photos": "a.jpg", **others} for number in range(3)]
    path = tmp_path / f"m.{end}"
    frame = pd.DataFrame(records)
    match end:
        case "csv":
            frame.to_csv(path, index=False)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True)
        case _:
            frame.to_parquet(path)
    assert codes(rows(path)) == ["0", "1", "2"]
    assert {note.code: note.facts["columns"] for note in told} == {
        "rescore.personal_columns": ("plate", "车主姓名", "policy_no"),
        "rescore.unknown_columns": ("colour", "cash"),
    }
    assert len(told) == 2
    said = "".join(Texts.load(language).say(note) for note in told for language in ("en", "zh"))
    assert not any(value in said for value in others.values() if value != "5")


def test_a_name_that_may_be_somebodys_is_counted_only(tmp_path: Path, rows: Rows, told: list[Note]) -> None:
    (tmp_path / "m.csv").write_text("case_id,photos,沪A12345,13812345678\nA,a.jpg,,\n", "utf-8")
    assert codes(rows(tmp_path / "m.csv")) == ["A"]
    [note] = told
    assert (note.facts["count"], note.facts["columns"]) == (2, ("…",))


def test_names_of_columns_are_taken_as_they_are_meant(tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "m.csv").write_text(" Case ID ,PHOTOS,Final-Amount\nA,a.jpg,5\n", "utf-8")
    [row] = rows(tmp_path / "m.csv")
    assert isinstance(row, HistoricalCase)
    assert row.final
    assert row.final.amount == 5


# --- one id, one case -----------------------------------------------------------------------------------------------


def test_the_second_row_of_an_id_is_kept_with_the_reason(tmp_path: Path, rows: Rows) -> None:
    write_jsonl(tmp_path / "m.jsonl", [{"case_id": name, "photos": ["a.jpg"]} for name in ("A", "B", "A", " A ", "a")])
    found = rows(tmp_path / "m.jsonl")
    assert codes(found) == ["A", "B", "rescore.same_id", "rescore.same_id", "a"]
    assert [row.id for row in found] == ["A", "B", "A", "A", "a"]


# --- CSV ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_any_office(
    tmp_path: Path, rows: Rows, told: list[Note], encoding: str, end: str, separator: str
) -> None:
    with (tmp_path / "m.csv").open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target, delimiter=separator, lineterminator=end)
        writer.writerows(
            [["case_id", "photos", "make"], ["案一", "a.jpg;b.jpg", '大众,"Polo"\n'], [], ["B", "a.jpg", ""]]
        )
    first, second = rows(tmp_path / "m.csv")
    assert isinstance(first, HistoricalCase)
    assert (first.id, first.photos, first.facts.vehicle.make) == ("案一", ("a.jpg", "b.jpg"), '大众,"Polo"')
    assert second.id == "B"
    assert [note.code for note in told] == (["rescore.read_as_gb18030"] if encoding == "gb18030" else [])


@pytest.mark.parametrize(
    ("encoding", "broken", "notes"), [("utf-8", b"\xe4\xbc", []), ("gb18030", b"\xff", ["rescore.read_as_gb18030"])]
)
def test_broken_bytes_cost_their_row_and_no_other(
    tmp_path: Path, rows: Rows, told: list[Note], encoding: str, broken: bytes, notes: list[str]
) -> None:
    lines = [f"案{number},照片/{number}.jpg,大众途观\n".encode(encoding) for number in range(20)]
    lines[7] = lines[7].replace("众".encode(encoding), broken)
    (tmp_path / "m.csv").write_bytes(b"case_id,photos,make\n" + b"".join(lines))
    found = rows(tmp_path / "m.csv")
    assert codes(found) == [*(f"案{n}" for n in range(7)), "rescore.not_text", *(f"案{n}" for n in range(8, 20))]
    assert [note.code for note in told] == notes


def test_gb18030_is_recognised_however_late_it_comes(tmp_path: Path, rows: Rows, told: list[Note]) -> None:
    plain = "".join(f"{number},a.jpg,VW\n" for number in range(20_000))
    (tmp_path / "m.csv").write_bytes(f"case_id,photos,make\n{plain}末,a.jpg,长安\n".encode("gb18030"))
    last = rows(tmp_path / "m.csv")[-1]
    assert isinstance(last, HistoricalCase)
    assert (last.id, last.facts.vehicle.make) == ("末", "长安")
    assert [note.code for note in told] == ["rescore.read_as_gb18030"]


@pytest.mark.parametrize(
    "content",
    [
        "case_id,photos,make\nA,a.jpg,Citroën\nB,b.jpg,Škoda\n".encode("cp1250", "replace"),
        "case_id,photos,make\nA,a.jpg,Citroën né à côté\n".encode("latin-1"),
        "case_id,photos,make\nA,a.jpg,VW\n".encode("utf-16"),
        b"case_id,photos\nA,\xff\xfe\xff.jpg\n",
    ],
)
def test_another_encoding_is_refused(tmp_path: Path, rows: Rows, content: bytes) -> None:
    (tmp_path / "m.csv").write_bytes(content)
    with pytest.raises(RescoreError) as refused:
        rows(tmp_path / "m.csv")
    assert refused.value.code == "rescore.encoding"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("B", "rescore.columns"),
        ("B,a.jpg", "rescore.columns"),
        ("B,a.jpg,5,6", "rescore.columns"),
        ('"B"x,a.jpg,5', "rescore.lines"),
        (",,", "rescore.no_id"),
        (",a.jpg,", "rescore.no_id"),
        ("B,,", "rescore.no_photos"),
        ("B,a.jpg,1.000,5", "rescore.columns"),
        (f"B,{'x' * (LONGEST + 5)},", "rescore.too_long"),
        (f'B,"{"x" * (LONGEST + 5)}",', "rescore.too_long"),
    ],
)
def test_a_bad_row_leaves_the_others_alone(tmp_path: Path, rows: Rows, row: str, code: str) -> None:
    (tmp_path / "m.csv").write_text(f"{HEAD}A,a.jpg,5\n{row}\nC,a.jpg,6\n", "utf-8")
    found = rows(tmp_path / "m.csv")
    assert codes(found) == ["A", code, "C"]
    assert [one.row for one in found] == [0, 1, 2]
    assert isinstance(found[1], Quarantined)
    for language in ("en", "zh"):
        assert Texts.load(language).say(found[1].reason)


def test_rows_swallowed_by_a_quote_are_named_by_their_lines(tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "m.csv").write_text(f'{HEAD}A,"a.jpg,5\nB,a.jpg,6\nC,"b.jpg",7\nD,a.jpg,8\n', "utf-8")
    found = rows(tmp_path / "m.csv")
    assert codes(found) == ["rescore.lines", "D"]
    assert isinstance(found[0], Quarantined)
    assert dict(found[0].reason.facts) == {"first": 2, "last": 4}


def test_a_large_field_is_read_whole(tmp_path: Path, rows: Rows) -> None:
    names = [f"照片/{number:060}.jpg" for number in range(200)]
    lines = [{"part": "hood", "operation": "repair", "amount": Decimal("1.10")}] * 9000
    write_csv(
        tmp_path / "m.csv",
        [{"case_id": "A", "photos": names, "final_lines": lines}],
        ["case_id", "photos", "final_lines"],
    )
    [row] = rows(tmp_path / "m.csv")
    assert isinstance(row, HistoricalCase)
    assert row.photos == tuple(names)
    assert row.final
    assert row.final.lines
    assert len(row.final.lines) == 9000


# --- JSONL ----------------------------------------------------------------------------------------------------------


def test_bad_lines_of_json_leave_the_others_alone(tmp_path: Path, rows: Rows) -> None:
    bad = [
        b"{",
        b"[]",
        b'"A"',
        b'{"case_id": "A", "case_id": "B", "photos": ["a.jpg"]}',
        b'{"case_id": "A", "Case ID": "B", "photos": ["a.jpg"]}',
        b'{"case_id": "\xff", "photos": ["a.jpg"]}',
        b'{"case_id": "\\ud800", "photos": ["a.jpg"]}',
        b'{"case_id": "x", "photos": ["a.jpg"], "final_amount": NaN}',
        b'{"case_id": "' + b"x" * LONGEST + b'"}',
        b"[" * 100_000,
        b'{"case_id": ' + b"9" * 5000 + b"}",
    ]
    sound = b'{"case_id": "%d", "photos": ["a.jpg"]}'
    lines = [line for number, one in enumerate(bad) for line in (sound % number, one)]
    (tmp_path / "m.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n\n".join(lines) + b"\n")
    found = codes(rows(tmp_path / "m.jsonl"))
    assert found[::2] == [str(number) for number in range(len(bad))]
    assert found[1::2] == [
        *["rescore.not_json"] * 5,
        "rescore.not_text",
        "rescore.field",
        "rescore.not_json",
        "rescore.too_long",
        *["rescore.not_json"] * 2,
    ]


# --- Parquet --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([624.1]), "624.1"),
        (pa.array([624.1], pa.float32()), "624.1"),
        (pa.array([624], pa.int16()), "624"),
        (pa.array([Decimal("624.1000")], pa.decimal128(12, 4)), "624.1"),
        (pa.array([Decimal("624.10")], pa.decimal256(60, 2)), "624.1"),
        (pa.array(["624.10"]).dictionary_encode(), "624.1"),
        (pa.array([b"624.10"]), "624.1"),
        (pa.array(["624.10"], pa.large_string()), "624.1"),
        (pa.array([0.1 + 0.2]), None),
        (pa.array([float("nan")]), None),
        (pa.array([float("inf")], pa.float32()), None),
        (pa.array([624.1], pa.float64()).cast(pa.float16()), "624"),
    ],
)
def test_amounts_of_parquet_are_what_was_written(
    tmp_path: Path, rows: Rows, column: "pa.Array[Any]", expected: str | None
) -> None:
    table = pa.table({"case_id": ["A"], "photos": [["a.jpg"]], "final_amount": column})
    pq.write_table(table, tmp_path / "m.parquet")
    [row] = rows(tmp_path / "m.parquet")
    if expected is None:
        assert codes([row]) == ["rescore.field"]
    else:
        assert isinstance(row, HistoricalCase)
        assert row.final
        assert str(row.final.amount) == expected


def test_parquet_with_everything_that_pandas_and_others_write(tmp_path: Path, rows: Rows) -> None:
    table = pa.table(
        {
            "case_id": pa.array([1, 2], pa.int64()),
            "photos": pa.array([["a.jpg"], None], pa.large_list(pa.string())),
            "assessed_on": pa.array([datetime(2026, 3, 5), None], pa.timestamp("ns")),  # noqa: DTZ001
            "lost_at": pa.array([datetime(2026, 3, 4, 10), None], pa.timestamp("us", "UTC")),  # noqa: DTZ001
            "year": pa.array([2020.0, None]),
            "adas": pa.array([True, None]),
            "final_lines": pa.array([[{"part": "hood", "operation": "repair", "amount": 0.1, "side": None}], None]),
            "previous_total": pa.array([5.0, None]),
            "previous_versions": pa.array([[("model", "m")], None], pa.map_(pa.string(), pa.string())),
            "facts": pa.array([{"shop": "4S", "vehicle": {"make": "BYD", "model": None}}, None]),
            "other": pa.array([1, 2]),
        }
    )
    pq.write_table(table, tmp_path / "m.parquet")
    row, bare = rows(tmp_path / "m.parquet")
    assert isinstance(row, HistoricalCase)
    assert (row.id, row.on, row.month) == ("1", date(2026, 3, 5), "2026-03")
    assert (row.facts.shop, row.facts.vehicle.make, row.facts.vehicle.year) == ("4S", "BYD", 2020)
    assert row.final
    assert row.final.lines
    assert row.final.lines[0].amount == Decimal("0.1")
    assert row.previous
    assert row.previous.versions == {"model": "m"}
    assert codes([bare]) == ["rescore.no_photos"]


def test_values_that_python_does_not_have_are_bad_cells(tmp_path: Path, rows: Rows) -> None:
    bad_text = pa.Array.from_buffers(
        pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"A\xffC")]
    )
    days = pa.array([1, 2, 10**8], pa.int32()).view(pa.date32())
    pq.write_table(
        pa.table({"case_id": bad_text, "photos": [["a.jpg"]] * 3, "assessed_on": days}), tmp_path / "m.parquet"
    )
    found = rows(tmp_path / "m.parquet")
    assert codes(found) == ["A", "rescore.field", "rescore.field"]
    assert [row.reason.facts["field"] for row in found if isinstance(row, Quarantined)] == ["case_id", "assessed_on"]


# --- files that cannot be read --------------------------------------------------------------------------------------


def _cut(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def _parquet(path: Path) -> None:
    write_parquet(path, [{"case_id": str(n), "photos": ["a.jpg"]} for n in range(5000)], ["case_id", "photos"])


def _bitten(path: Path) -> None:
    """Its end is sound, one bit of a page is not."""
    _parquet(path)
    content = bytearray(path.read_bytes())
    content[400] ^= 1
    path.write_bytes(content)


def _cut_parquet(path: Path) -> None:
    _parquet(path)
    _cut(path, 100)


def _cut_json(path: Path) -> None:
    write_jsonl(path, [{"case_id": "A", "photos": ["a.jpg"]}, {"case_id": "B", "photos": ["a.jpg"]}])
    _cut(path, 5)


Bad = Callable[[Path], object]
UNREADABLE: list[tuple[str, Bad, str]] = [
    ("m.xlsx", lambda path: path.write_bytes(b"PK"), "unknown_format"),
    ("manifest", lambda path: path.write_bytes(b"PK"), "unknown_format"),
    ("m.csv", Path.exists, "no_manifest"),
    ("m.csv", lambda path: path.mkdir(), "unreadable"),
    ("m.csv", lambda path: path.write_bytes(b""), "empty"),
    ("m.csv", lambda path: path.write_bytes(b"\xef\xbb\xbf"), "no_columns"),
    ("m.csv", lambda path: path.write_text(HEAD), "empty"),
    ("m.jsonl", lambda path: path.write_text("\n\n"), "empty"),
    ("m.csv", lambda path: path.write_text("A,a.jpg,5\n"), "no_columns"),
    ("m.csv", lambda path: path.write_text("case_id,photo\nA,a.jpg\n"), "no_columns"),
    ("m.csv", lambda path: path.write_text("case_id,photos,Case ID\nA,a.jpg,B\n"), "same_column"),
    ("m.csv", lambda path: path.write_text(f"{HEAD}A,a.jpg,5\nB,a.j"), "truncated"),
    ("m.csv", lambda path: path.write_text(f'{HEAD}A,a.jpg,5\nB,"a.jpg'), "truncated"),
    ("m.csv", lambda path: path.write_text(f'{HEAD}A,a.jpg,5\nB,"a.jpg\nC,a.jpg,5\n'), "truncated"),
    ("m.jsonl", _cut_json, "truncated"),
    ("m.parquet", _cut_parquet, "truncated"),
    ("m.parquet", _bitten, "damaged"),
    ("m.parquet", lambda path: path.write_bytes(b"PAR1PAR1"), "damaged"),
    ("m.parquet", lambda path: path.write_text(HEAD), "not_parquet"),
    ("m.parquet", lambda path: pq.write_table(pa.table({"case_id": ["A"]}), path), "no_columns"),
]


@pytest.mark.parametrize(("name", "make", "code"), UNREADABLE)
def test_a_bad_file_stops_with_a_code(tmp_path: Path, rows: Rows, name: str, make: Bad, code: str) -> None:
    make(tmp_path / name)
    with pytest.raises(RescoreError) as stopped:
        rows(tmp_path / name)
    assert stopped.value.code == f"rescore.{code}"
    for language in ("en", "zh"):
        assert name in Texts.load(language).say(Note(stopped.value.code, stopped.value.facts))


def test_rows_before_the_end_that_is_missing_are_sound(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"{HEAD}A,a.jpg,5\nB,a.j")
    found = read_rows(str(tmp_path / "m.csv"), on=ON, region="CN")
    assert next(found).id == "A"
    with pytest.raises(RescoreError, match="truncated"):
        next(found)


# --- many rows ------------------------------------------------------------------------------------------------------


def test_chunks_hold_what_a_worker_takes(tmp_path: Path) -> None:
    _parquet(tmp_path / "m.parquet")
    found = list(chunks(read_rows(str(tmp_path / "m.parquet"), on=ON, region="CN")))
    assert [chunk.number for chunk in found] == list(range(79))
    assert {len(chunk.rows) for chunk in found[:-1]} == {CHUNK_CASES}
    assert len(found[-1].rows) == 5000 - 78 * CHUNK_CASES
    assert [row.row for chunk in found for row in chunk.rows] == list(range(5000))
    assert list(chunks([])) == []


WIDE = ["case_id", "photos"]


def _records(count: int) -> Iterator[dict[str, Any]]:
    """A kilobyte each."""
    for number in range(count):
        yield {"case_id": f"QC-{number:07}", "photos": [f"{number:0200}/{place}.jpg" for place in range(5)]}


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_manifest(tmp_path: Path, end: str) -> None:
    """Of four times as many rows only the hashes of their ids are kept: 6 MB of them would be seen."""
    few, many = (_peak(tmp_path / f"{count}.{end}", count) for count in (2_000, 8_000))
    assert many - few < 6_000 * 100 + 1_000_000


def _peak(path: Path, count: int) -> int:
    """Bytes of Python and of Arrow together, at the most."""
    match path.suffix:
        case ".csv":
            write_csv(path, _records(count), WIDE)
        case ".jsonl":
            write_jsonl(path, _records(count))
        case _:
            write_parquet(path, _records(count), WIDE)
    next(read_rows(str(path), on=ON, region="CN"))  # what is loaded once does not count
    tracemalloc.start()
    before, of_arrow = pa.total_allocated_bytes(), 0
    for row in read_rows(str(path), on=ON, region="CN"):
        of_arrow = max(of_arrow, pa.total_allocated_bytes() - before)
        assert isinstance(row, HistoricalCase)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak + of_arrow
