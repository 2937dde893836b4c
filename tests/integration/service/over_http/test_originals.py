"""Photos as they were sent, with all that they say, are for those whose they are and for who works on the case."""

import io
from hashlib import sha256
from uuid import UUID

import pytest
from desks import picture
from gates import Gate
from PIL import Image
from sites import SCRATCH, Case, Site
from tables import Table, referred

from claims.desk.desk import thing_of
from claims.repository import audit
from claims.states import Role
from inference.testing import ScriptedDetector, shipped_manifest


def stamped() -> bytes:
    """A photo that says where it was taken, lying on its side."""
    image, out = Image.open(io.BytesIO(picture(77))), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "PHONE-OF-SOMEBODY"
    exif.get_ifd(0x8825)[1] = "N"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


PHOTO = stamped()
PATH = f"/photos/{sha256(PHOTO).hexdigest()}"


@pytest.fixture
def gate() -> Gate:
    """The detector, which sees nothing on the stamped photo."""
    script = {**SCRATCH.script, sha256(PHOTO).hexdigest(): ()}
    opened = Gate(ScriptedDetector(script, shipped_manifest("joint-v0")))
    opened.open.set()
    return opened


@pytest.fixture
def case(site: Site) -> Case:
    case = site.case()
    assert case.send(PHOTO).status_code == 201
    return referred(case)


def noted(case: Case) -> list[object]:
    with case.site.house.books.reading() as book:
        entries = audit.about(book, thing_of(UUID(case.id)))
        return [
            one.facts["photo_sha256"]
            for one in entries
            if one.action == "see_personal_data" and "photo_sha256" in one.facts
        ]


def test_those_whose_photo_it_is_get_it_as_it_was(case: Case) -> None:
    for token in (case.token, case.site.app):
        assert case.ask("GET", PATH, token).content == PHOTO
    assert noted(case) == []


def test_who_holds_the_case_gets_it_and_the_log_says_so(case: Case) -> None:
    table = Table(case, case.site.staff(Role.EXPERT)).taken()
    for count in (1, 2):
        answer = case.ask("GET", PATH, table.token)
        assert (answer.content, answer.headers["Cache-Control"]) == (PHOTO, "no-store")
        assert noted(case) == [sha256(PHOTO).hexdigest()] * count
    assert case.ask("GET", f"{PATH}?size=64", table.token).content != PHOTO
    assert len(noted(case)) == 2
    table.ask("POST", "/release")
    assert case.ask("GET", PATH, table.token).content != PHOTO


def test_an_expert_who_does_not_hold_it_sees_the_picture_only(case: Case) -> None:
    answer = case.ask("GET", PATH, case.site.staff(Role.EXPERT))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert b"PHONE-OF-SOMEBODY" not in answer.content
    shown = Image.open(io.BytesIO(answer.content))
    assert not shown.getexif()
    assert shown.size == (750, 1000)
    assert noted(case) == []


@pytest.mark.parametrize("role", [Role.FRONT_LINE, Role.AUDITOR, Role.ADMIN])
def test_others_see_no_photo(case: Case, role: Role) -> None:
    assert case.ask("GET", PATH, case.site.staff(role)).status_code == 403
