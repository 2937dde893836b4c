"""Notifications: what they hold, that nobody can forge or replay them, when they end, and where they never go."""

import hashlib
import hmac
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from claims.outbox import Notification, Retries, allowed_target, delivered, signature, verify
from claims.states import Node, PublicState
from model.errors import WebhookError
from model.texts import LANGUAGES, Texts

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
SECRET, OTHER = b"s" * 32, b"o" * 32
WINDOW = timedelta(minutes=5)
FIELDS: dict[str, Any] = {
    "id": UUID("01937b2c-0000-7000-8000-000000000001"),
    "claim": "QC-2611-7F3K",
    "node": Node.ASSESSED,
    "state": PublicState.ASSESSED,
    "at": AT,
}
NOTIFICATION = Notification(**FIELDS)
BODY = NOTIFICATION.body()


def test_the_body_holds_five_facts_in_the_same_bytes_every_time() -> None:
    assert BODY == (
        b'{"at":"2026-11-22T01:30:00Z","claim":"QC-2611-7F3K","id":"01937b2c-0000-7000-8000-000000000001",'
        b'"node":"assessed","state":"assessed"}'
    )
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert Notification(**{**FIELDS, "at": shanghai}).body() == BODY
    assert Notification.model_validate(json.loads(BODY)) == NOTIFICATION


@pytest.mark.parametrize(
    "change",
    [
        {"plate": "京A12345"},
        {"claim": "京A12345"},
        {"claim": "QC 1"},
        {"claim": "Q" * 33},
        {"node": "paid"},
        {"at": datetime(2026, 11, 22)},  # noqa: DTZ001 - the case
    ],
)
def test_nothing_else_fits_in(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Notification(**{**FIELDS, **change})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("node", Node)
def test_every_node_is_said(node: Node, language: str) -> None:
    assert "QC-2611-7F3K" in Texts.load(language).say(NOTIFICATION.model_copy(update={"node": node}).said())


def test_the_signature_is_the_documented_one() -> None:
    stamp = int(AT.timestamp())
    by_hand = hmac.new(SECRET, f"{stamp}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert signature(BODY, [SECRET], AT) == f"t={stamp},v1={by_hand}"


@pytest.mark.parametrize(
    ("away", "taken"),
    [
        (timedelta(), True),
        (WINDOW, True),
        (-WINDOW, True),
        (WINDOW + timedelta(seconds=1), False),
        (-WINDOW - timedelta(seconds=1), False),
    ],
)
def test_a_signature_holds_for_five_minutes(away: timedelta, taken: bool) -> None:
    assert verify(signature(BODY, [SECRET], AT), BODY, SECRET, AT + away) is taken


def test_while_a_secret_is_changed_both_are_taken() -> None:
    header = signature(BODY, [OTHER, SECRET], AT)
    assert verify(header, BODY, SECRET, AT)
    assert verify(header, BODY, OTHER, AT)
    assert not verify(header, BODY, b"x" * 32, AT)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, by: int) -> None:
    forged = bytearray(BODY)
    forged[place] ^= by
    assert not verify(signature(BODY, [SECRET], AT), bytes(forged), SECRET, AT)


def test_the_time_is_signed_too() -> None:
    later = AT + timedelta(days=1)
    forged = signature(BODY, [SECRET], AT).replace(str(int(AT.timestamp())), str(int(later.timestamp())))
    assert not verify(forged, BODY, SECRET, later)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "v1=00",
        "t=1",
        "t=١,v1=00",
        "t=-1,v1=00",
        f"t={'9' * 400},v1=00",
        "t=1,t=2,v1=00",
        "t=1,v1=\udcff",
        "x" * 5000,
    ],
)
def test_a_header_that_is_none_is_refused(header: str) -> None:
    assert not verify(header, BODY, SECRET, AT)


def test_a_second_time_does_not_replace_the_first() -> None:
    header = signature(BODY, [SECRET], AT)
    assert not verify(f"{header},t={int(AT.timestamp())}", BODY, SECRET, AT)


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_signature(header: str) -> None:
    assert not verify(header, BODY, SECRET, AT)


