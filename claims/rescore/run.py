"""A whole run: every chunk through an engine, and what they came to."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from claims.rescore.case import Chunk
from claims.rescore.engines import Engine
from claims.rescore.parts import Parts
from claims.rescore.work import Done, Work

Progress = Callable[[Done], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Sums over the chunks of a run. ``seconds`` on the clock; ``complete``: no chunk is left."""

    chunks: int = 0
    skipped: int = 0
    cases: int = 0
    lines: int = 0
    detections: int = 0
    quarantined: int = 0
    photos: int = 0
    looked: int = 0
    seconds: float = 0.0
    complete: bool = False

    def plus(self, done: Done) -> "Summary":
        """With one chunk more."""
        return replace(
            self,
            chunks=self.chunks + 1,
            skipped=self.skipped + done.skipped,
            cases=self.cases + done.cases,
            lines=self.lines + done.lines,
            detections=self.detections + done.detections,
            quarantined=self.quarantined + done.quarantined,
            photos=self.photos + done.photos,
            looked=self.looked + done.looked,
        )


class _Feed:
    """Chunks until somebody wants to stop. ``ended``: there were no more of them."""

    def __init__(self, chunks: Iterable[Chunk], stop: threading.Event) -> None:
        self.ended = False
        self._chunks = chunks
        self._stop = stop

    def __iter__(self) -> Iterator[Chunk]:
        for chunk in self._chunks:
            if self._stop.is_set():
                return
            yield chunk
        self.ended = True


def run(
    work: Work,
    chunks: Iterable[Chunk],
    engine: Engine,
    progress: Progress | None = None,
    *,
    stop: threading.Event | None = None,
) -> Summary:
    """Work off every chunk, until ``stop`` is set: then what was begun is finished, and the run is not complete.

    Raises as ``Engine.work_off``; what is done stays done. A complete run holds no chunk of a longer manifest.
    """
    began, summary, numbers = time.monotonic(), Summary(), set[int]()
    feed = _Feed(chunks, stop or threading.Event())
    for done in engine.work_off(work, feed):
        summary = summary.plus(done)
        numbers.add(done.number)
        if progress:
            progress(done)
    if feed.ended:
        parts = Parts(work.out)
        parts.drop(parts.numbers() - numbers)
    return replace(summary, seconds=time.monotonic() - began, complete=feed.ended)
