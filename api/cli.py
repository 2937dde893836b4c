"""The ``quickclaim`` command.

Exit status: 0 assessed; 1 the installation is not sound; 2 wrong usage; 3 no photo could be used. With ``--json``
exactly one JSON document goes to standard output; progress and complaints go to standard error.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.models_cli import models_app
from api.prices_cli import prices_app
from api.settings import Settings
from model.errors import CaseFactsError, QuickClaimError, UsageError

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
    region: Annotated[str | None, typer.Option(help="Market: CN, US, CA-BC.")] = None,
    shop: Annotated[str | None, typer.Option(help="Kind of shop, e.g. general_shop or 4S.")] = None,
    facts: Annotated[Path | None, typer.Option(help="JSON file with the facts of the case.", exists=True)] = None,
    deductible: Annotated[float | None, typer.Option(min=0, help="Deductible in the market's currency.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a self-contained HTML report.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="Write PNGs with the boxes drawn into this folder.")] = None,
    lang: Annotated[Language | None, typer.Option(help="Language for people.")] = None,
    backend: Annotated[Engine | None, typer.Option(help="What runs the network.")] = None,
) -> None:
    """Assess the photos of one case."""
    with _coded_errors():
        settings = _settings(backend)
        stated = _facts(facts, region, vehicle_class, shop, deductible, settings)
        sources = list(_sources(photos))
        language = lang or settings.spoken()
        assessment = _assess(sources, stated, settings, quiet=len(sources) <= _FEW)
        _write(assessment, sources, language, report, overlay)
        _show(assessment, language, as_json=as_json)
    if not assessment.usable:
        raise typer.Exit(3)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; loopback unless you know better.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
) -> None:
    """Start the service with everything embedded."""
    import uvicorn

    from api.app import create_app

    with _coded_errors():
        application = create_app(Settings())
    uvicorn.run(application, host=host, port=port, server_header=False, access_log=False)


def main() -> None:
    """Entry point of the ``quickclaim`` command."""
    app()


_FEW = 3


def _settings(backend: Engine | None) -> Settings:
    settings = Settings()
    return settings.model_copy(update={"backend": backend.value}) if backend else settings


def _facts(
    file: Path | None,
    region: str | None,
    vehicle_class: str | None,
    shop: str | None,
    deductible: float | None,
    settings: Settings,
) -> "CaseFacts":
    """The facts of the file, overridden by what the command line says."""
    from claims.facts import CaseFacts, read_document

    stated: dict[str, object] = {"region": settings.region, **(read_document(_read(file)) if file else {})}
    said = {"region": region, "shop": shop, "deductible": None if deductible is None else str(deductible)}
    stated |= {name: value for name, value in said.items() if value is not None}
    car = stated.get("vehicle", {})
    if vehicle_class and isinstance(car, dict):
        stated["vehicle"] = {**car, "vehicle_class": vehicle_class}
    return CaseFacts.of(stated)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseFactsError("unreadable", f"{file.name}: {type(error).__name__}") from error


def _sources(photos: Iterable[Path]) -> "Iterator[PhotoSource]":
    from claims.observe import PhotoSource

    for photo in photos:
        files = sorted(item for item in photo.iterdir() if item.is_file()) if photo.is_dir() else [photo]
        if not files:
            raise UsageError("empty_folder", f"{photo.name} holds no files")
        yield from (PhotoSource(name=item.name, content=item) for item in files)


def _assess(sources: "list[PhotoSource]", facts: "CaseFacts", settings: Settings, *, quiet: bool) -> "Assessment":
    from api.engine import open_engine
    from claims.assess import assess as assess_case

    eyes = open_engine(settings)
    with _progress(len(sources), quiet=quiet) as progress:
        return assess_case(sources, facts, eyes, on=date.today(), progress=progress)  # noqa: DTZ011 - the user's day


@contextmanager
def _progress(total: int, *, quiet: bool) -> "Iterator[Progress | None]":
    """A bar on standard error, only where a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("photos", total=total)
        yield lambda done: bar.update(task, completed=done)


def _show(assessment: "Assessment", language: str, *, as_json: bool) -> None:
    from model.texts import Texts

    texts = Texts.load(language)
    if as_json:
        from api.schemas import AssessmentDocument

        typer.echo(AssessmentDocument.of(assessment, texts).model_dump_json(indent=2))
        return
    from rich.console import Console

    from api.report.terminal import show

    show(assessment, texts, Console())


def _write(
    assessment: "Assessment", sources: "list[PhotoSource]", language: str, report: Path | None, overlay: Path | None
) -> None:
    if report:
        from api.report.html import write_report

        write_report(assessment, sources, report, language=language, on=date.today())  # noqa: DTZ011
    if overlay:
        from api.report.overlay import write_overlays
        from model.texts import Texts

        write_overlays(assessment, sources, overlay, Texts.load(language))


@contextmanager
def _coded_errors() -> Iterator[None]:
    try:
        yield
    except (UsageError, CaseFactsError) as error:
        _fail(error, 2)
    except QuickClaimError as error:
        _fail(error, 1)
    except OSError as error:
        typer.echo(f"error: {error.strerror or type(error).__name__}: {error.filename or ''}", err=True)
        raise typer.Exit(1) from error


def _fail(error: QuickClaimError, status: int) -> NoReturn:
    known = error.facts.get("known")
    typer.echo(f"error: {error}", err=True)
    if isinstance(known, Iterable):
        typer.echo("known: " + ", ".join(str(item) for item in known), err=True)
    raise typer.Exit(status) from error
