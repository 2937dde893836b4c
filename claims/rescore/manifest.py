"""Historical cases from a manifest: CSV, JSONL or Parquet, in a folder or a bucket, one row at a time.

Every record of the file gives one row, in its order. One that cannot be taken is a ``Quarantined`` row with the reason;
a file that cannot be read, or that breaks off, ends with a ``RescoreError``.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from claims.rescore import manifest_csv, manifest_json, manifest_parquet, photo_files_s3
from claims.rescore.case import CHUNK_CASES, Chunk, Row
from claims.rescore.manifest_columns import Tell
from claims.rescore.manifest_row import Cells, Defaults, Seen, row_of
from claims.rescore.photo_files_s3 import ObjectGone, S3Access, is_s3
from model.errors import RescoreError
from model.naming import shown_name
from model.notes import Note

_log = logging.getLogger(__name__)

Records = Callable[..., Iterator[Cells | Note]]
_FORMATS: Final[Mapping[str, Records]] = MappingProxyType(
    {
        ".csv": manifest_csv.records,
        ".jsonl": manifest_json.records,
        ".ndjson": manifest_json.records,
        ".parquet": manifest_parquet.records,
    }
)
_FETCH: Final = 8 * 1024 * 1024


def _logged(told: Note) -> None:
    _log.warning("%s", told.code)


def read_rows(
    manifest: str, *, on: date, region: str, s3: S3Access | None = None, tell: Tell = _logged
) -> Iterator[Row]:
    """The rows of a file of this machine or an ``s3://`` object, which is fetched to a temporary file first.

    ``on`` and ``region`` hold where a row does not say. ``tell`` hears what concerns the whole manifest: columns that
    are not read, an encoding that was recognised. Rows that were given before a ``RescoreError`` are sound.

    Raises ``RescoreError``: ``unknown_format``, ``no_manifest``, ``unreadable``, ``empty``, ``encoding``,
    ``no_columns``, ``same_column``, ``truncated``, ``not_parquet``, ``damaged``.
    """
    named = PurePosixPath(manifest)
    file, records = shown_name(named.name), _FORMATS.get(named.suffix.lower())
    if records is None:
        raise RescoreError("unknown_format", file=file, known=tuple(_FORMATS))
    return _rows(manifest, records, file, Defaults(on=on, region=region), s3 or S3Access(), tell)


def chunks(rows: Iterable[Row]) -> Iterator[Chunk]:
    """``CHUNK_CASES`` rows at a time, as few as there are in the last."""
    given, number = iter(rows), 0
    while taken := tuple(islice(given, CHUNK_CASES)):
        yield Chunk(number=number, rows=taken)
        number += 1


def _rows(manifest: str, records: Records, file: str, defaults: Defaults, s3: S3Access, tell: Tell) -> Iterator[Row]:
    seen, number = Seen(), -1
    with _local(manifest, file, s3) as path, _coded(file):
        if path.stat().st_size == 0:
            raise RescoreError("empty", file=file)
        for number, cells in enumerate(records(path, file=file, tell=tell)):
            yield row_of(number, cells, seen, defaults)
    if number < 0:
        raise RescoreError("empty", file=file)


@contextmanager
def _local(manifest: str, file: str, s3: S3Access) -> Iterator[Path]:
    if not is_s3(manifest):
        path = Path(manifest)
        with _coded(file):
            if not path.exists():
                raise RescoreError("no_manifest", file=file)
            if not path.is_file() or not os.access(path, os.R_OK):
                raise RescoreError("unreadable", file=file)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="quickclaim-") as folder:
        path = Path(folder) / "manifest"
        _fetch(manifest, path, file, s3)
        yield path


def _fetch(manifest: str, path: Path, file: str, s3: S3Access) -> None:
    try:
        found = photo_files_s3.get(manifest, s3)
        with photo_files_s3.coded(), path.open("wb") as target:
            for piece in found.stream(min_chunk_size=_FETCH):
                target.write(piece)
    except ObjectGone as gone:
        code = "no_manifest" if gone.code == "object.missing" else "unreadable"
        raise RescoreError(code, gone.code, file=file) from None


@contextmanager
def _coded(file: str) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise RescoreError("unreadable", type(error).__name__, file=file) from error
