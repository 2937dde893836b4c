"""What staff say to a customer who complained, as documents."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field
from pydantic_core import PydanticKnownError

from api.documents import Document
from api.review_views.for_customer import ForCustomer
from claims.desk.complaining import Solution

_FEWEST: Final = 4
"""Characters that say something: a clock of a complaint is not met by silence (M13)."""


def _says_something(words: str) -> str:
    if len(words) < _FEWEST:
        raise PydanticKnownError("string_too_short", {"min_length": _FEWEST})
    return words


class Said(Document):
    """What was said to the customer, who reads it in the case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "We look into it and call you tomorrow."}]})

    words: Annotated[ForCustomer, AfterValidator(_says_something)] = Field(repr=False)


class ToldResult(Said):
    """The customer was told the result."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"what": "result", "words": "The part was left out; we add it today."}]}
    )

    what: Literal["result"]


class ToldDelay(Said):
    """The customer was told why it takes longer, and by when they have the result."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "what": "delay",
                    "words": "We wait for the workshop's figures.",
                    "expected_at": "2026-11-25T18:00:00+08:00",
                }
            ]
        }
    )

    what: Literal["delay"]
    expected_at: AwareDatetime


Told = Annotated[ToldResult | ToldDelay, Field(discriminator="what")]
"""What meets the clock within which the result is told: the result, or a reason with a time (M13)."""


class Solved(Said):
    """How the complaint came to an end, and what was answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"how": "put_right", "words": "The part was added."}]})

    how: Solution
