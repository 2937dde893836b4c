"""Documents that staff send about a case."""

from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticKnownError

from api.claim_views.asked import Words
from api.documents import Document
from api.review_views.for_customer import ForCustomer, kindly
from claims.as_typed import fault
from claims.cover_doubt import Seen
from claims.desk.asking import PhotoWish
from claims.materials import Material
from claims.notice import Text
from claims.review_changes import Add, Change, Edit, Why

_PLACES: Final = 2


def _in_cents(change: Change) -> Change:
    """The change, unless it names a hundredth that would have to be rounded."""
    typed = (*change.amounts.values(), change.hours) if isinstance(change, Edit | Add) else ()
    if any(amount is not None and amount != round(amount, _PLACES) for amount in typed):
        raise PydanticKnownError("decimal_max_places", {"decimal_places": _PLACES})
    return change


Named = Annotated[Decimal, Field(ge=0, le=1_000_000_000, max_digits=12, decimal_places=_PLACES)]


class Corrections(Document):
    """What should be different. All changes are taken, or none; amounts include tax and have two decimals at most."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "changes": [
                        {"do": "edit", "line": 0, "severity": "moderate", "why": "wrong_severity"},
                        {"do": "edit", "line": 1, "parts": "620.00", "why": "quotation", "remark": "offer of the shop"},
                        {"do": "remove", "line": 2, "why": "old_damage"},
                        {"do": "add", "part": "headlight", "side": "left", "operation": "replace", "why": "missed"},
                        {
                            "do": "edit",
                            "line": 3,
                            "marks": [
                                {"photo": 0, "box": [412, 300, 640, 455]},
                                {"photo": 1, "box": [80, 96, 300, 210], "outline": [[80, 210], [190, 96], [300, 180]]},
                            ],
                            "why": "wrong_box",
                        },
                    ]
                }
            ]
        },
    )

    changes: tuple[Annotated[Change, AfterValidator(_in_cents)], ...] = Field(min_length=1, max_length=200)


class Approval(Document):
    """Why the amount is right. Whoever differs from the machine by more than a tenth says it, in words or by a code.

    `despite_cover`: nobody has stated that the policy was in force and the car is on it (`unknown`), or somebody has
    stated that it is not so (`against`); it is approved all the same, and `words` say why. Whoever has looked it up
    states it instead (`stateCover`).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reasons": ["quotation"], "words": "Seen at the shop."},
                {"words": "The policy's register is down; its paper was shown to me.", "despite_cover": "unknown"},
            ]
        }
    )

    words: ForCustomer | None = Field(default=None, repr=False)
    reasons: tuple[Why, ...] = Field(default=(), max_length=20)
    despite_cover: Seen | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.despite_cover and not (self.words and self.words.strip()):
            raise fault("words_needed")
        return self


class Refusal(Document):
    """Why nothing is payable, and the terms of the policy that it rests on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "The damage is older than the policy.", "terms": "Article 7 (3)"}]}
    )

    words: ForCustomer = Field(repr=False)
    terms: Annotated[Text, AfterValidator(kindly)] = Field(max_length=500, repr=False)


class PhotosWanted(Document):
    """Photos that are still needed, by what they shall show; all at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"wishes": [{"shot": "again", "photo": 1}, {"shot": "second_view", "part": "hood"}, {"shot": "damage"}]}
            ]
        }
    )

    wishes: tuple[PhotoWish, ...] = Field(min_length=1, max_length=50)
    words: ForCustomer | None = Field(default=None, repr=False)


class MaterialsWanted(Document):
    """What is wanted beyond the list of what is missing anyway."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"more": ["repair_invoice"]}, {}]})

    more: tuple[Material, ...] = Field(default=(), max_length=50)
    words: ForCustomer | None = Field(default=None, repr=False)


class InOwnWords(Document):
    """Why, in the words of whoever decides."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The shop names an amount twice as high."}]})

    words: Words = Field(repr=False)


class Suspicion(Document):
    """Which of the facts of the case a specialist shall look into, by their ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"evidence": ["0193a2c4-0000-7000-8000-000000000000"]}]})

    evidence: frozenset[UUID] = Field(min_length=1, max_length=100)
    words: Words | None = Field(default=None, repr=False)


class TheirAmount(Document):
    """What an independent expert names, gross, in the currency of the case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": "2480.00"}]})

    amount: Named
    words: Words | None = Field(default=None, repr=False)
