"""A photo that a person wishes for: it names what it is about, and is said in both languages."""

from typing import Any

import pytest
from pydantic import ValidationError

from claims.desk.asking import PhotoWish, Shot
from claims.note_json import note_json, note_of
from model.texts import LANGUAGES, Texts
from model.vocabulary import Part, Side

WISHES: list[dict[str, Any]] = [
    {"shot": "again", "photo": 2},
    {"shot": "wider", "photo": 1},
    {"shot": "damage"},
    {"shot": "second_view", "part": "front_door", "side": "left"},
    {"shot": "second_view", "part": "hood"},
]


@pytest.mark.parametrize("given", WISHES)
def test_a_wish_is_a_sentence_that_is_kept(given: dict[str, Any]) -> None:
    said = PhotoWish.model_validate(given).note
    assert note_of(note_json(said)) == said
    assert said.code == f"shot.{given['shot']}"
    for language in LANGUAGES:
        assert "{" not in Texts.load(language).say(said)


@pytest.mark.parametrize(
    "given",
    [
        {"shot": "again"},
        {"shot": "again", "photo": 0},
        {"shot": "damage", "photo": 1},
        {"shot": "second_view"},
        {"shot": "second_view", "part": "front_door"},
        {"shot": "second_view", "part": "hood", "side": "left"},
        {"shot": "wider", "photo": 1, "part": "hood"},
        {"shot": "from_above"},
        {"shot": "damage", "words": "please"},
    ],
)
def test_a_wish_that_names_nothing_or_too_much_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PhotoWish.model_validate(given)


def test_every_shot_can_be_wished_for() -> None:
    assert {wish["shot"] for wish in WISHES} == set(Shot)


def test_left_and_right_are_two_wishes() -> None:
    wishes = [PhotoWish(shot=Shot.SECOND_VIEW, part=Part.FRONT_DOOR, side=side) for side in (Side.LEFT, Side.RIGHT)]
    assert len({wish.note for wish in wishes}) == 2
