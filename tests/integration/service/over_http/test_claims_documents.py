"""Documents of a case over HTTP: handed in, listed, given back as they came, to those who work on the case."""

from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from desks import picture
from sites import SCRATCH, Case, Site
from tables import PDF, Table, referred

from claims import case_limits
from claims.desk.desk import SYSTEM, thing_of
from claims.materials import Material
from claims.repository import audit, materials
from claims.states import Role

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WEBP = b"RIFF\x40\0\0\0WEBPVP8 " + bytes(64)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
MIB = 1024 * 1024


def handed_in(case: Case, content: bytes, said: str = "application/pdf") -> str:
    """The address of a bank card."""
    answer = case.ask("POST", "/materials/bank_card", content=content, headers={"Content-Type": said})
    assert answer.status_code == 201, answer.text
    return f"/materials/bank_card/{sha256(content).hexdigest()}"


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (picture(5), "image/jpeg", "jpg"),
        (PNG, "image/png", "png"),
        (WEBP, "image/webp", "webp"),
        (HEIC, "image/heif", "heic"),
    ],
    ids=["pdf", "jpeg", "png", "webp", "heic"],
)
def test_a_document_comes_back_as_it_was_and_as_what_it_is(case: Case, content: bytes, kind: str, ending: str) -> None:
    """What the sender calls it does not count."""
    address = handed_in(case, content, "text/html")
    [listed] = case.now()["materials"]
    assert (listed["href"], listed["media_type"]) == (f"/v1/claims/{case.id}{address}", kind)
    answer = case.ask("GET", address)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, content, kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bank_card.{ending}"'
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert case.ask("GET", "/export").json()["materials"] == [listed]


@pytest.mark.parametrize("content", [b"<html>", b"", b"GIF89a" + bytes(64), b"PK\x03\x04", picture(5) + b"<script>"])
def test_nothing_else_is_taken(case: Case, content: bytes) -> None:
    answer = case.ask("POST", "/materials/bank_card", content=content, headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (415, "request.not_a_document")
    assert case.now()["materials"] == []


def test_a_document_has_at_most_ten_megabytes(case: Case) -> None:
    whole = PDF + bytes(10 * MIB - len(PDF))
    handed_in(case, whole)
    answer = case.ask("POST", "/materials/bank_card", content=whole + b"\n")
    assert (answer.status_code, answer.json()["code"]) == (413, "request.document_too_large")
    assert "10 MB" in answer.json()["detail"]


def test_the_same_document_twice_is_one(case: Case) -> None:
    handed_in(case, PDF)
    handed_in(case, PDF)
    assert len(case.now()["materials"]) == 1


def test_a_photo_that_serves_as_a_shot_is_given_as_what_it_is(case: Case) -> None:
    digest = sha256(SCRATCH.photos[0]).hexdigest()
    case.send(SCRATCH.photos[0])
    shown = case.ask("POST", "/materials/shot_front", json={"photo": digest}).json()
    assert [one["media_type"] for one in shown["materials"]] == ["image/jpeg"]
    assert case.ask("GET", f"/materials/shot_front/{digest}").content == SCRATCH.photos[0]
    assert case.ask("GET", f"/materials/shot_rear/{digest}").status_code == 404


def test_only_who_holds_the_case_opens_it_and_it_is_noted(site: Site, case: Case) -> None:
    address = handed_in(case, PDF)
    referred(case)
    senior, expert, auditor = (site.staff(role) for role in (Role.SENIOR, Role.EXPERT, Role.AUDITOR))
    assert case.ask("GET", address, site.app).status_code == 200
    for token, code in ((senior, "rights.not_held"), (expert, "rights.not_held"), (auditor, "rights.forbidden")):
        assert case.ask("GET", address, token).json()["code"] == code
    assert case.now(expert)["materials"] == []
    Table(case, senior).taken()
    assert case.ask("GET", address, senior).content == PDF
    assert [one["href"] for one in case.now(senior)["materials"]] == [f"/v1/claims/{case.id}{address}"]
    assert site.case().ask("GET", address).status_code == 404
    with site.house.books.reading() as book:
        noted = [one for one in audit.about(book, thing_of(UUID(case.id))) if one.action == "see_personal_data"]
    assert {one.role for one in noted} == {"senior"}
    assert len(noted) == 2


def test_a_case_that_is_full_takes_no_more_documents(case: Case, tmp_path: Path) -> None:
    """Refused before the file is read, so that nothing is left on the disk."""
    most = case_limits.shipped().documents
    with case.site.house.desk(SYSTEM, case.site.clock()) as desk:
        for number in range(most):
            digest = f"{number:064x}"
            materials.add(desk.book, UUID(case.id), Material.BANK_CARD, digest, by=SYSTEM, at=desk.at)
    before = sorted((tmp_path / "photos").rglob("*"))
    answer = case.ask("POST", "/materials/bank_card", content=PDF)
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.too_many")
    assert f"{most} documents" in answer.json()["detail"]
    assert sorted((tmp_path / "photos").rglob("*")) == before
