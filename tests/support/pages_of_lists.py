"""A list over HTTP, read page by page as its callers do: by the header ``Link``."""

import re
from typing import Any

from sites import Site

_NEXT = re.compile(r'<([^>]+)>; rel="next"')


def pages(site: Site, path: str, token: str) -> list[list[Any]]:
    """Every page from ``path`` on."""
    found, seen = [], set()
    address: str | None = path
    while address:
        assert address not in seen, "a page that leads to itself"
        seen.add(address)
        answer = site.ask("GET", address, token)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        link = _NEXT.fullmatch(answer.headers.get("Link", ""))
        address = link[1] if link else None
    return found
