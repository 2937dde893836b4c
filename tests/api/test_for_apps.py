"""What ``docs/for-apps.md`` tells the people who write an insurer's app is so."""

import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.ids import new_id
from claims.outbox import SIGNATURE_HEADER, Notification, Retries, signature
from claims.outbox_sender import ATTEMPT_S
from claims.states import Node, PublicState

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "for-apps.md").read_text("utf-8")
SECRET = secrets.token_bytes(32)
AT = datetime(2026, 11, 23, 11, 50, tzinfo=UTC)


@pytest.fixture
def is_ours() -> Callable[[str, bytes, str], bool]:
    """The receiver's check as it stands in the document."""
    [block] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    defined: dict[str, Any] = {}
    exec(block, defined)  # noqa: S102 - our own document
    found: Callable[[str, bytes, str], bool] = defined["is_ours"]
    return found


def told(node: Node = Node.ASSESSED) -> Notification:
    return Notification(id=new_id(AT), claim="QC-C2W5H-20KSM", node=node, state=PublicState.ASSESSED, at=AT)


@pytest.mark.parametrize("keys", [(SECRET,), (bytes(32), SECRET)])
def test_the_receivers_check_knows_what_we_send(
    is_ours: Callable[[str, bytes, str], bool], keys: tuple[bytes, ...]
) -> None:
    body, now = told().body(), datetime.now(UTC)
    header = signature(body, keys, now)
    assert is_ours(header, body, SECRET.hex())
    assert not is_ours(header, body + b" ", SECRET.hex())
    assert not is_ours(header, body, secrets.token_hex(32))
    assert not is_ours(header.replace("t=", "t=1"), body, SECRET.hex())
    assert not is_ours(signature(body, keys, now - timedelta(minutes=6)), body, SECRET.hex())
    for hostile in ("t=²,v1=é", header + ",v1=é", header.replace("t=", "t=²"), "", "t=,v1="):
        assert not is_ours(hostile, body, SECRET.hex())


def test_every_node_is_named_and_the_example_is_one(is_ours: Callable[[str, bytes, str], bool]) -> None:
    listed = DOCUMENT.partition("`node` is one of ")[2].partition(".")[0]
    assert re.split(r",\s+", listed) == [node.value for node in Node]
    [example] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert json.loads(Notification.model_validate_json(example).body()) == json.loads(example)


def test_numbers_of_the_sender_are_those_in_force() -> None:
    retries = Retries()
    assert f"{retries.attempts} attempts" in DOCUMENT
    assert f"{retries.first.total_seconds():.0f} seconds" in DOCUMENT
    assert f"{ATTEMPT_S:.0f} seconds takes it" in DOCUMENT


def test_openapi_has_every_address_and_the_notification(serve: Callable[..., TestClient]) -> None:
    described = serve().get("/openapi.json").json()
    addresses = set(re.findall(r"`(?:[A-Z]+ )?(/v1/[^`]+)`", DOCUMENT))
    assert addresses, "the document names addresses"
    assert addresses <= described["paths"].keys()
    operation = described["webhooks"]["notification"]["post"]
    assert [header["name"] for header in operation["parameters"]] == [SIGNATURE_HEADER]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    properties = described["components"]["schemas"][schema]["properties"]
    assert properties.keys() == json.loads(told().body()).keys()
