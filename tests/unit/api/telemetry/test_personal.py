"""The forms of personal data and secrets that the log withholds, and the words that it must go on telling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.telemetry.personal import KEYS, WITHHELD, personal, withhold

PERSONAL = [
    "京A12345",
    "plate 粤B·D12345",
    "使014578",
    "A12345",
    "7ABC123",
    "LSVAM4187C2184841",
    "lsvam4187c2184841",
    "1HGCM82633A004352",
    "13800138000",
    "138-0013-8000",
    "+86 138 0013 8000",
    "(604) 555-01234",
    "PICC2026110000123",
    "policy 110101199003074512",
    "6222 0212 3456 7890",
    "31.230416, 121.473701",
    "lat=-33.8688",
    "wei.zhang@example.com",
    "203.0.113.254",
    "2001:db8::8a2e:370:7334",
    "王伟",
    "qc_ab12cd_secret",
    "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    "VtUe1qX0mZ5rP3yJ7cK9wL2nB4dF6hG8",
]

PLAIN = [
    "request",
    "request failed: StorageError",
    "storage.busy",
    "/v1/claims/{claim}/photos/{digest}",
    "api.upload:120 read_upload > claims.observe:77 observe",
    "Started server process [1234567]",
    "POST",
    "human_review",
    "case-7.a_B",
    "joint-v1",
    "2026-11",
    "1d746ffb-577f-4f1e-81bf-cd0ef584efa3",
    "03d3d1b2bc6345dba972f05880e86034",
    64 * "8",
    "01a205b3-d000-7453-8489-0674eff72f3c",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_withheld(text: str) -> None:
    assert personal(text)
    assert personal(f"before {text} after")
    assert withhold(None, "", {"event": text}) == {"event": WITHHELD}


@pytest.mark.parametrize("text", PLAIN)
def test_told(text: str) -> None:
    assert withhold(None, "", {"event": text}) == {"event": text}


@given(st.uuids())
def test_ids_are_never_withheld(value: object) -> None:
    assert not personal(f"request {value} failed")


@given(st.integers(min_value=13_000_000_000, max_value=19_999_999_999), st.sampled_from("- ./"), st.integers(0, 3))
def test_telephones_are_withheld_however_they_are_written(number: int, sign: str, at: int) -> None:
    digits = str(number)
    cut = 2 + at
    assert personal(sign.join((digits[:cut], digits[cut : cut + 4], digits[cut + 4 :])))


def test_only_known_keys_with_plain_values_are_told() -> None:
    event = {"event": "request", "status": 200, "ms": 1.5, "plate": "x", "file": "a.jpg", "code": ["x"], "where": None}
    assert withhold(None, "", event) == {"event": "request", "status": 200, "ms": 1.5, "where": None}


@pytest.mark.parametrize(("key", "value"), [("count", 13800138000), ("seconds", 31.230416)])
def test_numbers_are_looked_at_too(key: str, value: float) -> None:
    assert withhold(None, "", {key: value}) == {key: WITHHELD}


def test_no_key_names_a_person_or_a_place() -> None:
    assert not KEYS & {"name", "plate", "vin", "phone", "policy", "address", "path", "url", "file", "body", "message"}