@pytest.mark.parametrize("secrets", [[], [b""], [SECRET, b"short"]])
def test_without_a_good_secret_nothing_is_signed(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        signature(BODY, secrets, AT)
    with pytest.raises(ValueError, match="at least 32"):
        verify(signature(BODY, [SECRET], AT), BODY, secrets[-1] if secrets else b"", AT)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - jitter is no secret


@given(st.integers(1, 15), st.integers())
def test_waits_double_up_to_the_longest_and_keep_their_upper_half(failed: int, seed: int) -> None:
    again = Retries().next_attempt(failed, AT, seeded(seed))
    assert again is not None
    full = min(30 * 2 ** (failed - 1), 6 * 3600)
    assert full / 2 <= (again - AT).total_seconds() <= full


def test_waits_differ_and_can_be_repeated() -> None:
    draws = [Retries().next_attempt(5, AT, seeded(seed)) for seed in range(50)]
    assert len(set(draws)) > 40
    assert draws[7] == Retries().next_attempt(5, AT, seeded(7))


def test_after_the_last_attempt_it_is_a_dead_letter() -> None:
    retries, draw = Retries(attempts=3), seeded(0)
    assert [retries.next_attempt(failed, AT, draw) is None for failed in (1, 2, 3, 4)] == [False, False, True, True]
    assert Retries(attempts=10_000).next_attempt(9_999, AT, draw) is not None


@pytest.mark.parametrize("seed", range(5))
def test_the_shipped_schedule_goes_on_for_19_to_39_hours(seed: int) -> None:
    at, draw, failed = AT, seeded(seed), 1
    while (again := Retries().next_attempt(failed, at, draw)) is not None:
        at, failed = again, failed + 1
    assert failed == 16
    assert timedelta(hours=19) < at - AT < timedelta(hours=39)


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"first": timedelta()}, {"first": timedelta(hours=7)}],
)
def test_a_schedule_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least one attempt"):
        Retries(**wrong)
    with pytest.raises(ValueError, match="counts"):
        Retries().next_attempt(0, AT, seeded(0))


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (299, True), (301, False), (404, False), (500, False)]
)
def test_only_success_is_delivered(status: int, taken: bool) -> None:
    assert delivered(status) is taken


PUBLIC_V4, PUBLIC_V6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16/32",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
METADATA = ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"]


def name_server(*addresses: str) -> Any:
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def refused(url: str, *addresses: str, **options: Any) -> str:
    with pytest.raises(WebhookError) as raised:
        allowed_target(url, name_server(*(addresses or (PUBLIC_V4,))), **options)
    shown = f"{raised.value} {raised.value.facts}"
    assert "s3cret" not in shown
    for language in LANGUAGES:
        assert f"problem.{raised.value.code}.title" in Texts.load(language).sentences
    return raised.value.code.removeprefix("webhook.")


def test_a_public_https_address_is_taken_with_every_address_of_its_name() -> None:
    target = allowed_target("https://Example.com/hook?key=s3cret", name_server(PUBLIC_V4, PUBLIC_V6, PUBLIC_V4))
    assert (target.secure, target.host, target.port) == (True, "example.com", 443)
    assert target.addresses == (PUBLIC_V4, PUBLIC_V6)
    assert (target.path, target.authority) == ("/hook?key=s3cret", "example.com")
    assert "s3cret" not in repr(target)


def test_the_address_that_was_checked_is_the_one_to_connect_to() -> None:
    """A name server that answers differently the second time (DNS rebinding) is never asked a second time."""
    answers = iter([[PUBLIC_V4], ["169.254.169.254"]])
    asked: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return next(answers)

    target = allowed_target("https://rebind.example:8443", rebinding)
    assert asked == [("rebind.example", 8443)]
    assert target.addresses == (PUBLIC_V4,)
    assert (target.path, target.authority) == ("/", "rebind.example:8443")


@pytest.mark.parametrize("text", NETWORKS)
@given(data=st.data())
def test_no_network_that_is_not_the_internet_is_reached(text: str, data: st.DataObject) -> None:
    network = ip_network(text)
    number = data.draw(st.integers(int(network[0]), int(network[-1])))
    inside = str(IPv4Address(number) if network.version == 4 else IPv6Address(number))
    literal = f"[{inside}]" if network.version == 6 else inside
    assert refused("https://example.com/", inside) == "not_public"
    assert refused("https://example.com/", PUBLIC_V4, inside, PUBLIC_V6) == "not_public"
    assert refused(f"https://{literal}/") == "not_public"
    if network.version == 4:
        assert refused("https://example.com/", f"::ffff:{inside}") == "not_public"


