"""How far a run is, on standard error: a bar where a person watches, else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import typer

from claims.rescore.run import Summary
from claims.rescore.work import Done
from model.notes import Note, note
from model.texts import Texts

_EVERY_S: Final = 10.0
_MINUTE: Final = 60


@dataclass(slots=True)
class Pace:
    """Counts of this start. ``total`` cases, as far as it is known. Rates leave out what an earlier start had done."""

    total: int | None
    began: float
    summary: Summary = field(default_factory=Summary)
    skipped_cases: int = 0
    skipped_photos: int = 0

    def add(self, done: Done) -> None:
        """One chunk more."""
        self.summary = self.summary.plus(done)
        if done.skipped:
            self.skipped_cases += done.cases + done.quarantined
            self.skipped_photos += done.photos

    @property
    def cases(self) -> int:
        """That are settled, one way or the other."""
        return self.summary.cases + self.summary.quarantined

    def note(self, now: float) -> Note:
        """The line."""
        took = max(now - self.began, 1e-9)
        rate = (self.cases - self.skipped_cases) / took
        facts = {
            "cases": f"{self.cases:,}",
            "quarantined": f"{self.summary.quarantined:,}",
            "rate": f"{rate:.1f}",
            "photos": f"{(self.summary.photos - self.skipped_photos) / took:.0f}",
        }
        if not self.total or not rate:
            return note("rescore.progress", **facts)
        left = max(0, self.total - self.cases) / rate
        return note("rescore.progress_of", **facts, total=f"{self.total:,}", left=_clock(left))


@contextmanager
def watching(total: int | None, texts: Texts) -> Iterator[Callable[[Done], None]]:
    """Call what is given with each chunk."""
    pace = Pace(total=total, began=time.monotonic())
    with _bar(pace, texts) if sys.stderr.isatty() else _lines(pace, texts) as show:

        def done(chunk: Done) -> None:
            pace.add(chunk)
            show()

        yield done


@contextmanager
def _bar(pace: Pace, texts: Texts) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(texts.say(note("rescore.starting")), total=pace.total)

        def show() -> None:
            told = texts.say(pace.note(time.monotonic()))
            bar.update(task, completed=pace.cases, description=told)

        yield show


@contextmanager
def _lines(pace: Pace, texts: Texts) -> Iterator[Callable[[], None]]:
    due = pace.began + _EVERY_S

    def show() -> None:
        nonlocal due
        if (now := time.monotonic()) >= due:
            typer.echo(texts.say(pace.note(now)), err=True)
            due = now + _EVERY_S

    yield show


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
