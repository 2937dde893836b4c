"""Sentences as staff read them: where one is written for customers, ``inside.<code>`` of the texts takes its place."""

from functools import cache
from typing import Annotated, Final

from fastapi import Depends

from api.deps import InTexts
from model.texts import Texts

_INSIDE: Final = "inside."


@cache
def _language(language: str) -> Texts:
    every = Texts.load(language).sentences
    own = {code.removeprefix(_INSIDE): said for code, said in every.items() if code.startswith(_INSIDE)}
    return Texts(language, {**every, **own})


def _inside(texts: InTexts) -> Texts:
    return _language(texts.language)


StaffTexts = Annotated[Texts, Depends(_inside)]
"""The language of the request, in the words of the desk."""
