"""The ``quickclaim`` command.

Exit status: 0 assessed; 1 the installation is not sound; 2 wrong usage; 3 no photo could be used. With ``--json``
exactly one JSON document goes to standard output; progress and complaints go to standard error.
"""

import faulthandler
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.allocator import few_holes
from api.apps_cli import apps_app
from api.audit_cli import audit_app, replay
from api.db_cli import db_app
from api.exits import UNSOUND, coded_errors
from api.models_cli import models_app
from api.people_cli import people_app
from api.prices_cli import prices_app
from api.rescore_cli import rescore_app
from api.retention_cli import retention
from api.settings import Settings, spoken_language
from api.worker_cli import worker
from model.errors import CaseFactsError, ServiceError
from model.naming import shown_name

if TYPE_CHECKING:
    from claims.assess import Assessment
    from claims.facts import CaseFacts
    from claims.observe import PhotoSource, Progress

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Photos of a damaged car in; a priced, explained estimate and a decision out.",
)
app.add_typer(prices_app, name="prices")
app.add_typer(models_app, name="models")
app.add_typer(db_app, name="db")
app.add_typer(people_app, name="people")
app.add_typer(apps_app, name="apps")
app.add_typer(audit_app, name="audit")
app.add_typer(rescore_app, name="rescore")
app.command()(replay)
app.command()(retention)
app.command()(worker)


class Language(StrEnum):
    """Languages for people."""

    EN = "en"
    ZH = "zh"


class Engine(StrEnum):
    """What runs the network."""

    OPENVINO = "openvino"
    ONNX = "onnx"
    TORCH = "torch"


