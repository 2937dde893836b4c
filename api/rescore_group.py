"""``quickclaim rescore MANIFEST …`` beside ``quickclaim rescore tune …``: what names no command is the run itself."""

from typing import Any, Final

from typer.core import TyperGroup

RUN: Final = "run"


class RescoreGroup(TyperGroup):
    """The command ``run`` needs no name. Contexts and commands are Typer's own, which have no public type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the group, once it is said which command is meant."""
        named = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if named else [RUN, *args])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the group; in what is shown, the name that nobody gave is left out."""
        name, command, rest = super().resolve_command(ctx, args)
        return ("" if name == RUN else name), command, rest
