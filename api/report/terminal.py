"""An assessment on a terminal, in colour or not: a table where it fits, one thing below the other where it does not."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.report.conclusion import Headline, estimate_notes, likely, next_steps, sums
from api.report.marks import Mark, marks_of
from api.report.words import Words, damages_of, price_tag, seen_for, told_of, verdict
from claims.assess import Assessment
from claims.observe import Observation
from claims.triage import Route
from model.notes import note
from model.texts import Texts
from parts_pricing.estimate import EstimateLine

WIDE = 112
"""From so many columns on, part, work and what was seen each have a column of their own."""

_ENDLESS = 10_000
_INDENT, _GAP = 4, 2
_SIGNS = {"clear": ("✓", "OK", "green"), "advice": ("⚠", "!", "yellow")}
_BAD = ("✗", "X", "red")
_ROUTE_STYLE = {Route.INSTANT_OFFER: "bold green", Route.MORE_PHOTOS: "bold yellow", Route.HUMAN_REVIEW: "bold cyan"}


def show(assessment: Assessment, texts: Texts, console: Console) -> None:
    """Print photos, lines, amounts, decision, and how to reach a person."""
    words = Words(texts, assessment.estimate.currency)
    _photos(assessment, words, console)
    if assessment.estimate.lines:
        _title(words.say("sum.title"), console)
        table = _lines(assessment, words, wide=console.width >= WIDE)
        console.print(table if _fits(table, console) else _stacked(assessment, words))
        console.print(_sums(assessment, words, console))
    _decision(assessment, words, console)
    _small_print(assessment, words, console)


def _photos(assessment: Assessment, words: Words, console: Console) -> None:
    _title(words.say("photos.title"), console)
    marks = marks_of(assessment)
    for seen in assessment.observations:
        console.print(_photo(seen, marks.get(seen.index, ()), words, console), soft_wrap=False)
    for left_out in assessment.dropped:
        console.print(Padding(Text(words.texts.say(left_out), style="dim"), (0, 0, 0, 5), expand=False))


def _photo(seen: Observation, marks: Sequence[Mark], words: Words, console: Console) -> Table:
    found = verdict(seen, words.texts)
    sign, plain, colour = _SIGNS.get(found.level, _BAD)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=3)
    grid.add_column(min_width=1)
    grid.add_column(overflow="fold")
    name = Text(seen.name, style="bold")
    if found.level in {"unusable", "rejected"}:
        name.append(f"  {words.say(f'photos.{found.level}')}", style=colour)
    grid.add_row(
        str(seen.index + 1),
        Text(sign if _can_show(sign, console) else plain, style=colour),
        Group(name, *map(Text, [*told_of(seen, marks, words), *found.advice])),
    )
    return grid


def _can_show(sign: str, console: Console) -> bool:
    try:
        sign.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _lines(assessment: Assessment, words: Words, *, wide: bool) -> Table:
    lines = assessment.estimate.lines
    other = any(line.other for line in lines)
    amounts = [_amounts(line, words, other=other) for line in lines]
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=False, show_edge=False, title_justify="left")
    table.add_column(words.say("column.line"), justify="right", no_wrap=True)
    for name in ("part", "work", "seen") if wide else ("part",):
        table.add_column(words.say(f"column.{name}"), overflow="fold", min_width=10)
    for name, column in zip(_figures(other=other), zip(*amounts, strict=True), strict=True):
        table.add_column(words.say(f"column.{name}"), justify="right", no_wrap=True, min_width=max(map(_width, column)))
    for number, cells in enumerate(amounts, start=1):
        table.add_row(str(number), *_what(number, assessment, words, wide=wide), *cells)
    return table


def _width(cell: Text) -> int:
    return max(map(cell_len, cell.plain.splitlines()))


def _what(number: int, assessment: Assessment, words: Words, *, wide: bool) -> list[Text]:
    line = assessment.estimate.lines[number - 1]
    place = Text(words.line_place(line, damages_of(line, assessment)), style="bold")
    work = Text(words.texts.name(line.operation))
    seen = Text("\n".join(seen_for(number, assessment, words)), style="dim")
    return [place, work, seen] if wide else [Text("\n").join([place, work, seen])]


def _amounts(line: EstimateLine, words: Words, *, other: bool) -> list[Text]:
    cells = [words.number(line.hours), *(words.figure(amount) for amount in (line.labour, line.paint, line.parts))]
    total = Text(words.figure(line.total), style="bold")
    if told := price_tag(line, words):
        tag = Text(told, style="yellow")
        total = Text("\n").join([total, tag]) if line.total else tag
    return [*map(Text, cells), *([Text(words.figure(line.other))] if other else []), total]


def _fits(table: Table, console: Console) -> bool:
    """True when no amount would be cut."""
    return console.measure(table, options=console.options.update(width=_ENDLESS)).minimum <= console.width


def _stacked(assessment: Assessment, words: Words) -> Table:
    """For narrow terminals: each line as a small list of its own, of what there is."""
    other = any(line.other for line in assessment.estimate.lines)
    names = [words.say(f"column.{name}") for name in _figures(other=other)]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=3)
    grid.add_column(overflow="fold")
    for number, line in enumerate(assessment.estimate.lines, start=1):
        told = zip(names, _amounts(line, words, other=other), strict=True)
        figures = [Text.assemble(f"{name}  ", cell) for name, cell in told if cell.plain != words.say("none")]
        grid.add_row(str(number), Group(*_what(number, assessment, words, wide=False), *figures))
    return grid


def _figures(*, other: bool) -> tuple[str, ...]:
    return ("hours", "labour", "paint", "parts", *(("other",) if other else ()), "total")


def _sums(assessment: Assessment, words: Words, console: Console) -> RenderableType:
    rows = sums(assessment.estimate, words)
    longest = [max(cell_len(row[column]) for row in rows) for column in (0, 1)]
    beside = sum(longest) + _GAP + _INDENT <= console.width
    grid = Table.grid(padding=(0, _GAP))
    grid.add_column(no_wrap=beside)
    grid.add_column(justify="right", no_wrap=beside)
    for name, amount, weight in rows:
        cells = [Text(told, style="bold" if weight else "") for told in (name, amount)]
        grid.add_row(*(cells if beside else [Text("\n  ").join(cells)]))
    return Padding(grid, (1, 0, 0, _INDENT if beside else 0), expand=False)


def _decision(assessment: Assessment, words: Words, console: Console) -> None:
    decision = assessment.decision
    _title(words.texts.say(note(f"decision.{decision.route.value}")), console, style=_ROUTE_STYLE[decision.route])
    head = Headline.of(assessment, words)
    told = words.say("pair", name=head.label, value=head.amount) if head.amount else head.label
    console.print(Padding(Text(told, style="bold"), (0, 0, 0, 2), expand=False))
    span = likely(assessment, words)
    for line in ([span] if span else []) + next_steps(assessment, words):
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
    _list(words.say("why"), [words.texts.say(item) for item in decision.reasons], console)
    _list(words.say("wanted"), [words.texts.say(item) for item in decision.wanted], console)


def _list(title: str, items: list[str], console: Console) -> None:
    if not items:
        return
    _title(title, console)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(min_width=3, justify="right")
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row("-", Text(item))
    console.print(grid)


def _small_print(assessment: Assessment, words: Words, console: Console) -> None:
    console.print()
    console.print(Text(words.texts.say(note("decision.contact")), style="bold"))
    for told in estimate_notes(assessment.estimate, words):
        console.print(Text(told))
    versions = " · ".join(f"{words.say(f'appendix.{name}')} {version}" for name, version in assessment.versions.items())
    console.print(Text(versions, style="dim"))


def _title(title: str, console: Console, style: str = "bold") -> None:
    console.print()
    console.print(Text(title, style=style))
