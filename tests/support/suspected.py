"""Cases that share photos, as they are or copied by somebody who hands them in again; and what was found in them."""

import io
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from bank import arrives
from desks import AT, Scene
from PIL import Image
from reviews import Case, looked_at, reported, somebody

from claims.desk import offering, submitting
from claims.desk.cover import Cover, state_cover
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.facts import CaseFacts
from claims.fraud_facts import FraudCode
from claims.materials import Material
from claims.notice import Notice
from claims.repository import assessments, fraud, offers
from claims.repository.assessments import Made
from claims.states import CaseState, Role

COVER = Cover(policy_active=True, plate_matches_policy=True)
Change = Callable[[Image.Image], Image.Image]


def edited(content: bytes, change: Change) -> bytes:
    out = io.BytesIO()
    change(Image.open(io.BytesIO(content))).save(out, "JPEG", quality=80)
    return out.getvalue()


def copies(scene: Scene, change: Change) -> Scene:
    """The photos of a scene under the same script, changed as somebody does who hands them in again."""
    contents = tuple(edited(content, change) for content in scene.photos)
    rows = [scene.script[sha256(content).hexdigest()] for content in scene.photos]
    return Scene(contents, {sha256(content).hexdigest(): given for content, given in zip(contents, rows, strict=True)})


def photographed(house: House, notice: Notice, photos: Scene, *, at: datetime = AT) -> Case:
    """A covered case that the machine has looked at."""
    case = reported(house, notice, at)
    case.do(somebody(house, Role.FRONT_LINE, f"front-{case.id}"), at, state_cover, COVER)
    case.do(case.customer, at, add_photos, [look(house, one, "p.jpg", at=AT) for one in photos.photos])
    looked_at(case, at)
    return case


def made_for(case: Case) -> Made:
    with case.house.books.reading() as book:
        return assessments.of_claim(book, case.id)[-1]


def stored_facts(case: Case) -> CaseFacts:
    return CaseFacts.from_json(made_for(case).estimate.facts)


def found(case: Case) -> set[FraudCode]:
    with case.house.books.reading() as book:
        return {one.fact.code for one in fraud.of_claim(book, case.id)}


def pay(case: Case, at: datetime) -> None:
    with case.house.desk(case.customer, at) as desk:
        for number, material in enumerate(Material):
            submitting.add_material(desk, case.id, material, f"{number:064x}")
        offer = offers.open_of(desk.book, case.id)
        assert offer is not None
        offering.accept(desk, case.id, offer.id, signature="王小明")
    senior = somebody(case.house, Role.SENIOR, f"senior-{case.id}")
    assert arrives(case.house, senior, case.id, at).state is CaseState.CLOSED