@pytest.mark.parametrize("inside", METADATA)
def test_no_metadata_service_is_reached(inside: str) -> None:
    assert refused("https://metadata.example/latest", inside) == "not_public"
    assert refused("https://metadata.example/latest", inside, plain_loopback=True) == "not_public"


@given(st.integers(0, 2**128 - 1))
def test_only_handed_out_ipv6_is_reached(number: int) -> None:
    text = str(IPv6Address(number))
    if number >> 125 != 1:
        assert refused("https://example.com/", text) == "not_public"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "not_https"),
        ("ftp://example.com/", "not_https"),
        ("file:///etc/passwd", "not_a_url"),
        ("example.com", "not_a_url"),
        ("https://", "not_a_url"),
        ("", "not_a_url"),
        ("https://example.com/\n", "not_a_url"),
        ("https://exam\tple.com/", "not_a_url"),
        ("https://example.com\\@10.0.0.1/", "not_a_url"),
        ("https://例子.com/", "not_a_url"),
        ("https://example.com/" + "a" * 2048, "not_a_url"),
        ("https://example.com/#s3cret", "not_a_url"),
        ("https://[::1/", "not_a_url"),
        ("https://[fe80::1%25eth0]/", "not_a_url"),
        ("https://example.com:99999/", "not_a_url"),
        ("https://example.com:x/", "not_a_url"),
        ("https://example.com:0/", "not_a_url"),
        ("https://user:s3cret@example.com/", "credentials"),
        ("https://user@example.com/", "credentials"),
        ("https://@example.com/", "credentials"),
        ("https://example.com:22/", "port"),
        ("https://example.com:80/", "port"),
        ("https://example.com:6379/", "port"),
    ],
)
def test_urls_that_are_refused(url: str, code: str) -> None:
    assert refused(url) == code


@pytest.mark.parametrize("url", ["https://2130706433/", "https://0x7f.1/", "https://017700000001/", "https://127.1/"])
def test_numbers_that_a_resolver_takes_for_an_address_are_judged_by_what_it_answers(url: str) -> None:
    assert refused(url, "127.0.0.1") == "not_public"


@pytest.mark.parametrize("answer", ["fe80::1%eth0", "2606:4700::1%eth0", "not an address", ""])
def test_answers_that_are_no_plain_address_are_refused(answer: str) -> None:
    assert refused("https://example.com/", answer) == "not_public"


def test_a_name_without_an_address_is_refused() -> None:
    def fails(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    for resolve in (fails, name_server()):
        with pytest.raises(WebhookError) as raised:
            allowed_target("https://nowhere.example/", resolve)
        assert raised.value.code == "webhook.unresolved"


def test_an_installation_may_serve_other_ports() -> None:
    target = allowed_target("https://example.com:9443/", name_server(PUBLIC_V4), ports=frozenset({9443}))
    assert target.port == 9443
    assert refused("https://example.com/", ports=frozenset({9443})) == "port"


@pytest.mark.parametrize(
    ("url", "address", "authority"),
    [
        ("http://127.0.0.1:8000/hook", "127.0.0.1", "127.0.0.1:8000"),
        ("http://[::1]:8000/", "::1", "[::1]:8000"),
        ("http://localhost/", "127.0.0.1", "localhost"),
    ],
)
def test_in_development_plain_http_stays_on_this_machine(url: str, address: str, authority: str) -> None:
    target = allowed_target(url, name_server(address), plain_loopback=True)
    assert (target.secure, target.addresses, target.authority) == (False, (address,), authority)
    assert refused(url, address) == "not_https"


@pytest.mark.parametrize("elsewhere", [PUBLIC_V4, "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_in_development_plain_http_goes_nowhere_else(elsewhere: str) -> None:
    assert refused("http://example.com/", elsewhere, plain_loopback=True) == "not_public"
    assert refused("http://example.com/", "127.0.0.1", elsewhere, plain_loopback=True) == "not_public"
    assert refused("https://localhost/", "127.0.0.1", plain_loopback=True) == "not_public"
