"""A case on an adjuster's table, over HTTP: referred, read, corrected, approved."""

from dataclasses import dataclass, field
from typing import Any

import httpx2
from sites import SCRATCH, Case

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


def paper(name: str) -> bytes:
    """A PDF like no other: each document of a case is a file of its own."""
    return PDF.replace(b"<<>>", b"<</Title (" + name.encode() + b")>>")


def referred(case: Case) -> Case:
    """The same with its photos, referred by the machine: nobody has said whether the policy covers it."""
    assert case.send(*SCRATCH.photos).status_code == 201
    case.assessed()
    return case


DECISIONS = frozenset(
    f"/{name}"
    for name in (
        *("decline", "ask-photos", "ask-materials", "escalate", "return", "suspect", "clear", "send-third-party"),
        *("third-party-answer", "recall", "refer"),
    )
)
"""What rests on what somebody saw of the case."""


@dataclass(frozen=True)
class Table:
    """A case as somebody of the staff works on it; ``token`` is theirs."""

    case: Case
    token: str = field(repr=False)

    def ask(self, method: str, path: str = "", **given: Any) -> httpx2.Response:
        """Whoever decides says that they saw the case as it is, unless ``headers`` are given."""
        if path in DECISIONS and "headers" not in given:
            given["headers"] = self.seen
        return self.case.site.ask(method, f"/v1/reviews/{self.case.id}{path}", self.token, **given)

    def taken(self) -> "Table":
        answer = self.ask("POST", "/take")
        assert answer.status_code == 200, answer.text
        return self

    @property
    def seen(self) -> dict[str, str]:
        """The case as it is to them, as ``If-Match``; empty for who may not look."""
        answer = self.case.site.ask("GET", f"/v1/claims/{self.case.id}", self.token)
        return {"If-Match": answer.headers["ETag"]} if "ETag" in answer.headers else {}

    @property
    def tag(self) -> str:
        answer = self.ask("GET")
        assert answer.status_code == 200, answer.text
        return str(answer.headers["ETag"])

    def correct(self, *changes: dict[str, Any], tag: str | None = None) -> httpx2.Response:
        return self.ask("POST", "/corrections", json={"changes": changes}, headers={"If-Match": tag or self.tag})

    def approve(self, tag: str | None = None, **document: Any) -> httpx2.Response:
        """Whoever says something approves although nobody has stated the cover, as of a case that was ``referred``."""
        document = {"despite_cover": "unknown" if "words" in document else None, **document}
        return self.ask("POST", "/approve", json=document, headers={"If-Match": tag or self.tag})


def amounting_to(total: str, line: int = 0) -> dict[str, Any]:
    """A change by which a line comes to a total."""
    amounts = {"labour": total, "paint": 0, "parts": 0, "other": 0}
    return {"do": "edit", "line": line, "why": "quotation", "remark": "offer of the shop", **amounts}
