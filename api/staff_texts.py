"""Sentences as staff read them: where one is written for customers, ``inside.<code>`` of the texts takes its place."""

from functools import cache
from typing import Annotated, Final

from fastapi import Depends

from api.deps import InTexts
from claims.actors import Actor, ActorKind
from model.texts import Texts

_INSIDE: Final = "inside."


def for_staff(texts: Texts) -> Texts:
    """The same language in the words of the desk."""
    return _language(texts.language)


def for_reader(actor: Actor, texts: Texts) -> Texts:
    """The same for staff; customers, and the apps that show it to them, read what is written for customers."""
    return for_staff(texts) if actor.kind is ActorKind.STAFF else texts


@cache
def _language(language: str) -> Texts:
    every = Texts.load(language).sentences
    own = {code.removeprefix(_INSIDE): said for code, said in every.items() if code.startswith(_INSIDE)}
    return Texts(language, {**every, **own})


def _inside(texts: InTexts) -> Texts:
    return for_staff(texts)


StaffTexts = Annotated[Texts, Depends(_inside)]
"""The language of the request, in the words of the desk."""
