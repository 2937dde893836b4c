"""One process's share of a run: a chunk in, its five tables and its marker on disk."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claims.assess import conclude
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rescore.case import Chunk, HistoricalCase, Quarantined
from claims.rescore.found_cache import FoundCache, Sight
from claims.rescore.keys import chunk_key
from claims.rescore.lazy_detector import LazyDetector
from claims.rescore.looking import Glance, Looked, Looking
from claims.rescore.moving import ChunkMoves, Moving
from claims.rescore.parts import Marker, Parts, parquet
from claims.rescore.photo_cache import PhotoCache
from claims.rescore.rows import Scored, cases_table, lines_table, moved_table, quarantine_table
from claims.rescore.stamps import Stamps, stamps_of
from claims.rescore.work import Done, Work
from claims.rulebook import Rulebook
from model.errors import PriceTableError, RescoreError, UsageError
from model.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The cases of a chunk that may be looked at, with the stamps of their photos, and those that may not."""

    cases: tuple[HistoricalCase, ...]
    stamps: tuple[Stamps, ...]
    refused: tuple[Quarantined, ...]


class Worker:
    """Built once per process: it holds the rules, and the network once a photo needs it."""

    def __init__(self, work: Work) -> None:
        """Raises ``RescoreError`` ``rescore.other_detector`` where this machine would see otherwise than the run."""
        self._work = work
        self._rulebook = Rulebook.from_sources(work.sources)
        detector = LazyDetector(work.detector)
        eyes = Eyes(detector=detector, limits=work.limits, rulebook=self._rulebook)
        if looked_with(eyes) != work.looked_with:
            raise RescoreError("other_detector", eyes.version, model=eyes.version)
        self._version = eyes.version
        seen = PhotoCache(folder=work.cache, looked_with=work.looked_with, labels=detector.manifest.labels)
        self._looking = Looking(eyes, work.files, seen, FoundCache(work.cache))
        self._parts = Parts(work.out)
        self._moving = Moving(work, eyes)

    def do(self, chunk: Chunk) -> Done:
        """Score a chunk and write it to ``Work.out``, unless its marker says that this is done.

        What is wrong with one case quarantines it. Raises ``RescoreError`` ``no_space`` or ``not_writable``, and
        ``ModelError`` for a network that fails: the run must stop.
        """
        began = time.monotonic()
        stamps = stamps_of(_cases(chunk), self._work.files)
        key = chunk_key(self._work, chunk, stamps)
        if marker := self._parts.done(chunk.number, key):
            return _done(chunk, marker, began)
        glance, marker = self._score(chunk, stamps, key)
        return _done(chunk, marker, began, glance)

    def found(self, chunk: Chunk) -> Iterator[Looked]:
        """What the photos of each case show, from the caches where it is there; cases in quarantine are left out."""
        ready = self._sorted(chunk, stamps_of(_cases(chunk), self._work.files))
        sight = self._looking.look(ready.cases, ready.stamps).sight
        yield from _looked(ready.cases, sight)

    def _score(self, chunk: Chunk, stamps: Sequence[Stamps], key: str) -> tuple[Glance, Marker]:
        ready = self._sorted(chunk, stamps)
        glance = self._looking.look(ready.cases, ready.stamps)
        scored, refused = self._concluded(chunk.number, ready, glance.sight)
        tables = {
            "cases": cases_table(scored),
            "lines": lines_table(scored),
            "quarantine": quarantine_table(sorted(refused, key=lambda one: one.row)),
            "moved": moved_table(scored),
        }
        files = {name: parquet(table) for name, table in tables.items()}
        files["detections"] = glance.sight.detections
        marker = Marker(
            key=key,
            files=self._parts.write(chunk.number, files),
            cases=len(scored),
            lines=tables["lines"].num_rows,
            moved=tables["moved"].num_rows,
            detections=glance.sight.boxes,
            quarantined=len(refused),
            photos=glance.sight.photos,
            passing=glance.passing,
        )
        self._parts.mark(chunk.number, marker)
        return glance, marker

    def _sorted(self, chunk: Chunk, stamps: Sequence[Stamps]) -> _Sorted:
        """What no photo is opened for: rows that nobody could read, facts that name nothing, files that are gone."""
        ready: list[tuple[HistoricalCase, Stamps]] = []
        refused = [row for row in chunk.rows if isinstance(row, Quarantined)]
        for case, stamped in zip(_cases(chunk), stamps, strict=True):
            wrong = stamped.gone or self._wrong(case)
            if wrong is None:
                ready.append((case, stamped))
            else:
                refused.append(Quarantined(row=case.row, id=case.id, reason=wrong, photo=stamped.number))
        cases, kept = zip(*ready, strict=True) if ready else ((), ())
        return _Sorted(cases=cases, stamps=kept, refused=tuple(refused))

    def _wrong(self, case: HistoricalCase) -> Note | None:
        try:
            self._rulebook.check(case.facts)
        except (UsageError, PriceTableError) as error:
            return Note(error.code, error.facts)
        return None

    def _concluded(self, number: int, ready: _Sorted, sight: Sight) -> tuple[list[Scored], list[Quarantined]]:
        scored: list[Scored] = []
        refused = [*ready.refused, *_refused(ready.cases, sight)]
        moves = self._moving.chunk(number, ready.cases, ready.stamps, self._looking)
        for looked in _looked(ready.cases, sight):
            try:
                scored.append(self._scored(looked, moves))
            except (UsageError, PriceTableError) as error:
                case, wrong = looked.case, Note(error.code, error.facts)
                refused.append(Quarantined(row=case.row, id=case.id, reason=wrong))
        return scored, refused

    def _scored(self, looked: Looked, moves: ChunkMoves) -> Scored:
        case = looked.case
        made = conclude(
            looked.observations,
            case.facts,
            self._rulebook,
            model_version=self._version,
            on=case.on,
            priced_on=self._work.priced_on,
            found=looked.found,
        )
        compared = moves.of(looked, made)
        return Scored(
            case=case,
            assessment=made,
            vehicle_class=self._rulebook.vehicle(case.facts).vehicle_class,
            priced_on=self._work.priced_on or case.on,
            previous=compared.previous,
            moved=compared.moved,
        )


def _cases(chunk: Chunk) -> list[HistoricalCase]:
    return [row for row in chunk.rows if isinstance(row, HistoricalCase)]


def _looked(cases: Sequence[HistoricalCase], sight: Sight) -> Iterator[Looked]:
    for case, shown in zip(cases, sight.shown, strict=True):
        if shown.found is not None:
            yield Looked(case=case, observations=shown.observations, found=shown.found)


def _refused(cases: Sequence[HistoricalCase], sight: Sight) -> Iterator[Quarantined]:
    for case, shown in zip(cases, sight.shown, strict=True):
        if shown.refused is not None:
            yield Quarantined(row=case.row, id=case.id, reason=shown.refused, photo=shown.number)


def _done(chunk: Chunk, marker: Marker, began: float, glance: Glance | None = None) -> Done:
    return Done(
        number=chunk.number,
        cases=marker.cases,
        lines=marker.lines,
        detections=marker.detections,
        quarantined=marker.quarantined,
        photos=marker.photos,
        looked=glance.looked if glance else 0,
        seconds=time.monotonic() - began,
        skipped=glance is None,
    )
