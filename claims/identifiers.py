"""Plates, vehicle identification numbers, telephone and policy numbers: one normal form each, or what is wrong with it.

Every check takes what a person typed and returns its normal form (``claims.as_typed``), or raises
``PydanticCustomError`` whose type is a stable code, explained by ``field.<code>`` among the texts.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.as_typed import fault, normal
from claims.plates import chinese_plate
from model.errors import UsageError
from model.rules_text import read_versioned

VIN_LENGTH, VIN_CHECK = 17, 9
"""How many characters, and the place of the check digit, from 1 on."""
_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

_ANY_PLATE = re.compile(r"[0-9A-Z]{2,10}")
_ENGINE_NUMBER = re.compile(r"[0-9A-Z*/]{4,24}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")


def check_character(vin: str) -> str:
    """The ninth character that fits the other sixteen: 0 to 9 or X.

    Every character counts by its value times the weight of its place, modulo 11 (GB 16735, 49 CFR 565.15). One wrong
    digit is always found; one wrong character in 92 of 100 cases, as some letters share a value with a digit; two
    neighbours exchanged always, unless they share a value, or are the eighth and the ninth: a digit there exchanged
    with the check digit is never found.
    """
    total = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def vin(text: str, *, check_digit: bool = True) -> str:
    """A vehicle identification number (ISO 3779): ``vin_length``, ``vin_letters`` (I, O or Q), ``vin_characters``,
    ``vin_check_digit`` where the market asks for it."""
    number = normal(text)
    if len(number) != VIN_LENGTH:
        raise fault("vin_length", length=len(number))
    if set(number) & set("IOQ"):
        raise fault("vin_letters", place=next(place for place, sign in enumerate(number, 1) if sign in "IOQ"))
    if not set(number) <= _VIN_VALUES.keys():
        raise fault("vin_characters")
    if check_digit and not check_digit_fits(number):
        raise fault("vin_check_digit")
    return number


def check_digit_fits(vin: str) -> bool:
    """Whether the ninth character of a number in normal form goes with the others; European makers may put any."""
    return check_character(vin) == vin[VIN_CHECK - 1]


def engine_number(text: str) -> str:
    """The number on the engine, which every maker writes in its own way: ``engine_number``."""
    number = normal(text)
    if not _ENGINE_NUMBER.fullmatch(number):
        raise fault("engine_number")
    return number


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PhoneRule(_Rules):
    """How a market writes its own numbers, and how they are stored."""

    calling_code: str = Field(pattern=r"^[1-9][0-9]{0,2}$")
    own: re.Pattern[str]
    stored_as: Literal["own", "international"]

    def read(self, text: str) -> str:
        """``phone`` for anything that is neither a number of the market nor an international one with its +."""
        number = re.sub(r"[()]", "", normal(text))
        number = f"+{number[2:]}" if number.startswith("00") else number
        bare = number.removeprefix(f"+{self.calling_code}")
        for own in (bare, bare.removeprefix(self.calling_code)):
            if self.own.fullmatch(own):
                return own if self.stored_as == "own" else f"+{self.calling_code}{own}"
        if bare != number or not _INTERNATIONAL.fullmatch(number):
            raise fault("phone")
        return number


class PolicyNumberRule(_Rules):
    """The form of an insurer's policy numbers, in normal form."""

    least: int = Field(ge=1)
    most: int = Field(le=64)
    form: re.Pattern[str]

    @model_validator(mode="after")
    def _some_length(self) -> Self:
        if self.least > self.most:
            raise ValueError("least is more than most")
        return self

    def read(self, text: str) -> str:
        """``policy_length``, ``policy_form``."""
        number = normal(text)
        if not self.least <= len(number) <= self.most:
            raise fault("policy_length", length=len(number), least=self.least, most=self.most)
        if not self.form.fullmatch(number):
            raise fault("policy_form")
        return number


class MarketIdentifiers(_Rules):
    """How one market writes what identifies a car, a policy and a person."""

    plates: Literal["GA36", "any"]
    vin_check_digit: Literal["required", "warn"]
    phone: PhoneRule
    policy_number: PolicyNumberRule

    def plate(self, text: str) -> str:
        """A number plate: the codes of ``claims.plates``, or ``plate_any``."""
        plate = normal(text)
        if self.plates == "GA36":
            return chinese_plate(plate)
        if not _ANY_PLATE.fullmatch(plate):
            raise fault("plate_any")
        return plate

    def vin(self, text: str) -> str:
        """A vehicle identification number, with its check digit where the market asks for it."""
        return vin(text, check_digit=self.vin_check_digit == "required")


class Identifiers(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    markets: dict[str, MarketIdentifiers]

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "identifiers.yaml")

    def market(self, region: str) -> MarketIdentifiers:
        """The rules of a region. Raises ``UsageError`` that lists the regions."""
        if region not in self.markets:
            known = tuple(self.markets)
            raise UsageError("unknown_region", f"one of {', '.join(known)}", value=region, known=known)
        return self.markets[region]


@cache
def shipped() -> Identifiers:
    """The shipped rules, read once."""
    return Identifiers.from_yaml(files("data").joinpath("rules", "identifiers.yaml").read_text("utf-8"))