@app.command()
def assess(
    photos: Annotated[list[Path], typer.Argument(help="Photos of one case; a folder stands for its files.")],
    vehicle_class: Annotated[str | None, typer.Option(help="Class by new-car price, e.g. CN2_60_150k.")] = None,
    region: Annotated[str | None, typer.Option(help="Market: CN, US; CA-BC once its prices are imported.")] = None,
    shop: Annotated[str | None, typer.Option(help="Kind of shop, e.g. general_shop or 4S.")] = None,
    facts: Annotated[Path | None, typer.Option(help="JSON file with the facts of the case.", exists=True)] = None,
    deductible: Annotated[str | None, typer.Option(metavar="AMOUNT", help="In the market's currency.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a self-contained HTML report.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="Write PNGs with the boxes drawn into this folder.")] = None,
    lang: Annotated[Language | None, typer.Option(help="Language for people.")] = None,
    backend: Annotated[Engine | None, typer.Option(help="What runs the network.")] = None,
) -> None:
    """Assess the photos of one case."""
    from api.report.outputs import check_outputs

    with coded_errors(lang):
        settings = _settings(backend)
        stated = _facts(facts, region, vehicle_class, shop, deductible, settings)
        language, today = lang or settings.spoken(), date.today()  # noqa: DTZ011 - the user's day
        sources = _sources(photos, language)
        check_outputs(report, overlay, sources)
        assessment = _assess(sources, stated, settings, today)
        with ExitStack() as tellings:  # the last one in comes first; one that fails keeps none of the others back
            tellings.callback(_show, assessment, language, today, as_json=as_json)
            tellings.callback(_draw, assessment, sources, overlay, language)
            tellings.callback(_report, assessment, sources, report, language, today)
    if not assessment.usable:
        raise typer.Exit(3)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; loopback unless you know better.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
) -> None:
    """Start the service with everything embedded."""
    from api.app import create_app
    from api.auth.entrance import open_entrance
    from api.engine import open_service
    from api.production import require_safe, warnings
    from api.serving import DrainingServer
    from api.stores import open_stores
    from api.telemetry.logs import configure

    with coded_errors(), ExitStack() as held:
        settings = Settings.read()
        listener = held.enter_context(_listen(host, port))
        require_safe(settings, listener.getsockname()[0])
        for warning in warnings(settings, listener.getsockname()[0]):
            typer.echo(warning, err=True)
        configure(settings.log_style())
        _step("loading", detector=settings.detector, backend=settings.backend)
        eyes = open_service(settings)
        _step("opening", place="QUICKCLAIM_DATABASE" if settings.database else shown_name(str(settings.home)))
        stores = held.enter_context(open_stores(settings))
        entrance = open_entrance(stores.keys)
        application = create_app(
            settings,
            open_eyes=lambda _: eyes,
            open_stores=lambda _: nullcontext(stores),
            open_entrance=lambda _: entrance,
        )
        server = DrainingServer.of(application, settings, application.state.stopping)
        typer.echo(f"QuickClaim: http://{f'[{host}]' if ':' in host else host}:{port}", err=True)
        faulthandler.register(signal.SIGUSR1)  # `kill -USR1` writes what every thread is at
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    if not server.started:
        raise typer.Exit(UNSOUND)


def main() -> None:
    """Entry point of the ``quickclaim`` command."""
    few_holes()
    app()


_FEW = 3


def _step(code: str, **facts: str) -> None:
    """What a start is doing, for a person who watches; a log has no use for it."""
    from model.notes import note
    from model.texts import Texts

    if sys.stderr.isatty():
        typer.echo(Texts.load(spoken_language()).say(note(f"serve.{code}", **facts)), err=True)


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything slow: a port that is in use is told at once.

    What is accepted inherits ``TCP_NODELAY``. The event loop sets it only on sockets that name their protocol, which
    these do not; without it an answer in two pieces waits some 40 ms for the other side's word on the first.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        known = error.errno is not None and error.errno > 0  # unlike what asyncio and the resolver put there
        reason = os.strerror(error.errno) if known and error.errno else str(error.strerror).partition(" (")[0]
        raise ServiceError("cannot_listen", reason, address=f"{host}:{port}", reason=reason) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _settings(backend: Engine | None) -> Settings:
    settings = Settings.read()
    return settings.model_copy(update={"backend": backend.value}) if backend else settings


def _facts(
    file: Path | None,
    region: str | None,
    vehicle_class: str | None,
    shop: str | None,
    deductible: str | None,
    settings: Settings,
) -> "CaseFacts":
    """The facts of the file, overridden by what the command line says."""
    from pydantic import ValidationError

    from api.field_faults import FieldFault, together
    from claims.facts import CaseFacts, read_document

    stated: dict[str, object] = {"region": settings.region, **(read_document(_read(file)) if file else {})}
    said = {"region": region, "shop": shop, "deductible": deductible}
    stated |= {name: value for name, value in said.items() if value is not None}
    car = stated.get("vehicle", {})
    if vehicle_class and isinstance(car, dict):
        stated["vehicle"] = {**car, "vehicle_class": vehicle_class}
    try:
        return CaseFacts.model_validate(stated)
    except ValidationError as error:
        faults = [FieldFault.of(fault) for fault in error.errors(include_input=False)]
        raise CaseFactsError("invalid", wrong=together(faults)) from None


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseFactsError("unreadable", file.name, file=shown_name(file.name)) from error


def _sources(photos: Sequence[Path], language: str) -> "tuple[PhotoSource, ...]":
    from api.case_files import CaseFiles
    from model.texts import Texts

    found, texts = CaseFiles.find(photos), Texts.load(language)
    for passed_over in found.skipped:
        typer.echo(texts.say(passed_over), err=True)
    return found.photos


def _assess(sources: "Sequence[PhotoSource]", facts: "CaseFacts", settings: Settings, today: date) -> "Assessment":
    from api.engine import open_engine
    from claims.assess import assess as assess_case

    eyes = open_engine(settings)
    with _progress(len(sources)) as progress:
        return assess_case(sources, facts, eyes, on=today, progress=progress)


@contextmanager
def _progress(total: int) -> "Iterator[Progress | None]":
    """A bar on standard error, only for more than a few photos and where a person watches."""
    if total <= _FEW or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("photos", total=total)
        yield lambda done: bar.update(task, completed=done)


def _show(assessment: "Assessment", language: str, today: date, *, as_json: bool) -> None:
    from model.texts import Texts

    texts = Texts.load(language)
    if as_json:
        from api.schemas import AssessmentDocument

        typer.echo(AssessmentDocument.of(assessment, texts, on=today).model_dump_json(indent=2))
        return
    from rich.console import Console

    from api.report.terminal import show

    show(assessment, texts, Console())


def _report(
    assessment: "Assessment", sources: "Sequence[PhotoSource]", path: Path | None, language: str, today: date
) -> None:
    if path:
        from api.report.html import write_report

        write_report(assessment, sources, path, language=language, on=today)


def _draw(assessment: "Assessment", sources: "Sequence[PhotoSource]", folder: Path | None, language: str) -> None:
    if folder:
        from api.report.overlay import write_overlays
        from model.texts import Texts

        write_overlays(assessment, sources, folder, Texts.load(language))
