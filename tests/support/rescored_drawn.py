"""Historical cases with drawn photos and a detector that says what was drawn: a run without the network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
from drawn_cars import Drawn, close_up, side_view
from scripted_choice import NeverOpened, ScriptedChoice

from claims.facts import CaseFacts
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rescore.case import Chunk, HistoricalCase, Row
from claims.rescore.lazy_detector import LazyDetector
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.work import Work
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from inference.testing import Row as Seen

DAY = date(2026, 11, 23)
STATED: Final = {
    "region": "CN",
    "vehicle": {"vehicle_class": "CN2_60_150k", "adas": False, "new_energy": False},
    **dict.fromkeys(("single_party", "policy_active", "plate_matches_policy", "drivable"), True),
    **dict.fromkeys(("injury", "third_party_property", "airbag_deployed", "fluid_leak"), False),
    **dict.fromkeys(("misaligned_gaps", "coverage_red_flag"), False),
    "cause": "scrape",
    "lost_at": "2026-11-20T18:00:00",
}
"""Facts of a case that a machine may decide."""


@dataclass
class Album:
    """Photos in a folder, and what is seen on each."""

    folder: Path
    script: dict[str, tuple[Seen, ...]] = field(default_factory=dict)

    def add(self, name: str, drawn: Drawn) -> str:
        path = self.folder / name
        path.write_bytes(drawn.content)
        self.script[sha256(drawn.content).hexdigest()] = drawn.rows
        return str(path)

    def case(self, row: int, **told: Any) -> HistoricalCase:
        """With a scratched front door on two photos."""
        photos = (self.add(f"{row}-side.jpg", side_view(row)), self.add(f"{row}-near.jpg", close_up(row)))
        return historical(row, **{"photos": photos, **told})

    def chunk(self, count: int, *, number: int = 0, first: int = 0) -> Chunk:
        return Chunk(number=number, rows=tuple(self.case(row) for row in range(first, first + count)))


def historical(
    row: int, *, photos: Iterable[str], facts: Mapping[str, Any] | None = None, **told: Any
) -> HistoricalCase:
    stated = CaseFacts.model_validate({**STATED, **(facts or {})})
    return HistoricalCase(row=row, **{"id": f"case-{row}", "on": DAY, **told}, photos=tuple(photos), facts=stated)


def chunk_of(*rows: Row, number: int = 0) -> Chunk:
    return Chunk(number=number, rows=rows)


def drawn_work(album: Album, out: Path, *, rulebook: Rulebook | None = None, looks: bool = True, **other: Any) -> Work:
    """``looks`` False: whoever asks for the network fails."""
    book, detector = rulebook or Rulebook.load(), ScriptedChoice(album.script) if looks else NeverOpened()
    eyes = Eyes(detector=LazyDetector(detector), limits=IntakeLimits(), rulebook=book)
    given = {"cache": album.folder / "cache", "files": LocalAndS3("/"), **other}
    return Work(out=out, detector=detector, sources=book.sources, looked_with=looked_with(eyes), **given)


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    """Of all chunks, in order."""
    files = sorted((out / table).glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def tables_of(out: Path) -> dict[str, bytes]:
    """Every file of a run but its lock."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(out)): path.read_bytes() for path in files}
