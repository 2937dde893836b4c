"""``quickclaim prices check|import|show|versions|use``: the tables that estimates are priced with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import WRONG_USAGE, coded_errors
from api.settings import Settings, spoken_language
from model.errors import PriceTableError, UsageError
from model.naming import shown_name
from model.notes import note
from model.texts import Texts
from model.vocabulary import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from claims.price_store import CheckedFile
    from parts_pricing.catalogue import Catalogue, PriceRow

# Heavy imports stand inside the commands: `quickclaim assess` mounts this module and must start fast.

prices_app = typer.Typer(name="prices", no_args_is_help=True, help="Price and labour-rate tables.")

_COLUMNS = ("vehicle_class", "part", "oem", "aftermarket", "used", "replace", "paint", "until")
_PART_WIDTH = 13

Files = Annotated[list[Path], typer.Argument(help="CSV files of prices or labour rates.", show_default=False)]
OneFile = Annotated[Path, typer.Argument(help="CSV file of prices or labour rates.", show_default=False)]
Name = Annotated[str | None, typer.Option(help="What the version is called; by default the name of the file.")]


@prices_app.command("check")
def check(paths: Files) -> None:
    """Say whether files can be taken, and everything that is wrong with them. Changes nothing."""
    texts, good = _texts(), True
    for path in paths:
        checked = _checked(path, None, texts)
        good = good and checked is not None
        if checked:
            facts = {"file": shown_name(path.name), "rows": checked.rows, "version": checked.version}
            typer.echo(texts.say(note("prices.checked", **facts)))
            with coded_errors():
                _say_gaps(checked, Settings.read().home, texts)
    if not good:
        raise typer.Exit(WRONG_USAGE)


@prices_app.command("import")
def import_(path: OneFile, name: Name = None) -> None:
    """Check a file, keep it as a new version and use it from now on. Earlier versions stay."""
    from claims.price_store import keep

    texts = _texts()
    with coded_errors():
        home = Settings.read().home
        checked = _checked(path, name, texts)
        if checked is None:
            raise typer.Exit(WRONG_USAGE)
        _say_gaps(checked, home, texts)
        keep(checked, home)
    facts = {"file": shown_name(path.name), "rows": checked.rows, "version": checked.version}
    typer.echo(texts.say(note("prices.imported", **facts)))
    typer.echo(texts.say(note("prices.at_next_start")))


@prices_app.command("show")
def show(
    part: Annotated[Part | None, typer.Option(help="Only this part.")] = None,
    vehicle_class: Annotated[str | None, typer.Option(help="Only this class, e.g. CN2_60_150k.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region, e.g. CN.")] = None,
) -> None:
    """The rows in force, as a table."""
    from rich.console import Console

    from claims.price_store import load_catalogue

    texts = _texts()
    with coded_errors():
        catalogue, rates = load_catalogue(Settings.read().home)
        rows = list(_chosen(catalogue, part, vehicle_class, region))
    if not rows:
        typer.echo(texts.say(note("prices.nothing")))
        return
    title = texts.say(note("prices.shown", version=catalogue.version, rates=rates.version))
    Console().print(_table(rows, title, texts))


@prices_app.command("versions")
def versions() -> None:
    """Every table that was imported or shipped; * marks those in force."""
    from claims.price_store import TableKind, in_force, shipped_version
    from claims.price_store import versions as imported

    texts = _texts()
    with coded_errors():
        home = Settings.read().home
        for kind in TableKind:
            typer.echo(texts.name(kind))
            shipped, active = shipped_version(kind), in_force(home, kind)
            for version in (shipped, *imported(home, kind)):
                origin = texts.say(note(f"prices.origin.{'shipped' if version == shipped else 'imported'}"))
                typer.echo(f"{'*' if version == active else ' '} {version}  {origin}")


@prices_app.command("use")
def use(version: Annotated[str, typer.Argument(help="A version of `prices versions`.", show_default=False)]) -> None:
    """Put another version in force, for instance the one before."""
    from claims.price_store import use as use_version

    texts = _texts()
    with coded_errors():
        use_version(version, Settings.read().home)
    typer.echo(texts.say(note("prices.in_force", version=version)))
    typer.echo(texts.say(note("prices.at_next_start")))


def _checked(path: Path, name: str | None, texts: Texts) -> "CheckedFile | None":
    """The file, or None once everything that is wrong with it has been said."""
    from claims.price_store import check_file

    try:
        return check_file(path, name)
    except PriceTableError as error:
        _report(error, texts)
        return None


def _say_gaps(checked: "CheckedFile", home: Path, texts: Texts) -> None:
    """What the file leaves out beside the table in force, on standard error: worth a look, no refusal."""
    from claims.price_store import gaps_of

    for gap in gaps_of(checked, home):
        typer.echo(f"  {texts.say(note('prices.look', gap=gap))}", err=True)


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


def _table(rows: "list[PriceRow]", title: str, texts: Texts) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    words = {name: texts.say(note(f"prices.column.{name}")) for name in _COLUMNS}
    table.add_column(words["vehicle_class"], no_wrap=True)
    table.add_column(words["part"], overflow="fold", min_width=_PART_WIDTH)
    for name in ("oem", "aftermarket", "used", "replace", "paint"):
        table.add_column(words[name], justify="right", no_wrap=True)
    table.add_column(words["until"], no_wrap=True)
    for row in rows:
        part = " ".join(filter(None, [texts.name(row.part), row.make, row.model, row.part_number]))
        prices = [f"{_cell(row.oem_price)} {row.price_confidence}", _cell(row.aftermarket_price), _cell(row.used_price)]
        work = [_cell(row.labor_rr_h), _cell(row.paint_panel_price)]
        cells = [row.vehicle_class, part, *prices, *work, str(row.valid_to or "")]
        table.add_row(
            *(Text(shown_name(cell) if cell else "") for cell in cells)
        )  # plain: a cell may hold marks or control signs
    return table


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,}"


def _listed(known: object) -> tuple[object, ...]:
    return known if isinstance(known, tuple) else ()


def _report(error: PriceTableError, texts: Texts) -> None:
    """Everything wrong with a file on standard error, one line per cell."""
    from parts_pricing.table import BadCell

    typer.echo(f"{error.code}: {texts.say(note(error.code, **error.facts))}", err=True)
    for cell in _listed(error.facts.get("cells")):
        if isinstance(cell, BadCell):
            place = "prices.place" if cell.column else "prices.place_row"
            where = texts.say(note(place, file=cell.file, line=cell.line, column=cell.column))
            typer.echo(f"  {where}: {texts.say(cell.reason)}", err=True)


def _texts() -> Texts:
    return Texts.load(spoken_language())
