"""The files of a chunk: five tables, and a marker that is written last and says that they are whole."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from claims.rescore.tables import TABLES
from claims.rescore.whole_files import remove, write_whole

_log = logging.getLogger(__name__)

FORM: Final = 1
_HIDDEN: Final = ".run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """``key``: see ``claims.rescore.keys``. ``files``: size and SHA-256 of each table. ``passing``: a photo could not
    be fetched, so that another start should try again. Rows and photos are counted as in ``Done``."""

    key: str
    cases: int
    lines: int
    detections: int
    quarantined: int
    moved: int
    photos: int
    passing: bool
    files: Mapping[str, tuple[int, str]]


def parquet(table: pa.Table) -> bytes:
    """The same bytes for the same table, from this version of pyarrow."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=3, use_dictionary=True, store_schema=False)
    return sink.getvalue().to_pybytes()


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of a run, as far as chunks are concerned."""

    out: Path

    @property
    def aside(self) -> Path:
        """Where files are written before they are put in their place."""
        return self.out / _HIDDEN / "new"

    def file(self, table: str, number: int) -> Path:
        """The Parquet file of one table of one chunk."""
        return self.out / table / f"{number:06d}.parquet"

    def write(self, number: int, tables: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 of each file, now on disk. Raises ``RescoreError`` ``no_space`` or ``not_writable``.

        A marker that vouched for other files is gone before the first of them.
        """
        remove(self._marker(number))
        for name in TABLES:
            write_whole(self.file(name, number), tables[name], aside=self.aside, lasting=True)
        return {name: (len(tables[name]), sha256(tables[name]).hexdigest()) for name in TABLES}

    def mark(self, number: int, marker: Marker) -> None:
        """Say that a chunk is done. Raises as ``write``."""
        content = json.dumps({"form": FORM, **asdict(marker)}, indent=1, sort_keys=True).encode()
        write_whole(self._marker(number), content, aside=self.aside, lasting=True)

    def done(self, number: int, key: str) -> Marker | None:
        """The marker of a chunk that is done under this key, and whose files are there in their sizes."""
        marker = self._read(number)
        if marker is None or marker.key != key or marker.passing:
            return None
        there = all(_size(self.file(name, number)) == size for name, (size, _) in marker.files.items())
        return marker if there else None

    def numbers(self) -> set[int]:
        """Of every chunk that has a marker, or any file."""
        folders = [self.out / name for name in TABLES] + [self.out / _HIDDEN / "chunks"]
        names = (path.stem for folder in folders if folder.is_dir() for path in folder.iterdir())
        return {int(name) for name in names if name.isdigit()}

    def drop(self, numbers: Iterable[int]) -> None:
        """Chunks that the manifest no longer has."""
        for number in numbers:
            remove(self._marker(number))
            for name in TABLES:
                remove(self.file(name, number))

    def _marker(self, number: int) -> Path:
        return self.out / _HIDDEN / "chunks" / f"{number:06d}.json"

    def _read(self, number: int) -> Marker | None:
        try:
            told = json.loads(self._marker(number).read_bytes())
            return _marker(told) if told.pop("form") == FORM else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            _log.warning("the marker of chunk %d cannot be read; it is done again", number)
            return None


def _marker(told: Mapping[str, Any]) -> Marker:
    files = {name: (int(told["files"][name][0]), str(told["files"][name][1])) for name in TABLES}
    return Marker(**{**told, "files": files})


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
