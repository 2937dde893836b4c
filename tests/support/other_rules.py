"""The shipped rulebook with one thing changed, as somebody would change it in its file."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook

Change = Callable[[Rulebook], Rulebook]


def dearer(book: Rulebook) -> Rulebook:
    """Paint costs half as much again."""

    def content(text: str) -> str:
        head, *rows = text.splitlines()
        column = head.split(",").index("paint_panel_price")
        return "\n".join([head, *(_raised(row.split(","), column) for row in rows)]) + "\n"

    return changed(book, RuleFile.PARTS, content)


def stricter(book: Rulebook) -> Rulebook:
    """A person looks at far smaller damage: the policy."""
    return changed(
        book, RuleFile.POLICY, lambda text: text.replace("audit_sample_share: 0.05", "audit_sample_share: 1.0")
    )


def larger(book: Rulebook) -> Rulebook:
    """A scratch fills its box: damage is larger, and may be worse."""
    return changed(book, RuleFile.CONSOLIDATE, lambda text: text.replace("{scratch: 0.43,", "{scratch: 1.0,"))


def renamed(book: Rulebook) -> Rulebook:
    """Rules of repair that say the same under another version."""
    return changed(book, RuleFile.REPAIR, lambda text: text + "# read again\n")


def changed(book: Rulebook, file: RuleFile, change: Callable[[str], str]) -> Rulebook:
    sources = [replace(one, content=change(one.content)) if one.file is file else one for one in book.sources]
    assert sources != list(book.sources), f"{file} holds nothing of the kind"
    return Rulebook.from_sources(sources)


def _raised(cells: list[str], column: int) -> str:
    raised = str(Decimal(cells[column]) * Decimal("1.5")) if cells[column] else ""
    return ",".join([*cells[:column], raised, *cells[column + 1 :]])
