"""How commands end when something is wrong: one line on standard error, and an exit status that says whose turn it is.

1: this installation is not sound; 2: wrong usage. Nothing that a user, a file or a setting can do wrong ends in a
traceback.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer

from api.settings import spoken_language
from model.errors import CaseFactsError, QuickClaimError, UsageError
from model.notes import Note
from model.texts import Texts

UNSOUND, WRONG_USAGE = 1, 2
_LONGEST = 500


@contextmanager
def coded_errors(language: str | None = None) -> Iterator[None]:
    """Errors of the block become one line and an exit status; a closed pipe is left to the command line's framework."""
    try:
        yield
    except (UsageError, CaseFactsError) as error:
        fail(error, WRONG_USAGE, language)
    except QuickClaimError as error:
        fail(error, UNSOUND, language)
    except BrokenPipeError:
        raise
    except OSError as error:
        typer.echo(f"error: {error.filename or 'system'}: {error.strerror or 'failed'}", err=True)
        raise typer.Exit(UNSOUND) from error


def fail(error: QuickClaimError, status: int, language: str | None = None) -> NoReturn:
    """One line about the error, one with what exists where something unknown was named, and the end."""
    known = error.facts.get("known")
    typer.echo(f"error: {error.code}: {_sentence(error, Texts.load(language or spoken_language()))}", err=True)
    if isinstance(known, Iterable):
        typer.echo("known: " + ", ".join(str(item) for item in known), err=True)
    raise typer.Exit(status) from error


def _sentence(error: QuickClaimError, texts: Texts) -> str:
    """The sentence of the code where there is one for it, else what the error says of itself, on one line."""
    with suppress(KeyError):
        return texts.say(Note(error.code, error.facts))
    told = " ".join(error.detail.split()) or (type(error).__doc__ or "")
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} …"
