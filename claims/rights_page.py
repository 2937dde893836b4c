"""The matrix of rights for people: ``docs/rights.md`` shows it."""

from collections.abc import Iterable

from claims.actions import Action
from claims.rights import Rights, Scope
from claims.states import Role


def as_markdown(rights: Rights) -> str:
    """The matrix as a table for people, one line an action; an empty cell is never."""
    roles = list(Role)
    lines = [_line("action", roles), _line("---", ["---"] * len(roles))]
    for action, row in rights.matrix.items():
        shown = ["" if row[role] is Scope.NEVER else _cell(rights, action, role, row[role]) for role in roles]
        lines.append(_line(action, shown))
    return "\n".join(lines) + "\n"


def _line(first: str, cells: Iterable[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"


def _cell(rights: Rights, action: Action, role: Role, scope: Scope) -> str:
    """With a star where the amount is limited, and two where a second person must do it."""
    reach = rights.authority.get(role)
    limited = action in rights.within_authority and reach is not None and (reach.below or reach.up_to)
    return f"{scope}{' *' if limited else ''}{' **' if action in rights.proposals | rights.people else ''}"
