"""After a load: what was answered with yes is there, once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from load_client import Customers, End, Visit

_AT_ONCE: Final = 4


async def check(customers: Customers, visits: Sequence[Visit]) -> dict[str, Any]:
    """Ids of claims that are lost or that nobody opened; of those that lack photos, have others, or one twice; of those
    that were assessed and show no assessment."""
    listed = Counter(await _listed(customers))
    opened = Counter(visit.claim for visit in visits if visit.claim)
    places = asyncio.Semaphore(_AT_ONCE)

    async def look(visit: Visit) -> tuple[Visit, dict[str, Any]]:
        async with places:
            answer = await customers.client.get(f"/v1/claims/{visit.claim}", headers=_as_customer(visit))
            return visit, answer.json() if answer.status_code == 200 else {}

    shown = await asyncio.gather(*(look(visit) for visit in visits if visit.claim))
    return {
        "claims": len(opened),
        "photos": sum(len(case.get("photos", ())) for _, case in shown),
        "lost_claims": [str(claim) for claim in opened if not listed[claim]],
        "doubled_claims": [claim for claim in listed if opened[claim] != 1 or listed[claim] != 1],
        "wrong_photos": [str(visit.claim) for visit, case in shown if not _photos_are_right(visit, case)],
        "not_assessed": [str(v.claim) for v, case in shown if v.end is End.DONE and not case.get("assessment")],
    }


def _photos_are_right(visit: Visit, case: dict[str, Any]) -> bool:
    """All of those that were accepted, each once; of an upload that was never answered all or none may be there."""
    digests = Counter(photo["sha256"] for photo in case.get("photos", ()))
    whole = digests == Counter(visit.photos)
    return whole if visit.sent else whole or not digests


async def _listed(customers: Customers) -> list[str]:
    found: list[str] = []
    page: str | None = "/v1/claims?limit=200"
    while page:
        answer = await customers.client.get(page, headers={"Authorization": f"Bearer {customers.key}"})
        found += [claim["id"] for claim in answer.json()]
        page = answer.links.get("next", {}).get("url")
    return found


def _as_customer(visit: Visit) -> dict[str, str]:
    return {"Authorization": f"Bearer {visit.token}"}
