"""A run from its first chunk to its report."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from api.rescore_progress import watching
from api.rescore_report.html import write_report
from api.rescore_report.photos import CasePhotos, drawn_from
from api.rescore_report.run_facts import RunFacts
from api.rescore_setup import Asked, Prepared, prepare
from api.rescore_stopping import stopping
from api.settings import Settings
from claims.rescore.basis import Basis
from claims.rescore.engines import Engine
from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Figures
from claims.rescore.figures.results.figures import Settings as FigureSettings
from claims.rescore.figures.to_json import to_json
from claims.rescore.manifest import chunks
from claims.rescore.parts import Parts
from claims.rescore.place import begin, only_run
from claims.rescore.run import Summary, run
from claims.rescore.tune.rules import TuneRules
from claims.rescore.whole_files import write_whole
from model.notes import Note, note
from model.texts import Texts

FIGURES: Final = "figures.json"
Tell = Callable[[Note], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is written once every case is settled, beside ``figures.json``: a report, with photos in it."""

    report: bool = True
    thumbnails: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducted:
    """How a start ended. ``report``: where it lies, once a run is complete and one was asked for."""

    summary: Summary
    report: Path | None


def conduct(
    asked: Asked, settings: Settings, engine: Engine, texts: Texts, tell: Tell, *, wanted: Wanted, resume: bool
) -> Conducted:
    """Begin a run or go on with it, and tell what it adds up to once no case is left.

    Raises as ``prepare``, ``only_run``, ``begin``, ``run``, ``make_figures`` and ``write_report``.
    """
    today = date.today()  # noqa: DTZ011 - the user's day
    with ExitStack() as held:
        prepared = prepare(asked, settings, today, held, tell)
        held.enter_context(only_run(prepared.work.out))
        basis = begin(prepared.work.out, prepared.basis, resume=resume, day_chosen=asked.day_chosen)
        work = replace(prepared.work, priced_on=basis.on)
        with watching(_about(asked), texts) as done, stopping(lambda: tell(note("rescore.stopping"))) as stop:
            summary = run(work, chunks(prepared.rows(basis)), engine, done, stop=stop)
        if not summary.complete:
            return Conducted(summary=summary, report=None)
        tell(note("rescore.adding_up"))
        figures = _add_up(prepared.work.out)
        return Conducted(
            summary=summary,
            report=_report(prepared, basis, figures, texts, thumbnails=wanted.thumbnails) if wanted.report else None,
        )


def _add_up(out: Path) -> Figures:
    figures = make_figures(out, FigureSettings(floors=TuneRules.shipped().wrong_by.amounts))
    write_whole(out / FIGURES, to_json(figures).encode(), aside=Parts(out).aside)
    return figures


def _report(prepared: Prepared, basis: Basis, figures: Figures, texts: Texts, *, thumbnails: bool) -> Path:
    facts = RunFacts(
        source=basis.told["cases"],
        versions=basis.versions,
        made=date.today(),  # noqa: DTZ011 - the user's day
        previous=prepared.previous.versions if prepared.previous else {},
        manifest=tuple(prepared.told.notes),
        labels={label.name: label for label in prepared.manifest.labels},
    )
    shown = {one.case_id for one in figures.worth_a_look} if thumbnails else set[str]()
    photos = CasePhotos.among(prepared.rows(basis), shown, prepared.work.files) if shown else None
    drawn = drawn_from(prepared.manifest)
    return write_report(prepared.work.out, figures, texts.language, run=facts, photo=photos, thresholds=drawn)


def _about(asked: Asked) -> int | None:
    """How many cases there are, to tell the time that is left; None where counting them takes a while. A quoted line
    break in a cell counts as a case."""
    manifest = asked.cases
    if not isinstance(manifest, str) or "://" in manifest or not Path(manifest).is_file():
        return asked.limit
    if manifest.lower().endswith(".parquet"):
        return asked.limit
    with Path(manifest).open("rb") as file:
        lines = sum(1 for line in file if line.strip())
    cases = lines - manifest.lower().endswith(".csv")
    return min(cases, asked.limit or cases)
