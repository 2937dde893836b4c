"""The whole life of a case over HTTP, in one language: what its customer does and reads until the money is there."""

import io
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx2
from bank import proof_of
from PIL import Image, ImageEnhance
from sites import COVER, Case
from tables import Table, amounting_to, paper

from claims.states import Role

PUBLIC = {
    "en": ("waiting for photos and documents", "materials submitted", "assessed", "payment pending", "closed"),
    "zh": ("等待提交照片和资料", "已提交资料", "定损完成", "待支付", "已结案"),
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def darkened(photo: bytes) -> bytes:
    """The same photo at night."""
    out = io.BytesIO()
    ImageEnhance.Brightness(Image.open(io.BytesIO(photo))).enhance(0.02).save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True)
class Life:
    """``seen`` are the public states as they were shown, each once in a row."""

    case: Case
    language: str
    seen: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str = "", token: str | None = None, **given: Any) -> httpx2.Response:
        headers = {"Accept-Language": self.language, **given.pop("headers", {})}
        return self.case.ask(method, path, token, headers=headers, **given)

    def look(self) -> dict[str, Any]:
        """The case as its customer sees it, with the next step in their language."""
        shown: dict[str, Any] = self.ask("GET").json()
        self.require_language(shown["next_step"])
        if self.seen[-1:] != [shown["state"]["text"]]:
            self.seen.append(shown["state"]["text"])
        return shown

    def inside(self, token: str) -> str:
        """Where the case really is."""
        return str(self.case.now(token)["inside"]["state"])

    def send(self, *photos: bytes) -> list[dict[str, Any]]:
        files = [("photos", (f"{index}.jpg", content, "image/jpeg")) for index, content in enumerate(photos)]
        answer = self.ask("POST", "/photos", files=files)
        assert answer.status_code == 201, answer.text
        found: list[dict[str, Any]] = answer.json()["photos"]
        return found

    def in_the_dark(self, photo: bytes) -> None:
        """A photo that is of no use, which is told at once, with what to do."""
        [dark] = self.send(darkened(photo))
        assert not dark["usable"]
        assert dark["verdict"][0]["code"] == "black"
        self.require_language(dark["verdict"][0]["text"])

    def assessed(self, *more: bytes) -> dict[str, Any]:
        """After the machine has looked; ``more`` is what the customer has if it asks for another photo."""
        shown = self.case.after(self.ask("POST", "/assess"))
        if "assess" in shown["actions"] and more:
            assert shown["assessment"]["decision"]["photos_wanted"]
            self.send(*more)
            self.case.after(self.ask("POST", "/assess"))
        return self.look()

    def reviewed(self, expert: str) -> None:
        """Unless the machine has offered, a person looks at it, prices what has no price, and approves."""
        table = Table(self.case, expert)
        if self.inside(expert) == "more_photos":
            assert table.ask("POST", "/refer", json={"words": "no other photo can be had"}).status_code == 200
        assert self.inside(expert) == "in_review"
        lines = table.taken().ask("GET").json()["lines"]
        for number in [line["number"] for line in lines if not line["machine"]["priced"]] or [0]:
            assert table.correct(amounting_to("400.00", number)).status_code == 200
        approved = table.approve(words="seen on the photos", reasons=["quotation"])
        assert approved.status_code == 200, approved.text

    def accepted(self) -> dict[str, Any]:
        offer = self.look()["offer"]
        answer = self.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"})
        assert answer.status_code == 200, answer.text
        return dict(offer)

    def handed_in(self) -> None:
        """Every document that was asked for; the list is whole from the first time on."""
        wanted = [item for item in self.look()["missing"] if item["needed"]]
        for number, item in enumerate(wanted):
            self.require_language(item["text"])
            shown = self.ask("POST", f"/materials/{item['material']}", content=paper(item["material"])).json()
            rest = [one["material"] for one in shown["missing"] if one["needed"]]
            assert rest == [one["material"] for one in wanted[number + 1 :]]
        assert shown["complete"]

    def paid(self, expert: str) -> dict[str, Any]:
        """The case at its end."""
        assert self.look()["state"]["code"] == "pending_payment"
        [payment] = self.ask("GET", "/payments", expert).json()
        confirmed = self.ask("POST", "/payments/confirm", expert, json=proof_of(payment))
        assert confirmed.status_code == 200, confirmed.text
        return self.look()

    def lived(self, photos: tuple[bytes, ...], *more: bytes, covered: bool = True) -> dict[str, Any]:
        """From the first good photo to the money: the case at its end. Unless ``covered`` the machine cannot offer."""
        expert = self.case.site.staff(Role.EXPERT)
        self.look()
        assert all(photo["usable"] for photo in self.send(*photos))
        if covered:
            assert self.ask("PUT", "/cover", self.case.site.app, json=COVER).status_code == 200
        if self.assessed(*more)["offer"] is None:
            self.reviewed(expert)
        offer = self.accepted()
        assert self.ask("GET", "/explanation").json()["why"]["amount"] == offer["amount"]
        self.handed_in()
        end = self.paid(expert)
        self._require_told(end, offer)
        return end

    def _require_told(self, end: dict[str, Any], offer: dict[str, Any]) -> None:
        waiting, submitted, *rest = PUBLIC[self.language]  # an offer at once leaves no time between the two
        assert self.seen in ([waiting, submitted, *rest], [waiting, *rest])
        assert [event["code"] for event in end["timeline"]][-3:] == ["accept", "start_payment", "confirm_payment"]
        assert all(before["at"] <= after["at"] for before, after in pairwise(end["timeline"]))
        for event in end["timeline"]:
            self.require_language(event["text"])
        [payment] = self.ask("GET", "/export").json()["payments"]
        assert (payment["amount"], payment["proof"]) == (offer["amount"], "20261123-000417")
        assert end["closed_at"]

    def require_language(self, text: str) -> None:
        assert text
        assert bool(_CHINESE.search(text)) == (self.language == "zh"), text
