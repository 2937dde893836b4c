"""Links of the audit log in a file: what a crash leaves behind, and what somebody else wrote."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from claims.anchor_file import AnchorFile
from claims.audit import Head
from model.errors import StorageError

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST, SECOND = Head(1, "a" * 64), Head(20, "b" * 64)


def test_lines_are_added_and_read_in_order(tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "elsewhere" / "anchors.jsonl")
    assert file.heads() == ()
    file.add(FIRST, AT)
    file.add(SECOND, AT)
    assert file.heads() == (FIRST, SECOND)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_half_a_line_of_a_crash_counts_nothing_and_goes_with_the_next(tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "anchors.jsonl")
    file.add(FIRST, AT)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + whole[:30])
    assert file.heads() == (FIRST,)
    file.add(SECOND, AT)
    assert file.heads() == (FIRST, SECOND)


@pytest.mark.parametrize("line", ["", "no JSON", '{"seq": 0, "hash": "a"}'])
def test_a_line_that_is_none_of_ours_is_told(tmp_path: Path, line: str) -> None:
    file = AnchorFile(tmp_path / "anchors.jsonl")
    file.path.write_text(f"{line}\n")
    with pytest.raises(StorageError, match="line 1") as raised:
        file.heads()
    assert raised.value.code == "storage.damaged"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"storage\.unwritable"):
        AnchorFile(tmp_path).add(FIRST, AT)
