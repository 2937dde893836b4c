"""Ids sort by the moment they were made, and say nothing else; numbers can be read out on the telephone."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from claims.ids import new_id, new_number

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_of_its_moment() -> None:
    made = new_id(AT)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == 1795336200123


def test_the_zone_does_not_matter_but_there_is_one() -> None:
    assert new_id(AT.astimezone(timezone(timedelta(hours=8)))).int >> 80 == new_id(AT).int >> 80
    with pytest.raises(ValueError, match="zone"):
        new_id(AT.replace(tzinfo=None))


def test_ids_sort_by_their_moments() -> None:
    made = [new_id(AT + timedelta(milliseconds=step)) for step in range(200)]
    assert sorted(made) == made
    assert sorted(made, key=lambda one: one.hex) == made


def test_ids_of_one_moment_differ_in_every_free_bit() -> None:
    made = [new_id(AT).int for _ in range(400)]
    assert len(set(made)) == 400
    ones = zeros = 0
    for one in made:
        ones, zeros = ones | one, zeros | ~one
    fixed = 0xF << 76 | 0b11 << 62
    assert ones & zeros & (1 << 80) - 1 == ((1 << 80) - 1) & ~fixed


def test_numbers() -> None:
    made = {new_number() for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"QC-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", number) for number in made)
