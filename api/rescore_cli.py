"""``quickclaim rescore``: historical cases scored again.

Exit status: 0 every case is settled, some of them perhaps in quarantine; 1 the run cannot go on; 2 wrong usage; 3 not
one case could be scored; 130 stopped by Ctrl-C.
"""

import os
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.exits import coded_errors
from api.rescore_group import RUN, RescoreGroup
from api.rescore_tune_cli import tune
from api.settings import Settings, spoken_language
from model.errors import RescoreError

if TYPE_CHECKING:
    from api.rescore_run import Conducted
    from api.rescore_setup import Asked
    from claims.rescore.engines import Engine
    from claims.rescore.origin import FromDatabase
    from model.texts import Texts

# Heavy imports stand inside: `quickclaim --help` mounts this module and must start fast, without the extra batch.

_NONE_SCORED: Final = 3
_INTERRUPTED: Final = 130

rescore_app = typer.Typer(cls=RescoreGroup, rich_markup_mode=None, help="Score historical cases again.")
rescore_app.command("tune")(tune)


class EngineName(StrEnum):
    """Who takes the chunks."""

    LOCAL = "local"
    RAY = "ray"


class Language(StrEnum):
    """Languages for people."""

    EN = "en"
    ZH = "zh"


@rescore_app.command(RUN, epilog="quickclaim rescore tune --help: which policy could be promised.")
def rescore(
    manifest: Annotated[
        str | None, typer.Argument(help="CSV, JSONL or Parquet: a file or s3://….", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results.", show_default=False)] = None,
    example: Annotated[Path | None, typer.Option(help="Write a small documented example here, and end.")] = None,
    from_database: Annotated[bool, typer.Option("--from-database", help="The service's own cases.")] = False,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="Of these, reported from this day on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Of these, reported before this day.")] = None,
    model_version: Annotated[str | None, typer.Option(help="Of these, assessed by this detector.")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Of these, in this state; may be repeated.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in this folder.")] = False,
    previous: Annotated[Path | None, typer.Option(help="Folder of an earlier run to compare with.")] = None,
    on: Annotated[
        str, typer.Option(metavar="DAY|case", help="Day whose prices hold, by default today; case: each case's own.")
    ] = "",
    policy: Annotated[Path | None, typer.Option(help="Triage policy to use instead.", exists=True)] = None,
    model: Annotated[str | None, typer.Option(help="Name of the detector to use instead.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where photos that were looked at are remembered.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many rows.")] = None,
    engine: Annotated[EngineName, typer.Option(help="This machine, or a Ray cluster.")] = EngineName.LOCAL,
    ray_address: Annotated[str | None, typer.Option(help="HOST:PORT of a cluster; default: this machine.")] = None,
    processes: Annotated[int | None, typer.Option(min=0, help="Default: one per core; 0: only this one.")] = None,
    report: Annotated[bool, typer.Option(help="Write report.html besides figures.json.")] = True,
    thumbnails: Annotated[bool, typer.Option(help="Photos of the cases most worth a look in the report.")] = True,
    lang: Annotated[Language | None, typer.Option(help="Language for people.")] = None,
) -> None:
    """Score historical cases again: what they would cost with this model, these prices, these rules and this policy."""
    with coded_errors(lang):
        _require("pyarrow", "batch")
        if example is not None:
            _write_example(example)
            return
        settings = _settings(policy, model)
        cases = _from_database(since, until, model_version, state) if from_database else manifest
        if cases is None or (from_database and manifest):
            raise typer.BadParameter("either a MANIFEST or --from-database")
        if not from_database and (since or until or model_version or state):
            raise typer.BadParameter("--since, --until, --model-version and --state go with --from-database")
        if out is None:
            raise typer.BadParameter("--out names the folder for the results")
        count, threads = _shares(processes, settings)
        spoken = lang or (_language_of(out) if resume else None) or settings.spoken()
        asked = _asked(cases, out, cache=cache, previous=previous, on=on, limit=limit, threads=threads, language=spoken)
        chosen = _engine(engine, ray_address, count, threads)
        _run(asked, settings, chosen, spoken, resume=resume, report=report, thumbnails=thumbnails)


def _run(
    asked: "Asked",
    settings: Settings,
    engine: "Engine",
    language: str,
    *,
    resume: bool,
    report: bool,
    thumbnails: bool,
) -> None:
    from api.rescore_run import Wanted, conduct
    from model.texts import Texts

    texts = Texts.load(language)
    try:
        done = conduct(
            asked,
            settings,
            engine,
            texts,
            lambda told: typer.echo(texts.say(told), err=True),
            resume=resume,
            wanted=Wanted(report=report, thumbnails=thumbnails),
        )
    except KeyboardInterrupt:
        _say_stopped(texts)
        raise typer.Exit(_INTERRUPTED) from None
    if not done.summary.complete:
        _say_stopped(texts)
        raise typer.Exit(_INTERRUPTED)
    _say_done(done, texts)
    if not done.summary.cases:
        raise typer.Exit(_NONE_SCORED)


def _language_of(out: Path) -> str | None:
    """The one in which a run that goes on was begun. Raises as ``Basis.read``."""
    from claims.rescore.basis import Basis

    begun = Basis.read(out)
    return None if begun is None else begun.language


def _say_stopped(texts: "Texts") -> None:
    from model.notes import note

    typer.echo(texts.say(note("rescore.stopped")), err=True)


def _say_done(done: "Conducted", texts: "Texts") -> None:
    from model.naming import shown_name
    from model.notes import note

    found = done.summary
    counts = ("cases", "quarantined", "photos", "looked", "skipped")
    facts = {name: f"{getattr(found, name):,}" for name in counts}
    typer.echo(texts.say(note("rescore.done", **facts, seconds=f"{found.seconds:,.0f}")))
    if done.report:
        typer.echo(texts.say(note("rescore.report_is_at", file=shown_name(str(done.report)))))


def _settings(policy: Path | None, model: str | None) -> Settings:
    chosen = {"policy": policy, "detector": model}
    return Settings.read().model_copy(update={name: value for name, value in chosen.items() if value is not None})


def _asked(cases: "str | FromDatabase", out: Path, *, on: str, **options: Any) -> "Asked":
    from api.rescore_setup import Asked

    return Asked(cases=cases, out=out, on=_priced_on(on), day_chosen=bool(on), **options)


def _from_database(since: str | None, until: str | None, model: str | None, states: list[str] | None) -> "FromDatabase":
    from claims.rescore.origin import FromDatabase
    from claims.states import CaseState

    known = {state.value for state in CaseState}
    if unknown := set(states or ()) - known:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: one of {', '.join(sorted(known))}")
    return FromDatabase(
        since=_day(since) if since else None,
        until=_day(until) if until else None,
        states=frozenset(map(CaseState, states or ())),
        model=model,
    )


def _priced_on(text: str) -> date | None:
    if text == "case":
        return None
    return _day(text) if text else date.today()  # noqa: DTZ011 - the user's day


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text}: a day like 2026-11-23") from None


def _shares(processes: int | None, settings: Settings) -> tuple[int, int]:
    """How many processes, and how many cores the network of each uses."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = cores if processes is None else processes
    return count, settings.threads or max(1, cores // max(1, count))


def _engine(name: EngineName, address: str | None, processes: int, threads: int) -> "Engine":
    if name is EngineName.LOCAL:
        from claims.rescore.engines.local import Local

        return Local(processes)
    _require("ray", "ray")
    from claims.rescore.engines.ray import RayEngine

    return RayEngine(address=address, cores=threads, workers=None if address else processes or 1)


def _require(library: str, extra: str) -> None:
    """Raises ``RescoreError`` ``rescore.extra_missing``."""
    if find_spec(library) is None:
        raise RescoreError("extra_missing", library, extra=extra)


def _write_example(folder: Path) -> None:
    from claims.rescore.example import write_example
    from model.naming import shown_name
    from model.notes import note
    from model.texts import Texts

    write_example(folder)
    texts = Texts.load(spoken_language())
    typer.echo(texts.say(note("rescore.example_is_at", folder=shown_name(str(folder)))))
