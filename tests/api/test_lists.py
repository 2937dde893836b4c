"""Every list of ``/openapi.json`` that may grow is read by pages, all in the same form."""

from collections.abc import Iterator
from typing import Any

from fastapi.testclient import TestClient

from claims.case_limits import Held, shipped

BOUNDED = {"listComplaints": Held.COMPLAINTS}
"""Rows of one case, and the limit that a case has of them: a page holds them all."""
BY_NUMBER = {"readAudit", "readAuditOfClaim"}
"""Go on after an entry's own number, which callers keep."""


def lists(client: TestClient) -> Iterator[tuple[str, dict[str, Any]]]:
    """By operation id, parameters of everything that answers rows."""
    for methods in client.get("/openapi.json").json()["paths"].values():
        for operation in methods.values():
            contents = operation["responses"].get("200", {}).get("content", {})
            if any(content.get("schema", {}).get("type") == "array" for content in contents.values()):
                yield operation["operationId"], {one["name"]: one for one in operation.get("parameters", [])}


def test_every_list_goes_on_after_a_page(client: TestClient) -> None:
    found = dict(lists(client))
    assert len(found) > 10
    for name, parameters in found.items():
        if name in BOUNDED:
            continue
        goes_on = parameters["after" if name in BY_NUMBER else "cursor"]
        assert not goes_on["required"], name
        assert "`Link`" in goes_on["description"], name
        limit = parameters["limit"]["schema"]
        assert (limit["minimum"], limit["maximum"] <= 1000, "default" in limit) == (1, True, True), name


def test_what_is_not_read_by_pages_fits_on_one(client: TestClient) -> None:
    found = dict(lists(client))
    for name, held in BOUNDED.items():
        assert not {"cursor", "limit"} & set(found[name])
        assert shipped().most(held) <= 100
