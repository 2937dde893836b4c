"""``quickclaim prices check|import|show``: the tables that estimates are priced with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import PriceTableError, UsageError
from model.notes import note
from model.vocabulary import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from model.texts import Texts
    from parts_pricing.catalogue import Catalogue, PriceRow

# Heavy imports stand inside the commands: `quickclaim assess` mounts this module and must start fast.

prices_app = typer.Typer(name="prices", no_args_is_help=True, help="Price and labour-rate tables.")
_WRONG = 2

Files = Annotated[list[Path], typer.Argument(help="CSV files of prices or labour rates.", show_default=False)]
OneFile = Annotated[Path, typer.Argument(help="CSV file of prices or labour rates.", show_default=False)]
Name = Annotated[str | None, typer.Option(help="What the version is called; by default the name of the file.")]


@prices_app.command("check")
def check(paths: Files) -> None:
    """Say whether files can be taken, and everything that is wrong with them. Changes nothing."""
    from claims.price_store import check_file

    texts = _texts()
    good = True
    for path in paths:
        try:
            checked = check_file(path)
        except PriceTableError as error:
            _report(error, texts)
            good = False
        else:
            facts = {"file": path.name, "rows": checked.rows, "version": checked.version}
            typer.echo(texts.say(note("prices.checked", **facts)))
    if not good:
        raise typer.Exit(_WRONG)


@prices_app.command("import")
def import_(path: OneFile, name: Name = None) -> None:
    """Check a file, keep it as a new version and use it from now on. Earlier versions stay."""
    from api.settings import Settings
    from claims.price_store import import_file

    texts = _texts()
    try:
        taken = import_file(path, Settings().home, name)
    except PriceTableError as error:
        _report(error, texts)
        raise typer.Exit(_WRONG) from error
    typer.echo(texts.say(note("prices.imported", file=path.name, rows=taken.rows, version=taken.version)))


@prices_app.command("show")
def show(
    part: Annotated[Part | None, typer.Option(help="Only this part.")] = None,
    vehicle_class: Annotated[str | None, typer.Option(help="Only this class, e.g. CN2_60_150k.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region, e.g. CN.")] = None,
) -> None:
    """The rows in force, as a table."""
    from rich.console import Console

    from api.settings import Settings
    from claims.price_store import load_catalogue

    texts = _texts()
    try:
        catalogue, rates = load_catalogue(Settings().home)
        rows = list(_chosen(catalogue, part, vehicle_class, region))
    except PriceTableError as error:
        _report(error, texts)
        raise typer.Exit(_WRONG) from error
    except UsageError as error:
        known = ", ".join(str(word) for word in _listed(error.facts.get("known")))
        raise typer.BadParameter(f"{error.facts.get('value')} ({known})") from error
    if not rows:
        typer.echo(texts.say(note("prices.nothing")))
        return
    title = texts.say(note("prices.shown", version=catalogue.version, rates=rates.version))
    Console().print(_table(rows, title, texts))


def _chosen(
    catalogue: "Catalogue", part: Part | None, vehicle_class: str | None, region: str | None
) -> "Iterator[PriceRow]":
    if region is not None and region not in catalogue.regions:
        raise UsageError("unknown_region", value=region, known=catalogue.regions)
    classes = [name for where in catalogue.regions for name in catalogue.classes(where) if region in (None, where)]
    if vehicle_class is not None and vehicle_class not in classes:
        raise UsageError("unknown_vehicle_class", value=vehicle_class, known=tuple(classes))
    for row in catalogue.rows:
        wanted = part in (None, row.part) and region in (None, row.region)
        if wanted and vehicle_class in (None, row.vehicle_class):
            yield row


def _table(rows: "list[PriceRow]", title: str, texts: "Texts") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("class", no_wrap=True)
    table.add_column("part", overflow="fold")
    for name in ("oem", "aftermkt", "used", "R&R h", "paint"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("until", no_wrap=True)
    for row in rows:
        part = " ".join(filter(None, [texts.name(row.part), row.make, row.model, row.part_number]))
        prices = [f"{_cell(row.oem_price)} {row.price_confidence}", _cell(row.aftermarket_price), _cell(row.used_price)]
        work = [_cell(row.labor_rr_h), _cell(row.paint_panel_price)]
        table.add_row(row.vehicle_class, part, *prices, *work, str(row.valid_to or ""))
    return table


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,}"


def _listed(known: object) -> tuple[object, ...]:
    return known if isinstance(known, tuple) else ()


def _report(error: PriceTableError, texts: "Texts") -> None:
    """Everything wrong with a file on standard error, one line per cell."""
    from parts_pricing.table import BadCell

    typer.echo(f"{error.code}: {texts.say(note(error.code, **error.facts))}", err=True)
    for cell in _listed(error.facts.get("cells")):
        if isinstance(cell, BadCell):
            place = "prices.place" if cell.column else "prices.place_row"
            where = texts.say(note(place, file=cell.file, line=cell.line, column=cell.column))
            typer.echo(f"  {where}: {texts.say(cell.reason)}", err=True)


def _texts() -> "Texts":
    from api.settings import Settings
    from model.texts import Texts

    return Texts.load(Settings().spoken())
